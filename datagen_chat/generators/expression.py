"""A value that follows from other columns by a formula; its operators and functions are those of `datagen_chat.expressions`.

Null makes null, and so does what has no value in a row, such as a division by zero, which is told once. A float column without
`decimals` is rounded to 2 places, or to as many as the formula itself shows: round(x, 4), or only whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.expressions import Expression as Formula
from datagen_chat.expressions import Kind, Meaning, Probed, probe
from datagen_chat.expressions.kinds import TYPE_OF_KIND
from datagen_chat.expressions.nodes import Case, every
from datagen_chat.generators._ends import ends_as
from datagen_chat.generators._formula import (
    check_formula,
    ends_read,
    formula_sampler,
    may_be_null,
    names_of,
    parsed,
    understood,
    uses_of,
)
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import Problem
from datagen_chat.words import Code, ColumnType, Scalar, term

DEFAULT_PLACES = 2
_CLOSE = 2.0**16
_NUMBERS: tuple[Kind, ...] = ("int", "float", "bool")
_FITS: dict[ColumnType, tuple[Kind, ...]] = {
    "int": _NUMBERS,
    "float": _NUMBERS,
    "bool": ("bool",),
    "string": ("text",),
    "datetime": ("datetime", "date"),
    "date": ("date", "datetime"),
}


class Expression(Generator, word="expression"):
    """A formula over columns; `table.column` reads a row above or pointed at."""

    code: Code = term(
        description="The formula, with the operators and functions of formulas, such as round, if, days.",
        also=("expr", "expression", "formula", "sql", "value", "eval", "calc", "calculation", "python", "compute", "equation"),
    )

    also: ClassVar = (
        "expr",
        "formula",
        "computed",
        "compute",
        "derived",
        "derive",
        "calculated",
        "calculation",
        "calc",
        "eval",
        "sql",
        "code",
        "arithmetic",
    )
    example: ClassVar = {"expression": {"code": "quantity * unit_price"}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield what is wrong with the formula, and a result that does not fit the column's type."""
        yield from (problem.under("/code") for problem in check_formula(self.code, facts))
        meaning = understood(self.code, facts)
        if isinstance(meaning, Meaning):
            yield from self._check_kind(meaning, facts)

    def _check_kind(self, meaning: Meaning, facts: Facts) -> Iterator[Problem]:
        kind, type_ = meaning.kind, facts.type
        if kind == "null" or kind in _FITS[type_] or (type_ == "bool" and self._is_flag(meaning, facts)):
            return
        made = "duration" if kind == "days" else kind
        message = f"The formula makes {made}, which does not fit {facts.column_name} of type {type_}."
        yield Problem("/code", "expression-type", message, _hint(kind, type_))

    def _is_flag(self, meaning: Meaning, facts: Facts) -> bool:
        """Return whether the values are the numbers 0 and 1, which stand for false and true in a bool column."""
        found = self._outcomes(meaning, facts)
        return meaning.kind == "int" and found is not None and set(found) <= {0, 1, None}

    def uses(self) -> Iterator[Use]:
        """Yield every column that the formula names."""
        yield from uses_of(self.code, "/code")

    def why_null(self, facts: Facts) -> str:
        """Return which column can be null, or that the formula makes nulls by itself."""
        meaning, formula, is_nullable = understood(self.code, facts), parsed(self.code), may_be_null(facts)
        if not isinstance(meaning, Meaning) or isinstance(formula, Problem) or not meaning.can_be_null(is_nullable):
            return ""
        found = next((name for name in names_of(self.code) if is_nullable(name.table, name.column)), None)
        if found is not None:
            return f"its formula is null where {found.column if found.table is None else f'{found.table}.{found.column}'} is"
        has_gap = any(isinstance(node, Case) and node.otherwise is None for node, _ in every(formula.root))
        return "a CASE in its formula has no ELSE" if has_gap else "its formula makes nulls"

    def may_fail(self, facts: Facts) -> bool:
        """Return whether rows may divide by zero and the like, or become too large for what the columns can hold."""
        meaning = understood(self.code, facts)
        if not isinstance(meaning, Meaning):
            return False
        return meaning.may_fail or self._probed(meaning, facts).fails

    def extent(self, facts: Facts) -> tuple[float, float] | None:
        """Return the least and the greatest of what comes out where the columns are at theirs."""
        meaning = understood(self.code, facts)
        if not isinstance(meaning, Meaning) or meaning.kind not in _FITS[facts.type]:
            return None
        return ends_as(self._probed(meaning, facts).ends, TYPE_OF_KIND[meaning.kind], facts.type)

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the ends if they are close: those of far values are mostly the ends of what is usual, which none comes to."""
        low, high = self.extent(facts) or (-math.inf, math.inf)
        return (low, high) if high - low < _CLOSE else (-math.inf, math.inf)

    @staticmethod
    def _probed(meaning: Meaning, facts: Facts) -> Probed:
        return probe(meaning, facts.type, ends_read(facts))

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the values of conditions between constants."""
        meaning = understood(self.code, facts)
        if not isinstance(meaning, Meaning) or meaning.kind not in _FITS[facts.type] or facts.type == "float":
            return None
        found = None if meaning.kind == "float" else self._outcomes(meaning, facts)
        if found is None or facts.type != "int":
            return found
        return tuple(dict.fromkeys(int(value) if isinstance(value, bool) else value for value in found))

    @staticmethod
    def _outcomes(meaning: Meaning, facts: Facts) -> tuple[Scalar, ...] | None:
        return meaning.outcomes(facts.outcomes, may_be_null(facts))

    def places(self) -> int:
        """Return the places that the formula rounds to, or 2 where the text does not say."""
        formula = parsed(self.code)
        found = formula.decimals if isinstance(formula, Formula) else None
        return DEFAULT_PLACES if found is None else found

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where they are known to be few."""
        found = self.outcomes(facts)
        return "category" if facts.type == "bool" or (found is not None and len(found) <= CATEGORY_LIMIT) else "plain"

    def texts(self, facts: Facts) -> Texts:
        """Return the lengths of all columns that are read together, where the formula joins them; else the mean."""
        read = [facts.texts_of(use.table, use.column).length for use in self.uses()] or [Texts().length]
        return Texts(sum(read) if "concat" in self.code else sum(read) / len(read))

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type of what the formula gives, as far as the column converts it."""
        meaning = understood(self.code, facts)
        kind = meaning.kind if isinstance(meaning, Meaning) else "null"
        return facts.type if facts.type == "bool" else TYPE_OF_KIND.get(kind, facts.type)

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the formula's steps, each made once for all rows."""
        meaning = understood(self.code, scope)
        assert isinstance(meaning, Meaning), "only what was checked is compiled"
        return formula_sampler(meaning, scope, scope.type)


def _hint(kind: Kind, type_: ColumnType) -> str:
    """Return how to make a result fit the column."""
    if kind in ("duration", "days", "months"):
        return "Divide by days(1), hours(1) or minutes(1) to get a number, or add the duration to a time."
    if type_ == "string":
        return "Write concat(…) around it to make it text, or change the column's type."
    if type_ == "bool" and kind in _NUMBERS:
        return "Compare it, as in … > 0, or change the column's type."
    return f"Set the column's type to {TYPE_OF_KIND[kind]}, or change the formula."
