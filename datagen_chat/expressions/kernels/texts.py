"""Operations on text. They work on the pool of words, each word once, and carry the codes along."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.expressions.cells import TOO_LONG, Cells, faults_of, judged, valid_in_all
from datagen_chat.expressions.core import Operation
from datagen_chat.spelling import spelled
from datagen_chat.values import Mask, Numbers, Text, arrow, compute, taken, with_nulls, words_array
from datagen_chat.words import ColumnType

LENGTH_LIMIT = 10_000
"""The longest text that is made, in bytes: texts made of texts would otherwise grow without bound."""

_FEW_WORDS = 1 << 12
Words: TypeAlias = pa.StringArray


def compact(text: Text) -> Text:
    """Return text with a pool that is no larger than its rows."""
    if text.codes is None or len(text.words) <= max(len(text.codes), 1):
        return text
    return Text(arrow(text, pa.string()), None, text.valid)


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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
        return Cells(Text(_join([_rows(text) for text in texts]), None, valid_in_all(inputs)), faults_of(inputs))


def _joined_words(texts: Sequence[Text], coded: Sequence[Text], inputs: Sequence[Cells]) -> Cells:
    """Return texts joined word by word: every combination of their words once."""
    pairs = Pairs.of(coded)
    words = iter(pairs.words)
    columns = [_scalar(text) if len(text) == 1 else next(words) for text in texts]
    joined = _join(columns) if coded else words_array([_join_scalars(columns)])
    return Cells(Text(joined, pairs.codes, valid_in_all(inputs)), faults_of(inputs))


def _joined_with_care(texts: Sequence[Text], inputs: Sequence[Cells]) -> Cells:
    """Return texts joined row by row, null where the whole would be too long."""
    total = np.zeros(1, np.int64)
    for text in texts:
        total = total + per_row(lengths(text.words), text)
    bad = total > LENGTH_LIMIT
    valid, faults = judged(inputs, bad, TOO_LONG)
    first = Text(texts[0].words, texts[0].codes) if len(texts[0]) == len(bad) else _repeated(texts[0], len(bad))
    words = _join([_strings(Text(first.words, first.codes, valid)), *map(_rows, texts[1:])])
    return Cells(Text(words, None, valid), faults)


def _repeated(text: Text, rows: int) -> Text:
    return Text(text.words, np.zeros(rows, np.int8))


def _rows(text: Text) -> Any:
    return _scalar(text) if len(text) == 1 else _strings(text)


def _strings(text: Text) -> Words:
    return text.words if text.codes is None else arrow(text, pa.string())


def _scalar(text: Text) -> pa.StringScalar:
    """Return the only value; a null's may be anything."""
    place = 0 if text.codes is None else int(text.codes[0])
    return text.words[place] if 0 <= place < len(text.words) else pa.scalar("")


def _join(columns: Sequence[Any]) -> Words:
    return compute("binary_join_element_wise", *columns, pa.scalar(""))


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
