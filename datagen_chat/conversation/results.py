"""What a recorded conversation came to, turn by turn, beside what it comes to now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import Trial, replayed
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.turns import Conversation, Turn
from datagen_chat.frozen import dataclass

RESULTS = "results"
"""In what is known of a reply, its results; conversations that this package wrote have turns of their own for them."""

Results = Mapping[int, tuple[Turn, ...]]
"""The results of each reply, by the number of its turn from 0."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A reply, counted from 1, whose results are others than were recorded."""

    reply: int
    recorded: tuple[str, ...]
    found: tuple[str, ...]


def found_in(session: Session, conversation: Conversation, trial: Trial | None) -> Results:
    """Return what every reply of a conversation comes to when it is held again."""
    found: dict[int, tuple[Turn, ...]] = dict.fromkeys(_replies(conversation), ())
    for number, event in replayed(session, conversation, trial):
        if number in found:
            found[number] += tuple(turn for turn in Journal().hear(event).turns if turn.role == "result")
    return found


def recorded_in(conversation: Conversation) -> Results:
    """Return what a conversation says that its replies came to."""
    found: dict[int, tuple[Turn, ...]] = {}
    for number, turn in enumerate(conversation.turns):
        if turn.role == "assistant":
            found[number] = tuple(_result(told) for told in _listed(turn.meta.get(RESULTS)))
            reply = number
        elif _is_result(turn) and found:
            found[reply] += (turn,)
    return found


def differences(recorded: Results, found: Results) -> Iterator[Difference]:
    """Yield every reply whose results are not those that were recorded."""
    for reply, number in enumerate(found, 1):
        before, now = recorded.get(number, ()), found[number]
        if before != now:
            yield Difference(reply, tuple(map(_shown, before)), tuple(map(_shown, now)))


def with_results(conversation: Conversation, found: Results) -> Conversation:
    """Return a conversation that says what its replies come to, in turns of their own."""
    turns: list[Turn] = []
    for number, turn in enumerate(conversation.turns):
        if not _is_result(turn):
            turns += [turn, *found.get(number, ())]
    return replace(conversation, turns=tuple(turns))


def noted(results: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return the results of a reply as they stand in what is known of it."""
    return [{"result": turn.text, **turn.meta} for turn in results]


def _replies(conversation: Conversation) -> Iterator[int]:
    return (number for number, turn in enumerate(conversation.turns) if turn.role == "assistant")


def _is_result(turn: Turn) -> bool:
    """Return whether a turn says what a reply came to, and not that none came."""
    return turn.role == "result" and "failed" not in turn.meta


def _listed(told: object) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _result(told: Mapping[str, Any]) -> Turn:
    return Turn("result", str(told.get("result", "")), {key: value for key, value in told.items() if key != "result"})


def _shown(turn: Turn) -> str:
    schema = turn.meta.get("schema")
    return f"{turn.text} (schema {str(schema)[:12]})" if schema else turn.text
