"""Text put together from other columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Annotated, ClassVar

import numpy as np
from pydantic import StringConstraints, WithJsonSchema

from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Texts, may_read_null
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use
from datagen_chat.instants import SECOND
from datagen_chat.problems import Problem
from datagen_chat.templates.formats import Writer, is_lossless, writer_of
from datagen_chat.templates.joining import Part, RowJoiner
from datagen_chat.templates.parser import Frame, Place, TemplateError, parse
from datagen_chat.values import Mask, Text, Values
from datagen_chat.words import ColumnType, term

TEXT_LIMIT = 2000
_PADDED, _PADDING = re.compile(r"0?\d{1,2}d?", re.ASCII), frozenset("0 ")
_MARKED = re.compile(r"[fF](['\"]).*\1", re.DOTALL)
_DOUBLED = re.compile(r"(?<!\{)\{\{\s*([A-Za-z]\w*\.)?([A-Za-z]\w*)\s*\}\}(?!\})", re.ASCII)
_WIDTHS: dict[ColumnType, int] = {"date": 10, "datetime": 20}


Format = Annotated[
    str,
    StringConstraints(max_length=TEXT_LIMIT),
    WithJsonSchema({"type": "string", "format": "template", "maxLength": TEXT_LIMIT}),
]


class Template(Generator, word="template"):
    """Text from other columns; {table.column} reads ancestors and rows that keys point at."""

    fills: ClassVar = ("string",)
    advice: ClassVar = (
        "Put a column that never repeats into the text, such as the primary key, beside a sign that it cannot contain: "
        "{last_name}.{customer_id}@example.com."
    )

    format: Format = term(
        description="The text, with columns in braces: {name}, {table.name}, {n:05}, {price:.2f}, {day:%Y-%m}, {name:upper}.",
        also=("template", "text", "pattern", "string", "expression", "value"),
    )

    also: ClassVar = ("format", "concat", "concatenate", "f_string", "fstring", "format_string", "string_template", "join")
    example: ClassVar = {"template": {"format": "{first_name} {last_name}"}}

    def _read(self) -> Frame | None:
        try:
            return parse(self.format)
        except TemplateError:
            return None

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield what is wrong with the braces, and formats that a column's type does not have."""
        try:
            frame = parse(self.format)
        except TemplateError as error:
            doubled = list(_check_doubled(self.format, facts))
            yield from doubled or [Problem("/format", error.code, error.message, error.hint)]
            return
        for place in frame.places:
            yield from _check_format(place, facts)
        if _MARKED.fullmatch(self.format):
            message = "The f and the quotes around the text would stand in every row."
            yield Problem("/format", "template-marked", message, "Write the text alone, without f and quotes.")
        yield from _check_dollars(frame, facts)
        yield from _check_doubled(self.format, facts)

    def uses(self) -> Iterator[Use]:
        """Yield the columns that are named."""
        frame = self._read()
        for place in dict.fromkeys((place.table, place.column) for place in (frame.places if frame else ())):
            yield Use("/format", *place)

    def why_null(self, facts: Facts) -> str:
        """Return that a column which is named may be null."""
        frame = self._read()
        for place in frame.places if frame else ():
            if facts.type_of(place.table, place.column) and may_read_null(facts, place.table, place.column):
                return f"{place.name}, which it names, may be null"
        return ""

    def rests_on(self, facts: Facts) -> tuple[str, ...]:
        """Return the columns of the own row that can be read off the text."""
        frame = self._read()
        return () if frame is None else tuple(dict.fromkeys(_read_off(frame, facts)))

    def capacity(self, facts: Facts) -> int | None:
        """Return a number that no table reaches, if a column that never repeats can be read off the text."""
        return 1 << 62 if any(facts.never_repeats(None, column) for column in self.rests_on(facts)) else None

    def texts(self, facts: Facts) -> Texts:
        """Return the lengths of all parts together; what stands between columns, and a column once more, is nothing new."""
        frame = self._read()
        if frame is None:
            return Texts()
        lengths = [facts.texts_of(place.table, place.column).length for place in frame.places]
        first = dict(zip(((place.table, place.column) for place in frame.places), lengths, strict=True))
        whole = sum(len(text.encode()) for text in frame.texts) + sum(lengths)
        return Texts(whole, fixed=whole - sum(first.values()))

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the columns written out, and joined with what stands between them."""
        frame, joiner = parse(self.format), RowJoiner()
        read = [scope.reader(place.table, place.column) for place in frame.places]
        write = [_writer(place, scope) for place in frame.places]

        def sample(rows: Rows) -> Values:
            values = [each(rows) for each in read]
            return Text(joiner.join(_parts(frame, write, values), len(rows)), None, _valid([v.valid for v in values]))

        return sample


def _writer(place: Place, facts: Facts) -> Writer:
    type_ = facts.type_of(place.table, place.column)
    assert type_ is not None
    return writer_of(place, type_, facts.places_of(place.table, place.column))


def _parts(frame: Frame, write: Sequence[Writer], values: Sequence[Values]) -> Iterator[Part]:
    yield frame.texts[0]
    for each, column, text in zip(write, values, frame.texts[1:], strict=True):
        yield from each(column)
        yield text


def _valid(masks: Sequence[Mask | None]) -> Mask | None:
    """Return where no column is null; None where nothing is."""
    found = [mask for mask in masks if mask is not None]
    return reduce(np.logical_and, found) if found else None


def _check_format(place: Place, facts: Facts) -> Iterator[Problem]:
    type_ = facts.type_of(place.table, place.column)
    if type_ is not None:
        try:
            writer_of(place, type_, facts.places_of(place.table, place.column))
        except TemplateError as error:
            yield Problem("/format", error.code, error.message, error.hint)


def _check_dollars(frame: Frame, facts: Facts) -> Iterator[Problem]:
    """Yield a problem when a dollar stands before every name, which is how others mark names, and not all are amounts."""
    types = [facts.type_of(place.table, place.column) for place in frame.places]
    if all(text.endswith("$") for text in frame.texts[:-1]) and not set(types) <= {"int", "float", None}:
        name = frame.places[0].name
        hint = f"Write {{{name}}} without the dollar sign."
        yield Problem("/format", "template-dollar", f"${{{name}}} would be a dollar sign and the {name}.", hint)


def _check_doubled(text: str, facts: Facts) -> Iterator[Problem]:
    """Yield a problem for the first column's name in doubled braces, which stand for braces in the text."""
    for table, column in _DOUBLED.findall(text):
        if facts.type_of(table[:-1] or None, column):
            message = f"{{{{{table}{column}}}}} is the text {{{table}{column}}} in every row."
            yield Problem("/format", "template-mustache", message, f"Write {{{table}{column}}} for the value of the column.")
            return


