"""Recorded calls: what a model was asked and what it said, one JSON line for each; what writes them, and what plays them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field
from itertools import takewhile
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import (
    STOPS,
    Finished,
    Message,
    MissingReplyError,
    Noted,
    Provider,
    Streamed,
    TextDelta,
    Usage,
    heeding,
)
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.redaction import HIDDEN, redact
from datagen_chat.problems import Problem, ProblemsError, shown

_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model was asked: in which case, for the how-manieth time (`epoch`), and with which parameters.

    `model` is the name by which a person picks it. A person's messages hold nothing that looks like a key.
    """

    case: str
    epoch: int
    model: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells this call from others: the SHA-256 of everything above as canonical JSON, in hexadecimal digits."""
        known = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(known.encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return this as JSON."""
        request = [{"role": message.role, "text": message.text} for message in self.messages]
        return {
            "case": self.case,
            "epoch": self.epoch,
            "model": self.model,
            "parameters": dict(self.parameters),
            "request": request,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """A call that got a reply: its pieces as they came, why it stopped, its tokens, the model that answered, and the time.

    `date` is ISO 8601 in UTC.
    """

    asked: Asked
    deltas: tuple[str, ...]
    end: Finished
    date: str = ""

    def events(self) -> Iterator[Streamed]:
        """Yield the reply as it came."""
        yield from map(TextDelta, self.deltas)
        yield self.end

    def line(self) -> str:
        """Return this as one line of JSON, without the line's end; it is ASCII, whatever was said."""
        told = {"deltas": self.deltas, "stop": self.end.stop, "usage": self.end.usage and asdict(self.end.usage)}
        about = {"answered_by": self.end.model, "date": self.date}
        return json.dumps({"key": self.asked.key, **self.asked.document(), **told, **about}, allow_nan=False)


def asked(
    case: str, epoch: int, model: str, messages: Sequence[Message], parameters: Mapping[str, Any], secrets: Iterable[str] = ()
) -> Asked:
    """Return a call as it is recorded and looked up: a person's messages without anything that looks like a key.

    What a model or this package wrote may hold a pattern that makes such values; only `secrets` are taken out of it.
    """
    return Asked(case, epoch, model, tuple(_told(message, tuple(secrets)) for message in messages), parameters)


def _told(message: Message, secrets: tuple[str, ...]) -> Message:
    text = redact(message.text, secrets) if message.role == "user" else _without(message.text, secrets)
    return Message(message.role, text)


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


class Recorder:
    """A provider that hands on every call of another one which got a reply, whole or cut, before its last event is seen.

    Where `write` returns what hindered it, the reply goes on, with a note.
    """

    def __init__(
        self,
        provider: Provider,
        write: Callable[[Call], Problem | None],
        now: Callable[[], str],
        *,
        case: str,
        epoch: int = 0,
        parameters: Mapping[str, Any] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        self.name = provider.name
        self._provider = provider
        self._write = write
        self._now = now
        self._case, self._epoch = case, epoch
        self._parameters = parameters or {}
        self._secrets = tuple(secrets)

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield what the other provider yields.

        Raises:
            ProviderError: there was no reply; nothing is recorded.
        """
        question = asked(self._case, self._epoch, self.name, messages, self._parameters, self._secrets)
        deltas: list[str] = []
        for event in self._provider.stream(messages, cancellation):
            if isinstance(event, TextDelta):
                deltas.append(event.text)
            elif isinstance(event, Finished):
                hindered = self._write(Call(question, self._clean(deltas), event, self._now()))
                if hindered is not None:
                    yield Noted(hindered)
            yield event

    def _clean(self, deltas: Sequence[str]) -> tuple[str, ...]:
        """Return the pieces of a reply; a secret may have come in several of them, which are joined then."""
        whole = "".join(deltas)
        return (_without(whole, self._secrets),) if any(secret in whole for secret in self._secrets) else tuple(deltas)


class Recording:
    """A provider that answers with the recorded calls of one case and epoch, each once and in order, and with nothing else."""

    def __init__(
        self, calls: Iterable[Call], case: str, epoch: int, model: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        self.name = model
        self._case, self._epoch = case, epoch
        self._parameters = parameters or {}
        self._calls = [call for call in calls if call.asked.case == case and call.asked.epoch == epoch]

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the recorded reply to these messages.

        Raises:
            MissingReplyError: there is none; the text says what differs from the call that comes nearest.
        """
        yield from heeding(self._taken(messages).events(), cancellation)

    def _taken(self, messages: Sequence[Message]) -> Call:
        question = asked(self._case, self._epoch, self.name, messages, self._parameters)
        found = next((call for call in self._calls if call.asked.key == question.key), None)
        if found is None:
            raise MissingReplyError(_missing(question, [call.asked for call in self._calls]))
        self._calls.remove(found)
        return found


def _missing(question: Asked, known: Sequence[Asked]) -> str:
    where = f"case {shown(question.case)}, epoch {question.epoch}, {question.model}"
    if not known:
        return f"The recording holds no further call of {where}."
    nearest = max(known, key=lambda call: _shared(question.messages, call.messages))
    return f"The recording holds no such call of {where}: {difference(question, nearest)}."


def _shared(ours: Sequence[Any], theirs: Sequence[Any]) -> int:
    """Return how many of the first items are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))


def difference(question: Asked, recorded: Asked) -> str:
    """Return where two calls part."""
    ours, theirs = question.messages, recorded.messages
    same = _shared(ours, theirs)
    if same < min(len(ours), len(theirs)):
        return f"message {same + 1} ({ours[same].role}) {_parting(ours[same], theirs[same])}"
    if len(ours) != len(theirs):
        return f"it has {len(ours)} messages, and the recorded one {len(theirs)}"
    if question.model != recorded.model:
        return f"the recorded one is of {recorded.model}"
    return f"its parameters are {dict(question.parameters)}, and the recorded ones {dict(recorded.parameters)}"


def _parting(ours: Message, theirs: Message) -> str:
    if ours.role != theirs.role:
        return f"is recorded as one of {theirs.role}"
    at = _shared(ours.text, theirs.text)
    line = ours.text.count("\n", 0, at) + 1
    begin = ours.text.rfind("\n", 0, at) + 1
    now, then = ours.text[max(begin, at - 20) :], theirs.text[max(begin, at - 20) :]
    return f"differs at its line {line}: {shown(now[:60])}, recorded {shown(then[:60])}"


def read_calls(text: str, name: str = "the recording") -> tuple[Call, ...]:
    """Return the calls of a recording, in their order.

    Raises:
        ProblemsError: a line is none; the text names it.
    """
    return tuple(_call(line, f"{name}, line {number}") for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _call(line: str, where: str) -> Call:
    try:
        document = json.loads(line)
        call = _read(document)
    except (ValueError, TypeError, KeyError, RecursionError):
        document, call = None, None
    if call is None:
        raise ProblemsError(
            [Problem("", "bad-recording", f"{where} is no recorded call.", "Remove the line, or record again.")]
        )
    if document["key"] != call.asked.key:
        hint = "Record it again: what a model says to something else is not known."
        raise ProblemsError([Problem("", "changed-recording", f"{where} was changed: its key is of another call.", hint)])
    return call


def _read(document: Mapping[str, Any]) -> Call:
    """Return the call that a document says.

    Raises:
        ValueError, TypeError, KeyError: it says none.
    """
    stop, usage, deltas = document["stop"], document["usage"], document["deltas"]
    texts = (document["case"], document["model"], document["answered_by"], document["date"], *deltas)
    if stop not in STOPS or not all(isinstance(text, str) for text in texts) or type(document["epoch"]) is not int:
        raise ValueError(stop)
    counted = None if usage is None else Usage(**usage)
    messages = tuple(_message(told) for told in document["request"])
    question = Asked(document["case"], document["epoch"], document["model"], messages, dict(document["parameters"]))
    return Call(question, tuple(deltas), Finished(stop, counted, document["answered_by"]), document["date"])


def _message(told: Mapping[str, Any]) -> Message:
    role, text = told["role"], told["text"]
    if role not in _ROLES or not isinstance(text, str):
        raise ValueError(role)
    return Message(role, text)
