"""A reply while it streams: what is shown of it does not depend on how it is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.conversation.sketch import LINE_LIMIT, Outline, Sketch
from tests.conversation.replies import SHOP, reply

REPLY = reply(SHOP, before="Here it is:\n\n```bash\nls -l\n```", after="Tell me what to change.")
LINES = ["Here it is:", "", "```bash", "ls -l", "```", "", "", "Tell me what to change."]


def streamed(text: str, size: int) -> tuple[list[str], Sketch]:
    sketch = Sketch()
    lines = [line for start in range(0, len(text), size) for line in sketch.feed(text[start : start + size])]
    return [*lines, *sketch.finish()], sketch


@pytest.mark.parametrize("size", [1, 3, 7, 100_000])
def test_prose_comes_line_by_line_and_the_schema_as_an_outline(size: int) -> None:
    lines, sketch = streamed(REPLY, size)
    assert lines == LINES
    assert [(table.name, table.columns) for table in sketch.outline.tables] == [("customer", 2), ("order", 3)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("fence", ["```json\n{}\n```", "{}"])
def test_a_schema_is_known_with_and_without_a_fence_and_on_one_line(indent: int | None, fence: str) -> None:
    text = "Done.\n\n" + fence.replace("{}", json.dumps(SHOP, indent=indent)) + "\n\nBye."
    lines, sketch = streamed(text, 11)
    assert [line for line in lines if line] == ["Done.", "Bye."]
    assert [(table.name, table.columns) for table in sketch.outline.tables] == [("customer", 2), ("order", 3)]


def test_a_table_is_counted_while_it_is_written() -> None:
    outline = Outline()
    outline.feed('{"nodes": [{"id": "cust')
    assert outline.tables == ()
    outline.feed('omer", "columns": [{"name": "id", "generator": {"choice": {"choices": [{"name": 1}]}}}, {"na')
    assert [(table.name, table.columns) for table in outline.tables] == [("customer", 2)]


def test_thinking_is_not_shown() -> None:
    assert streamed("<think>\nhm, {odd}\n</think>\nFine.\n", 4)[0] == ["Fine."]


def test_an_endless_line_is_kept_up_to_a_limit() -> None:
    lines, _ = streamed("x" * (3 * LINE_LIMIT), 7)
    assert lines == ["x" * LINE_LIMIT]


@given(st.text(alphabet='a{}[]":,`~\n \\<>/think', max_size=200), st.integers(1, 30))
def test_whatever_comes_is_shown_or_kept_back_but_never_fails(text: str, size: int) -> None:
    lines, sketch = streamed(text, size)
    assert lines == streamed(text, 1)[0]
    assert sketch.outline.depth <= 64
