"""Consecutive numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from datagen_chat.draws import RowNumbers
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.values import Numbers
from datagen_chat.words import Int, term

_MANY_ROWS = 10**9
_MOST_ROWS = 1 << 40
_USUAL_LIMIT = 10**8
"""What --max-rows is unless somebody allows more: where nothing says how many rows there are, no more are expected."""


class Sequence(Generator, word="sequence"):
    """Consecutive numbers, start + step × row: the usual primary key."""

    fills: ClassVar = ("int", "float")
    always_differs: ClassVar = True

    start: Int = term(1, "The value of the first row.", also=("from", "begin", "initial", "min"))
    step: Int = term(1, "The distance between two rows.", also=("increment", "by", "interval"))

    also: ClassVar = ("serial", "autoincrement", "auto_increment", "autoIncrement", "increment", "identity", "seq")
    example: ClassVar = {"sequence": {"start": 1, "step": 1}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a problem when rows would share one value, or leave 64 bits."""
        if self.step == 0:
            yield Problem("/step", "step-zero", "With step 0 every row has the same value.", "Set step to 1.")
        least, most = facts.row_range(None)
        rows = int(most if least == most else min(most, _USUAL_LIMIT))
        yield from self._beyond(rows, "" if least == most else "up to ")

    def _beyond(self, rows: int, about: str = "") -> Iterator[Problem]:
        """Yield that so many rows do not fit into 64 bits."""
        last = self.start + self.step * (rows - 1)
        if rows > 1 and not _is_held(last):
            message = f"The last of {about}{rows:,} rows would be {last}, which the 64 bits of an int cannot hold."
            yield Problem("", "sequence-too-large", message, f"Set start and step so that it lies within ±{2**63 - 1}.")

    def capacity(self, facts: Facts) -> int:  # noqa: ARG002
        """Return a number that no table reaches: every row has its own value."""
        return 1 << 62

    def extent(self, facts: Facts) -> tuple[float, float]:
        """Return the first and the last row's value, or those of very many rows."""
        last = self.start + self.step * min(facts.row_range(None)[1], _MANY_ROWS)
        return min(self.start, last), max(self.start, last)

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the first and the last row's value."""
        last = self.start + self.step * max(rows - 1, 0.0)
        return min(self.start, last), max(self.start, last)

    def signs(self) -> frozenset[str]:
        """Return the digits, and a minus where numbers can be negative."""
        return frozenset("0123456789" if self.start >= 0 and self.step > 0 else "-0123456789")

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that the values are an arithmetic progression; only an ascending one is of use to files."""
        return "sequence" if self.step > 0 else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: arithmetic on the row number.

        Raises:
            SchemaError: there are more rows than 64 bits can number so.
        """
        if not _is_held(self.start + self.step * _MOST_ROWS):  # else the rows need not be counted
            self._check_rows(scope)
        dtype = np.float64 if scope.type == "float" else np.int64

        def sample(rows: Rows) -> Numbers:
            return Numbers(self.of(rows.numbers).astype(dtype, copy=False))

        return sample

    def _check_rows(self, scope: Scope) -> None:
        for problem in self._beyond(scope.row_count()):
            message = f"{scope.table_name}.{scope.column_name}: {problem.message}"
            raise SchemaError([Problem("/nodes", problem.code, message, problem.hint)])

    def of(self, rows: RowNumbers) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the values of these rows."""
        if isinstance(rows, range):
            first = self.start + rows.start * self.step
            end = first + len(rows) * self.step
            if _is_held(end):
                return np.arange(first, end, self.step, dtype=np.int64)
            rows = np.arange(rows.start, rows.stop, dtype=np.int64)
        return rows + self.start if self.step == 1 else self.start + rows * self.step

    def row_of(self, value: float) -> int:
        """Return the number of the row that has a value; -1 where no row ever does.

        >>> Sequence(start=10, step=5).row_of(20), Sequence(start=10).row_of(9), Sequence(step=2).row_of(2)
        (2, -1, -1)
        """
        rows, rest = divmod(value - self.start, self.step)
        return int(rows) if rows >= 0 and not rest else -1


def _is_held(value: int) -> bool:
    """Return whether a column of whole numbers can hold a value."""
    return -(2**63) <= value < 2**63
