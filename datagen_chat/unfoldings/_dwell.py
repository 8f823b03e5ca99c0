"""How long a state lasts: a law of `laws`, its unit, and bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema, create_model
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from datagen_chat.laws import LAWS
from datagen_chat.laws.base import Law
from datagen_chat.laws.uniform import Uniform
from datagen_chat.problems import Problem, note
from datagen_chat.words import Positive, Weight, Word, term

LONGEST = 10.0**11
"""Seconds: no stay is longer than three thousand years."""

_MIDDLES = tuple((part + 0.5) / 256 for part in range(256))
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000, "year": 31_536_000}
_OTHERS = {"second": "s sec secs", "minute": "m min mins", "hour": "h hr hrs", "day": "d", "week": "w wk", "month": "mo mon"}
_OTHERS["year"] = "y yr yrs"
SYNONYMS = {other: unit for unit, others in _OTHERS.items() for other in others.split()}


def _singular(value: Any) -> Any:
    return value.removesuffix("s") if isinstance(value, str) else value


Unit = Annotated[
    Literal["second", "minute", "hour", "day", "week", "month", "year"],
    BeforeValidator(_singular),
    WithJsonSchema({"type": "string", "enum": [*SECONDS, *(f"{unit}s" for unit in SECONDS)], "synonyms": SYNONYMS}),
]


class Dwell(Word):
    """How long a state lasts: a law, its parameters and the unit that they are in; at least one second."""

    word: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    made_of: ClassVar[type[Law]]
    renamed: ClassVar[Mapping[str, str]] = {}
    """The law's parameters that have another name here."""

    unit: Unit = term(
        "day",
        "What the numbers count: second, minute, hour, day, week, month (30 days) or year (365 days).",
        also=("units", "time_unit", "timeunit", "in"),
    )

    def law(self) -> Law:
        """Return the law of the duration, in units."""
        names = ((field.alias or name, self.renamed.get(name, name)) for name, field in _parameters(self.made_of))
        given = {name: value for name, own in names if (value := getattr(self, own)) is not None}
        return self.made_of.model_validate(given)

    def bounds(self) -> tuple[float, float]:
        """Return the shortest and the longest duration, in units; the law's values are pulled to them."""
        return 0.0, math.inf

    def seconds(self, units: float) -> float:
        """Return a duration in whole seconds, at least one, within the bounds."""
        low, high = self.bounds()
        return float(round(min(max(min(max(units, low), high) * SECONDS[self.unit], 1.0), LONGEST)))

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the durations in seconds, of a continuous law, below which these shares of all stays end."""
        return [self.seconds(value) for value in self.law().quantiles(shares)]

    def pool(self) -> tuple[list[float], tuple[float, ...]]:
        """Return the durations in seconds, of a discrete law, and their probabilities."""
        masses = self.law().masses()
        return [self.seconds(masses.first + number) for number in range(len(masses.shares))], masses.shares

    def mean(self) -> float:
        """Return about how many seconds a stay lasts."""
        if self.law().discrete:
            return sum(seconds * share for seconds, share in zip(*self.pool(), strict=True))
        return sum(self.quantiles(_MIDDLES)) / len(_MIDDLES)

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the parameters together; pointers are relative."""
        problems = [self._own(problem) for problem in self.law().check()]
        yield from problems
        low, high = self.bounds()
        if high < low:
            yield Problem("/max", "empty-range", f"max {high:g} is below min {low:g}.", "Swap min and max.")
        elif not any(problem.is_error for problem in problems):
            yield from self._check_signs()
        if "unit" not in self.model_fields_set:
            yield note("/unit", "default-unit", "The duration names no unit; it counts days.", "Add unit to choose another.")

    def _own(self, problem: Problem) -> Problem:
        """Return a law's problem in the names that its parameters have here."""
        at, message, hint = problem.at, problem.message, problem.hint
        for theirs, own in self.renamed.items():
            at, message, hint = (re.sub(rf"\b{theirs}\b", own, text) for text in (at, message, hint))
        return replace(problem, at=at, message=message, hint=hint)

    def _check_signs(self) -> Iterator[Problem]:
        """Yield durations that are never, or not always, above zero."""
        law, (low, high) = self.law(), self.bounds()
        if law.discrete:
            masses = law.masses()
            least, most = 0.0, float(masses.first + len(masses.shares) - 1)
        else:
            least, most = law.quantiles((0.02, 1 - 2.0**-33))
        if min(most, high) <= 0:
            yield Problem("", "dwell-not-positive", "The state never lasts longer than nothing.", "Use durations above 0.")
        elif least < 0 and low <= 0:
            message = "Some of these durations are below 0; the state then lasts one second."
            yield note("", "dwell-below-zero", message, "Add min, or use a law of positive values such as lognormal.")


