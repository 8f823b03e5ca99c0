"""Patterns written for whole columns: each row's text as bytes in one line of a matrix, those left over being zero.

What is equally likely and small is a pool of byte strings, neighbours joined: a row takes few of them, each four or eight bytes
at a time. A row's choices are drawn, or spelled out by its rank among all texts, in which case no text comes twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat import draws
from datagen_chat.draws import Key, RowNumbers, below, numbers_of
from datagen_chat.frozen import dataclass
from datagen_chat.patterns.nodes import Chars, Node, Options, Repeat, Series
from datagen_chat.values import Text, code_type

RANKS = 1 << 62
"""No more texts than these are told apart; further characters are drawn."""

_POOLED = 1 << 16
_WIDEST = 64
_HANDY = (1, 2, 4, 8)  # widths that NumPy copies as one number
_CHUNK_BYTES = 1 << 22

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Choices:
    """What some rows choose by: draws under a key, or what is left of their ranks."""

    key: Key
    numbers: RowNumbers
    ranks: NDArray[np.int64] | None

    def code(self, count: int) -> NDArray[np.int64]:
        """Return numbers below `count`, all of what the ranks still say."""
        return below(self.key, self.numbers, count) if self.ranks is None else self.ranks

    def part(self, place: int, ranks: int) -> tuple[Choices, Choices]:
        """Return what a part with so many ranks chooses by, and what is left for the parts behind it."""
        own = replace(self, key=_child(self.key, place), ranks=None)
        if self.ranks is None or ranks == 1:
            return own, self
        left = self.ranks // ranks
        return replace(own, ranks=self.ranks - left * ranks), replace(self, ranks=left)

    def option(self, sizes: Sequence[int]) -> tuple[NDArray[np.int64], Choices]:
        """Return which option each row takes, `sizes` being the ranks of each, and what it chooses by within."""
        if self.ranks is None:
            return below(self.key, self.numbers, len(sizes)), self
        starts = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
        chosen = starts.searchsorted(self.ranks, side="right") - 1
        return chosen, replace(self, ranks=self.ranks - starts.take(chosen))

    def at(self, index: NDArray[np.int64]) -> Choices:
        """Return what some of the rows choose by."""
        ranks = None if self.ranks is None else self.ranks.take(index)
        return replace(self, numbers=numbers_of(self.numbers).take(index), ranks=ranks)


@lru_cache(maxsize=1 << 14)
def _child(key: Key, place: int) -> Key:
    return draws.key(key, str(place))


@dataclass(frozen=True, eq=False, slots=True)
class _Pool:
    """Byte strings of one width, padded with zeros, one of which is taken; `ranks` is their number, or 1 where it is drawn."""

    words: Bytes
    ranks: int

    @property
    def width(self) -> int:
        return int(self.words.shape[1])

    @property
    def is_full(self) -> bool:
        return bool((self.words > 0).all())

    def fill(self, choices: Choices, out: Bytes) -> None:
        if self.width and len(self.words) == 1:
            _lines(out)[...] = _lines(self.words)[0]
        elif self.width:
            _lines(out)[...] = _lines(self.words).take(choices.code(len(self.words)))


@dataclass(frozen=True, eq=False, slots=True)
class _Series:
    """Writers after each other, and how many ranks each of them tells apart here."""

    parts: tuple[_Writer, ...]
    ranked: tuple[int, ...]
    width: int
    ranks: int
    is_full: bool

    def fill(self, choices: Choices, out: Bytes) -> None:
        at = 0
        for place, (part, ranks) in enumerate(zip(self.parts, self.ranked, strict=True)):
            own, choices = choices.part(place, ranks)
            part.fill(own, out[:, at : at + part.width])
            at += part.width


@dataclass(frozen=True, eq=False, slots=True)
class _Options:
    options: tuple[_Writer, ...]
    width: int
    ranks: int
    is_full: bool = False

    def fill(self, choices: Choices, out: Bytes) -> None:
        chosen, rest = choices.option([option.ranks for option in self.options])
        for number, option in enumerate(self.options):
            own, _ = rest.part(number, option.ranks)
            _fill_some(option, own, np.flatnonzero(chosen == number), out[:, : option.width])


@dataclass(frozen=True, eq=False, slots=True)
class _Times:
    """A part that is written as often as each row chooses; `sizes` are the ranks of each number of times, from none on."""

    part: _Writer
    ranked: tuple[int, ...]
    sizes: tuple[int, ...]
    width: int
    ranks: int
    is_full: bool = False

    def fill(self, choices: Choices, out: Bytes) -> None:
        times, rest = choices.option(self.sizes)
        size = self.part.width
        for time, ranks in enumerate(self.ranked):
            own, rest = rest.part(time, ranks)
            _fill_some(self.part, own, np.flatnonzero(times > time), out[:, time * size : (time + 1) * size])


@dataclass(frozen=True, eq=False, slots=True)
class _Run:
    """Words of one small pool, as many as each row chooses: all are written, and those beyond the row's number blotted out."""

    whole: _Series
    each: int
    sizes: tuple[int, ...]
    width: int
    ranks: int
    is_full: bool = False

    def fill(self, choices: Choices, out: Bytes) -> None:
        times, rest = choices.option(self.sizes)
        self.whole.fill(rest.part(0, self.whole.ranks)[0], out)
        width = times.astype(np.int32) * np.int32(self.each)
        for place in range(self.width):
            out[:, place] *= (width > place).view(np.uint8)


