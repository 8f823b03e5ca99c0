"""A text is read as what it can only mean, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagen_chat.conversation.parse import MAX_DEPTH, parse
from datagen_chat.problems import SchemaError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(st.text("abc_' ", min_size=1, max_size=4), JSON, min_size=1, max_size=4)
SCHEMA = """{
  "version": "1.0",
  "metadata": {"name": "Shop", "note": "it's “new”"},
  "nodes": [
    {
      "id": "customer",
      "rows": 1500,
      "columns": [
        {"name": "id", "type": "int", "generator": {"sequence": {"start": 1, "step": 1}}},
        {"name": "city", "nullable": true, "generator": {"choice": {"choices": ["A", "B"], "weights": [0.5, 0.5]}}}
      ]
    }
  ]
}"""


def code_of(text: str, *, finished: bool = True) -> str:
    with pytest.raises(SchemaError) as caught:
        parse(text, finished=finished)
    (problem,) = caught.value.problems
    assert "line " in problem.message
    assert "column " in problem.message
    assert problem.hint
    return problem.code


def value_or_refusal(text: str, *, finished: bool) -> tuple[bool, Any]:
    try:
        return True, parse(text, finished=finished).value
    except SchemaError:
        return False, None


def is_strict(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_whatever_json_is_written_reads_back_without_a_liberty(value: Any, indent: int | None, ascii_only: bool) -> None:
    found = parse(json.dumps(value, indent=indent, ensure_ascii=ascii_only), finished=True)
    assert json.dumps(found.value) == json.dumps(value)
    assert found.rung == 0


@pytest.mark.parametrize(
    ("text", "value", "rung"),
    [
        ('\ufeff{"a": 1}', {"a": 1}, 1),
        ('{\u00a0"a":\u20031}', {"a": 1}, 1),
        ('{"a": 1, // one per parcel\n "b": 2}', {"a": 1, "b": 2}, 1),
        ('{"a": 1, # one per parcel\n "b": 2}', {"a": 1, "b": 2}, 1),
        ('/* a shop */ {"a": 1} // done', {"a": 1}, 1),
        ('{"a": [1, 2,], "b": {"c": 1,},}', {"a": [1, 2], "b": {"c": 1}}, 1),
        ('{"a": {"b": 1, // inclusive\n}}', {"a": {"b": 1}}, 1),
        ('{"a": [1, 2 // of three\n]}', {"a": [1, 2]}, 1),
        ('{"sql": "SELECT 1\n\tFROM a"}', {"sql": "SELECT 1\n\tFROM a"}, 1),
        ("{'a': 'say \"hi\"', 'b': 'it\\'s'}", {"a": 'say "hi"', "b": "it's"}, 2),
        ("{“a”: “x”, „b“: ‘y’}", {"a": "x", "b": "y"}, 2),
        ('{a: 1, $b_2: "x"}', {"a": 1, "$b_2": "x"}, 2),
        ('{"a": True, "b": False, "c": None}', {"a": True, "b": False, "c": None}, 2),
        ('{"a": "it\\\'s"}', {"a": "it's"}, 2),
        ('{"a": 1\n "b": "x"\n "c": [{"d": 1} {"e": 2}]\n}', {"a": 1, "b": "x", "c": [{"d": 1}, {"e": 2}]}, 2),
        ('{"c": [3] "f": "y" "g": true\n "h": null}', {"c": [3], "f": "y", "g": True, "h": None}, 2),
        ('{"a": ["x"\n "y"]}', {"a": ["x", "y"]}, 2),
        ('{"a": 1, "a": 1}', {"a": 1}, 2),
        ('{"nodes": [{"id": "a"}', {"nodes": [{"id": "a"}]}, 3),
    ],
)  # fmt: skip
def test_a_liberty_that_can_mean_one_thing_is_taken_and_recorded(text: str, value: Any, rung: int) -> None:
    found = parse(text, finished=True)
    assert found.value == value
    assert found.rung == rung


def test_a_liberty_says_where_it_was_taken() -> None:
    (liberty,) = parse('{\n  "a": [1,\n  ]}', finished=True).liberties
    assert (liberty.rung, liberty.line, liberty.column, liberty.what) == (1, 2, 10, "a trailing comma")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("  // nothing\n", "empty"),
        ('{"a": [1, 2, ...]}', "placeholder"),
        ('{"a": [{"b": 1}, …]}', "placeholder"),
        ('{"a": [{"b": 1}, // ... rest of the columns unchanged\n]}', "placeholder"),
        ('{"a": [{"b": 1} /* remaining columns omitted */]}', "placeholder"),
        ('{"a": [{"b": 1}], # same as before\n"c": 1}', "placeholder"),
        ('{"a": [{"b": 1}, "..."]}', "placeholder"),
        ('{"a": ["rest of the columns unchanged", {"b": 1}]}', "placeholder"),
        ('{"a": ["US", "UK", "..."]}', "placeholder"),
        ('{"a": 1, "...": "..."}', "placeholder"),
        ('{"rows": 2*3}', "arithmetic"),
        ('{"rows": 24 * 60}', "arithmetic"),
        ('{"rows": 1/2}', "arithmetic"),
        ('{"rows": 100 // 2,\n "a": 1}', "arithmetic"),
        ('{"rows": 5-3}', "arithmetic"),
        ('{"rows": (5)}', "arithmetic"),
        ('{"a": "x" + "y"}', "arithmetic"),
        ('{"rows": 1,000, "a": 1}', "thousands-separator"),
        ('{"rows": 1,500}', "thousands-separator"),
        ('{"rows": [1,000]}', "thousands-separator"),
        ('{"rows": 1_000}', "thousands-separator"),
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": 1, "a": true}', "duplicate-key"),
        ('{"a": [1, 2}, "b": 1}', "bracket-mismatch"),
        ('{"a": {"b": 1], "c": 2}', "bracket-mismatch"),
        ('{"a": 1} {"b": 2}', "text-after-end"),
        ('{"a": 1}}', "text-after-end"),
        ('{"a": 1},', "text-after-end"),
        ("{&quot;a&quot;: 1}", "html-entities"),
        ('{"a": NaN}', "not-finite"),
        ('{"a": -Infinity}', "not-finite"),
        ('{"a": 1e999}', "number-range"),
        ('{"a": 1e-999}', "number-range"),
        ('{"a": ' + "9" * 5000 + "}", "number-range"),
        ('{"a": 01}', "bad-number"),
        ('{"a": 50%}', "bad-number"),
        ('{"a": 5.}', "bad-number"),
        ('{"a": 0x10}', "bad-number"),
        ('{"a": "\\d{4}"}', "bad-escape"),
        ('{"a": "\\ud800"}', "lone-surrogate"),
        ('{"a": "\ud800"}', "lone-surrogate"),
        ('{"a": "\x07"}', "control-character"),
        ('{"a": “x"}', "mixed-quotes"),
        ("{'a': 'x\n'}", "open-string"),
        ('{"type": int}', "bare-word"),
        ('{"a": undefined}', "bare-word"),
        ('{"a": "He said "hello" to me"}', "missing-comma"),
        ('{"a": ["x" "y"]}', "missing-comma"),
        ('{"a": [1\n 2]}', "missing-comma"),
        ('{"a": ["x", "y"\n 0.5]}', "missing-comma"),
        ('{"sql": ["x\n y"\n "z"]}', "missing-comma"),
        ('{"choices": ["New\nYork"]}', "line-break"),
        ('{"where": "city = \'New\nYork\'"}', "line-break"),
        ('{"a": [{"b": 1}, // your columns here\n]}', "placeholder"),
        ('{"a": [{"b": 1}\n // weitere Spalten\n]}', "placeholder"),
        ('{"a": [{"b": 1}, // übrige Spalten unverändert\n {"c": 1}]}', "placeholder"),
        ('{"a": { /* columns */ }}', "placeholder"),
        ('{"a": {"b": 1,\n # and its limits\n }}', "placeholder"),
        ('{"a\nb": 1}', "bad-key"),
        ('{"a": }', "missing-value"),
        ('{"a": [1,,2]}', "missing-value"),
        ('{"a" 1}', "missing-colon"),
        ('{"a": ["b": 1]}', "missing-key"),
        ("{1: 2}", "bad-key"),
        ('{"a": 1 // see "b": 2\n}', "hidden-data"),
        ('{"a": `x`}', "unexpected-character"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too-deep"),
        ('{"a": "' + "x" * (1 << 20) + '"}', "too-large"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(text: str, code: str) -> None:
    assert code_of(text) == code


def test_a_problem_points_at_the_place_in_the_document() -> None:
    with pytest.raises(SchemaError) as caught:
        parse('{"nodes": [{"id": "a"}, {"rows": 2*3}]}', finished=True)
    assert caught.value.problems[0].message.startswith("line 1, column 35: ")
    with pytest.raises(SchemaError) as caught:
        parse('{"nodes": [{"id": "a"}, {"rows": tall}]}', finished=True)
    assert caught.value.problems[0].at == "/nodes/1/rows"


@pytest.mark.parametrize("length", range(len(SCHEMA)))
def test_a_cut_text_is_never_read_as_a_smaller_one(length: int) -> None:
    assert code_of(SCHEMA[:length], finished=False) in {"truncated", "empty"}


@given(OBJECTS, st.data())
def test_a_cut_object_is_refused_wherever_it_is_cut(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 1])))
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    assert value_or_refusal(cut, finished=False) == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        '{"rows": 15',
        '{"a": "x',
        '{"a": 1,',
        '{"a":',
        '{"a',
        '{"a"',
        "{",
        '{"nodes": [',
        '{"a": tru',
        '{"a": [true',
        '{"a": "x"',
    ],
)
def test_an_end_inside_a_value_is_refused_even_from_a_writer_who_finished(text: str) -> None:
    assert code_of(text) == "truncated"
    assert code_of(text, finished=False) == "truncated"


def test_closers_are_added_only_for_a_writer_who_finished() -> None:
    last_column = SCHEMA.rstrip("}] \n") + "]}}}"
    for closers in ("", "]", "]}", "]}]"):
        assert parse(last_column + closers, finished=True).value == json.loads(SCHEMA)
        assert code_of(last_column + closers, finished=False) == "truncated"


def test_a_number_at_the_end_may_be_cut() -> None:
    assert parse("15", finished=True).value == 15
    assert code_of("15", finished=False) == "truncated"


@pytest.mark.parametrize(
    "text",
    [
        '{"metadata": {"name": "x", "rows": [1]',
        '{"metadata": {"name": "x",\n "timeframe": {"start": "y"}}',
        '{"metadata": {\n  "name": "x",\n"nodes": []}',
        '{"a": [[1], [2]',
        "[[1]",
        '{"a": {"b": [true] // and }\n',
    ],
)
def test_a_closer_that_may_be_missing_elsewhere_is_not_added(text: str) -> None:
    assert code_of(text) == "ambiguous-end"


def test_indented_lines_show_where_a_closer_is_missing() -> None:
    text = '{\n  "a": 1,\n  "b": {\n    "c": "x",\n    "d": "y"\n  }\n'
    assert parse(text, finished=True).value == {"a": 1, "b": {"c": "x", "d": "y"}}


def mutations(text: str) -> list[str]:
    marks = '{}[],:"'
    deleted = [text[:at] + text[at + 1 :] for at, char in enumerate(text) if char in marks]
    inserted = [text[:at] + mark + text[at:] for at in range(len(text) + 1) for mark in marks]
    return deleted + inserted


@pytest.mark.parametrize("finished", [True, False])
def test_a_mark_too_many_or_too_few_never_changes_a_schema_silently(finished: bool) -> None:
    # The characters between quotes and digits carry no check of their own: where strict JSON accepts, we cannot know.
    expected = json.loads(SCHEMA)
    for text in mutations(SCHEMA):
        is_read, value = value_or_refusal(text, finished=finished)
        assert not is_read or value == expected or is_strict(text), text


@settings(max_examples=150)
@given(OBJECTS, st.data())
@example({"a": {"x": 1, "b": 2}}, None)
@example({"a": {"x": ""}, "b": ""}, None)
def test_no_mark_too_many_or_too_few_changes_any_object_silently(value: dict[str, Any], data: st.DataObject | None) -> None:
    texts = [json.dumps(value), json.dumps(value, indent=1), json.dumps(value, separators=(",", ":"))]
    for text in texts:
        changed = mutations(text)
        for mutation in changed if data is None else data.draw(st.lists(st.sampled_from(changed), max_size=8)):
            is_read, found = value_or_refusal(mutation, finished=True)
            assert not is_read or json.dumps(found) == json.dumps(value) or is_strict(mutation), mutation


@pytest.mark.parametrize(
    "piece",
    ["{", "[", '"', "'", "“", '\\"', "/*", "//\n", "`", " ", "{'", '{"a":', "[1,],", ',"a":1', "\\u", "-", "é", "\u00a0"],
)
@pytest.mark.parametrize("start", ["", "[", '{"a":1', '"'])
def test_large_nonsense_is_answered(start: str, piece: str) -> None:
    text = (start + piece * 40_000)[:80_000]
    assert value_or_refusal(text, finished=True)[0] in {True, False}
