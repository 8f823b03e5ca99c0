"""A column's way from its generator to the values that are written: rounded, cast, and made null where it says so."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from datagen_chat.bounds import inner_bounds
from datagen_chat.conversion import Stage, converter
from datagen_chat.draws import bits32
from datagen_chat.generators.base import Rows, Sampler
from datagen_chat.rounding import round_half_even
from datagen_chat.schema.model import Column
from datagen_chat.values import Numbers, Values, masked
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    from datagen_chat.engine.scope import ColumnScope


def compile_column(scope: ColumnScope) -> Sampler:
    """Return the sampler of a column's final values: made, modified, clamped, rounded, cast, and null where it says so."""
    column = scope.column
    made, type_ = _modified(scope)
    convert = converter(type_, column.type)
    finish = _chained([*_clamping(scope), *_rounding(column), *([convert] if convert else [])])
    if not column.null_rate:
        return made if finish is None else lambda rows: finish(made(rows))
    key, limit = scope.key("null"), round(column.null_rate * 2**32)

    def sample(rows: Rows) -> Values:
        values = made(rows) if finish is None else finish(made(rows))
        return masked(values, bits32(key, rows.numbers) >= limit)

    return sample


def _modified(scope: ColumnScope) -> tuple[Sampler, ColumnType]:
    """Return the sampler of a column's values after its modifiers, and their type."""
    made, type_ = _made(scope), scope.column.generator.makes(scope)
    for k, change in enumerate(scope.column.modifiers):
        made = change.args.compile(scope.nested("modifiers", str(k)), made)
        type_ = change.args.makes(type_)
    return made, type_


def _made(scope: ColumnScope) -> Sampler:
    """Return the sampler of a generator, or of the numbers that it has in a combination which must not repeat."""
    generator, numbers = scope.column.generator, scope.combined()
    if numbers is None or generator.copies:
        return generator.compile(scope)
    numbering = generator.numbering(scope)
    return lambda rows: numbering.value(rows, numbers(rows))


def _clamping(scope: ColumnScope) -> list[Stage]:
    """Return the clamp that the generator left to be done after the modifiers."""
    bounds = scope.column.generator.clamps() if scope.has_modifiers else None
    if bounds is None:
        return []
    low, high = inner_bounds(bounds, scope.decimals)
    return [lambda values: Numbers(np.clip(values.data, low, high), values.valid) if isinstance(values, Numbers) else values]


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
