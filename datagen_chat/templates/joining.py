"""Texts joined row by row: words of a row are taken so that they are neighbours, and the offsets between them are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.selection import Joiner
from datagen_chat.values import Text, arrow, compute, taken, words_array

Part = str | Text
"""The same text in every row, or a column of texts."""

_FEW = 1 << 12


@dataclass(slots=True)
class _Word:
    """Words of a row: those of a column with texts around them, or one text alone."""

    text: Text | None
    lead: str = ""
    tail: str = ""


class RowJoiner:
    """Joins columns of texts. Pools of words that stay the same from block to block are put together once."""

    def __init__(self) -> None:
        self._framed: dict[tuple[str, str, int], tuple[pa.StringArray, pa.StringArray]] = {}
        self._pools = Joiner()

    def join(self, parts: Iterable[Part], rows: int) -> pa.StringArray:
        """Return the parts of each row, one after the other; what a null is joined with does not matter."""
        words = _worded(parts, rows)
        if len(words) == 1 and words[0].text is not None and words[0].text.codes is None:
            return words[0].text.words
        pool, starts = self._pools([self._framed_pool(number, word) for number, word in enumerate(words)])
        places = np.empty((rows, len(words)), np.int32)
        for number, (word, start) in enumerate(zip(words, starts, strict=True)):
            np.add(_codes(word.text, rows), start, out=places[:, number], dtype=np.int32, casting="unsafe")
        flat = pa.Array.from_buffers(pa.int32(), places.size, [None, pa.py_buffer(places)], 0)
        _, offsets, data = taken(pool, flat).buffers()
        ends = np.ascontiguousarray(np.frombuffer(offsets, np.int32)[: places.size + 1 : len(words)])
        return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), data)

    def _framed_pool(self, number: int, word: _Word) -> pa.StringArray:
        """Return the pool of a word with the texts around each; the last one of each place is kept."""
        text, key = word.text, (word.lead, word.tail, number)
        if text is None:
            return words_array([word.lead])
        if text.codes is None:
            return text.words
        kept = self._framed.get(key)
        if kept is None or kept[0] is not text.words:
            kept = self._framed[key] = text.words, around(word.lead, text.words, word.tail)
        return kept[1]


def _worded(parts: Iterable[Part], rows: int) -> list[_Word]:
    """Return the words of a row: texts that are the same everywhere become part of the pool beside them, where there is one."""
    words: list[_Word] = []
    lead = ""
    for part in parts:
        if isinstance(part, Text):
            text = _worth_keeping(part, rows)
            if lead and text.codes is None:
                words.append(_Word(None, lead))
                lead = ""
            words.append(_Word(text, lead))
            lead = ""
        elif words and words[-1].text is not None and words[-1].text.codes is not None:
            words[-1].tail += part
        else:
            lead += part
    return [*words, _Word(None, lead)] if lead or not words else words


def _worth_keeping(text: Text, rows: int) -> Text:
    """Return text as codes only if its pool is small, or not larger than what the rows take from it."""
    if text.codes is None or len(text.words) <= max(_FEW, rows):
        return text
    return Text(arrow(Text(text.words, _codes(text, rows)), pa.string()))


def _codes(text: Text | None, rows: int) -> NDArray[np.int64]:
    """Return the place of each row's word in its pool, of nulls any."""
    if text is None:
        return np.zeros(1, np.int64)
    if text.codes is None:
        return np.arange(rows)
    return text.codes if text.valid is None else np.where(text.valid, text.codes, 0)


def around(lead: str, words: pa.StringArray, tail: str) -> pa.StringArray:
    """Return words with the same text before each and the same behind; no words become one empty word."""
    words = words if len(words) else words_array([""])
    if not lead and not tail:
        return words
    before, behind, nothing = words_array([lead, tail, ""])
    return compute("binary_join_element_wise", before, words, behind, nothing)