_Writer = _Pool | _Series | _Options | _Times | _Run


def _lines(block: Bytes) -> NDArray[np.void]:
    """Return the lines of a block, each as one value."""
    return block.view(f"V{block.shape[1]}")[:, 0]


def _fill_some(writer: _Writer, choices: Choices, index: NDArray[np.int64], out: Bytes) -> None:
    """Write only some of the lines."""
    if len(index) and out.shape[1]:
        block = np.zeros((len(index), out.shape[1]), np.uint8)
        writer.fill(choices.at(index), block)
        _lines(out)[index] = _lines(block)


class Writer:
    """Writes the texts of a pattern, and tells no more than `most` of them apart by their ranks."""

    def __init__(self, node: Node, most: int = RANKS) -> None:
        self._writer = _compiled(node, most)
        self._is_full = self._writer.is_full
        self._rows = max(_CHUNK_BYTES // max(self._writer.width, 1), 1)
        self._pool = _texts(self._writer.words) if isinstance(self._writer, _Pool) else None

    @property
    def ranks(self) -> int:
        """How many texts are told apart."""
        return self._writer.ranks

    @property
    def pool(self) -> pa.StringArray | None:
        """All texts, where they are few and equally likely."""
        return self._pool

    def write(self, key: Key, numbers: RowNumbers, ranks: NDArray[np.int64] | None = None) -> Text:
        """Return one text for each row, drawn under the key, or that of its rank."""
        if self._pool is not None:
            codes = Choices(key, numbers, ranks).code(len(self._pool))
            return Text(self._pool, codes.astype(code_type(len(self._pool))))
        pieces = [self._piece(key, numbers, ranks, at) for at in range(0, max(len(numbers), 1), self._rows)]
        return Text(pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces))

    def _piece(self, key: Key, numbers: RowNumbers, ranks: NDArray[np.int64] | None, at: int) -> pa.StringArray:
        rows = slice(at, at + self._rows)
        numbers = numbers[rows]
        out = (np.empty if self._is_full else np.zeros)((len(numbers), self._writer.width), np.uint8)
        self._writer.fill(Choices(key, numbers, None if ranks is None else ranks[rows]), out)
        return _full_texts(out) if self._is_full else _texts(out)


def _full_texts(lines: Bytes) -> pa.StringArray:
    return _text(lines, np.arange(len(lines) + 1, dtype=np.int32) * np.int32(lines.shape[1]))


def _texts(lines: Bytes) -> pa.StringArray:
    """Return each line without its zeros."""
    is_there = lines != 0
    offsets = np.zeros(len(lines) + 1, np.int32)
    for place in range(lines.shape[1]):
        offsets[1:] += is_there[:, place]
    np.cumsum(offsets, out=offsets)
    return _text(np.compress(is_there.reshape(-1), lines.reshape(-1)), offsets)


def _text(data: Bytes, offsets: NDArray[np.int32]) -> pa.StringArray:
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def _is_small(node: Node) -> bool:
    """Return whether the texts of a node are a pool: few, short and equally likely; single characters always are."""
    return isinstance(node, Chars) or (node.is_even and node.count <= _POOLED and node.longest <= _WIDEST)


def _compiled(node: Node, room: int) -> _Writer:
    """Return what writes a node, told apart by no more ranks than there is room for."""
    if _is_small(node):
        return _pool(_words(node), room)
    match node:
        case Options(options):
            return _options(options, room)
        case Repeat(part, 0, high):
            return _run(part, high, room) if _is_small(part) else _times(part, high, room)
    return _series(_joined(_flat((node,))), room)


def _pool(words: Bytes, room: int) -> _Pool:
    return _Pool(np.ascontiguousarray(words), len(words) if len(words) <= room else 1)


def _series(parts: Sequence[Node | Bytes], room: int) -> _Series:
    writers: list[_Writer] = []
    known: dict[tuple[int, int], _Writer] = {}  # what is repeated is compiled once, as long as there is as much room
    left = room
    for part in parts:
        writer = known.get((id(part), left)) or _part(part, left)
        known[id(part), left] = writer
        left = left // writer.ranks if writer.ranks > 1 or _is_constant(writer) else 1
        writers.append(writer)
    ranked = tuple(writer.ranks for writer in writers)
    width, is_full = sum(writer.width for writer in writers), all(writer.is_full for writer in writers)
    return _Series(tuple(writers), ranked, width, math.prod(ranked), is_full)


