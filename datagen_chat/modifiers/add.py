"""Addition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.instants import DAY, FIRST_DAY, HOUR, LAST_DAY, MINUTE
from datagen_chat.modifiers._numbers import changed
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.problems import Problem
from datagen_chat.values import Numbers, Values
from datagen_chat.words import Float, term

Span = Annotated[Float, Field(ge=-10_000_000, le=10_000_000)]
Days = Annotated[Float, Field(ge=FIRST_DAY - LAST_DAY, le=LAST_DAY - FIRST_DAY)]
_UNITS = {"days": DAY, "hours": HOUR, "minutes": MINUTE}


class Add(Modifier, word="add"):
    """Add a number to numbers, or a span of time to times."""

    value: Float | None = term(
        None, "What is added to numbers; negative to subtract.", also=("amount", "by", "offset", "constant", "delta", "n")
    )
    days: Days | None = term(None, "Days that are added to times.", also=("day",))
    hours: Span | None = term(None, "Hours that are added to times.", also=("hour",))
    minutes: Span | None = term(None, "Minutes that are added to times.", also=("minute",))

    takes: ClassVar = (*NUMBERS, "datetime", "date")
    keeps_few: ClassVar = True
    also: ClassVar = ("offset", "plus", "shift", "increment")
    example: ClassVar = {"transform": "add", "args": {"value": 2.5}}

    @property
    def _span(self) -> int:
        """The span of time in microseconds."""
        return sum(round((getattr(self, name) or 0) * unit) for name, unit in _UNITS.items())

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:  # noqa: ARG002
        """Yield a number where a span of time belongs, a span where a number belongs, and neither."""
        own = ["value"] if made.type in NUMBERS else ["days"] if made.type == "date" else list(_UNITS)
        given = [name for name in ("value", *_UNITS) if getattr(self, name) is not None]
        wrong = [name for name in given if name not in own]
        hint = f"Write {' or '.join(own)}."
        for name in wrong:
            yield Problem(f"/{name}", "add-type", f"{name} cannot be added to values of type {made.type}.", hint)
        if not given:
            yield Problem("", "nothing-to-add", "Nothing says what is to be added.", hint)
        elif made.type == "date" and not wrong and self._span % DAY:
            yield Problem("/days", "add-type", f"A date cannot move by {self.days:g} days.", "Write whole days.")

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the sums."""
        if made.type in NUMBERS:
            value = self.value or 0.0
            return changed(sampler, lambda _, data: data + value)
        span = self._span // DAY if made.type == "date" else self._span

        def sample(rows: Rows) -> Values:
            values = sampler(rows)
            assert isinstance(values, Numbers)
            return Numbers(values.data + span, values.valid)

        return sample
