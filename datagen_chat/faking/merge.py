"""Values of several sources put together into one column: each row's from the source that its code names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, numbers_of
from datagen_chat.faking.source import Kind, Source
from datagen_chat.frozen import dataclass
from datagen_chat.values import Index, Mask, Numbers, Text, Values

Part = tuple[Index, Values]
"""Where values belong, and the values."""


@dataclass(frozen=True)
class ByLocale:
    """Values whose source depends on the row: by the code of its locale.

    A code without a source takes `default`. All sources are of one kind.
    """

    sources: Mapping[int, Source]
    default: Source

    @property
    def kind(self) -> Kind:
        """The column type of the values."""
        return self.default.kind

    def sample(self, rows: RowNumbers, codes: NDArray[Any]) -> Values:
        """Return the values of these rows; `codes` has one for each row."""
        numbers = numbers_of(rows)
        known = np.fromiter(self.sources, np.int64, len(self.sources))
        parts = []
        rest = ~np.isin(codes, known)
        for code, source in [*self.sources.items(), (None, self.default)]:
            index = np.flatnonzero(rest if code is None else codes == code)
            if len(index):
                parts.append((index, source.sample(rows if len(index) == len(rows) else numbers.take(index))))
        return merge(parts, len(rows)) if parts else self.default.sample(rows)


def merge(parts: Sequence[Part], size: int) -> Values:
    """Return `size` values from parts that cover every row once; text keeps its pools, one after the other."""
    if len(parts) == 1 and len(parts[0][0]) == size:
        return parts[0][1]
    valid = _valid(parts, size)
    if all(isinstance(values, Numbers) for _, values in parts):
        data = np.empty(size, np.result_type(*(values.data for _, values in parts if isinstance(values, Numbers))))
        for index, values in parts:
            assert isinstance(values, Numbers)
            data[index] = values.data
        return Numbers(data, valid)
    return _text(parts, size, valid)


def _text(parts: Sequence[Part], size: int, valid: Mask | None) -> Text:
    codes = np.empty(size, np.int32)
    pools: list[pa.StringArray] = []
    start = 0
    for index, values in parts:
        assert isinstance(values, Text)
        codes[index] = (
            np.arange(len(values), dtype=np.int32) if values.codes is None else values.codes.astype(np.int32)
        ) + start
        pools.append(values.words)
        start += len(values.words)
    return Text(pa.concat_arrays(pools), codes, valid)


def _valid(parts: Sequence[Part], size: int) -> Mask | None:
    if all(values.valid is None for _, values in parts):
        return None
    valid = np.ones(size, np.bool_)
    for index, values in parts:
        if values.valid is not None:
            valid[index] = values.valid
    return valid
