"""Operations on text. They work on the pool of words, each word once, and carry the codes along."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.expressions.cells import TOO_LONG, Cells, faults_of, judged, rows_of, valid_in_all
from datagen_chat.expressions.core import Operation
from datagen_chat.frozen import dataclass
from datagen_chat.selection import joined
from datagen_chat.spelling import spelled
from datagen_chat.values import Mask, Numbers, Text, arrow, compute, taken, text_scalar, uncoded, with_nulls, words_array
from datagen_chat.words import ColumnType

LENGTH_LIMIT = 10_000
"""The longest text that is made, in bytes: texts made of texts would otherwise grow without bound."""

_FEW_WORDS = 1 << 12
Words: TypeAlias = pa.StringArray


def compact(text: Text) -> Text:
    """Return text with a pool that is no larger than its rows."""
    if text.codes is None or len(text.words) <= max(len(text.codes), 1):
        return text
    return uncoded(text)


def per_row(of_words: NDArray[Any], text: Text) -> NDArray[Any]:
    """Return what is known of each word, for each row; what a null's code points at does not matter."""
    if text.codes is None:
        return of_words
    return of_words.take(text.codes, mode="clip") if len(of_words) else np.zeros(len(text.codes), of_words.dtype)


def truths(array: pa.Array) -> Mask:
    """Return an Arrow array of truth values as NumPy's; nulls become anything."""
    if not len(array):
        return np.zeros(0, np.bool_)
    packed = np.frombuffer(array.buffers()[1], np.uint8)
    return np.unpackbits(packed, bitorder="little")[array.offset : array.offset + len(array)].view(np.bool_)


def _whole(array: pa.Array) -> NDArray[np.int64]:
    """Return an Arrow array of int32 as int64; nulls become anything."""
    if not len(array):
        return np.zeros(0, np.int64)
    return np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array)].astype(np.int64)


def lengths(words: Words) -> NDArray[np.int64]:
    """Return the number of bytes of each word."""
    if not len(words):
        return np.zeros(0, np.int64)
    return np.diff(np.frombuffer(words.buffers()[1], np.int32)[words.offset : words.offset + len(words) + 1]).astype(np.int64)


def index_of(numbers: NDArray[Any]) -> pa.Array:
    """Return positions as Arrow takes them."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(np.ascontiguousarray(numbers, np.int64))], 0)


def _slice(words: Words, start: int, stop: int | None) -> Words:
    from pyarrow._compute import SliceOptions

    return compute("utf8_slice_codeunits", words, options=SliceOptions(start, stop, 1))


def _replace(words: Words, old: str, new: str) -> Words:
    from pyarrow._compute import ReplaceSubstringOptions

    return compute("replace_substring", words, options=ReplaceSubstringOptions(old, new))


_CHANGES: dict[str, Callable[..., Words]] = {
    "lower": lambda words: compute("utf8_lower", words),
    "upper": lambda words: compute("utf8_upper", words),
    "trim": lambda words: compute("utf8_trim_whitespace", words),
    "slice": _slice,
    "replace": _replace,
}


@dataclass(frozen=True)
class Change(Operation):
    """Every word changed: lower, upper, trim, slice (start, stop) or replace (old, new)."""

    name: str
    arguments: tuple[Any, ...] = ()

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the texts, null where they would become too long."""
        text = compact(inputs[0].text)
        bad = self._too_long(text.words)
        if bad is None or not bad.any():
            words = _CHANGES[self.name](text.words, *self.arguments)
            return Cells(Text(words, text.codes, text.valid), inputs[0].faults)
        words = _CHANGES[self.name](with_nulls(text.words, ~bad), *self.arguments)
        valid, faults = judged(inputs, per_row(bad, text), TOO_LONG)
        return Cells(Text(words, text.codes, valid), faults)

    def _too_long(self, words: Words) -> Mask | None:
        if self.name != "replace":
            return None
        from pyarrow._compute import MatchSubstringOptions

        old, new = self.arguments
        longer = len(new.encode()) - len(old.encode())
        if longer <= 0:
            return None
        count = _whole(compute("count_substring", words, options=MatchSubstringOptions(old)))
        return lengths(words) + count * longer > LENGTH_LIMIT


