"""Values as texts in a format: numbers with so many digits, times by directives such as %Y, letters in capitals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.calendar import first_day, month_of
from datagen_chat.instants import DAY, SECOND
from datagen_chat.spelling import spelled
from datagen_chat.templates.joining import Part, RowJoiner, around
from datagen_chat.templates.parser import Place, TemplateError
from datagen_chat.values import Numbers, Text, Values, arrow, compute, words_array
from datagen_chat.words import ColumnType

Writer = Callable[[Values], "list[Part]"]
"""How values become the parts of a text."""

_NUMBER = re.compile(r"(0)?([1-9][0-9]?)?(,)?(?:\.([0-9]{1,2}))?([df])?")
_FIRST = re.compile(r"\.([1-9][0-9]{0,2})")
_DIRECTIVE = re.compile(r"%(.)|[^%]+|%", re.DOTALL)
_CASES = {"upper": "utf8_upper", "lower": "utf8_lower", "title": "utf8_title", "capitalize": "utf8_capitalize"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_PLACES_LIMIT = 15
_GROUP = 10_000
_EXACT, _COUNTED = float(1 << 53), float(1 << 63)
Whole = NDArray[np.int64]


def writer_of(place: Place, type_: ColumnType, places: int | None) -> Writer:
    """Return how a column's values are written; `places` are the decimals that a float has, where they are known.

    Raises:
        TemplateError: its type has no such format.
    """
    if type_ in ("int", "float"):
        return _number_writer(place, type_, places)
    if type_ in ("date", "datetime"):
        return _time_writer(place, type_)
    if type_ == "bool":
        if place.spec:
            raise _refused(place, type_, f"Write {{{place.name}}}: it becomes true or false.")
        return lambda values: [Text(_truths(), _numbers(values).view(np.int8), values.valid)]
    return _text_writer(place)


def is_lossless(place: Place, type_: ColumnType) -> bool:
    """Return whether different values stay different in the format."""
    found = _NUMBER.fullmatch(place.spec)
    return not place.spec or (type_ == "int" and found is not None and found[4] is None)


def _refused(place: Place, type_: ColumnType, hint: str) -> TemplateError:
    message = f'"{place.spec[:40]}" is no format of {place.name}, which is of type {type_}.'
    return TemplateError(message, hint, "template-format")


def _numbers(values: Values) -> NDArray[Any]:
    assert isinstance(values, Numbers)
    return values.data


@cache
def _truths() -> pa.StringArray:
    return words_array(["false", "true"])


def _text_writer(place: Place) -> Writer:
    """Return the writer of letters in another case, or of the first so many."""
    if not place.spec:
        return lambda values: [values] if isinstance(values, Text) else []
    first = _FIRST.fullmatch(place.spec)
    if first is None and place.spec not in _CASES:
        raise _refused(place, "string", f"Use {', '.join(_CASES)}, or .3 for the first three characters.")

    def changed(words: pa.StringArray) -> pa.StringArray:
        if first is None:
            return compute(_CASES[place.spec], words)
        from pyarrow._compute import SliceOptions

        return compute("utf8_slice_codeunits", words, options=SliceOptions(0, int(first[1])))

    return _Changed(changed)


class _Changed:
    """Changes the words of a text; those of a pool once for as long as the same pool comes."""

    def __init__(self, change: Callable[[pa.StringArray], pa.StringArray]) -> None:
        self._change = change
        self._last: tuple[pa.StringArray, pa.StringArray] | None = None

    def __call__(self, values: Values) -> list[Part]:
        assert isinstance(values, Text)
        last = self._last
        if last is None or last[0] is not values.words:
            last = self._last = values.words, self._change(values.words)
        return [Text(last[1], values.codes, values.valid)]


def _number_writer(place: Place, type_: ColumnType, places: int | None) -> Writer:
    found = _NUMBER.fullmatch(place.spec)
    if found is None or (found[5] == "d" and (type_ == "float" or found[4])) or (found[1] and (found[3] or not found[2])):
        hint = "Use 05 for leading zeros, .2f for two decimals, or ,.2f for groups of thousands."
        raise _refused(place, type_, hint)
    zero, width, comma, decimals, _ = found.groups()
    if int(decimals or 0) > _PLACES_LIMIT:
        raise _refused(place, type_, f"Use at most {_PLACES_LIMIT} decimals.")
    plain = _plain_writer(type_, places if decimals is None else int(decimals))
    if width is None and comma is None:
        return plain
    return _Padded(plain, int(width or 0), is_zero=zero is not None, is_grouped=comma is not None)


def _plain_writer(type_: ColumnType, decimals: int | None) -> Writer:
    if type_ == "int":
        zeros = "." + "0" * decimals if decimals else ""
        return lambda values: [*_whole(values), zeros]
    return _shortest if decimals is None else _Decimals(decimals)


def _shortest(values: Values) -> list[Part]:
    return [spelled(values, "float")]


def _whole(values: Values) -> list[Part]:
    """Return whole numbers as groups of four digits, where they are small, with a sign before them."""
    data = _numbers(values)
    low, high = (int(data.min()), int(data.max())) if len(data) else (0, 0)
    if max(high, -low) >= _GROUP**2:
        return [spelled(Numbers(data), "int")]
    return [*_sign(data < 0 if low < 0 else None), *_grouped(np.abs(data) if low < 0 else data, max(high, -low))]


def _sign(negative: NDArray[np.bool_] | None) -> list[Part]:
    return [] if negative is None else [Text(_signs(), negative.view(np.int8))]


@cache
def _signs() -> pa.StringArray:
    return words_array(["", "-"])


def _grouped(magnitude: Whole, most: int) -> list[Part]:
    """Return the digits of numbers from 0 to below a hundred million, at most `most`."""
    if most < _GROUP:
        return [Text(_group(0), magnitude)]
    above = magnitude // _GROUP
    return [Text(_group(1), above), Text(_group(2), magnitude - above * _GROUP + np.where(above, _GROUP, 0))]


@cache
def _group(kind: int) -> pa.StringArray:
    """Return numbers of up to four digits: plain; nothing for zero; or plain, then once more with leading zeros."""
    plain = [str(number) for number in range(_GROUP)]
    return words_array([plain, ["", *plain[1:]], [*plain, *(f"{number:04}" for number in range(_GROUP))]][kind])


class _Decimals:
    """Writes numbers with a fixed number of decimals; what no 64 bits count is written as short as can be."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._scale = 10.0**decimals
        self._joiner = RowJoiner()

    def __call__(self, values: Values) -> list[Part]:
        data = _numbers(values).astype(np.float64, copy=False)
        is_counted = np.abs(data) < _COUNTED
        if is_counted.all():
            return self._written(data)
        words = self._joiner.join(self._written(np.where(is_counted, data, 0.0)), len(data))
        is_written = arrow(Numbers(is_counted), pa.bool_())
        return [Text(compute("if_else", is_written, words, spelled(Numbers(data), "float").words))]

    def _written(self, data: NDArray[np.float64]) -> list[Part]:
        whole, fraction = self._apart(np.abs(data))
        negative = (data < 0) & ((whole > 0) | (fraction > 0))
        signs = _sign(negative if negative.any() else None)
        return [*signs, *_whole(Numbers(whole)), *self._behind(fraction)]

    def _apart(self, magnitude: NDArray[np.float64]) -> tuple[Whole, Whole]:
        """Return what stands before the point and behind it; a product that is not exact is that of the fraction alone."""
        scaled, scale = np.rint(magnitude * self._scale), int(self._scale)
        units = np.minimum(scaled, _EXACT).astype(np.int64)
        whole = units // scale
        fraction = units - whole * scale
        large = np.flatnonzero(scaled >= _EXACT)
        if len(large):
            before = np.floor(magnitude.take(large))
            behind = np.rint((magnitude.take(large) - before) * self._scale).astype(np.int64)
            whole[large], fraction[large] = before.astype(np.int64) + behind // scale, behind % scale
        return whole, fraction

    def _behind(self, fraction: Whole) -> Iterator[Part]:
        left, lead = self._decimals, "."
        while left > 0:
            width = min(left, 4)
            left -= width
            group = fraction // 10**left
            yield Text(_fraction(width, lead), group)
            fraction, lead = fraction - group * 10**left, ""


