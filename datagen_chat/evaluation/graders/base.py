"""What graders look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datagen_chat.evaluation.cases import Case
from datagen_chat.evaluation.data import Data
from datagen_chat.evaluation.entry import Grade
from datagen_chat.evaluation.holding import Held


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conversation that was held, the data of its last schema, and what the chat would have drawn of it."""

    case: Case
    held: Held
    data: Data
    drawn: str = ""


Grader = Callable[[Evidence], Grade]
