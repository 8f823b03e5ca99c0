"""What a parent's age does to the rows below it."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from datagen_chat.instants import DAY
from datagen_chat.words import NAME_PATTERN, Float, Name, Word, term

Unit = Literal["day", "month", "year"]
UNITS: dict[Unit, int] = {"day": DAY, "month": 30 * DAY, "year": 365 * DAY}
CURVE_LIMIT = 10_000
_BOUND = 1e6


class CurveParameters(Word):
    """The two numbers of a curve."""

    a: Annotated[Float, Field(ge=-_BOUND, le=_BOUND)] = term(description="The value at age 0.")
    b: Annotated[Float, Field(ge=-_BOUND, le=_BOUND)] = term(description="How it changes.")


class CurveFormula(Word):
    """A curve by a formula."""

    curve_type: Literal["logarithmic", "exponential", "linear"] = term(
        description="a + b · ln(age + 1), a · e^(b · age), or a + b · age.", also=("type", "kind", "shape")
    )
    params: CurveParameters = term(description="a and b.", also=("parameters",))


Curve = tuple[float, ...] | CurveFormula


def _curve(value: Any) -> Curve:
    if not isinstance(value, list | tuple):
        return CurveFormula.model_validate(value)
    if not 1 <= len(value) <= CURVE_LIMIT or not all(_is_weight(each) for each in value):
        raise ValueError("not a list of multipliers")
    return tuple(float(each) for each in value)


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e300


_NUMBER = {"type": "number", "minimum": -_BOUND, "maximum": _BOUND}
_TEXTS = {remark: {"type": "string", "maxLength": 10_000} for remark in ("comment", "description")}
CURVE = {
    "type": ["array", "object"],
    "items": {"type": "number", "minimum": 0, "maximum": 1e300},
    "minItems": 1,
    "maxItems": CURVE_LIMIT,
    "properties": {
        "curve_type": {
            "type": "string",
            "enum": ["logarithmic", "exponential", "linear"],
            "also": ["type", "kind", "shape"],
        },
        "params": {
            "type": "object",
            "properties": {"a": _NUMBER, "b": _NUMBER, **_TEXTS},
            "required": ["a", "b"],
            "additionalProperties": False,
            "also": ["parameters"],
        },
        **_TEXTS,
    },
    "required": ["curve_type", "params"],
    "additionalProperties": False,
}
NAMES = {
    "type": ["string", "array"],
    "pattern": NAME_PATTERN,
    "names": "below",
    "items": {"type": "string", "pattern": NAME_PATTERN, "names": "below"},
    "minItems": 1,
    "maxItems": 1000,
}


def _names(value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not 1 <= len(names) <= 1000:
        raise ValueError("not a name, nor a list of names")
    if not all(isinstance(name, str) and re.fullmatch(NAME_PATTERN, name) for name in names):
        raise ValueError("not names of columns")
    return tuple(names)


class AgeMultiplier(Word):
    """A curve over the age."""

    curve: Annotated[Curve, PlainValidator(_curve), WithJsonSchema(CURVE)] = term(
        description='The multiplier at age 0, 1, 2 …, the last one from there on; or {"curve_type", "params": {"a", "b"}}.',
        also=("multipliers", "values", "weights"),
    )
    time_unit: Unit = term("month", "The unit of age: a month is 30 days, a year 365.", also=("unit", "age_unit", "period"))
    applies_to: Annotated[tuple[str, ...], PlainValidator(_names), WithJsonSchema(NAMES)] = term(
        description='"fanout"; or columns of the facts below; or "all": the fanout, and all floats and drawn numbers below.',
        also=("columns", "target", "applies", "applies_to_columns", "on"),
    )


class VintageBehavior(Word):
    """An age that scales the fanout and the values of the facts below, whose times never precede created_at_column."""

    created_at_column: Name = term(
        description="The column of this table with the time from which age counts.",
        also=("created_at", "column", "start_column", "cohort_column", "date_column"),
    )
    age_based_multipliers: Annotated[dict[str, AgeMultiplier], Field(max_length=100)] = term(
        {}, "Curves by any names. For the fanout the age is that at the timeframe's end, for values that at the row's time.",
        also=("multipliers", "curves", "age_multipliers"),
    )  # fmt: skip

    example: ClassVar = {
        "created_at_column": "signup_date",
        "age_based_multipliers": {"decay": {"curve": [1.0, 0.7, 0.5], "time_unit": "month", "applies_to": "fanout"}},
    }

    @property
    def multipliers(self) -> tuple[AgeMultiplier, ...]:
        """The curves by name: what several of them come to must not depend on the order in which they are written."""
        return tuple(self.age_based_multipliers[name] for name in sorted(self.age_based_multipliers))
