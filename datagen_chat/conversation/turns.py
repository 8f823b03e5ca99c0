"""What a transcript is made of: turns, conversations, and the builder that both readers fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any, Literal

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import STOPS, Reply, Usage
from datagen_chat.llm.replay import Exchange
from datagen_chat.problems import Problem, ProblemsError, shown

Role = Literal["system", "user", "assistant", "repair", "result", "command"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation; `meta` is JSON and says how a reply came about."""

    role: Role
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)

    def reply(self) -> Reply:
        """Return this turn as the reply of a model; in a pasted conversation nobody knows why it stopped."""
        stop = self.meta.get("stop", "unknown")
        known = [reason for reason in STOPS if reason == stop]
        return Reply(self.text, known[0] if known else "cut", _usage(self.meta.get("usage")), str(self.meta.get("model", "")))


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one conversation under its title."""

    title: str
    turns: tuple[Turn, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def seed(self, otherwise: int) -> int:
        """Return the seed of the rows of this conversation, `otherwise` where it does not say.

        Raises:
            ProblemsError: something else stands there.
        """
        found = self.meta.get("seed", otherwise)
        if type(found) is int and -(2**63) <= found < 2**63:
            return found
        message = f"{shown(found)} is no seed, but stands as that of the conversation."
        raise ProblemsError([Problem("", "bad-seed", message, "Write the whole number there that the rows were made with.")])

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return each request with the replies it got; what a model said before the first request is no reply."""
        found: list[tuple[str, list[Reply]]] = []
        for turn in self.turns:
            if turn.role == "user":
                found.append((turn.text, []))
            elif turn.role == "assistant" and found:
                found[-1][1].append(turn.reply())
        return tuple(Exchange(request, tuple(replies)) for request, replies in found)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The conversations of one file."""

    conversations: tuple[Conversation, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)


class Builder:
    """A transcript in the making; `text_of` makes a turn's text of its lines."""

    def __init__(self, text_of: Callable[[list[str]], str]) -> None:
        self._text_of = text_of
        self._done: list[Conversation] = []
        self._head: tuple[str, Mapping[str, Any]] | None = None
        self._turns: list[Turn] = []
        self._role: Role = "user"
        self._lines: list[str] | None = None

    @property
    def is_in_turn(self) -> bool:
        """True while lines belong to a turn."""
        return self._lines is not None

    @property
    def has_turns(self) -> bool:
        """True once the current conversation has a turn."""
        return bool(self._turns) or self.is_in_turn

    def begin(self, title: str, meta: Mapping[str, Any]) -> None:
        """Begin a conversation."""
        self._end_conversation()
        self._head = (title, meta)

    def name(self, title: str) -> None:
        """Give the current conversation its title."""
        if self._head:
            self._head = (title, self._head[1])

    def turn(self, role: Role, line: str) -> None:
        """Begin a turn with its first line."""
        self.end_turn()
        self._head = self._head or ("", {})
        self._role, self._lines = role, [line]

    def line(self, line: str) -> None:
        """Add a line to the current turn; outside of turns there is nothing to add it to."""
        if self._lines is not None:
            self._lines.append(line)

    def note(self, meta: Mapping[str, Any]) -> None:
        """Add to what is known of the last turn."""
        self.end_turn()
        if self._turns:
            self._turns[-1] = replace(self._turns[-1], meta={**self._turns[-1].meta, **meta})

    def end_turn(self) -> None:
        """End the current turn, if there is one."""
        if self._lines is not None:
            self._turns.append(Turn(self._role, self._text_of(self._lines)))
        self._lines = None

    def conversations(self) -> tuple[Conversation, ...]:
        """Return all conversations; nothing can be added afterwards."""
        self._end_conversation()
        return tuple(self._done)

    def _end_conversation(self) -> None:
        self.end_turn()
        if self._head:
            self._done.append(Conversation(self._head[0], tuple(self._turns), self._head[1]))
        self._head, self._turns = None, []


def _usage(recorded: object) -> Usage | None:
    if not isinstance(recorded, dict):
        return None
    counts = {name: recorded.get(name, 0) for name in Usage.__slots__}
    return Usage(**counts) if all(type(count) is int for count in counts.values()) else None
