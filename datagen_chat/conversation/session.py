"""What a conversation has come to: a frozen value that every step replaces, so that any of them can be taken back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from datagen_chat.asked.nouns import stems
from datagen_chat.asked.reading import Heard, Overruled
from datagen_chat.asked.spoken import Spoken
from datagen_chat.asked.statements import Statement
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, Usage
from datagen_chat.preview import Preview
from datagen_chat.schema.model import Dataset

if TYPE_CHECKING:
    from datagen_chat.advice import Advice

Json = Any


@dataclass(frozen=True, slots=True)
class Settings:
    """How a conversation is led.

    `max_repairs` is how often a model is asked again within one turn; `rows` and `tables` bound what is previewed; `advice`
    says whether what a reviewer would say of a schema is told.
    """

    seed: int = 42
    max_repairs: int = 0
    rows: int = 5
    tables: int = 20
    advice: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A schema that was accepted: the dataset, the JSON that it was read from, and what it looks like.

    `heard` is what was stated in the messages that led to it, since the version before.
    """

    dataset: Dataset
    draft: Json
    preview: Preview
    heard: tuple[tuple[Heard, ...], ...] = ()

    def advice(self) -> tuple[Advice, ...]:
        """Return what a reviewer would say of it, the most important first."""
        from datagen_chat.advice import advise  # a schema that is not reviewed needs none of it

        return advise(self.dataset, {name: count.rows for name, count in self.preview.counts.items()})


_TWICE = ("codes-twice", "names-twice")


def _column(advice: Advice) -> tuple[str, ...]:
    """Return the column that a remark is about, in the form that statements compare names in."""
    return stems(advice.place.rpartition(".")[2])


def unrepeated(gone: Iterable[Sequence[Heard]], since: Iterable[Sequence[Heard]]) -> tuple[tuple[Heard, ...], ...]:
    """Return what some messages stated, without what is about the same things as what was stated since."""
    keys = {one.key for heard in since for one in heard if isinstance(one, Statement | Overruled)}
    left = (
        tuple(one for one in heard if not isinstance(one, Spoken) and getattr(one, "key", None) not in keys) for heard in gone
    )
    return tuple(heard for heard in left if heard)


@dataclass(frozen=True, slots=True)
class Versions:
    """The accepted schemas, oldest first, and those that were undone, the last one first.

    `gone` is what was stated in the messages that led to undone ones which nothing brings back, and was not stated since.
    """

    past: tuple[Version, ...] = ()
    undone: tuple[Version, ...] = ()
    gone: tuple[tuple[Heard, ...], ...] = ()

    @property
    def current(self) -> Version | None:
        """The schema as it is now, if there is one."""
        return self.past[-1] if self.past else None

    def push(self, version: Version) -> Versions:
        """Return these versions with a new one at their end; what was undone is gone."""
        gone = (*self.gone, *(heard for one in self.undone for heard in one.heard))
        return Versions((*self.past, version), (), unrepeated(gone, version.heard))

    def undo(self) -> Versions:
        """Return these versions without the last one, which `redo` brings back."""
        return Versions(self.past[:-1], (*self.past[-1:], *self.undone), self.gone)

    def redo(self) -> Versions:
        """Return these versions with the one that was undone last."""
        return Versions((*self.past, *self.undone[:1]), self.undone[1:], self.gone)


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn that waits for a reply.

    `lead` and `asked` are the messages before and since the request; `draft` is what the last reply came to if it was wrong,
    `tried` the problems of each reply so far, and `is_afresh` says that the model was given a clean start.
    """

    request: str = ""
    lead: tuple[Message, ...] = ()
    asked: tuple[Message, ...] = ()
    draft: Json = None
    tried: tuple[Hashable, ...] = ()
    is_afresh: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation between two steps: its history as a model is given it, its schemas, and the turn that is open.

    `rejected` is the draft that the last turn ended with, if it was not accepted. `aside` is what the model is to be told with
    the next request: that a person has changed the schema meanwhile; `remarks` are what a reviewer would say of the schema and
    the model has not been told, and `told` the keys of what it has been. `heard` is what was stated in the
    messages since the last version, and `reminded` the words of what the model was told that it is not held. `spare` is the
    session whose last request is asked again in this one: its schema stays until another one is accepted.
    """

    settings: Settings = field(default_factory=Settings)
    prompt: str = ""
    history: tuple[Message, ...] = ()
    versions: Versions = field(default_factory=Versions)
    turn: OpenTurn | None = None
    rejected: Json = None
    usage: Usage = field(default_factory=Usage)
    aside: str = ""
    remarks: tuple[Advice, ...] = ()
    told: frozenset[tuple[str, str]] = frozenset()
    heard: tuple[tuple[Heard, ...], ...] = ()
    reminded: tuple[str, ...] = ()
    spare: Session | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that the model is to answer now."""
        system = (Message("system", self.prompt),) if self.prompt else ()
        return system + (self.history if self.turn is None else self.turn.lead + self.turn.asked)

    def review(self) -> tuple[Advice, ...]:
        """Return what a reviewer would say of the schema, where that is wanted, but for values that may repeat as was said."""
        current = self.versions.current
        if current is None or not self.settings.advice:
            return ()
        allowed = self._repeating()
        return tuple(advice for advice in current.advice() if not (advice.code in _TWICE and _column(advice) in allowed))

    def _repeating(self) -> frozenset[tuple[str, ...]]:
        """Return the stems of what was said to be unique no longer."""
        allowed = set[Hashable]()
        for heard in (*(heard for version in self.versions.past for heard in version.heard), *self.heard):
            for one in heard:
                if isinstance(one, Overruled):
                    allowed.add(one.key)
                elif isinstance(one, Statement):
                    allowed.discard(one.key)
        return frozenset(key[1] for key in allowed if isinstance(key, tuple) and key[0] == "unique")

    def reviewed(self, found: tuple[Advice, ...]) -> Session:
        """Return this session with what matters of what a reviewer would say, as far as the model has not been told."""
        return replace(self, remarks=tuple(advice for advice in found if advice.is_major and advice.key not in self.told))

    def instead_of(self, spare: Session) -> Session:
        """Return this session as one in which the last request of another is asked again."""
        return replace(self, spare=spare)

    def unanswered(self) -> Session:
        """Return the session after a turn whose reply did not come: where it was to take the place of another, that one."""
        return self if self.spare is None else self.spare

    def spend(self, usage: Usage | None) -> Session:
        """Return this session with the tokens of one more call."""
        return self if usage is None else replace(self, usage=self.usage + usage)

    def remember(self, turn: OpenTurn, answer: str) -> Session:
        """Return this session with a turn closed, of which the history keeps the request and one answer."""
        request = (Message("user", turn.request),) if turn.request else ()
        return replace(self, history=(*self.history, *request, Message("assistant", answer)), turn=None)
