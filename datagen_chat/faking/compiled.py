"""A grammar laid out for sampling: per row a branch, per token the code of a word, then one `take`.

The tokens of a row lie next to each other in what `take` returns, so the rows' texts are its bytes under every T-th offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, key, numbers_of
from datagen_chat.faking.grammar import Grammar
from datagen_chat.faking.guide import CELLS, guide
from datagen_chat.faking.layout import Column, Layout, lay_out, of_branch
from datagen_chat.faking.source import Kind, Source
from datagen_chat.values import Text, code_type, taken, words_array

SMALL = 4096
_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
Drawn = NDArray[np.uint64]
Codes = NDArray[np.int32]


def compile_grammar(grammar: Grammar, key: Key) -> Source:
    """Return a source of the grammar's texts: codes where there are few, else text."""
    checked = any(branch.check is not None for branch in grammar.branches)
    single = len(grammar.branches) == 1 and len(grammar.branches[0].parts) == 1
    if single or (grammar.size() <= SMALL and not checked):
        shares: dict[str, float] = {}
        for word, share in grammar.every():
            shares[word] = shares.get(word, 0.0) + share
        return OfPool(key, tuple(shares), tuple(shares.values()))
    return Joined(key, grammar)


@dataclass(frozen=True)
class OfPool:
    """One word of a pool for each row, as codes."""

    key: Key
    words: tuple[str, ...]
    shares: tuple[float, ...]
    kind: Kind = "string"

    @cached_property
    def _pool(self) -> pa.StringArray:
        return words_array(list(self.words))

    @cached_property
    def _guide(self) -> NDArray[Any] | None:
        if max(self.shares) - min(self.shares) < 1e-12:
            return None
        return guide(self.shares).astype(code_type(len(self.words)))

    def sample(self, rows: RowNumbers) -> Text:
        """Return the words of these rows."""
        drawn = bits(self.key, rows)
        if self._guide is not None:
            drawn >>= np.uint64(48)
            return Text(self._pool, self._guide.take(drawn.view(np.int64)))
        drawn >>= _32
        drawn *= np.uint64(len(self.words))
        drawn >>= _32
        return Text(self._pool, drawn.astype(code_type(len(self.words))))


class Halves:
    """32-bit uniforms of some rows, taken out digit by digit: a new half is drawn once the last has given 16 bits."""

    def __init__(self, keys: Sequence[Key], rows: RowNumbers) -> None:
        self._keys, self._rows, self._next = keys, rows, 0
        self._whole: Drawn | None = None
        self.half: Drawn = np.empty(0, np.uint64)

    def __len__(self) -> int:
        return len(self._rows)

    def fresh(self) -> None:
        """Start a new half."""
        if self._whole is None:
            self._whole = bits(self._keys[self._next], self._rows)
            self._next += 1
            self.half = self._whole >> _32
        else:
            self.half, self._whole = self._whole & _LOW, None

    def digit(self, bound: Any) -> Drawn:
        """Return uniform numbers below `bound` and keep the rest of the randomness."""
        taken: Drawn = self.half * bound
        self.half = taken & _LOW
        taken >>= _32
        return taken

    def at(self, index: NDArray[np.int64]) -> Halves:
        """Return what is left of the randomness of some of the rows."""
        part = Halves(self._keys, numbers_of(self._rows).take(index))
        part._next, part.half = self._next, self.half.take(index)
        part._whole = None if self._whole is None else self._whole.take(index)
        return part


@dataclass(frozen=True)
class Joined:
    """Text put together from tokens."""

    key: Key
    grammar: Grammar
    kind: Kind = "string"

    @cached_property
    def layout(self) -> Layout:
        """The grammar's tables."""
        return lay_out(self.grammar)

    @cached_property
    def _keys(self) -> tuple[Key, ...]:
        return tuple(key(self.key, "half", str(n)) for n in range((self.layout.halves + 1) // 2))

    def sample(self, rows: RowNumbers) -> Text:
        """Return the texts of these rows."""
        layout = self.layout
        halves = Halves(self._keys, rows)
        branch = _branch(layout, halves)
        codes = _codes(layout, layout.columns[: layout.narrow], halves, branch)
        ends = np.arange(len(rows) + 1) * layout.narrow
        flat = codes.reshape(-1)
        if branch is not None and layout.narrow < len(layout.columns):
            wide = np.flatnonzero(layout.wide.take(branch))
            more = _codes(layout, layout.columns[layout.narrow :], halves.at(wide), branch.take(wide))
            flat = _inserted(flat, ends.take(wide + 1), more)
            ends[1:] += np.cumsum(layout.wide.take(branch)) * more.shape[1]
        return Text(joined_rows(layout.words, flat, ends))

    def codes(self, rows: RowNumbers) -> Codes:
        """Return the codes of the rows' tokens, shape (rows, tokens)."""
        halves = Halves(self._keys, rows)
        return _codes(self.layout, self.layout.columns, halves, _branch(self.layout, halves))


def _codes(layout: Layout, columns: Sequence[Column], halves: Halves, branch: NDArray[np.int64] | None) -> Codes:
    codes = np.empty((len(halves), len(columns)), np.int32)
    for number, column in enumerate(columns):
        codes[:, number] = _token(column, layout.cells, halves, branch)
    if layout.checks is not None:
        layout.checks.add(codes, branch)
    return codes


def _inserted(codes: Codes, places: NDArray[np.int64], more: Codes) -> Codes:
    """Return codes with a row of others put in before each of these places."""
    width = more.shape[1]
    out = np.empty(len(codes) + more.size, np.int32)
    new = (places + np.arange(len(places)) * width)[:, None] + np.arange(width)
    old = np.ones(len(out), np.bool_)
    old[new] = False
    out[old] = codes
    out[new] = more
    return out


def joined(words: pa.StringArray, codes: Codes) -> pa.StringArray:
    """Return the words of each row of codes, joined."""
    return joined_rows(words, codes.reshape(-1), slice(None, None, codes.shape[1]))


def joined_rows(words: pa.StringArray, codes: Codes, ends: slice | NDArray[np.int64]) -> pa.StringArray:
    """Return words joined to texts; `ends` are the tokens where each text ends and the next begins, from 0 on."""
    flat = pa.Array.from_buffers(pa.int32(), len(codes), [None, pa.py_buffer(codes)])
    _, offsets, data = taken(words, flat).buffers()
    bounds = np.ascontiguousarray(np.frombuffer(offsets, np.int32, len(codes) + 1)[ends])
    return pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), data)


def _branch(layout: Layout, halves: Halves) -> NDArray[np.int64] | None:
    if layout.branch_count == 1:
        return None
    halves.fresh()
    if layout.branch_cells is None:
        return halves.digit(np.uint64(layout.branch_count)).view(np.int64)
    return layout.branch_cells.take(halves.digit(np.uint64(CELLS)).view(np.int64)).astype(np.int64)


def _token(column: Column, cells: NDArray[np.uint16], halves: Halves, branch: NDArray[np.int64] | None) -> NDArray[Any]:
    if column.fresh:
        halves.fresh()
    code: NDArray[Any] = halves.digit(of_branch(column.cell_count, branch)).view(np.int64)
    if column.cell_start is not None:
        code += of_branch(column.cell_start, branch)
        code = cells.take(code).astype(np.int64)
    if column.inner is not None:
        inner = of_branch(column.inner, branch)
        code *= inner.view(np.int64) if isinstance(inner, np.ndarray) else np.int64(inner)
        code += halves.digit(inner).view(np.int64)
    code += of_branch(column.start, branch)
    return code
