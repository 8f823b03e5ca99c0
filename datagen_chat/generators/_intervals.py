"""The words of windows of time and of what makes some parts of them more frequent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from datagen_chat.problems import Problem
from datagen_chat.ticks import PERIODS
from datagen_chat.words import MOMENT_PATTERN, Instant, Moment, Weight, Word, check_weights, term


class Interval(Word):
    """A window of time, both ends included."""

    start: Instant = term(description="The first instant, UTC with a Z.", also=("from", "begin", "min", "low", "start_date"))
    end: Instant = term(description="The last instant, UTC with a Z.", also=("to", "until", "max", "high", "end_date", "stop"))


class Weighing(Word):
    """Weights that make some hours, weekdays or months more frequent."""

    dimension: Literal["hour", "dow", "month"] = term(
        description="Which part of the time is weighed.", also=("by", "on", "unit", "type")
    )
    weights: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=24)] = term(
        description="24 weights for hours, 7 for weekdays from Monday on, 12 for months from January on."
    )

    def check(self) -> Iterator[Problem]:
        """Yield weights that are not as many as the dimension has parts."""
        yield from check_weights(PERIODS[self.dimension], self.weights, f"parts of {self.dimension}")


class Within(Word):
    """A window of time whose ends are instants or columns, both ends included."""

    start: Moment = term(
        description='The first instant, a column that holds it, or "timeframe.start".',
        also=("from", "begin", "min", "low", "start_date", "after"),
    )
    end: Moment = term(
        description='The last instant, a column that holds it, or "timeframe.end".',
        also=("to", "until", "max", "high", "end_date", "stop", "before"),
    )


def read_within(value: Any) -> Any:
    """Return "timeframe", or the window that an object describes.

    Raises:
        ValidationError: it is neither.
    """
    return value if value == "timeframe" else Within.model_validate(value)


MOMENT = {"type": "string", "format": "moment", "pattern": MOMENT_PATTERN}
WITHIN = {
    "type": ["string", "object"],
    "pattern": "^timeframe$",
    "properties": dict.fromkeys(("start", "end"), MOMENT)
    | {remark: {"type": "string"} for remark in ("comment", "description")},
    "required": ["start", "end"],
    "additionalProperties": False,
}
