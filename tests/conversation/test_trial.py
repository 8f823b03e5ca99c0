"""Data that is tried after its schema was accepted: the model is told once, and nothing that was accepted is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from datagen_chat.conversation.events import AskedAgain, Event, Tried, TriedCheck, TurnEnded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse, replay
from datagen_chat.conversation.resume import restore
from datagen_chat.conversation.session import Session, Settings, Version
from datagen_chat.conversation.transcript import parse, render
from datagen_chat.llm.base import Message, ProviderError
from datagen_chat.llm.script import Script
from tests.conversation.replies import SHOP, reply, shop

WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
NINE = {"nodes": [{"id": "customer", "rows": 9}]}
START = Session(Settings(max_repairs=2))


def nine_wanted(version: Version) -> Tried:
    rows = version.dataset.table("customer").rows
    state = "holds" if rows == 9 else "fails"
    return Tried((TriedCheck("customers", "", "SELECT count(*) FROM customer", state, "9", str(rows)),))  # type: ignore[arg-type]


def held(*replies: str, max_repairs: int = 2) -> tuple[list[Event], list[str], Journal]:
    left, asked, journal, events = list(replies), list[str](), Journal(), list[Event]()

    def answer(messages: Sequence[Message]) -> str:
        asked.append(messages[-1].text)
        if not left:
            raise ProviderError("gone")
        return left.pop(0)

    try:
        for event in converse(Session(Settings(max_repairs=max_repairs)), "a shop", Script(answer), None, nine_wanted):
            events.append(event)
            journal = journal.hear(event)
    except ProviderError as error:
        journal = journal.fail(str(error), error.kind, "")
    return events, asked, journal


def last(events: Sequence[Event]) -> TurnEnded:
    return [event for event in events if isinstance(event, TurnEnded)][-1]


def rows(session: Session) -> int | None:
    assert session.versions.current is not None
    return session.versions.current.dataset.table("customer").rows


def test_a_check_that_fails_is_told_with_what_was_measured_and_tried_again() -> None:
    events, asked, _ = held(reply(SHOP), reply(NINE))
    assert "SELECT count(*) FROM customer must give 9 and gives 4." in asked[1]
    assert [len(event.failed) for event in events if isinstance(event, Tried)] == [1, 0]
    assert (last(events).outcome, rows(last(events).session)) == ("accepted", 9)


def test_it_is_told_once_in_a_turn() -> None:
    events, asked, _ = held(reply(SHOP), reply(shop(nodes__0__rows=5)))
    assert len(asked) == 2
    assert rows(last(events).session) == 5


def test_data_that_passes_is_not_spoken_of() -> None:
    _, asked, _ = held(reply(shop(nodes__0__rows=9)))
    assert asked == ["a shop"]


def test_nobody_is_told_where_nothing_is_to_be_asked_again() -> None:
    events, asked, _ = held(reply(SHOP), max_repairs=0)
    assert asked == ["a shop"]
    assert not any(isinstance(event, AskedAgain) for event in events)


@pytest.mark.parametrize("replies", [[reply(WRONG)] * 3, ["The check is wrong."], []])
def test_whatever_comes_of_it_the_accepted_schema_stays_and_is_restored(replies: list[str]) -> None:
    events, _, journal = held(reply(SHOP), *replies)
    session = last(events).session
    assert (last(events).outcome, rows(session)) == ("accepted", 4)
    [conversation] = parse(render(journal.transcript)).conversations
    assert restore(START, conversation) == session


def test_a_correction_is_restored_and_replayed() -> None:
    events, _, journal = held(reply(SHOP), reply(NINE))
    [conversation] = parse(render(journal.transcript)).conversations
    assert restore(START, conversation) == last(events).session
    again = list(replay(Session(), conversation, nine_wanted))
    assert [len(event.failed) for event in again if isinstance(event, Tried)] == [1, 0]
    assert rows(last(again).session) == 9
