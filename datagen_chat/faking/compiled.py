"""A grammar laid out for sampling: per row a branch, per token the code of a word, then one `take`.

The tokens of a row lie next to each other in what `take` returns, so the rows' texts are its bytes under every T-th offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from datagen_chat.frozen import dataclass
from datagen_chat.values import Text, code_type, taken, words_array

SMALL = 4096
_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
Drawn = NDArray[np.uint64]
Codes = NDArray[np.int32]
Index = NDArray[np.int64]


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
    is_distinct: bool = False
    kind: Kind = "string"

    @property
    def capacity(self) -> int:
        """How many words there are; no two are the same."""
        return len(self.words)

    def distinct(self, key: Key, rows: int) -> Source:  # noqa: ARG002 - one permutation does for all rows
        """Return a source that says each word once, however likely it is."""
        return replace(self, key=key, is_distinct=True)

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
        if self.is_distinct:
            from datagen_chat.permutation import permuted

            return Text(self._pool, permuted(self.key, rows, len(self.words)).astype(code_type(len(self.words))))
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
        part._next, part.half = self._next, self.half.take(index) if self._next else self.half
        part._whole = None if self._whole is None else self._whole.take(index)
        return part


@dataclass(frozen=True)
class Joined:
    """Text put together from tokens; where the branch is not drawn, it is `told`."""

    key: Key
    grammar: Grammar
    is_branch_drawn: bool = True
    kind: Kind = "string"

    @cached_property
    def layout(self) -> Layout:
        """The grammar's tables."""
        return lay_out(self.grammar, self.is_branch_drawn)

    @cached_property
    def _keys(self) -> tuple[Key, ...]:
        return tuple(key(self.key, "half", str(n)) for n in range((self.layout.halves + 1) // 2))

    def sample(self, rows: RowNumbers) -> Text:
        """Return the texts of these rows."""
        halves = Halves(self._keys, rows)
        return self._joined(halves, Row(_branch(self.layout, halves)))

    @property
    def capacity(self) -> int:
        """How many rows can be given a text of their own; 0 when texts cannot be told apart for certain."""
        from datagen_chat.faking.combinations import capacity

        return capacity(self.grammar)

    def distinct(self, key: Key, rows: int) -> Source:
        """Return a source that never says the same twice."""
        from datagen_chat.faking.combinations import Distinct

        return Distinct(key, self.grammar, rows)

    def told(self, rows: RowNumbers, known: Row) -> Text:
        """Return the texts of rows of which something is known already."""
        return self._joined(Halves(self._keys, rows), known)

    def _joined(self, halves: Halves, row: Row) -> Text:
        layout = self.layout
        codes = _codes(layout, layout.columns[: layout.narrow], halves, row)
        if row.branch is None or layout.narrow == len(layout.columns):
            return Text(joined(layout.words, codes))
        is_wide = layout.wide.take(row.branch)
        wide = np.flatnonzero(is_wide)
        more = _codes(layout, layout.columns[layout.narrow :], halves.at(wide), row.at(wide))
        ends = np.arange(0, (len(halves) + 1) * layout.narrow, layout.narrow)
        flat = _inserted(codes.reshape(-1), ends.take(wide + 1), more)
        ends[1:] += np.cumsum(is_wide) * more.shape[1]
        return Text(joined_rows(layout.words, flat, ends))

    def codes(self, rows: RowNumbers, known: Row | None = None) -> Codes:
        """Return the codes of the rows' tokens, shape (rows, tokens)."""
        halves = Halves(self._keys, rows)
        return _codes(self.layout, self.layout.columns, halves, known or Row(_branch(self.layout, halves)))


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of some rows before their tokens are drawn: the branch of each, and the codes that were handed in."""

    branch: Index | None
    given: Sequence[Index] = ()

    def at(self, index: Index) -> Row:
        """Return what is known of some of the rows."""
        return Row(None if self.branch is None else self.branch.take(index), [codes.take(index) for codes in self.given])


def _codes(layout: Layout, columns: Sequence[Column], halves: Halves, row: Row) -> Codes:
    codes = np.empty((len(halves), len(columns)), np.int32)
    for number, column in enumerate(columns):
        codes[:, number] = _token(column, layout.cells, halves, row)
    if layout.checks is not None:
        layout.checks.add(codes, row.branch)
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


def _token(column: Column, cells: NDArray[np.uint16], halves: Halves, row: Row) -> Any:
    """Return the codes of one column of tokens, shape (rows,), or one code for all rows."""
    branch = row.branch
    if column.fresh:
        halves.fresh()
    code: Any = np.int32(0)
    if column.cell_count is not None:
        code = halves.digit(of_branch(column.cell_count, branch)).astype(np.int32)
    if column.cell_start is not None:
        code += of_branch(column.cell_start, branch)
        code = cells.take(code).astype(np.int32)
    for number, counts in column.given:
        code = code + row.given[number - 1] * of_branch(counts, branch)
    if column.inner is not None:
        inner = of_branch(column.inner, branch)
        code = code * inner.astype(np.int32)
        code += halves.digit(inner).astype(np.int32)
    return code + of_branch(column.start, branch)
