"""The tables of a grammar: where each token of a row finds its words, and how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.faking.grammar import Grammar
from datagen_chat.faking.guide import CELLS, guide
from datagen_chat.faking.tokens import Token, tokens_of
from datagen_chat.frozen import dataclass
from datagen_chat.values import words_array

FEW = 0.1
"""Share of rows that may have more tokens than the others: theirs are put in afterwards."""


@dataclass(frozen=True, slots=True)
class Column:
    """The tokens that stand in one place of the row: numbers for all branches, or arrays with one for each.

    The code of a word is `start + (cells[cell_start + digit(cell_count)] + given) * inner + digit(inner)`; `cell_count` is
    None when nothing is drawn but within groups. `given` are the numbers of codes that are handed in, and where they count.
    """

    fresh: bool
    start: Any
    cell_start: Any
    cell_count: Any
    inner: Any
    given: tuple[tuple[int, Any], ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """Where check digits stand, what they count by, and what each word adds to their sum."""

    place: Any
    modulus: Any
    residues: NDArray[np.int64]

    def add(self, codes: NDArray[np.int32], branch: NDArray[np.int64] | None) -> None:
        """Write the check digits into the codes of some rows."""
        total = self.residues.take(codes).sum(axis=1) % of_branch(self.modulus, branch)
        codes[np.arange(len(codes)), of_branch(self.place, branch)] += total.astype(np.int32)


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything a grammar needs in order to be sampled.

    Most rows have at most `narrow` tokens; `wide` tells which branches have more.
    """

    words: pa.StringArray
    branch_cells: NDArray[np.uint16] | None
    branch_count: int
    cells: NDArray[np.uint16]
    columns: tuple[Column, ...]
    halves: int
    checks: Checks | None
    narrow: int
    wide: NDArray[np.bool_]


def of_branch(table: Any, branch: NDArray[np.int64] | None) -> Any:
    """Return a number that is the same for all branches, or each row's from a table."""
    return table.take(branch) if isinstance(table, np.ndarray) and branch is not None else table


@lru_cache(maxsize=64)
def lay_out(grammar: Grammar, is_branch_drawn: bool = True) -> Layout:
    """Return the tables of a grammar."""
    rows = tokens_of(grammar)
    width = max(len(tokens) for tokens in rows)
    blank = Token(("",))
    padded = [[*tokens, *[blank] * (width - len(tokens))] for tokens in rows]
    starts = _starts(token for tokens in padded for token in tokens)
    tables = _Cells()
    weights = [branch.weight for branch in grammar.branches]
    even = max(weights) - min(weights) < 1e-12
    room = CELLS // len(weights) if even else 1
    columns: list[Column] = []
    halves = 1 if len(weights) > 1 and is_branch_drawn else 0
    for place in range(width):
        tokens = [row[place] for row in padded]
        size = max(token.cells() * token.inner for token in tokens)
        fresh = size > 1 and (size > room or halves == 0)
        halves += fresh
        room = (CELLS if fresh else room) // size
        columns.append(_column(tokens, starts, tables, fresh))
    words = words_array([word for pool, _ in starts for word in pool])
    branches = None if even else guide(weights)
    checks = _checks(padded, starts)
    narrow = width if checks is not None else _narrow([len(tokens) for tokens in rows], weights)
    wide = np.array([len(tokens) > narrow for tokens in rows])
    return Layout(words, branches, len(weights), tables.all(), tuple(columns), halves, checks, narrow, wide)


def _narrow(widths: Sequence[int], weights: Sequence[float]) -> int:
    """Return the fewest tokens that nearly all rows do with."""
    for narrow in sorted(set(widths)):
        beyond = math.fsum(weight for width, weight in zip(widths, weights, strict=True) if width > narrow)
        if beyond <= FEW * math.fsum(weights):
            return narrow
    return max(widths)


_Starts = dict[tuple[tuple[str, ...], tuple[int, ...]], int]


def _starts(tokens: Iterator[Token]) -> _Starts:
    """Return where the words of each token begin among all words."""
    starts: _Starts = {}
    end = 0
    for token in tokens:
        if (token.words, token.residues) not in starts:
            starts[token.words, token.residues] = end
            end += len(token.words)
    return starts


def _checks(rows: Sequence[Sequence[Token]], starts: _Starts) -> Checks | None:
    if not any(token.is_check for row in rows for token in row):
        return None
    places = [next((place for place, token in enumerate(row) if token.is_check), None) for row in rows]
    moduli = [1 if place is None else len(row[place].words) for place, row in zip(places, rows, strict=True)]
    residues = [residue for words, found in starts for residue in found or (0,) * len(words)]
    return Checks(_packed([place or 0 for place in places], np.int64), _packed(moduli, np.int64), np.array(residues, np.int64))


class _Cells:
    """The cells of all weighted pools, one after the other; evenly weighted pools share one run of 0, 1, 2 ..."""

    def __init__(self) -> None:
        self._starts: dict[tuple[float, ...] | None, int] = {}
        self._tables: list[NDArray[np.uint16]] = []

    def start(self, weights: tuple[float, ...] | None) -> int:
        if weights not in self._starts:
            table = np.arange(CELLS).astype(np.uint16) if weights is None else guide(weights)
            self._starts[weights] = CELLS * len(self._tables)
            self._tables.append(table)
        return self._starts[weights]

    def all(self) -> NDArray[np.uint16]:
        return np.concatenate(self._tables) if self._tables else np.empty(0, np.uint16)


def _column(tokens: Sequence[Token], starts: _Starts, tables: _Cells, fresh: bool) -> Column:
    weighted = any(token.weights is not None for token in tokens)
    return Column(
        fresh,
        _packed([starts[token.words, token.residues] for token in tokens], np.int32),
        _packed([tables.start(token.weights) for token in tokens], np.int32) if weighted else None,
        _packed([token.cells() for token in tokens], np.uint64) if any(token.cells() > 1 for token in tokens) else None,
        _packed([token.inner for token in tokens], np.uint64) if any(token.inner > 1 for token in tokens) else None,
        tuple(_given(tokens)),
    )


def _given(tokens: Sequence[Token]) -> Iterator[tuple[int, Any]]:
    """Yield the codes that are handed in, by number, each with 1 for the branches that it counts in, 0 for the others."""
    for number in sorted({token.given for token in tokens} - {0}):
        yield number, _packed([int(token.given == number) for token in tokens], np.int32)


def _packed(numbers: Sequence[int], dtype: Any) -> Any:
    return dtype(numbers[0]) if len(set(numbers)) == 1 else np.array(numbers, dtype)
