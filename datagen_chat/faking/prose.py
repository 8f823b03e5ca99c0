"""Free text: words to sentences, sentences to paragraphs, and as many of them as fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, key, numbers_of
from datagen_chat.faking.compiled import Joined, joined_rows
from datagen_chat.faking.grammar import Grammar
from datagen_chat.faking.guide import guide
from datagen_chat.faking.source import Kind, Source
from datagen_chat.frozen import dataclass
from datagen_chat.values import Text, words_array

TEXT_LENGTH = 200
OF_WORDS, OF_SENTENCES = 25, 100
"""Texts of fewer characters are made of words, and those of fewer than these of sentences."""
Codes = NDArray[np.int32]
Counts = NDArray[np.int64]
Grammars = Callable[[str, Mapping[str, Any]], Grammar | None]
"""Returns the grammar of a method with arguments."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Token codes of some texts, one text after the other, and how many each has."""

    codes: Codes
    counts: Counts

    @property
    def ends(self) -> Counts:
        """Return where each text ends, from 0."""
        return np.concatenate(([0], np.cumsum(self.counts)))


@dataclass(frozen=True)
class Paragraphs:
    """Sentences in a row, their number drawn for each paragraph."""

    sentence: Grammar
    between: str
    shares: Mapping[int, float]
    key: Key
    kind: Kind = "string"

    @cached_property
    def _sentences(self) -> Joined:
        return Joined(key(self.key, "sentence"), self.sentence)

    @cached_property
    def words(self) -> pa.StringArray:
        """The words of all tokens, the last two being what stands between sentences, and nothing."""
        return pa.concat_arrays([self._sentences.layout.words, words_array([self.between, ""])])

    @cached_property
    def _sizes(self) -> tuple[NDArray[np.int64], int]:
        numbers = np.array(list(self.shares), np.int64)
        return numbers.take(guide(list(self.shares.values()))), int(numbers.max())

    def sample(self, rows: RowNumbers) -> Text:
        """Return the paragraphs of these rows."""
        found = self.ragged(rows)
        return Text(joined_rows(self.words, found.codes, found.ends))

    def ragged(self, rows: RowNumbers) -> Ragged:
        """Return the tokens of these rows' paragraphs."""
        table, most = self._sizes
        sizes = table.take((bits(key(self.key, "size"), rows) >> np.uint64(48)).view(np.int64))
        ends = np.cumsum(sizes)
        place = np.arange(len(rows) and ends[-1]) - np.repeat(ends - sizes, sizes)
        sentences = self._sentences.codes(np.repeat(numbers_of(rows) * most, sizes) + place)
        width = sentences.shape[1] + 1
        codes = np.empty((len(sentences), width), np.int32)
        codes[:, :-1] = sentences
        codes[:, -1] = len(self.words) - 2
        codes[ends - 1, -1] += 1
        return Ragged(codes.reshape(-1), sizes * width)


@dataclass(frozen=True)
class Fitted:
    """As many units as stay below a number of characters, `between` standing between them.

    Faker draws units until they are too long together and drops the last; when nothing is left it begins anew.
    """

    unit: Callable[[Key, RowNumbers], Ragged]
    words: pa.StringArray
    between: int
    limit: int
    key: Key
    finish: Callable[[Ragged], Ragged] = lambda ragged: ragged
    kind: Kind = "string"

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.array([len(word) for word in self.words.to_pylist()], np.int64)

    def sample(self, rows: RowNumbers) -> Text:
        """Return the texts of these rows."""
        found = self.finish(_gathered(self._rounds(numbers_of(rows)), len(rows)))
        return Text(joined_rows(self.words, found.codes, found.ends))

    def _rounds(self, rows: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], Ragged]]:
        """Return, round by round, the rows that got one more unit, and the units."""
        rounds = []
        active = np.arange(len(rows))
        size = np.zeros(len(rows), np.int64)
        number = 0
        while len(active):
            units = self.unit(key(self.key, "round", str(number)), rows.take(active))
            length = np.add.reduceat(self._lengths.take(units.codes), units.ends[:-1])
            begun = size.take(active) > 0
            total = size.take(active) + length + begun * self._lengths[self.between]
            fits = total < self.limit
            size[active[fits]] = total[fits]
            rounds.append((active[fits], _led(units, begun, fits, self.between)))
            active = active[fits | ~begun]
            number += 1
        return rounds


def _led(units: Ragged, begun: NDArray[np.bool_], kept: NDArray[np.bool_], between: int) -> Ragged:
    """Return the kept units, each that is not the first led by what stands between."""
    chosen = units.codes[np.repeat(kept, units.counts)]
    counts = units.counts[kept]
    first = begun[kept]
    starts = (np.cumsum(counts) - counts)[first]
    return Ragged(np.insert(chosen, starts, between), counts + first)


