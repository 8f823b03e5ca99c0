"""The place of a row among those of its parent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem
from datagen_chat.values import Numbers
from datagen_chat.words import Int, term

_MANY_ROWS = 10**9
_MOST_ROWS = 1 << 40


class Position(Generator, word="position"):
    """Counts the rows of each parent anew, start + step × place: lines of an order, episodes of a season, instalments."""

    fills: ClassVar = ("int", "float")
    counts_siblings: ClassVar = True

    start: Int = term(1, "The value of the first row of each parent.", also=("from", "begin", "initial", "min"))
    step: Int = term(1, "The distance between two rows.", also=("increment", "by", "interval"))

    also: ClassVar = (
        "line_number",
        "row_number",
        "ordinal",
        "rank_in_parent",
        "index_in_parent",
        "counter",
        "position_in_parent",
    )
    example: ClassVar = {"position": {"start": 1}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield rows that have no parent, a step that leaves all alike, and numbers that 64 bits cannot hold."""
        if facts.parent is None:
            message = f"The rows of {facts.table_name} hang off no others, among which they could be counted."
            yield Problem("", "no-parent", message, "Use sequence, which counts the rows of the whole table.")
        if self.step == 0:
            yield Problem("/step", "step-zero", "With step 0 every row has the same value.", "Set step to 1.")
        if not all(-(2**63) <= end < 2**63 for end in (self.start, self.start + self.step * _MOST_ROWS)):
            hint = f"Set start and step so that {_MOST_ROWS:,} rows would still lie within ±{2**63 - 1}."
            yield Problem(
                "", "sequence-too-large", "The 64 bits of an int cannot hold what rows of one parent count up to.", hint
            )

    def extent(self, facts: Facts) -> tuple[float, float]:
        """Return the first value, and the last one of the most rows that one parent can have."""
        last = self.start + self.step * max(min(facts.children_range()[1], _MANY_ROWS) - 1, 0)
        return min(self.start, last), max(self.start, last)

    def signs(self) -> frozenset[str]:
        """Return the digits, and a minus where numbers can be negative."""
        return frozenset("0123456789" if self.start >= 0 and self.step > 0 else "-0123456789")

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: how many rows of the same parent come before."""
        dtype, start, step = np.float64 if scope.type == "float" else np.int64, self.start, self.step

        def sample(rows: Rows) -> Numbers:
            ranks = rows.shared("ranks", lambda: rows.siblings().ranks(rows.numbers))
            return Numbers((start + step * ranks).astype(dtype, copy=False))

        return sample