@cache
def _fraction(places: int, lead: str) -> pa.StringArray:
    return words_array([f"{lead}{number:0{places}}" for number in range(10**places)])


class _Padded:
    """Writes numbers with groups of thousands, and of at least so many characters: zeros behind the sign, or blanks."""

    def __init__(self, plain: Writer, width: int, *, is_zero: bool, is_grouped: bool) -> None:
        self._plain, self._width, self._is_zero, self._is_grouped = plain, width, is_zero, is_grouped
        self._joiner = RowJoiner()

    def __call__(self, values: Values) -> list[Part]:
        data = _numbers(values)
        words = self._joiner.join(self._plain(Numbers(data)), len(data))
        if self._is_grouped:
            words = _with_commas(words)
        if self._is_zero and bool((data < 0).any()):
            return [Text(self._padded_behind_sign(words))]
        return [Text(self._padded(words, self._width))]

    def _padded_behind_sign(self, words: pa.StringArray) -> pa.StringArray:
        from pyarrow._compute import MatchSubstringOptions, TrimOptions

        is_signed = compute("starts_with", words, options=MatchSubstringOptions("-"))
        bare = compute("ascii_ltrim", words, options=TrimOptions("-"))
        return compute(
            "if_else", is_signed, around("-", self._padded(bare, self._width - 1), ""), self._padded(bare, self._width)
        )

    def _padded(self, words: pa.StringArray, width: int) -> pa.StringArray:
        from pyarrow._compute import PadOptions

        return compute("ascii_lpad", words, options=PadOptions(max(width, 0), "0" if self._is_zero else " "))


