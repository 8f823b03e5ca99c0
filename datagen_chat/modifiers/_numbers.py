"""What modifiers of numbers share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.values import Numbers, Values

Floats = NDArray[np.float64]
Change = Callable[[Rows, Floats], Floats]
"""The changed numbers of some rows; the array that comes in is the function's own."""


def changed(sampler: Sampler, change: Change) -> Sampler:
    """Return the sampler of changed numbers, as floats; null stays null."""

    def sample(rows: Rows) -> Values:
        values = sampler(rows)
        assert isinstance(values, Numbers)
        return Numbers(change(rows, values.data.astype(np.float64)), values.valid)

    return sample
