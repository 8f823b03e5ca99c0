"""What happens in a conversation, as values: a terminal draws them, a test collects them, a transcript keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from datagen_chat.asked.ledger import Line
from datagen_chat.conversation.extract import Candidate
from datagen_chat.conversation.session import Session, Version
from datagen_chat.conversation.tokens import Liberty
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Noted, ReasoningDelta, Reply, TextDelta, Waiting
from datagen_chat.preview import Preview
from datagen_chat.problems import Problem
from datagen_chat.schema.change import Change
from datagen_chat.schema.repair import Mend

if TYPE_CHECKING:
    from datagen_chat.advice import Advice

Outcome = Literal["prose", "accepted", "rejected"]
"""How a turn ended: the reply held no schema, or a valid one, or one that stayed wrong."""


@dataclass(frozen=True, slots=True)
class UserSaid:
    """A person's request."""

    text: str


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """A reply is complete, or broke off: its `stop` says which."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Prose:
    """What a reply says besides its schema."""

    text: str


@dataclass(frozen=True, slots=True)
class SchemaExtracted:
    """A block of the reply was read as JSON, with the liberties that this took; or several changes, of which it is the last."""

    candidate: Candidate
    liberties: tuple[Liberty, ...]
    passed_over: int = 0  # how many other blocks could have been meant as well
    parts: int = 1

    @property
    def rung(self) -> int:
        """How far the text was from strict JSON: 0 not at all, up to 3."""
        return max((liberty.rung for liberty in self.liberties), default=0)


@dataclass(frozen=True, slots=True)
class NoSchemaFound:
    """A reply holds JSON, but none that is a schema or changes one; nothing was taken from it."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class SchemaMended:
    """Other spellings were changed to those of the language."""

    mends: tuple[Mend, ...]


@dataclass(frozen=True, slots=True)
class ProblemsFound:
    """The schema in a reply is not valid; `question` is what its model is told, or would be told if it could be asked.

    `blamed` is the document that the problems' pointers lead into, None when the reply could not be read as JSON.
    """

    problems: tuple[Problem, ...]
    blamed: Any
    question: str


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The model is asked to correct its reply, for the `attempt`-th time in this turn; or its data does not pass its checks."""

    attempt: int
    question: str
    is_about_data: bool = False


@dataclass(frozen=True, slots=True)
class SchemaAccepted:
    """A schema is valid and has become a version; `changes` are its differences from the version before."""

    version: Version
    number: int
    changes: tuple[Change, ...]
    notes: tuple[Problem, ...]

    @property
    def is_first(self) -> bool:
        """True when there is no version before it."""
        return self.number == 1


@dataclass(frozen=True, slots=True)
class Previewed:
    """The size of the accepted schema and the first rows of its tables; `before` is the preview of the version before."""

    preview: Preview
    before: Preview | None


@dataclass(frozen=True, slots=True)
class Advised:
    """What a reviewer would say of the schema, the most important first; `known` are the keys of what was said of the last."""

    advice: tuple[Advice, ...]
    known: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Stated:
    """What the person stated so far, and what the accepted schema makes of it."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class TriedCheck:
    """A check or a constraint, and what the data says to it; an unusable one could not be asked, and `found` says why."""

    name: str
    requirement: str
    sql: str
    state: Literal["holds", "fails", "unusable"]
    wanted: str
    found: str
    is_constraint: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """The accepted schema was tried: what its data says to its checks; `left_out` says why it was not.

    `stated` is what the data says to statements of the person that the schema alone does not decide.
    """

    checks: tuple[TriedCheck, ...]
    left_out: str = ""
    stated: tuple[TriedCheck, ...] = ()

    @property
    def failed(self) -> tuple[TriedCheck, ...]:
        """The checks that do not hold, or could not be asked."""
        return tuple(check for check in self.checks if check.state != "holds")


@dataclass(frozen=True, slots=True)
class SchemaSteered:
    """A person changed the schema, without the model; `line` is what they wrote, and `changes` what became different.

    `version` is None when there is no schema left. `overruled` are the words of earlier statements that no longer count.
    """

    line: str
    version: Version | None
    number: int
    changes: tuple[Change, ...]
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementDropped:
    """A person took back something that they had stated, whose words are `quote`; `line` is what they wrote."""

    line: str
    quote: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over; `session` is what the next one begins with."""

    session: Session
    outcome: Outcome


Event = (
    UserSaid
    | TextDelta
    | ReasoningDelta
    | Waiting
    | Noted
    | ReplyFinished
    | Prose
    | SchemaExtracted
    | NoSchemaFound
    | SchemaMended
    | ProblemsFound
    | AskedAgain
    | SchemaAccepted
    | Previewed
    | Advised
    | Stated
    | Tried
    | SchemaSteered
    | StatementDropped
    | TurnEnded
)