class Length(Operation):
    """The number of characters."""

    is_fresh: ClassVar = True

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the numbers."""
        text = compact(inputs[0].text)
        return Cells(Numbers(per_row(_whole(compute("utf8_length", text.words)), text), text.valid), inputs[0].faults)


@dataclass(frozen=True)
class Matches(Operation):
    """Whether a text starts with, ends with or contains another: starts_with, ends_with or match_substring."""

    function: str
    part: str

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        from pyarrow._compute import MatchSubstringOptions

        text = compact(inputs[0].text)
        found = truths(compute(self.function, text.words, options=MatchSubstringOptions(self.part)))
        return Cells(Numbers(per_row(found, text), text.valid), inputs[0].faults)


@dataclass(frozen=True)
class OneOf(Operation):
    """Whether a text is one of several."""

    words: tuple[str, ...]

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        from pyarrow._compute import SetLookupOptions

        text = compact(inputs[0].text)
        found = compute("is_in", text.words, options=SetLookupOptions(words_array(list(self.words)), skip_nulls=False))
        return Cells(Numbers(per_row(truths(found), text), text.valid), inputs[0].faults)


@dataclass(frozen=True)
class Compare(Operation):
    """Two texts compared by the order of their characters' numbers: equal, not_equal, less and so on."""

    function: str

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        data = self._compared(*(compact(cells.text) for cells in inputs))
        return Cells(Numbers(data, valid_in_all(inputs)), faults_of(inputs))

    def _compared(self, left: Text, right: Text) -> Mask:
        if len(right) == 1:
            return per_row(truths(compute(self.function, left.words, _scalar(right))), left)
        if len(left) == 1:
            return per_row(truths(compute(self.function, _scalar(left), right.words)), right)
        if left.codes is None or right.codes is None or len(left.words) * len(right.words) > _FEW_WORDS:
            return truths(compute(self.function, _strings(left), _strings(right)))
        pairs = Pairs.of((left, right))
        return per_row(truths(compute(self.function, *pairs.words)), Text(pairs.words[0], pairs.codes))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every combination of the words of several texts, as parallel columns, and which of them each row has."""

    words: tuple[Words, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[Text]) -> Pairs:
        """Return the combinations of coded texts."""
        sizes = [max(len(text.words), 1) for text in texts]
        total, after = math.prod(sizes), math.prod(sizes)
        numbers, codes, words = np.arange(total), np.zeros(1, np.int64), []
        for text, size in zip(texts, sizes, strict=True):
            assert text.codes is not None
            after //= size
            words.append(taken(text.words if len(text.words) else words_array([""]), index_of(numbers // after % size)))
            codes = codes * size + np.clip(text.codes, 0, size - 1)
        return cls(tuple(words), codes)


class Concat(Operation):
    """Texts joined."""

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the joined texts, null where they would become too long."""
        texts = [compact(cells.text) for cells in inputs]
        if sum(int(lengths(text.words).max(initial=0)) for text in texts) > LENGTH_LIMIT:
            return _joined_with_care(texts, inputs)
        coded = [text for text in texts if len(text) != 1]
        if all(text.codes is not None for text in coded) and math.prod(len(text.words) for text in coded) <= _FEW_WORDS:
            return _joined_words(texts, coded, inputs)
        return Cells(Text(joined_rows(texts, rows_of(inputs)), None, valid_in_all(inputs)), faults_of(inputs))


def _joined_words(texts: Sequence[Text], coded: Sequence[Text], inputs: Sequence[Cells]) -> Cells:
    """Return texts joined word by word: every combination of their words once."""
    pairs = Pairs.of(coded)
    words = iter(pairs.words)
    columns = [_scalar(text) if len(text) == 1 else next(words) for text in texts]
    made = _join(columns) if coded else words_array([_join_scalars(columns)])
    return Cells(Text(made, pairs.codes, valid_in_all(inputs)), faults_of(inputs))


