"""A column's way from its generator to the values that are written: rounded, cast, and made null where it says so."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from datagen_chat.bounds import inner_bounds
from datagen_chat.conversion import Stage, converter
from datagen_chat.draws import bits32
from datagen_chat.generators.base.rows import Limits, Rows, Sampler
from datagen_chat.instants import DAY, FIRST_DAY, LAST_DAY
from datagen_chat.modifiers.base import Made
from datagen_chat.rounding import round_half_even
from datagen_chat.schema.model import Column
from datagen_chat.values import Numbers, Values, masked
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    from datagen_chat.engine.scope import ColumnScope

_LARGEST = 1.797e308
_LARGEST_WHOLE = float(2**63 - 1024)


def compile_column(scope: ColumnScope) -> Sampler:
    """Return the sampler of a column's final values: made, modified, clamped, rounded, cast, and null where it says so."""
    column = scope.column
    made, type_ = _modified(scope)
    convert = converter(type_, column.type)
    finish = _chained([*_clamping(scope), *_holding(scope, type_), *_rounding(column), *([convert] if convert else [])])
    if not column.null_rate:
        return made if finish is None else lambda rows: finish(made(rows))
    key, limit = scope.key("null"), round(column.null_rate * 2**32)

    def sample(rows: Rows) -> Values:
        values = made(rows) if finish is None else finish(made(rows))
        return masked(values, bits32(key, rows.numbers) >= limit)

    return sample


def _modified(scope: ColumnScope) -> tuple[Sampler, ColumnType]:
    """Return the sampler of a column's values after its modifiers, and their type."""
    column, sampler = scope.column, _made(scope)
    if not column.modifiers:
        return sampler, column.generator.makes(scope)
    made, words = Made(column.generator.makes(scope), column.generator.outcomes(scope)), Counter[str]()
    for change in column.modifiers:
        word = change.args.word
        # A modifier's draws stay the same when another one is put before it.
        sampler = change.args.compile(scope.nested("modifiers", word, str(words[word])), sampler, made)
        words[word] += 1
        made = change.args.makes(made)
    return _within_limits(scope, _quiet(sampler)), made.type


def _within_limits(scope: ColumnScope, sampler: Sampler) -> Sampler:
    """Return the sampler of values pulled to the bounds that the generator left to be kept after the modifiers."""
    limits = scope.column.generator.limits(scope) if scope.has_modifiers else None
    return sampler if limits is None else lambda rows: _clamped(sampler(rows), limits(rows))


def _quiet(sampler: Sampler) -> Sampler:
    """Return a sampler whose numbers may leave the range of floats: they are pulled back when all modifiers are done."""

    def sample(rows: Rows) -> Values:
        with np.errstate(over="ignore", invalid="ignore"):
            return sampler(rows)

    return sample


def _holding(scope: ColumnScope, type_: ColumnType) -> list[Stage]:
    """Return how numbers and times that modifiers led beyond what the column can hold are pulled back, and told."""
    if not scope.column.modifiers:
        return []
    kind, low, high = _room(type_, scope.column.type)

    def hold(values: Values) -> Values:
        if not isinstance(values, Numbers) or values.data.dtype != kind or not len(values):
            return values
        if values.data.min() >= low and values.data.max() <= high:
            return values
        lost = ~((values.data >= low) & (values.data <= high))  # what is no number too
        count = int(np.count_nonzero(lost if values.valid is None else lost & values.valid))
        scope.tell("out-of-range", f"The modifiers lead beyond what {scope.column.type} can hold; the bound is taken.", count)
        return Numbers(np.clip(np.nan_to_num(values.data), low, high), values.valid)

    return [hold]


def _room(made: ColumnType, type_: ColumnType) -> tuple[type[np.generic], float, float]:
    """Return the dtype of what modifiers change, and the least and the greatest of it that a column of the type can hold."""
    if made in ("date", "datetime"):
        unit = 1 if made == "date" else DAY
        return np.int64, FIRST_DAY * unit, (LAST_DAY + 1) * unit - 1
    limit = _LARGEST_WHOLE if type_ == "int" else _LARGEST
    return np.float64, -limit, limit


def _made(scope: ColumnScope) -> Sampler:
    """Return the sampler of a generator, or of the numbers that it has in a combination which must not repeat."""
    generator, numbers = scope.column.generator, scope.combined()
    if numbers is None or generator.copies:
        return generator.compile(scope)
    numbering = generator.numbering(scope)
    return lambda rows: numbering.value(rows, numbers(rows))


def _clamping(scope: ColumnScope) -> list[Stage]:
    """Return the clamp of the last modifier."""
    column = scope.column
    bounds = column.modifiers[-1].args.clamps() if column.modifiers else None
    return [] if bounds is None else [lambda values: _clamped(values, inner_bounds(bounds, scope.decimals))]


def _clamped(values: Values, limits: Limits) -> Values:
    return Numbers(np.clip(values.data, *limits), values.valid) if isinstance(values, Numbers) else values


def _chained(stages: list[Stage]) -> Stage | None:
    return reduce(lambda first, second: lambda values: second(first(values)), stages) if stages else None


def _rounding(column: Column) -> list[Stage]:
    places = column.places
    return [] if places is None else [lambda values: _rounded(values, places)]


def _rounded(values: Values, places: int) -> Values:
    """Return numbers rounded half to even; beyond 2**52 a float has no places left to round."""
    if not isinstance(values, Numbers) or values.data.dtype != np.float64:
        return values
    return Numbers(round_half_even(values.data, places), values.valid)