def _with_commas(words: pa.StringArray) -> pa.StringArray:
    """Return numbers with a comma before every three digits that stand before the point."""
    from pyarrow._compute import ReplaceSubstringOptions

    while True:
        options = ReplaceSubstringOptions(r"^(-?[0-9]+)([0-9]{3})(,|\.|$)", r"\1,\2\3")
        changed = compute("replace_substring_regex", words, options=options)
        if changed.equals(words):
            return words
        words = changed


def _time_writer(place: Place, type_: ColumnType) -> Writer:
    """Return the writer of times by directives, each of which is a part of the text."""
    if not place.spec:
        return lambda values: [spelled(values, type_)]
    pieces = [match[0] for match in _DIRECTIVE.finditer(place.spec)]
    unknown = [piece for piece in pieces if piece.startswith("%") and piece not in _DIRECTIVES]
    if unknown or "%" not in place.spec:
        raise _refused(place, type_, f"Use directives such as %Y-%m-%d; there are {', '.join(_DIRECTIVES)}.")

    def write(values: Values) -> list[Part]:
        data = _numbers(values)
        days = data // DAY if type_ == "datetime" else data
        seconds = (data - days * DAY) // SECOND if type_ == "datetime" else np.zeros(len(data), np.int64)
        return [_DIRECTIVES[piece](days, seconds) if piece in _DIRECTIVES else piece for piece in pieces]

    return write


@cache
def _padded_numbers(places: int, count: int, first: int = 0) -> pa.StringArray:
    return words_array([f"{number + first:0{places}}" for number in range(count)])


@cache
def _words(*words: str) -> pa.StringArray:
    return words_array(list(words))


def _month(days: Whole) -> Whole:
    return month_of(days) % 12


def _year(days: Whole) -> Whole:
    return np.clip(month_of(days) // 12 + 1970, 0, 9999)


def _day_of_year(days: Whole) -> Whole:
    month = month_of(days)
    return days - first_day(month - month % 12)


_DIRECTIVES: dict[str, Callable[[Whole, Whole], Part]] = {
    "%Y": lambda days, _: Text(_padded_numbers(4, 10_000), _year(days)),
    "%y": lambda days, _: Text(_padded_numbers(2, 100), _year(days) % 100),
    "%m": lambda days, _: Text(_padded_numbers(2, 12, 1), _month(days)),
    "%d": lambda days, _: Text(_padded_numbers(2, 31, 1), days - first_day(month_of(days))),
    "%j": lambda days, _: Text(_padded_numbers(3, 366, 1), _day_of_year(days)),
    "%H": lambda _, seconds: Text(_padded_numbers(2, 24), seconds // 3600),
    "%I": lambda _, seconds: Text(_padded_numbers(2, 12, 1), (seconds // 3600 + 11) % 12),
    "%p": lambda _, seconds: Text(_words("AM", "PM"), seconds // (12 * 3600)),
    "%M": lambda _, seconds: Text(_padded_numbers(2, 60), seconds // 60 % 60),
    "%S": lambda _, seconds: Text(_padded_numbers(2, 60), seconds % 60),
    "%b": lambda days, _: Text(_words(*(name[:3] for name in _MONTHS)), _month(days)),
    "%B": lambda days, _: Text(_words(*_MONTHS), _month(days)),
    "%a": lambda days, _: Text(_words(*(name[:3] for name in _DAYS)), (days + 3) % 7),
    "%A": lambda days, _: Text(_words(*_DAYS), (days + 3) % 7),
    "%F": lambda days, _: spelled(Numbers(days), "date"),
    "%%": lambda _days, _seconds: "%",
}