def _gathered(rounds: Sequence[tuple[NDArray[np.int64], Ragged]], size: int) -> Ragged:
    """Return the units of all rounds, row after row."""
    counts = np.zeros((size, len(rounds)), np.int64)
    for number, (index, units) in enumerate(rounds):
        counts[index, number] = units.counts
    starts = (np.cumsum(counts.reshape(-1)) - counts.reshape(-1)).reshape(counts.shape)
    codes = np.empty(counts.sum(), np.int32)
    for number, (index, units) in enumerate(rounds):
        shift = starts[index, number] - (np.cumsum(units.counts) - units.counts)
        codes[np.repeat(shift, units.counts) + np.arange(len(units.codes))] = units.codes
    return Ragged(codes, counts.sum(axis=1))


@dataclass(frozen=True, slots=True)
class Style:
    """What stands between words and between sentences, a space or nothing, and what ends a sentence."""

    between: str
    end: str


def style_of(sentence: Grammar) -> Style:
    """Return how the sentences of a locale's own words are written; words of the arguments may have letters in common."""
    parts = max((branch.parts for branch in sentence.branches), key=len)
    return Style(*(part if isinstance(part, str) else "" for part in (parts[1], parts[-1])))


def sizes(number: int, varies: bool) -> dict[int, float]:
    """Return how often there are how many, as Faker varies a number by two fifths.

    >>> sizes(3, False)
    {3: 1.0}
    """
    if not varies:
        return {number: 1.0}
    found: dict[int, float] = {}
    for percent in range(60, 141):
        size = max(1, int(number * percent / 100))
        found[size] = found.get(size, 0.0) + 1 / 81
    return found


def paragraph(args: Mapping[str, Any], key: Key, grammars: Grammars) -> Source | None:
    """`paragraph`: three sentences, more or less."""
    sentence, usual = grammars("sentence", _words(args)), grammars("sentence", {})
    number = args.get("nb_sentences", 3)
    if sentence is None or usual is None or number < 1:
        return None
    return Paragraphs(sentence, style_of(usual).between, sizes(number, args.get("variable_nb_sentences", True)), key)


def text(args: Mapping[str, Any], key: Key, grammars: Grammars) -> Source | None:
    """`text`: as many words, sentences or paragraphs as fit."""
    limit = args.get("max_nb_chars", TEXT_LENGTH)
    sentence, usual = grammars("sentence", _words(args)), grammars("sentence", {})
    word = grammars("word", _words(args))
    if sentence is None or usual is None or word is None or limit < 5:
        return None
    style = style_of(usual)
    if limit < OF_WORDS:
        return _of_words(word, style, limit, key)
    make = _of_sentences if limit < OF_SENTENCES else _of_paragraphs
    return make(sentence, style, limit, key)


def _words(args: Mapping[str, Any]) -> dict[str, Any]:
    return {"ext_word_list": args["ext_word_list"]} if args.get("ext_word_list") is not None else {}


def _of_words(word: Grammar, style: Style, limit: int, key: Key) -> Source | None:
    shares = dict[str, float]()
    for said, share in word.every():
        shares[said] = shares.get(said, 0.0) + share
    plain = list(shares)
    if min(map(len, plain)) >= limit or not all(plain):
        return None
    table = guide(list(shares.values())).astype(np.int32)
    words = words_array([*plain, *(said[0].upper() + said[1:] for said in plain), style.between, style.end])

    def unit(key: Key, rows: RowNumbers) -> Ragged:
        codes = table.take((bits(key, rows) >> np.uint64(48)).view(np.int64))
        return Ragged(codes, np.ones(len(codes), np.int64))

    def finish(found: Ragged) -> Ragged:
        codes = found.codes.copy()
        codes[found.ends[:-1]] += len(plain)
        return Ragged(np.insert(codes, found.ends[1:], len(words) - 1), found.counts + 1)

    return Fitted(unit, words, len(words) - 2, limit, key, finish)


def _of_sentences(sentence: Grammar, style: Style, limit: int, key: Key) -> Source:
    layout = Joined(key, sentence).layout
    words = pa.concat_arrays([layout.words, words_array([style.between])])

    def unit(key: Key, rows: RowNumbers) -> Ragged:
        codes = Joined(key, sentence).codes(rows)
        return Ragged(codes.reshape(-1), np.full(len(codes), codes.shape[1]))

    return Fitted(unit, words, len(words) - 1, limit, key)


def _of_paragraphs(sentence: Grammar, style: Style, limit: int, key: Key) -> Source:
    first = Paragraphs(sentence, style.between, sizes(3, True), key)
    words = pa.concat_arrays([first.words, words_array(["\n"])])

    def unit(key: Key, rows: RowNumbers) -> Ragged:
        return Paragraphs(sentence, style.between, first.shares, key).ragged(rows)

    return Fitted(unit, words, len(words) - 1, limit, key)


COMPOSED: dict[str, Callable[[Mapping[str, Any], Key, Grammars], Source | None]] = {"paragraph": paragraph, "text": text}
