"""Weighted choices as one look-up: a table of 65,536 cells, each naming an option."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CELLS = 1 << 16


def guide(shares: Sequence[float]) -> NDArray[np.uint16]:
    """Return the option of each cell, shape (CELLS,): cells in proportion to the shares, at least one for each option.

    An option's probability is off by less than 2**-16: largest remainders get the cells that rounding down leaves over.

    >>> cells = guide([3, 1])
    >>> int((cells == 1).sum()) * 4 == CELLS
    True
    """
    weights = np.asarray(shares, np.float64)
    exact = weights / weights.sum() * CELLS
    counts = np.floor(exact).astype(np.int64)
    counts[(counts == 0) & (weights > 0)] = 1
    missing = CELLS - int(counts.sum())
    order = np.argsort(-(exact - counts), kind="stable")
    if missing >= 0:
        counts[order[:missing]] += 1
    else:
        largest = np.argsort(-counts, kind="stable")
        counts[largest[:-missing]] -= 1
    return np.repeat(np.arange(len(counts), dtype=np.uint16), counts)