def joined_rows(texts: Sequence[Text], rows: int, skipped: Mask | None = None, most: int = 1 << 30) -> Words:
    """Return texts joined row by row, and nothing where a row is skipped.

    The words of a row are taken so that they are neighbours; then leaving out the offsets between them joins them. Pools of
    more than `most` bytes would not fit one pool of Arrow's: then the rows are made in two halves.
    """
    if rows > 1 and sum(_bytes(text.words) for text in texts) > most:
        middle = rows // 2
        halves = [(0, middle), (middle, rows)]
        return pa.concat_arrays([joined_rows(*_slice_rows(texts, skipped, *half), most) for half in halves])
    pool, starts = joined([*(text.words for text in texts), words_array([""])])
    places = np.empty((rows, len(texts)), np.int64)
    for column, (text, start) in enumerate(zip(texts, starts, strict=False)):
        np.add(_places(text, rows), start, out=places[:, column], dtype=np.int64)
    if skipped is not None:
        places[skipped] = starts[-1]
    _, offsets, data = taken(pool, index_of(places.ravel())).buffers()
    ends = np.frombuffer(offsets, np.int32)[: places.size + 1 : len(texts)]
    return pa.StringArray.from_buffers(rows, pa.py_buffer(np.ascontiguousarray(ends)), data)


def _places(text: Text, rows: int) -> NDArray[Any]:
    """Return the place of each row's word in the pool, those of nulls at any."""
    if text.codes is None:
        return np.arange(rows) if len(text) == rows else np.zeros(1, np.int64)
    return np.asarray(np.clip(text.codes, 0, max(len(text.words) - 1, 0)))


def _bytes(words: Words) -> int:
    return int(lengths(words).sum())


def _slice_rows(texts: Sequence[Text], skipped: Mask | None, start: int, stop: int) -> tuple[list[Text], int, Mask | None]:
    parts = [text if len(text) == 1 else compact(_sliced(text, start, stop)) for text in texts]
    return parts, stop - start, None if skipped is None else skipped[start:stop]


def _sliced(text: Text, start: int, stop: int) -> Text:
    if text.codes is None:
        return Text(text.words.slice(start, stop - start))
    return Text(text.words, _places(text, len(text))[start:stop])


def _joined_with_care(texts: Sequence[Text], inputs: Sequence[Cells]) -> Cells:
    """Return texts joined row by row, null where the whole would be too long."""
    total = np.zeros(1, np.int64)
    for text in texts:
        total = total + per_row(lengths(text.words), text)
    valid, faults = judged(inputs, total > LENGTH_LIMIT, TOO_LONG)
    return Cells(Text(joined_rows(texts, len(valid), ~valid), None, valid), faults)


def _strings(text: Text) -> Words:
    return text.words if text.codes is None else arrow(text, pa.string())


def _scalar(text: Text) -> pa.StringScalar:
    """Return the only value; a null's may be anything."""
    place = 0 if text.codes is None else int(text.codes[0])
    return text.words[place] if 0 <= place < len(text.words) else text_scalar("")


def _join(columns: Sequence[Any]) -> Words:
    return compute("binary_join_element_wise", *columns, text_scalar(""))


def _join_scalars(columns: Sequence[pa.StringScalar]) -> str:
    return "".join(column.as_py() or "" for column in columns)


@dataclass(frozen=True)
class Spell(Operation):
    """Numbers, truth values and times as text."""

    type: ColumnType

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the texts."""
        return Cells(spelled(inputs[0].values, self.type), inputs[0].faults)


@dataclass(frozen=True)
class TakesSecond(Operation):
    """Whether the second of two texts is taken: it compares so, or the first is null; a null is never taken for a text."""

    is_strict: ClassVar = False

    function: str

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values, never null."""
        made = Compare(self.function)(inputs)
        left, right = (True if cells.valid is None else cells.valid for cells in inputs)
        return Cells(Numbers((made.data & left & right) | (~np.asarray(left) & right)))

    def can_be_null(self, inputs: Sequence[bool]) -> bool:  # noqa: ARG002 - whatever they are
        """Return False."""
        return False
