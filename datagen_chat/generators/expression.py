"""A value that follows from other columns by a formula; its operators and functions are those of `datagen_chat.expressions`.

Null makes null, and so does what has no value in a row, such as a division by zero, which is told once. A float column without
`decimals` is rounded to 2 places, or to as many as the formula itself shows: round(x, 4), or only whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
from pydantic import StringConstraints, WithJsonSchema

from datagen_chat.expressions import Expression as Formula
from datagen_chat.expressions import Kind, Meaning, parse
from datagen_chat.expressions.kinds import TYPE_OF_KIND
from datagen_chat.expressions.nodes import Case, every
from datagen_chat.expressions.tokens import LENGTH_LIMIT
from datagen_chat.generators.base import (
    CATEGORY_LIMIT,
    Facts,
    Generator,
    Layout,
    Rows,
    Sampler,
    Scope,
    Use,
    may_read_null,
)
from datagen_chat.problems import Problem
from datagen_chat.values import Numbers, Values
from datagen_chat.words import ColumnType, Scalar, term

Code = Annotated[
    str,
    StringConstraints(max_length=LENGTH_LIMIT),
    WithJsonSchema({"type": "string", "format": "expression", "maxLength": LENGTH_LIMIT}),
]
TIMEFRAME, ENDS = "timeframe", ("start", "end")
"""`timeframe.start` and `timeframe.end` are the dataset's window, where no table is called so."""

DEFAULT_PLACES = 2
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
        description="+ - * / // % **, comparisons, in (…), between, is null, and/or/not, if(c, a, b) or CASE; 'text'; "
        "round(x, places) floor ceil abs sqrt exp log log10 min max coalesce nullif; lower upper trim length concat "
        "substring(text, start, length) left right replace starts_with contains; year month day hour dow (0 = Monday) "
        "date('2024-01-31') date_trunc('month', t) date_diff('day', from, to); t + days(n), hours, months …; "
        "(t - u) / days(1) is a number.",
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
        formula = parsed(self.code)
        if isinstance(formula, Problem):
            yield formula.under("/code")
            return
        meaning = self._meaning(facts)
        if isinstance(meaning, Meaning):
            yield from self._check_kind(meaning, facts)
        else:
            # A column that does not exist is told where all uses of columns are checked.
            yield from (problem.under("/code") for problem in meaning if problem.code != "expression-name")
            if facts.timeframe is None and any(_is_end(name.table, name.column, facts) for name in formula.names):
                yield Problem("/code", "no-timeframe", "The dataset has no timeframe.", "Add a timeframe with start and end.")

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
        formula = parsed(self.code)
        if isinstance(formula, Formula):
            for name in formula.names:
                if name.table != TIMEFRAME or name.column not in ENDS:
                    yield Use("/code", name.table, name.column)

    def why_null(self, facts: Facts) -> str:
        """Return which column can be null, or that the formula makes nulls by itself."""
        meaning, formula = self._meaning(facts), parsed(self.code)
        if not isinstance(meaning, Meaning) or isinstance(formula, Problem):
            return ""
        if not meaning.can_be_null(lambda table, column: _may_be_null(facts, table, column)):
            return ""
        found = next((name for name in formula.names if _may_be_null(facts, name.table, name.column)), None)
        if found is not None:
            return f"its formula is null where {found.column if found.table is None else f'{found.table}.{found.column}'} is"
        has_gap = any(isinstance(node, Case) and node.otherwise is None for node, _ in every(formula.root))
        return "a CASE in its formula has no ELSE" if has_gap else "its formula makes nulls"

    def may_fail(self, facts: Facts) -> bool:
        """Return whether rows may divide by zero and the like."""
        meaning = self._meaning(facts)
        return isinstance(meaning, Meaning) and meaning.may_fail

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the values of conditions between constants."""
        meaning = self._meaning(facts)
        if not isinstance(meaning, Meaning) or meaning.kind not in _FITS[facts.type] or facts.type == "float":
            return None
        return None if meaning.kind == "float" else self._outcomes(meaning, facts)

    @staticmethod
    def _outcomes(meaning: Meaning, facts: Facts) -> tuple[Scalar, ...] | None:
        return meaning.outcomes(facts.outcomes, lambda table, column: _may_be_null(facts, table, column))

    def places(self) -> int:
        """Return the places that the formula rounds to, or 2 where the text does not say."""
        formula = parsed(self.code)
        found = formula.decimals if isinstance(formula, Formula) else None
        return DEFAULT_PLACES if found is None else found

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where they are known to be few."""
        found = self.outcomes(facts)
        return "category" if facts.type == "bool" or (found is not None and len(found) <= CATEGORY_LIMIT) else "plain"

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type of what the formula gives, as far as the column converts it."""
        meaning = self._meaning(facts)
        kind = meaning.kind if isinstance(meaning, Meaning) else "null"
        return facts.type if facts.type == "bool" else TYPE_OF_KIND.get(kind, facts.type)

    def _meaning(self, facts: Facts) -> Meaning | tuple[Problem, ...]:
        formula = parsed(self.code)
        if isinstance(formula, Problem):
            return (formula,)
        return understood(self.code, tuple(_type_of(facts, name.table, name.column) for name in formula.names))

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the formula's steps, each made once for all rows."""
        meaning = self._meaning(scope)
        assert isinstance(meaning, Meaning), "only what was checked is compiled"
        evaluate = meaning.compile(scope.type)
        readers = {place: _reader(scope, *place) for place in evaluate.columns()}

        def tell(what: str, rows: int) -> None:
            scope.tell("expression-null", f"The formula has no value: {what}.", rows)

        def sample(rows: Rows) -> Values:
            return evaluate(lambda table, column: readers[table, column](rows), len(rows), tell)

        return sample


