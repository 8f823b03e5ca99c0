"""A number drawn from a probability law."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, SerializeAsAny, WithJsonSchema, model_validator
from pydantic_core import CoreSchema, core_schema

from datagen_chat.bounds import Bounds, inner_bounds, rounded_window, truncated, truncated_masses
from datagen_chat.draws import WIDE, below, bits, bits32, spread
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Locator, Numbering, Rows, Sampler, Scorer
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use
from datagen_chat.laws import LAWS, Law
from datagen_chat.laws.binomial import Binomial
from datagen_chat.laws.uniform import Uniform
from datagen_chat.laws.zipf import Zipf
from datagen_chat.problems import Problem, note
from datagen_chat.scores import draws_of, joined, scores_of
from datagen_chat.tables import Discrete, Quantiles, clamped_masses
from datagen_chat.values import Numbers
from datagen_chat.words import ColumnName, Float, Scalar, Truth, Word, term

_ENDS = (2.0**-33, 1 - 2.0**-33)  # of all that 32 bits can draw
_MIDDLE = (0.1587, 0.8413)  # the normal law has its deviation there
_LEAST = 2.0**-30
_FEW = 256
"""How many whole numbers a law may have for them to count as known."""
_UPPER = np.uint64(32)
_LAST = (1 << 63) - 1
"""The last whole number of 64 bits, which floats can only say as one more."""

Rho = Annotated[Float, Field(ge=-1, le=1)]
Drawer = Callable[[Rows], NDArray[np.uint32]]
Picker = Callable[[NDArray[np.uint32]], NDArray[Any]]


class _AnyLaw:
    """The pydantic type of a law's parameters; `type` beside them says which law."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(Law)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "law", "named_by": "type"}


ANY_LAW = _AnyLaw()
LawName = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(LAWS)})]


def read_law(data: Any) -> Any:
    """Return an object with a law's name and parameters with its parameters read.

    Raises:
        ValueError: there is no such law.
    """
    if isinstance(data, dict) and isinstance(data.get("params"), dict):
        if not isinstance(data.get("type"), str) or data["type"] not in LAWS:
            raise ValueError("no such law")
        return data | {"params": LAWS[data["type"]].model_validate(data["params"])}
    return data


class Correlate(Word):
    """The column that a number goes along with, and how closely."""

    with_: ColumnName = term(
        description="A column of this row that is made by distribution, or table.column of its ancestor.",
        also=("column", "to", "on", "target"),
        alias="with",
    )
    rho: Rho = term(
        description="The correlation of the normal scores, -1 to 1: nearly that of the ranks.",
        also=("r", "corr", "correlation", "coefficient", "strength"),
    )

    @property
    def place(self) -> tuple[str | None, str]:
        """The table, None being the own one, and the column."""
        table, _, column = self.with_.rpartition(".")
        return table or None, column