def _part(part: Node | Bytes, room: int) -> _Writer:
    return _pool(part, room) if isinstance(part, np.ndarray) else _compiled(part, room)


def _is_constant(writer: _Writer) -> bool:
    return isinstance(writer, _Pool) and len(writer.words) == 1


def _options(options: tuple[Node, ...], room: int) -> _Options:
    each = room // len(options)
    writers = tuple(_compiled(option, max(each, 1)) for option in options)
    width = max(writer.width for writer in writers)
    return _Options(writers, width, sum(writer.ranks for writer in writers) if each else 1)


def _times(part: Node, high: int, room: int) -> _Times:
    each = room // (high + 1)
    writer = _compiled(part, max(each, 1))
    ranked, left = list[int](), each
    for _ in range(high):
        ranked.append(writer.ranks if writer.ranks <= left else 1)
        left //= ranked[-1]
    sizes = tuple(math.prod(ranked[:times]) for times in range(high + 1))
    return _Times(writer, tuple(ranked), sizes, writer.width * high, sum(sizes) if each else 1)


def _run(part: Node, high: int, room: int) -> _Run:
    each, words = room // (high + 1), _words(part)
    whole = _series(list(_groups([words] * high)), max(each, 1))
    told = round(math.log(whole.ranks, len(words))) if len(words) > 1 else 0
    sizes = tuple(len(words) ** min(times, told) for times in range(high + 1))
    return _Run(whole, words.shape[1], sizes, whole.width, sum(sizes) if each else 1)


def _flat(parts: Sequence[Node]) -> Iterator[Node]:
    """Yield the parts of a series, those of series within it and what is repeated a fixed number of times."""
    for part in parts:
        if isinstance(part, Series):
            yield from _flat(part.parts)
        elif isinstance(part, Repeat) and part.low:
            yield from _flat((part.part,) * part.low)
            if part.high > part.low:
                yield Repeat(part.part, 0, part.high - part.low)
        else:
            yield part


def _joined(parts: Iterator[Node]) -> list[Node | Bytes]:
    """Return the parts with neighbours that are small pools joined into few of handy widths."""
    found: list[Node | Bytes] = []
    waiting: list[Bytes] = []
    pools: dict[Node, Bytes] = {}
    for part in parts:
        if _is_small(part):
            if part not in pools:
                pools[part] = _words(part)
            waiting.append(pools[part])
        else:
            found += [*_groups(waiting), part]
            waiting = []
    return [*found, *_groups(waiting)]


def _groups(pools: list[Bytes]) -> Iterator[Bytes]:
    """Yield the products of pools, as many at a time as make a small pool, most often of a handy width; equal ones are one."""
    made: dict[tuple[int, ...], Bytes] = {}
    at = 0
    while at < len(pools):
        group = pools[at : at + _group_size(pools[at:])]
        name = tuple(map(id, group))
        if name not in made:
            made[name] = _product(group)
        yield made[name]
        at += len(group)


def _group_size(pools: list[Bytes]) -> int:
    best, count, width = 1, 1, 0
    for size, pool in enumerate(pools, 1):
        count, width = count * len(pool), width + pool.shape[1]
        if count > _POOLED or width > max(_HANDY):
            break
        best = size if width in _HANDY else best
    return best


def _words(node: Node) -> Bytes:
    """Return all texts of a small node as bytes, padded with zeros, shape (count, width)."""
    match node:
        case Chars(choices):
            return _stacked([np.frombuffer(char.encode(), np.uint8)[None] for char in choices])
        case Series(parts):
            return _product([_words(part) for part in parts])
        case Options(options):
            return _stacked([_words(option) for option in options])
        case Repeat(part, low, high):
            words = _words(part)
            return _stacked([_product([words] * times) for times in range(low, high + 1)])


def _stacked(pools: Sequence[Bytes]) -> Bytes:
    out = np.zeros((sum(map(len, pools)), max(pool.shape[1] for pool in pools)), np.uint8)
    at = 0
    for pool in pools:
        out[at : at + len(pool), : pool.shape[1]] = pool
        at += len(pool)
    return out


def _product(pools: Sequence[Bytes]) -> Bytes:
    """Return every word of the first pool before every word of the second, and so on; the first changes fastest."""
    out = np.zeros((1, 0), np.uint8)
    for pool in pools:
        out = np.hstack([np.tile(out, (len(pool), 1)), np.repeat(pool, len(out), axis=0)])
    return out
