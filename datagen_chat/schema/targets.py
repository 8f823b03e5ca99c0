"""What the data is to come to: shares of weekends, means, and numbers that follow from others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from datagen_chat.words import ColumnName, Float, Name, Share, TableName, Text, Weight, Word, term

TARGET_LIMIT = 500
_TABLE = ("node", "entity", "fact", "from")
_LOW, _HIGH = ("low", "minimum", "at_least", "lower"), ("high", "maximum", "at_most", "upper")


class WeekendShare(Word):
    """The share of rows on Saturdays and Sundays."""

    name: Text | None = term(None, "A short name.", min_length=1, also=("id", "label"))
    table: TableName = term(description="The table.", also=_TABLE)
    timestamp: Name = term(description="Its datetime or date column.", also=("column", "time", "time_column", "on", "field"))
    min: Share | None = term(None, "The smallest share.", also=_LOW)
    max: Share | None = term(None, "The largest share.", also=_HIGH)


class MeanInRange(Word):
    """The mean of a number."""

    name: Text | None = term(None, "A short name.", min_length=1, also=("id", "label"))
    table: TableName = term(description="The table.", also=_TABLE)
    column: Name = term(description="Its column.", also=("field", "metric", "attr", "measure"))
    min: Float | None = term(None, "The smallest mean.", also=_LOW)
    max: Float | None = term(None, "The largest mean.", also=_HIGH)


class Tolerance(Word):
    """How far a number may be from what it follows from."""

    mae: Weight | None = term(None, "The largest mean of the absolute errors.", also=("absolute", "mean_absolute_error"))
    mape: Weight | None = term(
        None,
        "The largest mean of the errors as shares of the number.",
        also=("relative", "mean_absolute_percentage_error"),
    )


class CompositeEffect(Word):
    """A number that is to be about the product of others."""

    name: Text | None = term(None, "A short name.", min_length=1, also=("id", "label"))
    table: TableName = term(description="The table.", also=_TABLE)
    metric: Name = term(description="The number.", also=("column", "field", "measure", "target"))
    influences: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=20)] = term(
        description='The numbers whose product it is: of the row, or "table.column" of one that a key of it points at.',
        also=("factors", "effects", "inputs", "drivers", "columns"),
    )
    tolerance: Tolerance = term(description="How far it may be from that.", also=("tolerances", "error", "within"))


class Targets(Word):
    """What the data is to come to, checked on the output."""

    weekend_share: Annotated[tuple[WeekendShare, ...], Field(max_length=TARGET_LIMIT)] = term(
        (), "Shares of rows on weekends, each within bounds.", also=("weekend_shares", "weekend_ratio")
    )
    mean_in_range: Annotated[tuple[MeanInRange, ...], Field(max_length=TARGET_LIMIT)] = term(
        (), "Means of columns, each within bounds.", also=("means", "mean", "mean_range", "averages")
    )
    composite_effect: Annotated[tuple[CompositeEffect, ...], Field(max_length=TARGET_LIMIT)] = term(
        (), "Numbers that are about the product of others.", also=("composite_effects", "composite")
    )
