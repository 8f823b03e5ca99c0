"""A number drawn from a probability law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SerializeAsAny, WithJsonSchema, model_validator
from pydantic_core import CoreSchema, core_schema

from datagen_chat.draws import below, bits32
from datagen_chat.generators.base import Facts, Generator, Layout, Rows, Sampler, Scope
from datagen_chat.laws import LAWS, Law
from datagen_chat.laws.uniform import Uniform
from datagen_chat.problems import Problem
from datagen_chat.tables import Discrete, Quantiles, clamped_masses
from datagen_chat.values import Numbers
from datagen_chat.words import Float, term


def inner_bounds(clamp: tuple[float, float], places: int | None) -> tuple[float, float]:
    """Return the outermost bounds within a clamp that rounding to so many places leaves where they are.

    >>> inner_bounds((0.04, 99.96), 1), inner_bounds((1.5, 3.5), 0), inner_bounds((0.041, 0.044), 2)
    ((0.1, 99.9), (2.0, 3.0), (0.041, 0.044))
    """
    if places is None or max(map(abs, clamp)) >= 2.0**53:
        return clamp
    unit = Decimal(1).scaleb(-places)
    low = Decimal(repr(clamp[0])).quantize(unit, ROUND_CEILING)
    high = Decimal(repr(clamp[1])).quantize(unit, ROUND_FLOOR)
    return (float(low), float(high)) if low <= high else clamp


class _AnyLaw:
    """The pydantic type of a law's parameters; `type` beside them says which law."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(Law)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "law", "named_by": "type"}


LawName = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(LAWS)})]


class Distribution(Generator, word="distribution"):
    """A number from a probability law: prices lognormal, measurements normal, counts poisson."""

    fills: ClassVar = ("int", "float")

    type: LawName = term(description="The law.", also=("name", "dist", "distribution", "kind"))
    params: Annotated[SerializeAsAny[Law], _AnyLaw()] = term(
        description="The parameters of the law.", also=("parameters", "args", "arguments")
    )
    clamp: tuple[Float, Float] | None = term(
        None, "Two bounds [low, high]; values beyond one are pulled to it.", also=("clip", "range", "bounds", "limits")
    )

    also: ClassVar = ("dist", "random", "numeric")
    example: ClassVar = {"distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}, "clamp": [9.99, 999.99]}}

    @model_validator(mode="before")
    @classmethod
    def _read_law(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("params"), dict):
            if not isinstance(data.get("type"), str) or data["type"] not in LAWS:
                raise ValueError("no such law")
            return data | {"params": LAWS[data["type"]].model_validate(data["params"])}
        return data

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield what is wrong with the parameters together, and a clamp that is empty or leaves out nearly everything."""
        for problem in self.params.check():
            yield problem.under("/params")
        if self.clamp and self.clamp[1] < self.clamp[0]:
            yield Problem(
                "/clamp", "empty-range", f"The clamp {list(self.clamp)} is empty.", "Write [low, high], the lower bound first."
            )
        if facts.type == "int" and not any(problem.is_error for problem in self.params.check()):
            yield from self._check_whole()

    def _check_whole(self) -> Iterator[Problem]:
        """Yield what keeps the values from being whole numbers of 64 bits."""
        if self.clamp and math.floor(self.clamp[1]) < math.ceil(self.clamp[0]):
            yield Problem("/clamp", "empty-range", f"No whole number lies within {list(self.clamp)}.", "Widen the clamp.")
        law = self.params
        if isinstance(law, Uniform) and math.floor(law.high) < math.ceil(law.low):
            message = f"No whole number lies between {law.low:g} and {law.high:g}."
            yield Problem("/params", "empty-range", message, "Widen the range.")
        ends = self.clamp or (() if law.discrete else (law.quantile(2.0**-33), law.quantile(1 - 2.0**-33)))
        if any(abs(end) >= 2.0**63 for end in ends):
            message = "The values leave the 64 bits of an int."
            yield Problem("/params", "law-too-large", message, "Use smaller parameters, a clamp, or the type float.")

    def places(self) -> int:
        """Return 2, or as many places as leave three significant digits where the spread is below 1.

        The spread is the deviation, or less where the clamp is narrower than six of them.
        """
        spread = self.params.deviation()
        if self.clamp:
            spread = min(spread, (self.clamp[1] - self.clamp[0]) / 6)
        return 2 if spread >= 1 or spread <= 0 else min(15, 2 - math.floor(math.log10(spread)))

    def bounds(self) -> tuple[float, float] | None:
        """Return the clamp."""
        return self.clamp

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where the law is discrete."""
        return "category" if facts.type == "int" and self.params.discrete and self.params.deviation() < 10 else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a table of the law's quantiles or masses, made once."""
        clamp = None if self.clamp is None or scope.has_modifiers else inner_bounds(self.clamp, scope.decimals)
        if self.params.discrete:
            return self._compile_discrete(scope, clamp)
        if scope.type == "int" and isinstance(self.params, Uniform):
            return self._compile_integers(scope, self.params, clamp)
        key, table = scope.key("value"), Quantiles(self.params.quantiles)

        def sample(rows: Rows) -> Numbers:
            drawn = table.sample(bits32(key, rows.numbers))
            return Numbers(drawn if clamp is None else np.clip(drawn, *clamp, out=drawn))

        return sample

    def _compile_discrete(self, scope: Scope, clamp: tuple[float, float] | None) -> Sampler:
        masses = clamped_masses(self.params.masses(), clamp)
        key, table = scope.key("value"), Discrete(masses.shares)
        dtype = np.float64 if scope.type == "float" else np.int64
        pool = np.arange(masses.first, masses.first + len(masses.shares)).astype(dtype)

        def sample(rows: Rows) -> Numbers:
            return Numbers(pool.take(table.sample(bits32(key, rows.numbers))))

        return sample

    def _compile_integers(self, scope: Scope, law: Uniform, clamp: tuple[float, float] | None) -> Sampler:
        low, high = math.ceil(law.low), math.floor(law.high)
        key = scope.key("value")

        def sample(rows: Rows) -> Numbers:
            drawn = below(key, rows.numbers, max(high - low + 1, 1)) + low
            return Numbers(drawn if clamp is None else np.clip(drawn, math.ceil(clamp[0]), math.floor(clamp[1])))

        return sample
