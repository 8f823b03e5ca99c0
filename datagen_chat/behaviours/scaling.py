"""What behaviours come to: modifiers of the columns and the fanouts below, which no schema writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from datagen_chat.behaviours.curves import Curve
from datagen_chat.branches import Branches
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import Use
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers._times import TIMES, Place, compile_time
from datagen_chat.modifiers.base import NUMBERS, Factor, Made, Modifier


class Scaling(Modifier):
    """A factor from the rows of a table above, for values as for fanouts."""

    takes: ClassVar = NUMBERS
    scales_fanout: ClassVar = True
    carrier: str

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the numbers times their factors."""
        factor = self.scaling(scope)

        def change(rows: Rows, data: Floats) -> Floats:
            data *= factor(rows)
            return data

        return changed(sampler, change)


class SegmentScaling(Scaling):
    """The factor of each segment."""

    word: ClassVar = "segment_behavior"
    column: str
    factors: Mapping[str, float]

    def uses(self) -> Iterator[Use]:
        """Yield the column that holds the segment."""
        yield Use("", self.carrier, self.column)

    def scaling(self, scope: TableScope) -> Factor:
        """Return the factor of each row's segment; segments that are not listed have 1."""
        read, type_ = scope.reader(self.carrier, self.column), scope.type_of(self.carrier, self.column) or "string"
        branches, factors = Branches(tuple(self.factors), type_), np.array([*self.factors.values(), 1.0])
        return lambda rows: factors.take(branches.of(read(rows)))


class VintageScaling(Scaling):
    """The factor of each age: at the row's own time or, without one, at the timeframe's end."""

    word: ClassVar = "vintage_behavior"
    created: str
    curve: Any
    time: Place | None = None

    def uses(self) -> Iterator[Use]:
        """Yield the column that age counts from, and that of the row's time."""
        yield Use("", self.carrier, self.created, wants=TIMES)
        if self.time is not None:
            yield Use("", *self.time, wants=TIMES)

    def scaling(self, scope: TableScope) -> Factor:
        """Return the multiplier of each row's age; where a time is null, 1."""
        curve: Curve = self.curve
        born = compile_time(scope, (self.carrier, self.created))
        now = None if self.time is None else compile_time(scope, self.time)
        end = 0 if scope.timeframe is None else scope.timeframe[1]

        def factor(rows: Rows) -> Floats:
            start, known = born(rows)
            when, seen = (end, None) if now is None else now(rows)
            found = curve.at(np.asarray(when - start))
            for valid in (known, seen):
                found = found if valid is None else np.where(valid, found, 1.0)
            return found

        return factor
