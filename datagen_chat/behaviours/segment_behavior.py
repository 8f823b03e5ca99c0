"""What a parent's category does to the rows below it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.words import Float, Name, NameBelow, Share, Weight, Word, term


class SegmentEffect(Word):
    """What one segment does."""

    fanout_multiplier: Weight = term(
        1.0, "Multiplies the mean number of rows below.", also=("fanout", "frequency_multiplier", "count_multiplier", "volume")
    )
    value_multiplier: Float = term(
        1.0, "Multiplies the columns that applies_to_columns names.", also=("value", "amount_multiplier", "spend_multiplier")
    )


class SegmentShare(Word):
    """A segment that is only named."""

    base_probability: Share | None = term(
        None, "How often it occurs, for readers: the column's own generator decides.", also=("probability", "share", "weight")
    )


class SegmentBehavior(Word):
    """A category of this table's rows that scales the fanout and the values of the facts below; others are left alone."""

    segment_column: Name = term(
        description="The column of this table that holds the segment.", also=("column", "segment", "on", "segment_field")
    )
    behaviors: Annotated[dict[str, SegmentEffect], Field(max_length=1000)] = term(
        {}, "What each segment does, by its value.", also=("behaviours", "multipliers", "effects", "rules")
    )
    segments: Annotated[dict[str, SegmentShare], Field(max_length=1000)] = term(
        {}, "Segments that are only named, for stage_config."
    )
    applies_to_columns: Annotated[tuple[NameBelow, ...], Field(max_length=1000)] = term(
        (), "The columns of the facts below that value_multiplier multiplies.", also=("columns", "applies_to", "value_columns")
    )

    example: ClassVar = {
        "segment_column": "tier",
        "behaviors": {"vip": {"fanout_multiplier": 2.5, "value_multiplier": 1.8}},
        "applies_to_columns": ["amount"],
    }
