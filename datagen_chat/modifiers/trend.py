"""Growth and decline over the years."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from datagen_chat import elementary
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use, named
from datagen_chat.instants import DAY
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers._times import TIMES, check_time, compile_time, implied_time, time_of
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.problems import Problem
from datagen_chat.words import ColumnName, Float, Word, term

YEAR = 365.25 * DAY
_NEEDED = {
    "linear": ("growth_rate",),
    "exponential": ("growth_rate",),
    "logarithmic": ("a", "b"),
    "logistic": ("k", "midpoint"),
}
Curve = Callable[[Floats], Floats]
"""The factor at each number of years since the timeframe's start."""


class TrendParameters(Word):
    """The parameters of curves that need more than one."""

    a: Annotated[Float, Field(ge=-1e6, le=1e6)] | None = term(None, "logarithmic: how much is gained.", also=("scale",))
    b: Annotated[Float, Field(ge=0, le=1e6)] | None = term(None, "logarithmic: how soon.", also=("rate",))
    k: Annotated[Float, Field(ge=-1e6, le=1e6)] | None = term(None, "logistic: how steep.", also=("steepness", "slope"))
    midpoint: Annotated[Float, Field(ge=-1e4, le=1e4)] | None = term(
        None, "logistic: the years until half is reached.", also=("x0", "t0", "inflection", "mid")
    )


class Trend(Modifier, word="trend"):
    """Multiply numbers by a factor that grows with the years t since the timeframe's start; it is never below 0."""

    type: Literal["linear", "exponential", "logarithmic", "logistic"] = term(
        "linear",
        "linear: 1 + growth_rate · t; exponential: (1 + growth_rate)^t; logarithmic: 1 + a · ln(1 + b · t); "
        "logistic: 1 / (1 + e^(-k · (t - midpoint))).",
        also=("kind", "shape", "curve", "curve_type", "mode", "form"),
    )
    time_reference: ColumnName | None = term(
        None,
        'The column that holds the time, or "table.column"; else the row\'s first datetime, or that of a table above it.',
        also=("on", "column", "time_column", "timestamp", "time_col", "datetime_column"),
    )
    growth_rate: Annotated[Float, Field(gt=-1, le=1000)] | None = term(
        None,
        "The growth of each year: 0.08 is eight percent.",
        also=("rate", "growth", "annual_growth", "slope", "yearly_growth"),
    )
    params: TrendParameters | None = term(
        None, "The parameters of logarithmic (a, b) and logistic (k, midpoint).", also=("parameters", "arguments")
    )

    takes: ClassVar = NUMBERS
    also: ClassVar = ("growth", "drift", "time_trend", "inflation")
    example: ClassVar = {"transform": "trend", "args": {"type": "exponential", "growth_rate": 0.08}}

    def uses(self) -> Iterator[Use]:
        """Yield the column that is named."""
        if self.time_reference is not None:
            yield Use("/time_reference", *named(self.time_reference), wants=TIMES)

    def implied(self, facts: Facts) -> Iterator[Use]:
        """Yield the row's time where no column is named."""
        yield from implied_time(facts, self.time_reference)

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:  # noqa: ARG002
        """Yield parameters that lack or have no effect, and a time or a timeframe that is missing."""
        yield from check_time("/time_reference", facts, self.time_reference, facts.column_name, "trend")
        if facts.timeframe is None:
            hint = 'Add "timeframe": {"start": …, "end": …} to the dataset.'
            yield Problem("", "no-timeframe", "A trend begins at the timeframe's start, but there is no timeframe.", hint)
        given, needed = self._given(), _NEEDED[self.type]
        for name in needed:
            if name not in given:
                message = f"A {self.type} trend needs {' and '.join(needed)}."
                yield Problem(_place(name), "missing-parameter", message, f"Add {name}.")
        for name in given:
            if name not in needed:
                message = f"A {self.type} trend has no {name}."
                yield Problem(_place(name), "unused-parameter", message, f"Remove it; it has {' and '.join(needed)}.")

    def _given(self) -> dict[str, float]:
        params = self.params or TrendParameters()
        found = {"growth_rate": self.growth_rate, "a": params.a, "b": params.b, "k": params.k, "midpoint": params.midpoint}
        return {name: value for name, value in found.items() if value is not None}

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the numbers times their factors; where the time is null, the factor is 1."""
        place = time_of(scope, self.time_reference, scope.column_name)
        assert place is not None
        assert scope.timeframe is not None
        instants, start, curve = compile_time(scope, place), scope.timeframe[0], self._curve()

        def change(rows: Rows, data: Floats) -> Floats:
            when, known = instants(rows)
            factor = np.maximum(curve((when - start) / YEAR), 0.0)
            data *= factor if known is None else np.where(known, factor, 1.0)
            return data

        return changed(sampler, change)

    def _curve(self) -> Curve:
        given = self._given()
        match self.type:
            case "linear":
                growth = given["growth_rate"]
                return lambda years: years * growth + 1.0
            case "exponential":
                growth = math.log1p(given["growth_rate"])
                return lambda years: elementary.exp(years * growth)
            case "logarithmic":
                gain, speed = given["a"], given["b"]
                # Before the timeframe the logarithm soon has no value any more; nothing is gained or lost there.
                return lambda years: elementary.log(np.maximum(years, 0.0) * speed + 1.0) * gain + 1.0
        steepness, middle = given["k"], given["midpoint"]
        return lambda years: 1.0 / (elementary.exp((years - middle) * -steepness) + 1.0)


def _place(name: str) -> str:
    return f"/{name}" if name == "growth_rate" else f"/params/{name}"
