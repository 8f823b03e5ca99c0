"""A column's way from its generator to the values that are written: rounded, cast, and made null where it says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.bounds import inner_bounds
from datagen_chat.draws import bits32
from datagen_chat.generators.base import Rows, Sampler
from datagen_chat.instants import DAY
from datagen_chat.rounding import round_half_even
from datagen_chat.schema.model import Column
from datagen_chat.values import Numbers, Text, Values, arrow, masked
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    from datagen_chat.engine.scope import ColumnScope

Stage = Callable[[Values], Values]

_ARROW: dict[ColumnType, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


def compile_column(scope: ColumnScope) -> Sampler:
    """Return the sampler of a column's final values: made, modified, clamped, rounded, cast, and null where it says so."""
    column = scope.column
    made, type_ = _modified(scope)
    stages = [*_clamping(scope), *_rounding(column), *_cast(type_, column.type)]
    finish = _chained(stages)
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


def _cast(made: ColumnType, wanted: ColumnType) -> list[Stage]:
    if wanted == "int":
        return [_to_int]
    if wanted == "float":
        return [_to_float]
    if made == "date" and wanted == "datetime":
        return [lambda values: _numbers(values, lambda data: data * DAY)]
    if made == "datetime" and wanted == "date":
        return [lambda values: _numbers(values, lambda data: data // DAY)]
    if wanted == "string" and made != "string":
        return [lambda values: _to_text(values, made)]
    return []


def _numbers(values: Values, change: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Values:
    assert isinstance(values, Numbers)
    return Numbers(change(values.data), values.valid)


def _to_int(values: Values) -> Values:
    if isinstance(values, Numbers) and values.data.dtype == np.float64:
        return Numbers(np.rint(values.data).astype(np.int64), values.valid)
    return values


def _to_float(values: Values) -> Values:
    if isinstance(values, Numbers) and values.data.dtype != np.float64:
        return Numbers(values.data.astype(np.float64), values.valid)
    return values


def _to_text(values: Values, made: ColumnType) -> Values:
    if isinstance(values, Text):
        return values
    import pyarrow.compute as pc  # a seventh of a second that most schemas never need

    array = arrow(values, _ARROW[made])
    if made == "datetime":
        array = pc.strftime(array.cast(pa.timestamp("s", tz="UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    return Text(array.cast(pa.string()), None, values.valid)