@lru_cache(maxsize=4096)
def parsed(code: str) -> Formula | Problem:
    """Return a formula, or why the code is none."""
    return parse(code)


@lru_cache(maxsize=4096)
def understood(code: str, types: tuple[ColumnType | None, ...]) -> Meaning | tuple[Problem, ...]:
    """Return what a formula means, given the types of its columns in the order of its names; or what is wrong with it."""
    formula = parsed(code)
    if isinstance(formula, Problem):
        return (formula,)
    type_of = {(name.table, name.column): type_ for name, type_ in zip(formula.names, types, strict=True)}
    return formula.understand(lambda table, column: type_of[table, column])


def _is_end(table: str | None, column: str, facts: Facts) -> bool:
    """Return whether a name is an end of the dataset's window rather than a column."""
    return table == TIMEFRAME and column in ENDS and facts.type_of(table, column) is None


def _type_of(facts: Facts, table: str | None, column: str) -> ColumnType | None:
    if _is_end(table, column, facts):
        return None if facts.timeframe is None else "datetime"
    return facts.type_of(table, column)


def _may_be_null(facts: Facts, table: str | None, column: str) -> bool:
    return not _is_end(table, column, facts) and may_read_null(facts, table, column)


def _reader(scope: Scope, table: str | None, column: str) -> Sampler:
    """Return how to read a column, or an end of the dataset's window."""
    if not _is_end(table, column, scope):
        return scope.reader(table, column)
    assert scope.timeframe is not None
    end = np.array([scope.timeframe[ENDS.index(column)]])
    return lambda rows: Numbers(np.broadcast_to(end, len(rows)))


def _hint(kind: Kind, type_: ColumnType) -> str:
    """Return how to make a result fit the column."""
    if kind in ("duration", "days", "months"):
        return "Divide by days(1), hours(1) or minutes(1) to get a number, or add the duration to a time."
    if type_ == "string":
        return "Write concat(…) around it to make it text, or change the column's type."
    if type_ == "bool" and kind in _NUMBERS:
        return "Compare it, as in … > 0, or change the column's type."
    return f"Set the column's type to {TYPE_OF_KIND[kind]}, or change the formula."
