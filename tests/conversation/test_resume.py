"""Conversations taken up again: what was written down leads to the session that was left."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.conversation.events import SchemaSteered, TurnEnded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse, replay
from datagen_chat.conversation.resume import restore, written_schema
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.steer import SHORTEN, redo, shorten, undo
from datagen_chat.conversation.transcript import parse, render
from datagen_chat.conversation.turn import Step
from datagen_chat.conversation.turns import Conversation, Turn
from datagen_chat.llm.base import Message
from datagen_chat.llm.script import Script
from datagen_chat.schema.canonical import schema_hash
from tests.conversation.replies import SHOP, reply, shop

WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
RIGHT = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"choice": {"choices": ["a"]}}}]}]}
MORE = {"nodes": [{"id": "customer", "rows": 9}]}
START = Session(Settings(max_repairs=2), prompt="You design datasets.")


def held(session: Session, journal: Journal, request: str, *replies: str) -> tuple[Session, Journal]:
    left = list(replies)

    def answer(_messages: Sequence[Message]) -> str:
        return left.pop(0)

    for event in converse(session, request, Script(answer)):
        journal = journal.hear(event)
        session = event.session if isinstance(event, TurnEnded) else session
    return session, journal


def steered(step: Step, journal: Journal) -> tuple[Session, Journal]:
    [event] = step.events
    assert isinstance(event, SchemaSteered)
    return step.session, journal.add("command", event.line)


def written(journal: Journal) -> Conversation:
    """Return the conversation as it is read back from its file."""
    [conversation] = parse(render(journal.transcript)).conversations
    return conversation


def test_a_session_with_questions_repairs_and_steps_back_is_restored_exactly() -> None:
    session, journal = held(START, Journal(), "a shop", "How many?")
    session, journal = held(session, journal, "four", reply(WRONG), reply(RIGHT))
    session, journal = held(session, journal, "nine", reply(MORE))
    session, journal = steered(undo(session), journal)
    session, journal = held(session, journal, "thanks", "You are welcome.")
    session, journal = steered(redo(session), journal)
    assert restore(START, written(journal)) == session


def test_a_schema_that_stayed_wrong_is_restored_as_such() -> None:
    session, journal = held(START, Journal(), "a shop", *[reply(WRONG)] * 3)
    assert restore(START, written(journal)) == session
    assert session.rejected is not None


def test_a_turn_whose_reply_did_not_come_leaves_nothing() -> None:
    session, journal = held(START, Journal(), "a shop", reply(SHOP))
    journal = journal.add("user", "nine").add("assistant", reply(WRONG), stop="end").add("repair", "Mend it.")
    journal = journal.fail("The reply was stopped.", "cancelled", "Let me")
    assert restore(START, written(journal)) == session


def test_a_retried_request_is_restored_once() -> None:
    first, journal = held(START, Journal(), "a shop", reply(SHOP))
    second, journal = held(first, journal, "nine", reply(MORE))
    again = journal.add("command", "/retry")
    asked, journal = held(first.instead_of(second), again, "nine", "Why?")
    assert restore(START, written(journal)) == asked
    assert asked.versions == second.versions
    session, journal = held(first.instead_of(second), again, "nine", reply(RIGHT))
    assert restore(START, written(journal)) == session
    assert session.versions.past[:1] == first.versions.past


def test_a_request_that_failed_and_was_retried_takes_nothing_back() -> None:
    session, journal = held(START, Journal(), "a shop", reply(SHOP))
    failed = journal.add("user", "nine").fail("It broke off.", "cut", "").add("command", "/retry")
    after, journal = held(session, failed, "nine", reply(MORE))
    assert restore(START, written(journal)) == after
    assert after.versions.past[0].draft == SHOP


def test_a_conversation_that_was_held_elsewhere_can_go_on() -> None:
    turns = (Turn("user", "a shop"), Turn("assistant", "One moment."), Turn("assistant", reply(SHOP)), Turn("user", "hello?"))
    session = restore(START, Conversation("", turns))
    assert session.versions.current is not None
    assert session.turn is None
    assert [message.role for message in session.history] == ["user", "assistant", "assistant"]


def test_a_replay_takes_the_steps_back_too() -> None:
    session, journal = held(START, Journal(), "a shop", reply(SHOP))
    session, journal = held(session, journal, "nine", reply(MORE))
    session, journal = steered(undo(session), journal)
    _, journal = held(session, journal, "a base tier", reply(RIGHT))
    *_, ended = replay(START, written(journal))
    assert isinstance(ended, TurnEnded)
    current = ended.session.versions.current
    assert current is not None
    assert current.dataset.table("customer").rows == 4


def test_a_shortened_session_tells_the_schema_and_the_requests_and_is_restored() -> None:
    session, journal = held(START, Journal(), "a shop\nwith four customers", reply(SHOP))
    session, journal = steered(undo(session), journal)
    session, journal = steered(redo(session), journal)
    session, journal = held(session, journal, "nine customers", reply(MORE))
    session, journal = shorten(session), journal.add("command", SHORTEN)
    assert session.history == ()
    assert "- a shop with four customers\n- nine customers\n" in session.aside
    assert session.aside.count("```json") == 1
    session, journal = held(session, journal, "thanks", "You are welcome.")
    assert restore(START, written(journal)) == session


def test_a_session_that_is_shortened_again_still_tells_all_requests() -> None:
    block = "as in\n```\na,b\n```\n\nplease"
    session, journal = held(START, Journal(), "a shop", "How many?")
    for request in ("four customers", block, "nine"):
        session, journal = held(shorten(session), journal.add("command", SHORTEN), request, reply(MORE | SHOP))
    asked, _, rest = shorten(session).aside.partition("\n\n")
    assert asked.split("\n")[1:] == ["- a shop", "- four customers", "- as in ``` a,b ``` please", "- nine"]
    assert rest.startswith("This is the schema as it is now, with what I changed in it myself:")
    assert restore(START, written(journal)) == session


def test_a_conversation_says_which_schema_it_had_come_to() -> None:
    session, journal = held(START, Journal(), "a shop", reply(SHOP))
    assert written_schema(written(journal)) == schema_hash(SHOP)
    assert written_schema(
        written(journal.add("command", "/set customer.rows 9", schema=shop(nodes__0__rows=9)))
    ) == schema_hash(shop(nodes__0__rows=9))
    _, undone = steered(undo(session), journal)
    assert written_schema(written(undone)) is None
