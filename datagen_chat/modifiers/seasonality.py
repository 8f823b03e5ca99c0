"""Seasons: hours, weekdays and months that raise or lower numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from datagen_chat.generators._intervals import Weighing
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use, named
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers._times import TIMES, check_time, compile_time, implied_time, time_of
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.problems import Problem, note
from datagen_chat.ticks import PERIODS, Dimension, part_of
from datagen_chat.words import ColumnName, Weight, check_weights, term


class Seasonality(Modifier, word="seasonality"):
    """Multiply numbers by a factor for the hour, weekday or month of the row's time; or weigh the ticks of a datetime."""

    dimension: Dimension = term(
        description="Which part of the time decides.", also=("by", "unit", "period", "type", "part", "granularity")
    )
    weights: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=24)] = term(
        description="Factors, as they are: 24 for hours, 7 for weekdays from Monday on, 12 for months from January on.",
        also=("factors", "multipliers", "values", "pattern", "weight"),
    )
    on: ColumnName | None = term(
        None,
        'The column that holds the time, or "table.column"; else the row\'s first datetime, or that of a table above it.',
        also=("column", "time_column", "timestamp", "time_reference", "time_col", "datetime_column"),
    )

    takes: ClassVar = (*NUMBERS, *TIMES)
    also: ClassVar = ("seasonal", "season", "seasonal_pattern", "time_pattern", "periodic")
    example: ClassVar = {
        "transform": "seasonality",
        "args": {"dimension": "dow", "weights": [0.9, 0.9, 1.0, 1.0, 1.2, 1.1, 0.9]},
    }

    def uses(self) -> Iterator[Use]:
        """Yield the column that is named."""
        if self.on is not None:
            yield Use("/on", *named(self.on), wants=TIMES)

    def implied(self, facts: Facts) -> Iterator[Use]:
        """Yield the row's time where no column is named; a datetime's own ticks are weighed by themselves."""
        if facts.type not in TIMES:
            yield from implied_time(facts, self.on)

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:
        """Yield weights that are not as many as there are parts, times that are missing, and times without ticks."""
        if made.type in TIMES:
            message = "seasonality weighs the ticks of a datetime_series; these times are made otherwise."
            yield Problem("", "season-of-times", message, "Make the column with datetime_series, or remove this.")
            return
        yield from check_weights(PERIODS[self.dimension], self.weights, f"parts of {self.dimension}")
        yield from check_time("/on", facts, self.on, facts.column_name, "seasonality")
        place = time_of(facts, self.on, facts.column_name)
        if place is not None and facts.type_of(*place) == "date" and self.dimension == "hour":
            message = f"{place[1]} is a date: every row has the factor of midnight."
            yield note("/dimension", "season-no-effect", message, "Name a datetime column, or use dow or month.")
        if len(self.weights) == PERIODS[self.dimension] and abs(sum(self.weights) - 1) < 0.02:
            message = f"The weights add up to 1, so that values shrink to about 1/{len(self.weights)}."
            yield note("/weights", "season-shares", message, "Write factors around 1, such as 0.9 and 1.1.")

    def rewritten(self, generator: Generator) -> Generator | None:
        """Return a datetime_series with one more pattern."""
        if not isinstance(generator, DatetimeSeries) or self.on is not None:
            return None
        weighing = Weighing.model_validate({"dimension": self.dimension, "weights": self.weights})
        return generator.model_copy(update={"patterns": (*generator.patterns, weighing)})

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the numbers times their factors; where the time is null, the factor is 1."""
        place = time_of(scope, self.on, scope.column_name)
        assert place is not None
        instants, factors, dimension = compile_time(scope, place), np.array(self.weights), self.dimension

        def change(rows: Rows, data: Floats) -> Floats:
            when, known = instants(rows)
            factor = factors.take(part_of(dimension, when))
            data *= factor if known is None else np.where(known, factor, 1.0)
            return data

        return changed(sampler, change)
