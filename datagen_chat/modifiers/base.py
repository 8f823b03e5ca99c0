"""What a modifier is: a change of values between a column's generator and its final form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import Problem
from datagen_chat.words import COLUMN_TYPES, ColumnType, Registered, Scalar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS: tuple[ColumnType, ...] = ("int", "float")
USUAL_PLACES = 2


Factor = Callable[[Rows], "NDArray[np.float64]"]


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of values before or after a modifier: their type, and all of them where they are few, null included."""

    type: ColumnType
    outcomes: tuple[Scalar, ...] | None = None


class Modifier(Registered):
    """A change of a column's values, after they are made. A word of this family overrides `compile`, or `rewritten`."""

    takes: ClassVar[tuple[ColumnType, ...]] = COLUMN_TYPES
    converts: ClassVar = False
    """Whether other values come out than those that were made, so that bounds of the generator hold before, not after."""
    scales_fanout: ClassVar = False
    """Whether it can also stand at a fact, and scale its fanout: then it overrides `scaling`."""
    keeps_distinct: ClassVar = False
    """Whether different values stay different."""
    keeps_few: ClassVar = False
    """Whether few different values stay few, so that a file can hold them once."""

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:  # noqa: ARG002 - most have only their types
        """Yield what is wrong with the arguments together; pointers are relative to them."""
        yield from ()

    def uses(self) -> Iterator[Use]:
        """Yield the columns that the arguments name."""
        yield from ()

    def implied(self, facts: Facts) -> Iterator[Use]:  # noqa: ARG002 - most name what they read
        """Yield the columns that the change depends on although no argument names them."""
        yield from ()

    def makes(self, made: Made) -> Made:
        """Return what comes out when `made` comes in."""
        return Made("float" if made.type == "int" else made.type)

    def wants(self, type_: ColumnType) -> ColumnType:
        """Return the type that is to come in where this one is to come out."""
        return type_

    def why_null(self) -> str:
        """Return why a null can come out where none came in, as the end of a sentence; empty when none can."""
        return ""

    def rounded_to(self, places: int | None) -> int | None:
        """Return the decimals of a float column that names none, given those of the values before; None leaves them."""
        return USUAL_PLACES if places is None else places

    def layout(self, layout: Layout) -> Layout:
        """Return how the values lie in a file, given how those before would."""
        return "category" if self.keeps_few and layout == "category" else "plain"

    def added_length(self) -> int:
        """Return how many bytes a text grows by."""
        return 0

    def clamps(self) -> tuple[float, float] | None:
        """Return the bounds that no value is to leave when it is rounded, where this is the last modifier."""
        return None

    def rewritten(self, generator: Generator) -> Generator | None:  # noqa: ARG002 - most change values, not generators
        """Return the generator that does the same without this modifier, where there is one."""
        return None

    def scaling(self, scope: TableScope) -> Factor:
        """Return what multiplies the number of rows of parents, whose rows the scope reads, as a modifier of a fact."""
        raise NotImplementedError

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:
        """Return the sampler of the changed values, given that of the values before and what is known of them."""
        raise NotImplementedError
