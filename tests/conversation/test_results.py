"""What a recorded conversation came to is compared with what it comes to now, and written into its file; the rest stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from datagen_chat.conversation.events import Tried, TriedCheck, TurnEnded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.noting import note_results
from datagen_chat.conversation.results import differences, found_in, recorded_in
from datagen_chat.conversation.session import Session, Settings, Version
from datagen_chat.conversation.transcript import parse, render
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.base import Message
from datagen_chat.llm.script import Script
from datagen_chat.problems import ProblemsError
from datagen_chat.schema.canonical import schema_hash
from tests.conversation.replies import SHOP, reply, shop

WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
RIGHT = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"choice": {"choices": ["a"]}}}]}]}
NINE = {"nodes": [{"id": "customer", "rows": 9}]}
START = Session(Settings(max_repairs=2))
PASTED = f"""\
# Two talks

## A shop

**User:** a shop

**LLM:** How many customers?

**User:** four

**LLM:** {reply(SHOP)}

Anything else?

## Another

**User:** a shop

**LLM:** {reply(WRONG)}

---

# Tips

Be kind.
"""


def nine_wanted(version: Version) -> Tried:
    rows = version.dataset.table("customer").rows
    return Tried((TriedCheck("customers", "", "", "holds" if rows == 9 else "fails", "9", str(rows)),))


def held(*turns: tuple[str, ...]) -> Conversation:
    """Return the conversation as it is read back after a live one: each turn a request and what the model answers."""
    session, journal = START, Journal()
    for request, *replies in turns:
        left = list(replies)

        def answer(_messages: Sequence[Message], left: list[str] = left) -> str:
            return left.pop(0)

        for event in converse(session, request, Script(answer), None, nine_wanted):
            journal = journal.hear(event)
            session = event.session if isinstance(event, TurnEnded) else session
    [conversation] = parse(render(journal.fail("It broke off.", "cut", "half").transcript)).conversations
    return conversation


def texts(conversation: Conversation) -> list[list[str]]:
    return [[turn.text.partition("\n")[0] for turn in results] for results in recorded_in(conversation).values()]


@pytest.mark.parametrize(
    "turns",
    [
        [("a shop", "How many?"), ("four", reply(WRONG), reply(RIGHT), reply(NINE))],
        [("a shop", reply(SHOP), "I cannot."), ("nine", reply(NINE))],
        [("a shop", reply(SHOP), reply(SHOP)), ("nine", reply(NINE))],  # the correction of the data changes nothing
        [("a shop", *[reply(WRONG)] * 3)],
    ],
)
def test_a_conversation_that_was_just_held_comes_to_what_was_recorded(turns: list[tuple[str, ...]]) -> None:
    conversation = held(*turns)
    found = found_in(Session(), conversation, nine_wanted)
    assert list(differences(recorded_in(conversation), found)) == []
    assert any(found.values())


def test_a_reply_that_comes_to_something_else_is_told_with_both() -> None:
    conversation = held(("a shop", reply(SHOP), reply(NINE)))
    [before, now] = differences(recorded_in(conversation), found_in(Session(), conversation, None))
    assert (before.reply, before.recorded[1]) == (1, "Checks: 0 of 1 hold.\ncustomers: 4 instead of 9")
    assert now.recorded[1:] == ("Checks: 1 of 1 hold.",)
    assert now.found == now.recorded[:1]


def test_results_are_written_into_turns_of_a_written_transcript() -> None:
    conversation = held(("a shop", reply(SHOP), reply(NINE)))
    text = "Kept by hand.\n\n" + render(Journal("", conversation.turns).transcript)
    now = note_results(text, [found_in(Session(), conversation, None)])
    assert now.startswith("Kept by hand.\n\n")
    [changed] = parse(now).conversations
    assert texts(changed) == [["Schema 1: Shop — 2 tables, 12 rows"], ["Schema 2: Shop — 2 tables, 27 rows"]]
    assert changed.turns[-1] == conversation.turns[-1]  # that a reply did not come stays
    assert [turn for turn in changed.turns if turn.role != "result"] == [
        turn for turn in conversation.turns if turn.role != "result"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_results_are_written_into_comments_of_a_pasted_transcript(end: str) -> None:
    text = PASTED.replace("\n", end)
    found = [found_in(Session(), conversation, None) for conversation in parse(text).conversations]
    now = note_results(text, found)
    first, second = parse(now).conversations
    assert (first.title, second.title) == ("A shop", "Another")
    assert texts(first) == [[], ["Schema 1: Shop — 2 tables, 12 rows"]]
    assert texts(second) == [["The schema is not valid: 1 problem."]]
    assert first.turns[3].meta["results"][0]["schema"] == schema_hash(SHOP)
    rest = [line for line in now.split(end) if not line.startswith("<!-- datagen")]
    assert [line for line in rest if line] == [line for line in text.split(end) if line]
    assert note_results(now, found) == now


def test_only_the_conversation_that_is_meant_is_written() -> None:
    found = [found_in(Session(), conversation, None) for conversation in parse(PASTED).conversations]
    first, second = parse(note_results(PASTED, [None, found[1]])).conversations
    assert texts(first) == [[], []]
    assert texts(second) == [["The schema is not valid: 1 problem."]]


def test_results_that_are_none_any_more_are_taken_out() -> None:
    found = [found_in(Session(), conversation, None) for conversation in parse(PASTED).conversations]
    nothing = [dict.fromkeys(results, ()) for results in found]
    assert note_results(note_results(PASTED, found), nothing) == PASTED


def test_what_else_is_known_of_a_reply_stays() -> None:
    text = f'**User:** a shop\n\n**LLM:** {reply(SHOP)}\n<!-- datagen {{"stop": "end"}} -->\n'
    [conversation] = parse(text).conversations
    [changed] = parse(note_results(text, [found_in(Session(), conversation, None)])).conversations
    assert changed.turns[1].meta["stop"] == "end"
    assert texts(changed) == [["Schema 1: Shop — 2 tables, 12 rows"]]


def test_a_transcript_without_a_place_for_results_is_refused() -> None:
    text = f"**User:** a shop\n\n**LLM:** {reply(SHOP)}\n\n```\n"
    [conversation] = parse(text).conversations
    with pytest.raises(ProblemsError, match="cannot be written"):
        note_results(text, [found_in(Session(), conversation, None)])