class Distribution(Generator, word="distribution"):
    """A number from a probability law: prices lognormal, measurements normal, counts poisson."""

    fills: ClassVar = ("int", "float")
    has_scores: ClassVar = True

    type: LawName = term(description="The law.", also=("name", "dist", "distribution", "kind"))
    params: Annotated[SerializeAsAny[Law], ANY_LAW] = term(
        description="The parameters of the law.", also=("parameters", "args", "arguments")
    )
    clamp: tuple[Float, Float] | None = term(
        None, "Two bounds [low, high]; values beyond one are pulled to it.", also=("clip", "range", "bounds", "limits")
    )
    truncate: Truth = term(
        False,
        "Draw again what falls beyond the clamp, so that nothing heaps up at its bounds.",
        also=("truncated", "redraw", "resample", "reject"),
    )

    correlate: Correlate | None = term(
        None,
        "Another column to go along with: taller people weigh more.",
        also=("correlation", "correlated_with", "correlates", "correlate_with"),
    )

    also: ClassVar = ("dist", "random", "numeric")
    example: ClassVar = {"distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}, "clamp": [9.99, 999.99]}}

    @model_validator(mode="before")
    @classmethod
    def _read_law(cls, data: Any) -> Any:
        return read_law(data)

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield what is wrong with the law, with the clamp, and with both together."""
        problems = [problem.under("/params") for problem in self.params.check()]
        if self.clamp and self.clamp[1] < self.clamp[0]:
            message = f"The clamp {list(self.clamp)} is empty."
            problems.append(Problem("/clamp", "empty-range", message, "Write [low, high], the lower bound first."))
        yield from problems
        if self.truncate and not self.clamp:
            hint = "Add clamp: the bounds to stay within; or remove truncate."
            yield Problem("/truncate", "truncate-without-clamp", "truncate has no clamp to stay within.", hint)
        elif self.truncate and facts.has_modifiers:
            message = "The clamp holds after the modifiers too; what they push beyond it heaps up at its bounds."
            yield note("/truncate", "truncate-and-modifiers", message, "Leave the modifiers room within the clamp.")
        if not any(problem.is_error for problem in problems):
            yield from self._check_values(facts)

    def _check_values(self, facts: Facts) -> Iterator[Problem]:
        """Yield what is wrong with the values that come out."""
        if not self.params.discrete and not all(map(math.isfinite, self.params.quantiles(_ENDS))):
            message = f"The tails of {self.params.word} leave the range of a float."
            yield Problem("/params", "law-too-large", message, "Use other parameters, with lighter tails or a smaller scale.")
            return
        if facts.type == "int":
            yield from self._check_whole()
        is_last = self.truncate or not facts.has_modifiers
        if self.clamp and is_last and not self._share_inside(self.clamp, facts) >= _LEAST:
            message = f"{self.params.word} has next to no values within {list(self.clamp)}."
            yield Problem("/clamp", "clamp-out-of-reach", message, "Move the clamp to where the law has its values.")

    def _share_inside(self, clamp: Bounds, facts: Facts) -> float:
        if self.params.discrete:
            return math.fsum(truncated_masses(self.params.masses(), clamp).shares)
        if facts.type == "int" and isinstance(self.params, Uniform):
            first, count = self._whole_numbers(self.params)
            return float(min(first + count - 1, math.floor(clamp[1])) - max(first, math.ceil(clamp[0])) + 1)
        low, high = map(self.params.share, rounded_window(clamp, 0 if facts.type == "int" else None))
        return high - low

    def _check_whole(self) -> Iterator[Problem]:
        """Yield what keeps the values from being whole numbers of 64 bits."""
        if self.clamp and math.floor(self.clamp[1]) < math.ceil(self.clamp[0]):
            yield Problem("/clamp", "empty-range", f"No whole number lies within {list(self.clamp)}.", "Widen the clamp.")
        law = self.params
        if isinstance(law, Uniform) and math.floor(law.high) < math.ceil(law.low):
            message = f"No whole number lies between {law.low:g} and {law.high:g}."
            yield Problem("/params", "empty-range", message, "Widen the range.")
        ends = self.clamp or (() if law.discrete or isinstance(law, Uniform) else law.quantiles(_ENDS))
        if self._goes_beyond() or any(abs(end) >= 2.0**63 for end in ends):
            message = "The values leave the 64 bits of an int."
            yield Problem("/params", "law-too-large", message, "Use smaller parameters, a clamp, or the type float.")

    def _goes_beyond(self) -> bool:
        """Return whether a uniform law has numbers of more than 64 bits; the float next to the last one stands for it."""
        if not isinstance(self.params, Uniform) or self.truncate:
            return False
        return self.params.low >= 2.0**63 or max(-self.params.low, self.params.high) > 2.0**63

    def _listed(self, facts: Facts) -> range | None:
        """Return the whole numbers that are equally likely, where the law is uniform and nothing else weighs or ties them."""
        if facts.type != "int" or not isinstance(self.params, Uniform) or self.correlate or (self.clamp and not self.truncate):
            return None
        first, count = self._whole_numbers(self.params)
        return range(first, first + count) if count < 1 << 63 else None

    def capacity(self, facts: Facts) -> int | None:
        """Return how many whole numbers a uniform law has to give."""
        listed = self._listed(facts)
        return None if listed is None else len(listed)

    def numbered(self, facts: Facts) -> float | None:
        """Return how many whole numbers a uniform law has to give."""
        return self.capacity(facts)

    def numbering(self, scope: Scope) -> Numbering:
        """Return the whole numbers by their places."""
        listed = self._listed(scope)
        assert listed is not None
        return Numbering(len(listed), lambda _rows, numbers: Numbers(numbers + listed.start))

    def uses(self) -> Iterator[Use]:
        """Yield the column that this one goes along with."""
        if self.correlate:
            yield Use("/correlate/with", *self.correlate.place, by_score=True)

    def places(self) -> int:
        """Return 2, or as many places as leave three significant digits where the spread is below 1.

        The spread is the deviation; or less, where the middle two thirds of all values lie closer together than two of it,
        or the clamp is narrower than six of it.
        """
        spread = _spread(self.params)
        if self.clamp:
            spread = min(spread, (self.clamp[1] - self.clamp[0]) / 6)
        return 2 if spread >= 1 or spread <= 0 else min(15, 2 - math.floor(math.log10(spread)))

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the whole numbers that can come out, if they are few and end: of uniform, binomial, zipf and clamped laws.

        A clamp that only holds after modifiers leaves them open.
        """
        law = self.params
        if facts.type != "int" or (self.clamp and facts.has_modifiers) or any(problem.is_error for problem in law.check()):
            return None
        if isinstance(law, Uniform):
            first, count = self._whole_numbers(law)
            drawn = range(first, first + min(count, _FEW + 1))
        elif law.discrete and law.deviation() < _FEW and (self.clamp or isinstance(law, Binomial | Zipf)):
            masses = truncated_masses(law.masses(), self.clamp) if self.clamp and self.truncate else law.masses()
            drawn = range(masses.first, masses.first + len(masses.shares))
        else:
            return None
        if len(drawn) > _FEW or self.clamp is None:
            return None if len(drawn) > _FEW else tuple(drawn)
        low, high = math.ceil(self.clamp[0]), math.floor(self.clamp[1])
        return None if high < low else tuple(dict.fromkeys(min(max(number, low), high) for number in drawn))

    def extent(self, facts: Facts) -> tuple[float, float] | None:  # noqa: ARG002 - the law decides
        """Return the ends of the law, within the clamp."""
        found = law_ends(self.params)
        return found if found is None or self.clamp is None else (max(found[0], self.clamp[0]), min(found[1], self.clamp[1]))

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float] | None:
        """Return the values beyond which less than one row is expected, within the clamp."""
        rare, ends = 0.5 / max(rows, 1.0), self.extent(facts)
        if self.params.discrete:
            masses = self.params.masses()
            up_to = list(accumulate(masses.shares))
            low, high = (float(masses.first + bisect_left(up_to, share * up_to[-1])) for share in (rare, 1 - rare))
        else:
            low, high = self.params.quantiles((rare, 1 - rare))
        return (low, high) if ends is None else (min(max(low, ends[0]), ends[1]), max(min(high, ends[1]), ends[0]))

    def clamps(self) -> tuple[float, float] | None:
        """Return the clamp."""
        return self.clamp

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where the law is discrete."""
        return "category" if facts.type == "int" and self.params.discrete and self.params.deviation() < 10 else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a table of the law's quantiles or masses, made once."""
        listed = self._listed(scope)
        if scope.is_unique and listed is not None:
            from datagen_chat.generators._distinct import distinct_numbers  # only what must not repeat needs it

            number = distinct_numbers(scope, len(listed))
            return lambda rows: Numbers(number(rows) + listed.start)
        clamp = None if self.clamp is None or scope.has_modifiers else inner_bounds(self.clamp, scope.decimals)
        if scope.type == "int" and isinstance(self.params, Uniform):
            return self._compile_integers(scope, self.params, clamp)
        draw = self._draws(scope)
        pick = self._numbers(scope, clamp) if self.params.discrete else self._values(scope, clamp)
        return lambda rows: Numbers(pick(draw(rows)))

    def scores(self, scope: Scope) -> Scorer:
        """Return the normal scores of the draws, correlated as the schema says: a Gaussian copula.

        They have nothing to do with how the law, a clamp or rounding turn them into values, so that `rho` is the correlation
        of the scores. Spearman's correlation of two continuous columns is then 6 / π · asin(rho / 2).
        """
        own = self._own_draws(scope)
        if self.correlate is None:
            return lambda rows: scores_of(own(rows))
        rho, theirs = self.correlate.rho, scope.scores(*self.correlate.place)
        return lambda rows: joined(rho, theirs(rows), scores_of(own(rows)))

    def _draws(self, scope: Scope) -> Drawer:
        """Return the draws that the values are made from."""
        if self.correlate is None:
            return self._own_draws(scope)
        scores = self.scores(scope)
        return lambda rows: draws_of(scores(rows))

    def _own_draws(self, scope: Scope) -> Drawer:
        """Return this column's draws before they are correlated."""
        key, law = scope.key("value"), self.params
        is_wide = scope.type == "int" and isinstance(law, Uniform) and self._whole_numbers(law)[1] > WIDE
        if is_wide and self.correlate is None:
            # `below` takes 64 bits for a wide range; these are the upper ones.
            return lambda rows: (bits(key, rows.numbers) >> _UPPER).astype(np.uint32)
        return lambda rows: bits32(key, rows.numbers)

    def _values(self, scope: Scope, clamp: Bounds | None) -> Picker:
        if self.clamp is not None and self.truncate:
            inside = truncated(self.params, self.clamp, None if scope.has_modifiers else scope.decimals)
            return Quantiles(inside, is_pointwise=self.params.is_pointwise).sample
        table = Quantiles(self.params.quantiles, is_pointwise=self.params.is_pointwise)
        if clamp is None:
            return table.sample

        def pick(drawn: NDArray[np.uint32]) -> NDArray[Any]:
            values = table.sample(drawn)
            return np.clip(values, *clamp, out=values)

        return pick

    def _numbers(self, scope: Scope, clamp: Bounds | None) -> Picker:
        masses = self.params.masses()
        masses = truncated_masses(masses, self.clamp) if self.truncate and self.clamp else clamped_masses(masses, clamp)
        table, dtype = Discrete(masses.shares), np.float64 if scope.type == "float" else np.int64
        narrow, last = np.iinfo(table.dtype), masses.first + len(masses.shares) - 1
        if narrow.min <= masses.first and last <= narrow.max:  # added before they are widened: a third less work
            first = table.dtype(masses.first)
            return lambda drawn: (table.sample(drawn) + first).astype(dtype)
        return lambda drawn: np.add(table.sample(drawn), masses.first, dtype=dtype)

    def _compile_integers(self, scope: Scope, law: Uniform, clamp: Bounds | None) -> Sampler:
        first, count = self._whole_numbers(law)
        draw = self._integers(scope, max(count, 1))

        def sample(rows: Rows) -> Numbers:
            drawn = draw(rows) + first
            return Numbers(drawn if clamp is None else np.clip(drawn, math.ceil(clamp[0]), math.floor(clamp[1])))

        return sample

    def _integers(self, scope: Scope, count: int) -> Locator:
        """Return draws of the whole numbers below `count`."""
        if self.correlate is None:
            key = scope.key("value")
            return lambda rows: below(key, rows.numbers, count)
        draw, rest = self._draws(scope), scope.key("rest")

        def sample(rows: Rows) -> NDArray[np.int64]:
            upper = draw(rows).astype(np.uint64) << _UPPER
            return spread(upper | bits32(rest, rows.numbers), count)

        return sample

    def _whole_numbers(self, law: Uniform) -> tuple[int, int]:
        """Return the first whole number that a uniform law can give, and how many there are; none beyond 64 bits."""
        low, high = self.clamp if self.clamp and self.truncate else (law.low, law.high)
        first, last = math.ceil(max(law.low, low)), min(math.floor(min(law.high, high)), _LAST)
        return first, max(last - first + 1, 0)


def law_ends(law: Law) -> tuple[float, float] | None:
    """Return the lowest and the highest value that can be drawn of a law; None where it makes no sense."""
    if any(problem.is_error for problem in law.check()):
        return None
    if isinstance(law, Uniform):
        return law.low, law.high
    if law.discrete:
        masses = law.masses()
        return masses.first, masses.first + len(masses.shares) - 1
    low, high = law.quantiles(_ENDS)
    return low, high


@lru_cache(maxsize=4096)  # a case asks for the decimals of all its branches with each of them
def _spread(law: Law) -> float:
    """Return the deviation of a law, or half of where its middle two thirds lie if that is less."""
    if law.discrete:
        return law.deviation()
    low, high = law.quantiles(_MIDDLE)
    return min(law.deviation(), (high - low) / 2)
