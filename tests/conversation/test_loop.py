"""Recorded conversations through the loop: what is recorded is all there is, and every schema in it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from datagen_chat.conversation.events import Event, Prose, SchemaAccepted, TurnEnded, UserSaid
from datagen_chat.conversation.loop import converse, replay
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation, Turn
from datagen_chat.llm.replay import Exchange, Replay
from datagen_chat.shipped import folder
from tests.conversation.replies import SHOP, reply, shop

EXAMPLE = Path(__file__).parents[1] / "data" / "example_conversation.md"
DATA = Path(__file__).parents[1] / "data"
WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
RIGHT = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"choice": {"choices": ["a"]}}}]}]}


def ends(events: Sequence[Event]) -> list[str]:
    return [event.outcome for event in events if isinstance(event, TurnEnded)]


def told(*turns: tuple[str, str]) -> list[Event]:
    return list(replay(Session(), Conversation("", tuple(Turn(role, text) for role, text in turns))))  # type: ignore[arg-type]


def files() -> list[Path]:
    return [EXAMPLE, *sorted(folder("transcripts").glob("*.md"))]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_schema_of_the_example_and_the_shipped_transcripts_is_accepted(path: Path) -> None:
    for conversation in parse(path.read_text("utf-8")).conversations:
        outcomes = ends(list(replay(Session(), conversation)))
        assert "rejected" not in outcomes
        assert outcomes[-1] == "accepted"


def test_words_before_the_first_request_are_shown() -> None:
    first = parse(EXAMPLE.read_text("utf-8")).conversations[0]
    events = list(replay(Session(), first))
    assert next(event.text for event in events if isinstance(event, Prose)).startswith("Now let's start!")


def test_the_replay_provider_leads_to_the_same_schemas() -> None:
    for conversation in parse(EXAMPLE.read_text("utf-8")).conversations:
        session, provider = Session(), Replay(conversation.exchanges())
        for exchange in conversation.exchanges():
            for event in converse(session, exchange.request, provider):
                session = event.session if isinstance(event, TurnEnded) else session
        [*_, last] = replay(Session(), conversation)
        assert isinstance(last, TurnEnded)
        assert session.versions == last.session.versions


def test_recorded_corrections_are_played_while_they_are_needed() -> None:
    events = told(("user", "a shop"), ("assistant", reply(WRONG)), ("repair", "Mend it."), ("assistant", reply(RIGHT)))
    assert ends(events) == ["rejected", "accepted"]


def test_corrections_of_what_is_accepted_by_now_are_passed_over() -> None:
    events = told(
        ("user", "a shop"), ("assistant", reply(SHOP)), ("repair", "Mend it."), ("assistant", reply(shop(nodes__0__rows=9)))
    )
    [accepted] = [event for event in events if isinstance(event, SchemaAccepted)]
    assert accepted.version.dataset.table("customer").rows == 4


def test_two_replies_in_a_row_are_both_played() -> None:
    events = told(("user", "a shop"), ("assistant", "One moment."), ("assistant", reply(SHOP)))
    assert ends(events) == ["prose", "accepted"]


def test_a_request_without_a_reply_is_shown() -> None:
    events = told(("user", "a shop"), ("user", "hello?"))
    assert [event.text for event in events if isinstance(event, UserSaid)] == ["a shop", "hello?"]


def test_real_conversations_and_raw_replies_give_schemas_or_problems_but_never_errors() -> None:
    played = 0
    for path in sorted(DATA.glob("conversations/[0-9]*.md")):
        for conversation in parse(path.read_text("utf-8")).conversations:
            played += len(ends(list(replay(Session(), conversation))))
    for path in sorted(DATA.glob("replies/*.txt")):
        played += len(ends(told(("user", "a shop"), ("assistant", path.read_text("utf-8")))))
    assert played > 20


@pytest.mark.parametrize("rows", [10**7, 10**9, 5 * 10**10])
def test_a_preview_of_a_huge_dataset_costs_next_to_nothing(rows: int) -> None:
    draft = shop(nodes__0__rows=rows)
    events = list(converse(Session(Settings(rows=5)), "a shop", Replay(_recorded(draft))))
    [accepted] = [event for event in events if isinstance(event, SchemaAccepted)]
    preview = accepted.version.preview
    assert preview.counts["customer"].rows == rows
    assert not preview.counts["order"].is_exact
    assert abs(preview.counts["order"].rows - 2 * rows) < rows
    assert bool(preview.samples) == (rows == 10**7)
    assert bool(preview.left_out) == (rows > 10**7)


def _recorded(draft: object) -> tuple[Exchange, ...]:
    return Conversation("", (Turn("user", "a shop"), Turn("assistant", reply(draft)))).exchanges()
