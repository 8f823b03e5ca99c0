"""The fast way reads what the careful reader reads without a liberty, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.conversation.parse import MAX_DEPTH, parse
from datagen_chat.conversation.strict import NotPlainError, read_plain
from datagen_chat.problems import SchemaError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(JSON)
def test_what_it_reads_is_what_stands_there(value: Any) -> None:
    try:
        found = read_plain(json.dumps({"x": value}, ensure_ascii=False), MAX_DEPTH)
    except NotPlainError:
        return
    assert json.dumps(found) == json.dumps({"x": value})


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": 1e-999}',
        '{"a": 1' + "0" * 30 + "}",
        r'{"a": "\ud800"}',
        '{"a": ["..."]}',
        '{"a": ["… the rest"]}',
        '{"a": "&quot;"}',
        '{"a": [1,]}',
        "{'a': 1}",
        "",
        "15",
        '{"a": ["the rest as before", {"b": 1}]}',
        "[" * 100_000,
        '{"a": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
    ],
)
def test_whatever_needs_judgement_is_left_to_the_careful_reader(text: str) -> None:
    with pytest.raises(NotPlainError):
        read_plain(text, MAX_DEPTH)


def test_both_readers_stop_at_the_same_depth() -> None:
    deepest = '{"a": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}"
    assert read_plain(deepest, MAX_DEPTH) == parse(deepest, finished=True).value
    with pytest.raises(SchemaError, match="nested more than"):
        parse("[" + deepest + "]", finished=True)
