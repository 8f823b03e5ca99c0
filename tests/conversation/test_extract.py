"""The schema is found in a reply, whatever stands around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.conversation.classify import kind_of
from datagen_chat.conversation.extract import candidates, extract, prose
from datagen_chat.conversation.parse import parse

DATA = Path(__file__).parents[1] / "data"
CORPUS = Path(__file__).parents[1] / "data" / "conversations"

FULL = '{"version": "1.0", "nodes": [{"id": "a", "columns": [{"name": "x"}]}]}'
LATER = FULL.replace('"a"', '"b"')
PATCH = '{"timeframe": {"freq": "D"}}'
OTHER = '{"customer_id": 1, "name": "Ada"}'


def fenced(text: str, info: str = "json", marks: str = "```") -> str:
    return f"{marks}{info}\n{text}\n{marks}\n"


def text_of(reply: str) -> str:
    found = extract(reply)
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (FULL, "full"),
        (FULL[:60], "full"),
        (FULL.replace('"', "'"), "full"),
        (FULL.replace('"', "&quot;"), "full"),
        ("// the schema\n" + FULL, "full"),
        ("{version: '1.0', tables: {a: {columns: []}}}", "full"),
        ('{"nodes": [{"id": "a", "columns": []}]}', "patch"),
        (FULL.replace('"id"', '"$rename": "c", "id"'), "patch"),
        (PATCH, "patch"),
        ('{"id": "a", "kind": "entity", "columns": []}', "patch"),
        (OTHER, "other"),
        ('{"version": "1.0"}', "other"),
        ('{"nodes": [], "edges": []}', "other"),
        ("[" + FULL + "]", "full"),
        ('{"schema": ' + FULL + "}", "full"),
        ('{"schema": ' + FULL + ', "ok": true}', "full"),
        ('{"ok": true, "data": {"schema": ' + FULL + "}}", "full"),
        ("[[" + FULL + "]]", "full"),
        ('{"a": ' + FULL + ', "b": ' + FULL + "}", "other"),
        ('{"a": {"b": {"c": ' + FULL + "}}}", "other"),
        ('{"schema": ' + PATCH + "}", "other"),
        ("[" + OTHER + "]", "other"),
        ("{}", "other"),
        ("", "other"),
    ],
)
def test_keys_tell_what_a_block_is(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "reply",
    [
        fenced(FULL),
        "Here it is:\n\n" + fenced(FULL, "json datagen") + "\nSave it.",
        fenced(FULL, 'json {#schema .wide title="a"}'),
        fenced(FULL, "", "~~~~"),
        fenced(FULL, "json", "``````"),
        f"```json\n{FULL}\n``````\n",
        f"1. First:\n\n      ```json\n      {FULL}\n      ```\n",
        f"- ```json\n  {FULL}\n  ```\n",
        f"> ```json\n> {FULL}\n> ```\n",
        f"```json\n{FULL}",
        f"```json\n{FULL}\n\nI hope this helps {{a lot}}.",
        f"Here: ```json\n{FULL}\n```\n",
        f"```json {FULL}```",
        f"Use a 5\" {{name}} and it's done: {FULL} Good luck {{there}}!",
        f"```python\nschema = {FULL}\nprint(schema)\n```\n",
        FULL,
        "\ufeff" + FULL,
        f"```json\r\n{FULL}\r\n```\r\n",
        f"<think>maybe {LATER}\n{fenced(LATER)}</think>\n{fenced(FULL)}",
        f"maybe\n{fenced(LATER)}\n</think>\n{FULL}",
        fenced(LATER) + "Better:\n" + fenced(FULL),
        f"```json\n{FULL[:9]}\nSorry, once more:\n" + fenced(FULL, "json datagen"),
        fenced(FULL) + "A row: " + fenced(OTHER) + fenced("SELECT 1", "sql"),
        fenced(PATCH) + fenced(FULL) + fenced(PATCH),
        f"An example {LATER} of it.\n" + fenced(FULL),
    ],
)
def test_the_schema_is_found(reply: str) -> None:
    assert text_of(reply) == FULL


def test_a_brace_on_the_line_of_the_fence_belongs_to_the_schema() -> None:
    assert text_of(f"```json {FULL[0]}\n{FULL[1:]}\n```\n") == f"{FULL[0]}\n{FULL[1:]}"


def test_of_two_schemas_the_one_whose_fence_says_datagen_is_meant() -> None:
    assert text_of(fenced(FULL, "json datagen") + "Before, it was:\n" + fenced(LATER)) == FULL
    assert text_of(fenced(LATER) + "Now:\n" + fenced(FULL, "json datagen")) == FULL
    assert text_of(fenced(LATER, "json datagen") + "Better:\n" + fenced(FULL, "json datagen")) == FULL
    assert text_of(fenced(PATCH, "json datagen") + "All of it:\n" + fenced(FULL)) == FULL


def test_the_last_patch_counts_where_there_is_no_whole_schema() -> None:
    assert text_of(fenced('{"checks": []}') + fenced(PATCH) + fenced(OTHER)) == PATCH


@pytest.mark.parametrize("reply", ["", "How many customers?", fenced("pip install x", "bash"), "<think>" + FULL, "Use {name}."])
def test_a_reply_without_json_has_no_candidate(reply: str) -> None:
    found = extract(reply)
    assert found is None or found.kind == "other"


def test_a_candidate_says_where_it_stands() -> None:
    found = extract("Here:\n\n~~~json datagen\n\n" + FULL + "\n~~~")
    assert found is not None
    assert (found.kind, found.line, found.fenced, found.closed, found.info) == ("full", 5, True, True, "json datagen")


def test_an_open_fence_is_not_closed() -> None:
    found = extract("```json\n" + FULL[:50])
    assert found is not None
    assert (found.text, found.closed) == (FULL[:50], False)


@pytest.mark.parametrize("reply", [FULL[:-1] + "}, " + PATCH[1:], "```json\n" + FULL + ', "checks": []}'])
def test_what_goes_on_after_its_end_is_not_cut_off(reply: str) -> None:
    assert text_of(reply).endswith(reply[-12:])


def test_a_table_of_a_cut_schema_is_not_taken_for_a_patch() -> None:
    cut = '{"dataset": [{"id": "a", "kind": "entity", "columns": []}, {"id": "b", "columns": ['
    assert text_of("Here: " + cut) == cut


def test_a_block_that_a_later_one_may_continue_says_so() -> None:
    first, *_ = candidates(fenced(FULL[:40]) + "and the rest:\n" + fenced(FULL[40:]))
    assert first.continued
    assert not candidates(fenced(FULL))[0].continued


def test_prose_is_the_reply_without_thinking_and_schema() -> None:
    assert prose(f"<think>hm</think>Here:\n\n{fenced(FULL)}\nSave it.\n") == "Here:\n\nSave it."
    assert prose(f"Here: {FULL} and so on") == "Here:\n\nand so on"
    assert prose("  How many?  ") == "How many?"


@given(st.text(alphabet="`~{}[]\"\\ \n>-1.<think/>:,a'", max_size=60))
def test_any_reply_has_an_answer(reply: str) -> None:
    prose(reply)
    for found in candidates(reply):
        assert reply[found.span[0] : found.span[1]] or not found.text


@pytest.mark.parametrize(
    "piece",
    ["{", "`", "[", '"', '\\"', "'", "/*", "```\n", "```json\n{\n```\n", PATCH, "- ", "> ", " ", "{a:", '{"', "<think>"],
)
def test_large_nonsense_is_answered(piece: str) -> None:
    reply = piece * (100_000 // len(piece))
    extract('"' + reply)
    extract(reply)


def test_a_fence_that_is_opened_again_and_again_is_looked_into_once() -> None:
    """A look each time, into all that stands before it, would take minutes."""
    assert text_of("```json\n" * 150_000 + FULL) == FULL


def test_the_shipped_example_holds_three_whole_schemas() -> None:
    found = candidates((DATA / "example_conversation.md").read_text(encoding="utf-8"))
    assert [(one.kind, parse(one.text, finished=False).rung) for one in found if one.kind != "other"] == [("full", 0)] * 3


def test_every_schema_of_the_recorded_conversations_is_found() -> None:
    replies = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("[0-9]*.md"))]
    found = [one for reply in replies for one in candidates(reply) if one.kind == "full"]
    assert len(found) == 11
    assert all(parse(one.text, finished=False).rung == 0 for one in found)


def test_a_reply_is_searched_once() -> None:
    text = "A shop:\n\n```json\n{}\n```"
    assert candidates(text) is candidates(text)
