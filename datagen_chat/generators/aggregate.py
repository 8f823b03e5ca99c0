"""A number of the rows below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import WithJsonSchema

from datagen_chat.generators._ends import ends_as
from datagen_chat.generators._folds import (
    End,
    EndRow,
    Extreme,
    Read,
    RowCount,
    TextExtreme,
    Total,
    ValueCount,
)
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Fold, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Source, Use
from datagen_chat.problems import Problem
from datagen_chat.values import Mask, Numbers, Values
from datagen_chat.words import COLUMN_TYPES, Code, ColumnType, Reference, Scalar, term

Op = Literal["sum", "count", "mean", "min", "max", "first", "last"]
_SYNONYMS = {
    "total": "sum",
    "add": "sum",
    "avg": "mean",
    "average": "mean",
    "minimum": "min",
    "smallest": "min",
    "earliest": "min",
    "maximum": "max",
    "largest": "max",
    "latest": "max",
    "size": "count",
    "n": "count",
    "first_value": "first",
    "last_value": "last",
}
OP = {"type": "string", "enum": list(Op.__args__), "synonyms": _SYNONYMS}  # type: ignore[attr-defined] # what Literal holds
_NUMBERS: tuple[ColumnType, ...] = ("int", "float", "bool")
_WANTS: dict[str, tuple[ColumnType, ...]] = {"sum": _NUMBERS, "mean": _NUMBERS}
_FITS: dict[ColumnType, tuple[ColumnType, ...]] = {
    "int": ("int", "float"),
    "float": ("float",),
    "bool": ("bool", "int"),
    "string": ("string",),
    "datetime": ("datetime", "date"),
    "date": ("date", "datetime"),
}


class Aggregate(Generator, word="aggregate"):
    """A value of the rows below, by first parents at any distance: an order's total of its lines.

    Nulls are left out; of nothing, sum and count are 0 and the others null. Sums are exact.
    """

    of: Reference = term(
        description='What is aggregated: "table.column" of a table below.',
        also=("from", "column", "source", "field", "ref", "target", "value"),
    )
    op: Annotated[Op, WithJsonSchema(OP)] = term(
        description="How; first and last go by row order.",
        also=("function", "func", "fn", "agg", "aggregation", "operation", "type", "method", "how", "operator"),
    )

    where: Code | None = term(
        None,
        """A condition on those rows: "status == 'paid'".""",
        also=("filter", "condition", "if", "only", "when", "having"),
        rows_of="of",
    )

    also: ClassVar = ("agg", "aggregation", "rollup", "roll_up", "summary", "reduce")
    example: ClassVar = {"aggregate": {"of": "order_item.line_total", "op": "sum"}}

    @property
    def source(self) -> tuple[str, str]:
        """The table and the column that are aggregated."""
        table, _, column = self.of.partition(".")
        return table, column

    def folds(self) -> str:
        """Return the table that is aggregated."""
        return self.source[0]

    def uses(self) -> Iterator[Use]:
        """Yield the column that is aggregated."""
        yield Use("/of", *self.source, "descendant", wants=_WANTS.get(self.op, COLUMN_TYPES))
        if self.where is not None:
            from datagen_chat.generators._formula import uses_of  # most aggregates have no condition

            table = self.source[0]
            yield from (replace(use, table=use.table or table, of=table) for use in uses_of(self.where, "/where"))

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a condition that is none, and a result that does not fit the column's type."""
        if self.where is not None and facts.type_of(*self.source) is not None:
            from datagen_chat.generators._formula import check_values

            below = facts.of(self.source[0])
            yield from (problem.under("/where") for problem in check_values(self.where, below, ("bool",)))
        made = self._made(facts)
        if made is None or facts.type in _FITS[made] or (self.op == "mean" and facts.type == "int"):
            return
        message = f"The {self.op} of {self.of} is of type {made}, which does not fit a column of type {facts.type}."
        yield Problem("/op", "aggregate-type", message, f"Set the column's type to {made}.")

    def _made(self, facts: Facts) -> ColumnType | None:
        """Return the type that comes out; None where what is aggregated is not there, or cannot be."""
        type_ = facts.type_of(*self.source)
        if type_ is None or type_ not in _WANTS.get(self.op, COLUMN_TYPES):
            return None
        if self.op == "sum":
            return "float" if type_ == "float" else "int"
        return {"count": "int", "mean": "float"}.get(self.op, type_)  # type: ignore[return-value] # they are column types

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type that comes out; in a column of floats, sums of whole numbers are floats too."""
        made = self._made(facts) or facts.type
        return "float" if self.op == "sum" and facts.type == "float" else made

    def why_null(self, facts: Facts) -> str:
        """Return that there may be no rows below, or none with a value."""
        table, column = self.source
        if self.op in ("sum", "count") or facts.type_of(table, column) is None:
            return ""
        if self.where is not None:
            return f"rows without any {table} below them that meets the condition have no {self.op}"
        if not facts.is_sure_of(table):
            return f"rows without any {table} below them have no {self.op}"
        return f"{self.of} may be null in all of them" if facts.nullable_of(table, column) else ""

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the values of what is aggregated, of which one is taken."""
        made = facts.outcomes(*self.source) if self._takes_one else None
        return None if made is None else tuple(dict.fromkeys((*made, None))) if self.why_null(facts) else made

    def extent(self, facts: Facts) -> tuple[float, float] | None:
        """Return those of what is aggregated, where one of its values is taken or the mean; the rows of very many."""
        type_ = facts.type_of(*self.source)
        if self.op == "count":
            return 0, min(facts.row_range(self.source[0])[1], 1e9)
        if type_ is None or self.op == "sum":
            return None
        return ends_as(facts.ends_of(*self.source), type_, facts.type)

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float] | None:  # noqa: ARG002
        """Return those of what is aggregated; counts and sums have no end."""
        return (0, math.inf) if self.op == "count" else self.extent(facts)

    @property
    def _takes_one(self) -> bool:
        return self.op in ("min", "max", "first", "last")

    def sources(self) -> tuple[Source, ...] | None:
        """Return what is aggregated, where one of its values is taken."""
        return (Source("/of", *self.source),) if self._takes_one else None

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where one of few is taken."""
        is_category = self._takes_one and facts.layout_of(*self.source) == "category"
        return "category" if is_category or facts.type == "bool" else "plain"

    def texts(self, facts: Facts) -> Texts:
        """Return those of what is aggregated, of which one is taken."""
        return facts.texts_of(*self.source) if self._takes_one else Texts()

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: one pass over the rows below, together with the other columns that take them."""
        return scope.folded(self)

    def fold(self, scope: Scope) -> Fold:
        """Return how the value is made of the rows below."""
        table, column = self.source
        type_, is_partial = scope.type_of(table, column), self.where is not None or scope.nullable_of(table, column)
        assert type_ is not None
        read, is_last = self._reader(scope), self.op == "last"
        if self.op == "count":
            return Fold(lambda size: ValueCount(size, read)) if is_partial else Fold(lambda _: RowCount(), needs_rows=False)
        if self.op in ("first", "last"):
            if is_partial:
                return Fold(lambda size: End(size, read, type_, is_last=is_last))
            pick = scope.picker(table, column)
            return Fold(lambda _: EndRow(pick, type_, is_last=is_last), needs_rows=False)
        return self._fold_all(scope, read, type_)

    def _fold_all(self, scope: Scope, read: Read, type_: ColumnType) -> Fold:
        """Return the sum, the mean or an extreme."""
        places, is_mean, op = scope.places_of(*self.source), self.op == "mean", self.op
        if op == "min" or op == "max":
            if type_ == "string":
                return Fold(lambda size: TextExtreme(size, read, op))
            return Fold(lambda size: Extreme(size, read, type_, op))
        is_float, beyond = type_ == "float", self._beyond(scope) if self.makes(scope) == "int" else None
        return Fold(lambda size: Total(size, read, places, is_mean=is_mean, is_float=is_float, beyond=beyond))

    def _beyond(self, scope: Scope) -> Problem:
        message = f"A sum of {self.of} leaves the 64 bits of an int."
        hint = f"Set the type of {scope.column_name} to float, or make the values smaller."
        return Problem(f"{scope.pointer_to(self)}/of", "sum-too-large", message, hint)

    def _reader(self, scope: Scope) -> Read:
        """Return how to read the values below, and which of them count."""
        table, column = self.source
        if self.where is None:
            return lambda rows: ((values := rows.values(column)), values.valid)
        from datagen_chat.generators._formula import sampler_of

        name, meets = ("where", self.where), sampler_of(self.where, scope.of(table), "bool")

        def read(rows: Rows) -> tuple[Values, Mask | None]:
            met, values = rows.shared(name, lambda: meets(rows)), rows.values(column)
            assert isinstance(met, Numbers)
            masks = [mask for mask in (met.valid, values.valid) if mask is not None]
            return values, np.logical_and.reduce([met.data, *masks])

        return read