def _read_off(frame: Frame, facts: Facts) -> Iterator[str]:
    """Yield the columns of the own row whose values one can tell from the text."""
    for number, place in enumerate(frame.places):
        type_ = facts.type_of(place.table, place.column)
        is_other = place.table in (None, facts.table_name) and place.column != facts.column_name
        is_whole = type_ != "datetime" or _has_whole_seconds(place.column, facts)
        if type_ and is_other and is_whole and is_lossless(place, type_) and _stands_out(frame, number, facts):
            yield place.column


def _has_whole_seconds(column: str, facts: Facts) -> bool:
    """Return whether all times of a column of the own table are whole seconds, which is what a text has of them."""
    grid = facts.generators()[column].grid(facts.timeframe)
    return grid is not None and grid.start % SECOND == 0 and grid.step.length % SECOND == 0


def _stands_out(frame: Frame, number: int, facts: Facts) -> bool:
    """Return whether one can say where in the text a column's value begins and ends.

    What stands before it has a fixed width, or ends with a character that the value cannot contain; or the same behind it;
    and one of the two has a fixed width.
    """
    place, signs = frame.places[number], facts.signs_of(frame.places[number].table, frame.places[number].column)
    fixed_before = all(_has_width(other, facts) for other in frame.places[:number])
    fixed_behind = all(_has_width(other, facts) for other in frame.places[number + 1 :])
    if signs is not None and place.spec:
        signs = signs | _PADDING if _PADDED.fullmatch(place.spec) else None
    if signs is None:
        return fixed_before and fixed_behind
    ends_before = frame.texts[number][-1:] not in ("", *signs)
    ends_behind = frame.texts[number + 1][:1] not in ("", *signs)
    return (fixed_before and (fixed_behind or ends_behind)) or (fixed_behind and ends_before)


def _has_width(place: Place, facts: Facts) -> bool:
    """Return whether all texts of a column have the same number of characters."""
    if facts.type_of(place.table, place.column) in _WIDTHS and not place.spec:
        return True
    outcomes = facts.outcomes(place.table, place.column)
    texts = {len(value) for value in outcomes or () if isinstance(value, str)}
    return outcomes is not None and not place.spec and len(texts) == 1 and None not in outcomes
