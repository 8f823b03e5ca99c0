"""What graders look at."""

from __future__ import annotations

from collections.abc import Callable

from datagen_chat.evaluation.cases import Case
from datagen_chat.evaluation.data import Data
from datagen_chat.evaluation.entry import Grade, State
from datagen_chat.evaluation.holding import Held
from datagen_chat.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Met:
    """What became of one expectation; the reason says what was found instead."""

    what: str
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conversation that was held, the data of its last schema, what became of the case's expectations, and what was drawn."""

    case: Case
    held: Held
    data: Data
    met: tuple[Met, ...] = ()
    drawn: str = ""


Grader = Callable[[Evidence], Grade]
