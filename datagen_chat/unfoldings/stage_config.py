"""A journey through stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from datagen_chat.generators.base.rows import Rows
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.generators.base.uses import Use
from datagen_chat.generators.choice import Choice
from datagen_chat.problems import Problem, did_you_mean, note, pointer, shown
from datagen_chat.unfoldings.base import LATEST, Above, ColumnLike, Unfolding
from datagen_chat.words import Name, Positive, Share, Text, Weight, Word, term

if TYPE_CHECKING:
    from datagen_chat.unfoldings._walks import Route

STAGE_LIMIT = 1000
USUAL_HOURS = 24.0


class Stage(Word):
    """A stage: its name, and which share of those in the stage before reach it."""

    stage_name: Annotated[Text, Field(min_length=1)] = term(
        description="The name.", also=("name", "stage", "id", "label", "step")
    )
    transition_rate: Share | None = term(
        None,
        "The share of those in the stage before that reach this one; the first stage is always reached.",
        also=("rate", "conversion_rate", "probability", "conversion", "transition_probability", "p"),
    )
    mean_hours: Positive | None = term(
        None,
        "The mean of the hours between the stage before and this one, which are exponential; default 24.",
        also=("mean_gap_hours", "hours", "avg_hours", "average_hours", "delay_hours", "mean_delay_hours"),
    )


class Segment(Word):
    """What a segment changes."""

    transition_multiplier: Weight = term(
        description="What the rates are multiplied by; a rate stays at most 1.",
        also=("multiplier", "rate_multiplier", "conversion_multiplier", "factor", "transition_rate_multiplier"),
    )


class StageConfig(Unfolding, word="stage_config"):
    """Each parent passes the stages of a funnel: one row for each until it fails to reach one.

    The column `stage_name`, or the first string choice among whose choices the first stage is, holds the stage; `stage_index`
    its number, from 0; and the first datetime column the time, whatever their own generators say. The first stage has the
    parent's time. Without an end, nothing cuts a journey off.
    """

    one: ClassVar = "journey"
    parts: ClassVar = {"stages": Stage, "segment_variation": Segment}
    called: ClassVar = {"stage_name": "name", "stage_index": "index"}

    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=STAGE_LIMIT)] = term(
        description="The stages in order.", also=("steps", "funnel")
    )
    segment_variation: Annotated[dict[str, Segment], Field(max_length=STAGE_LIMIT)] = term(
        {}, "What changes by the parent's segment.", also=("segments", "segment_multipliers", "by_segment", "variation")
    )
    segment_column: Name | None = term(
        None,
        "The parent's column that holds the segment. Default: the only one that has these values.",
        also=("segment", "segment_by"),
    )

    also: ClassVar = ("funnel", "funnel_config", "stages_config", "journey", "stage_model")
    example: ClassVar[Mapping[str, object]] = {
        "stages": [
            {"stage_name": "visit"},
            {"stage_name": "signup", "transition_rate": 0.4, "mean_hours": 2},
        ]
    }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages."""
        return tuple(stage.stage_name for stage in self.stages)

    @property
    def distinct_fields(self) -> frozenset[str]:
        """The fields that no two rows of one parent share: no stage comes twice."""
        return super().distinct_fields | {"name"}

    def reach(self) -> int:
        """Return the number of stages."""
        return len(self.stages)

    def default_end(self, above: Above) -> int:  # noqa: ARG002 - that rates hold matters more than the timeframe
        """Return that nothing ends a journey."""
        return LATEST

    def check_more(self, above: Above) -> Iterator[Problem]:
        """Yield stages that are named twice or have no rate, and segments that the parent does not have."""
        for k, stage in enumerate(self.stages):
            at = pointer("stages", k)
            if stage.stage_name in self.names[:k]:
                message = f"The stage {shown(stage.stage_name)} stands there twice."
                yield Problem(at + "/stage_name", "duplicate-stage", message, "Give each stage a name of its own.")
            yield from (problem.under(at) for problem in _check_stage(stage, is_first=k == 0))
        if self.segment_variation:
            yield from self._check_segments(above)
        elif self.segment_column is not None:
            message = "The segment column changes nothing without segment_variation."
            yield note("/segment_column", "segment-unused", message, "Add segment_variation, or remove segment_column.")

    def _check_segments(self, above: Above) -> Iterator[Problem]:
        column = self._segments(above)
        if column is None:
            hint = f"Add segment_column: the column of {above.parent} that holds {', '.join(map(shown, self._some()))}."
            message = f"No single column of {above.parent} has the segments as its values."
            yield Problem("/segment_column", "no-segment-column", message, hint)
            return
        outcomes = dict(above.categories()).get(column)
        for segment in self.segment_variation:
            if outcomes is not None and segment not in outcomes:
                known = [value for value in outcomes if isinstance(value, str)]
                hint = did_you_mean(segment, known) or f"Its values are {', '.join(map(shown, known[:12]))}."
                message = f"{above.parent}.{column} never has the value {shown(segment)}."
                yield Problem(pointer("segment_variation", segment), "unknown-segment", message, hint)

    def _some(self) -> list[str]:
        return list(self.segment_variation)[:4]

    def _segments(self, above: Above) -> str | None:
        """Return the parent's column that holds the segments; None where that is not clear."""
        if self.segment_column is not None or not self.segment_variation:
            return self.segment_column
        named = above.segment_column()
        if named is not None:
            return named
        found = [column for column, values in above.categories() if set(self.segment_variation) <= set(values)]
        return found[0] if len(found) == 1 else None

    def more_uses(self, above: Above) -> Iterator[Use]:
        """Yield the column that holds the segment."""
        column = self._segments(above)
        if self.segment_variation and column is not None:
            yield Use("/segment_column" if self.segment_column else "/segment_variation", None, column, wants=("string",))

    def bindings(self, columns: Sequence[ColumnLike]) -> dict[str, str]:
        """Return the columns that hold the stage, its number and its time."""
        found = {column.name: self.called[column.name] for column in columns if column.name in self.called}
        stage = next((column for column in columns if self._chooses(column)), None)
        time = next((column for column in columns if column.type in ("datetime", "date")), None)
        found |= {} if stage is None or "name" in found.values() else {stage.name: "name"}
        return found if time is None else found | {time.name: "entered_at"}

    def _chooses(self, column: ColumnLike) -> bool:
        generator = column.generator
        return column.type == "string" and isinstance(generator, Choice) and self.names[0] in (generator.choices or ())

    def routes(self, scope: TableScope, above: Above) -> Callable[[Rows], Route]:
        """Return the ways through the funnel: the rates of a parent depend on its segment."""
        from datagen_chat.unfoldings._funnel import compile_funnel

        rates = [1.0, *(stage.transition_rate or 0.0 for stage in self.stages[1:])]
        hours = [USUAL_HOURS if stage.mean_hours is None else stage.mean_hours for stage in self.stages]
        factors = {name: segment.transition_multiplier for name, segment in self.segment_variation.items()}
        column = self._segments(above) if factors else None
        read = None if column is None else scope.reader(None, column)
        return compile_funnel(self.names, rates, hours, factors, read, scope.key)


def _check_stage(stage: Stage, *, is_first: bool) -> Iterator[Problem]:
    """Yield a rate that is missing, and what the first stage says to no effect; pointers are relative to the stage."""
    if not is_first:
        if stage.transition_rate is None:
            message = f"Nothing says how many reach the stage {shown(stage.stage_name)}."
            hint = "Add transition_rate: the share of those in the stage before that reach this one."
            yield Problem("/transition_rate", "missing-rate", message, hint)
        return
    if stage.transition_rate not in (None, 1):
        message = f"The first stage is always reached; its transition_rate {stage.transition_rate:g} changes nothing."
        yield note("/transition_rate", "first-stage", message, "Set it to 1, and the rate of the second stage instead.")
    if stage.mean_hours is not None:
        message = "The first stage has the parent's time; its mean_hours changes nothing."
        yield note("/mean_hours", "first-stage", message, "Remove it, or set mean_hours on the second stage.")
