"""Recorded replies for one turn of a case, in the order in which they came.

A reply belongs to its place: the turn of the person, and how often the model had been asked in it. What the person said must be
the same, else there is no reply. What this package says besides, its prompt and its questions about mistakes, may have become
other words since; such a reply is played, and told as drift.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from datagen_chat.llm.base import Message, MissingReplyError, Provider, ProviderError, Streamed, heeding
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.recording import Asked, Call, asked, difference
from datagen_chat.problems import shown

TURN = "turn"
ProviderOf = Callable[[int, str], Provider]
"""What answers in a turn of the person: its number, counted from 1, and what was said."""


class Recorded:
    """A provider that answers with the recorded calls of one turn, and with nothing else.

    `error` is what broke the conversation off when it was recorded; it breaks off there again.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        turn: int,
        said: str,
        drifted: Callable[[str], None],
        name: str = "recorded",
        error: str = "",
    ) -> None:
        self.name = name
        self._error = error
        self._calls = [call for call in calls if call.asked.parameters.get(TURN) == turn]
        self._turn = turn
        self._said = said
        self._drifted = drifted
        self._used = 0

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the recorded reply to these messages.

        Raises:
            MissingReplyError: there is none; the text says what differs.
        """
        yield from heeding(self._next(messages).events(), cancellation)

    def _next(self, messages: Sequence[Message]) -> Call:
        if self._used == len(self._calls):
            if self._error:
                raise ProviderError(self._error)
            said = shown(messages[-1].text if messages else "")
            place = f"reply {self._used + 1} of turn {self._turn}"
            raise MissingReplyError(f"There is no {place} in the recording; it is asked for by {said}.")
        call = self._calls[self._used]
        question = _as_recorded(call.asked, messages)
        if question != call.asked:
            if not self._used:
                self._check_said(call.asked)
            self._drifted(f"turn {self._turn}, reply {self._used + 1}: {difference(question, call.asked)}")
        self._used += 1
        return call

    def _check_said(self, known: Asked) -> None:
        """Make sure that the person says what was recorded: the program's own words, where there are any, stand before theirs.

        Raises:
            MissingReplyError: the person says something else.
        """
        [said] = _as_recorded(known, [Message("user", self._said)]).messages
        [recorded] = known.messages[-1:]
        if recorded.text != said.text and not recorded.text.endswith(f"\n\n{said.text}"):
            told = f"{shown(said.text)}, recorded {shown(recorded.text)}"
            raise MissingReplyError(f"What is said in turn {self._turn} is not what was recorded: {told}.")


def _as_recorded(known: Asked, messages: Sequence[Message]) -> Asked:
    """Return a question as it would have been recorded beside another one."""
    return asked(known.case, known.epoch, known.model, abridged(messages), known.parameters)


def abridged(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return messages with the hash of the system prompt in its place: the same long text would stand in every call."""
    return tuple(Message("system", prompt_hash(one.text)) if one.role == "system" else one for one in messages)


def abridge(call: Call) -> Call:
    """Return a call with the hash of the system prompt in its place."""
    return replace(call, asked=replace(call.asked, messages=abridged(call.asked.messages)))


def placed(calls: Sequence[Call], requests: Sequence[str]) -> tuple[Call, ...]:
    """Return calls with the turn that each belongs to, where a conversation was recorded that knew of no case.

    A turn begins with the call that holds the person's next request, for which the case's words are taken; the model was asked
    again as often as the chat does.
    """
    found, turn = list[Call](), 0
    for call in map(abridge, calls):
        told, waiting = call.asked.messages[-1].text, requests[turn] if turn < len(requests) else None
        turn += waiting is not None and (told == waiting or told.endswith(f"\n\n{waiting}"))
        about = {"max_repairs": 2, "advice": True, "prompt": "full", **call.asked.parameters, TURN: max(turn, 1)}
        found.append(replace(call, asked=replace(call.asked, parameters=about)))
    return tuple(found)


def prompt_hash(text: str) -> str:
    """Return what stands for a system prompt; of an abridged one, itself."""
    return text if text.startswith("sha256:") else f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