def _parameters(law: type[Law]) -> Iterator[tuple[str, FieldInfo]]:
    yield from ((name, field) for name, field in law.model_fields.items() if name not in Word.model_fields)


class Constant(Dwell):
    """Always as long."""

    word: ClassVar = "constant"
    also: ClassVar = ("fixed", "const", "exact", "exactly")

    value: Positive = term(description="How long.", also=("duration", "mean", "length", "k"))

    def law(self) -> Law:
        """Return a law with one value."""
        return Uniform(low=self.value, high=self.value)


class _Bounded(Dwell):
    """A law of any positive number, and bounds of it."""

    min: Weight | None = term(None, "The shortest duration.", also=("minimum", "at_least", "lower", "low"))
    max: Positive | None = term(None, "The longest duration.", also=("maximum", "at_most", "upper", "high"))
    clamp: tuple[Weight, Positive] | None = term(None, "The same two bounds as [min, max].", also=("clip", "range", "bounds"))

    def bounds(self) -> tuple[float, float]:
        """Return the bounds that min, max and clamp name."""
        low, high = self.clamp or (0.0, math.inf)
        return max(low, self.min or 0.0), high if self.max is None else min(high, self.max)


_create: Callable[..., type[Dwell]] = create_model
_ENDS = {"low": "min", "high": "max"}


@cache
def _kind(word: str) -> type[Dwell]:
    """Return the class of the dwells of one law; the ends of a law that has some are called min and max, as bounds are."""
    law = LAWS[word]
    has_ends = set(_ENDS) <= set(law.model_fields)
    renamed = _ENDS if has_ends else {}
    own: Any = {renamed.get(name, name): (field.annotation, _named(field, name, renamed)) for name, field in _parameters(law)}
    kind = _create(f"{law.__name__}Dwell", __base__=Dwell if has_ends else _Bounded, __doc__=law.__doc__, **own)
    kind.word, kind.also, kind.made_of, kind.renamed = word, law.also, law, renamed
    return kind


def _named(field: FieldInfo, name: str, renamed: Mapping[str, str]) -> FieldInfo:
    """Return a parameter that also goes by the name that the law has for it, where it has another here."""
    if name not in renamed:
        return field
    own = copy(field)
    extra: Any = field.json_schema_extra or {}
    own.json_schema_extra = {"also": [name, *(other for other in extra.get("also", ()) if other != renamed[name])]}
    return own


class _Dwells(Mapping[str, type[Dwell]]):
    """The kinds of dwell by the word of their law; a law is imported when its word is asked for."""

    def __getitem__(self, word: str) -> type[Dwell]:
        return Constant if word == "constant" else _kind(word)

    def __contains__(self, word: object) -> bool:
        return word == "constant" or word in LAWS

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(("constant", *LAWS)))

    def __len__(self) -> int:
        return len(LAWS) + 1


DWELLS = _Dwells()


class _AnyDwell:
    """The pydantic type of a dwell; `distribution` in it says which."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_dwell)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "dwell"}


ANY_DWELL = _AnyDwell()


def read_dwell(value: Any) -> Dwell:
    """Return the dwell that an object describes.

    Raises:
        ValueError: it describes none; the JSON Schema says where and why.
    """
    if isinstance(value, Dwell):
        return value
    word = value.get("distribution") if isinstance(value, dict) else None
    if not isinstance(word, str) or word not in DWELLS:
        raise ValueError("not a dwell")
    return DWELLS[word].model_validate({name: argument for name, argument in value.items() if name != "distribution"})
