"""Effects: rows of another table that hold for a while."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from datagen_chat.generators.base.facts import Facts, TableFacts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import Use, named
from datagen_chat.instants import DAY
from datagen_chat.matching import Keys
from datagen_chat.modifiers._matching import Spans, known_of
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers._times import TIMES, Place, check_time, compile_time, implied_time, time_of
from datagen_chat.modifiers.base import NUMBERS, Factor, Made, Modifier
from datagen_chat.problems import Problem, SchemaError, pointer
from datagen_chat.values import Numbers, Values
from datagen_chat.words import ColumnName, Float, Name, TableName, Word, term

ROW_LIMIT = 100_000
_ALWAYS = 2**62


class Window(Word):
    """The columns of the effect table that say from when to when a row holds, both included."""

    start_col: Name = term(
        description="The column with the first instant; null is open.", also=("start", "from", "start_column", "begin")
    )
    end_col: Name = term(
        description="The column with the last instant; null is open.", also=("end", "to", "end_column", "until")
    )


class EffectMap(Word):
    """What a matching row does."""

    field: Name = term(
        description="The number of the effect table that is applied.", also=("column", "value", "factor", "source")
    )
    op: Literal["mul", "add"] = term(
        "mul", '"mul" multiplies by it, "add" adds it.', also=("operation", "mode", "operator", "how")
    )
    default: Float | None = term(
        None, "What is applied where no row matches; default nothing.", also=("else", "otherwise", "fallback")
    )


class Effect(Modifier, word="effect"):
    """Change numbers by the row of a small table that matches by keys and by time: promotions, outages, price lists.

    Where several rows match, the one with the lowest row number counts. As a modifier of a fact it scales the fanout.
    """

    effect_table: TableName = term(
        description="The table of effects, at most 100000 rows.", also=("table", "from", "source", "effects", "events")
    )
    on: Annotated[dict[str, Name], Field(max_length=10)] = term(
        {},
        'Which columns must be equal: {"local": "theirs"}; none by default.',
        also=("keys", "join", "join_on", "match", "by"),
    )
    window: Window | None = term(
        None, "When a row of the effect table holds; always by default.", also=("between", "period", "during")
    )
    map: EffectMap = term(description="What a matching row does.", also=("apply", "mapping", "then", "effect"))
    time_reference: ColumnName | None = term(
        None,
        'The column that holds the time, or "table.column"; else the row\'s first datetime, or that of a table above it.',
        also=("time", "time_column", "timestamp", "time_col", "at"),
    )

    takes: ClassVar = NUMBERS
    scales_fanout: ClassVar = True
    also: ClassVar = ("event_effect", "promotion", "promotion_effect", "lookup_effect")
    example: ClassVar = {
        "transform": "effect",
        "args": {
            "effect_table": "promotion",
            "on": {"product_id": "product_id"},
            "window": {"start_col": "starts_at", "end_col": "ends_at"},
            "map": {"field": "factor", "op": "mul"},
        },
    }

    def uses(self) -> Iterator[Use]:
        """Yield the columns of the effect table, the local ones that must be equal to some, and the time if it is named."""
        yield Use("/map/field", self.effect_table, self.map.field, "target", NUMBERS)
        for local, theirs in self.on.items():
            yield Use(pointer("on", local), *named(local))
            yield Use(pointer("on", local), self.effect_table, theirs, "target")
        if self.window is not None:
            yield Use("/window/start_col", self.effect_table, self.window.start_col, "target", TIMES)
            yield Use("/window/end_col", self.effect_table, self.window.end_col, "target", TIMES)
        if self.time_reference is not None:
            yield Use("/time_reference", *named(self.time_reference), wants=TIMES)

    def implied(self, facts: Facts) -> Iterator[Use]:
        """Yield the row's time where one is needed and none is named."""
        if self.window is not None:
            yield from implied_time(facts, self.time_reference)

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:  # noqa: ARG002
        """Yield what is wrong with the effect table, the keys and the time."""
        yield from self.check_match(facts, facts.column_name)

    def check_match(self, facts: TableFacts, but: str | None) -> Iterator[Problem]:
        """Yield what is wrong with how rows of a table match: keys of other types, too many rows, nothing to match by."""
        for local, theirs in self.on.items():
            types = facts.type_of(*named(local)), facts.type_of(self.effect_table, theirs)
            if None not in types and types[0] != types[1]:
                message = f"{local} is of type {types[0]}, but {self.effect_table}.{theirs} is of type {types[1]}."
                yield Problem(pointer("on", local), "key-types", message, "Name columns of the same type.")
        if facts.type_of(self.effect_table, self.map.field) and facts.row_range(self.effect_table)[0] > ROW_LIMIT:
            message = f"{self.effect_table} has more than {ROW_LIMIT} rows."
            yield Problem("/effect_table", "too-many-effects", message, "Use a smaller table of effects.")
        if self.window is not None:
            yield from check_time("/window", facts, self.time_reference, but, "the window")
        elif not self.on:
            yield Problem("", "matches-all", "Nothing says which rows match.", "Add on, window or both.")
        elif self.time_reference is not None:
            yield Problem(
                "/time_reference", "no-window", "There is no window for the time to be in.", "Add window, or remove it."
            )

    def scaling(self, scope: TableScope) -> Factor:
        """Return what multiplies the fanout of parents."""
        return self._amounts(scope, time_of(scope, self.time_reference, None))

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the changed numbers."""
        amounts = self._amounts(scope, time_of(scope, self.time_reference, scope.column_name))

        def multiply(rows: Rows, data: Floats) -> Floats:
            data *= amounts(rows)
            return data

        def add(rows: Rows, data: Floats) -> Floats:
            data += amounts(rows)
            return data

        return changed(sampler, multiply if self.map.op == "mul" else add)

    def _amounts(self, scope: TableScope, time: Place | None) -> Factor:
        """Return the number that is applied to each row: that of the row that matches, or the default."""
        default = self.map.default if self.map.default is not None else 1.0 if self.map.op == "mul" else 0.0
        locals_ = [scope.reader(*named(local)) for local in self.on]
        instants = compile_time(scope, time) if self.window is not None and time is not None else None
        held = _Held(self, scope)

        def amounts(rows: Rows) -> Floats:
            group = held.keys.of([read(rows) for read in locals_], len(rows))
            when, known = instants(rows) if instants else (np.zeros(len(rows), dtype=np.int64), None)
            match = held.spans.at(group, when)
            if known is not None:
                match = np.where(known, match, -1)
            return held.amounts(match, default)

        return amounts


class _Held:
    """The effect table, read once."""

    def __init__(self, effect: Effect, scope: TableScope) -> None:
        table = effect.effect_table
        count = scope.row_count(table)
        if count > ROW_LIMIT:
            message = f"{table} came out with {count} rows; effects are limited to {ROW_LIMIT}."
            raise SchemaError([Problem("/nodes", "too-many-effects", message, "Use a smaller table of effects.")])
        numbers = np.arange(count, dtype=np.int64)
        self._field = scope.picker(table, effect.map.field)(numbers)
        self.keys = Keys([scope.picker(table, theirs)(numbers) for theirs in effect.on.values()], count)
        ends = None if effect.window is None else (effect.window.start_col, effect.window.end_col)
        start, end = (np.full(count, -_ALWAYS), np.full(count, _ALWAYS)) if ends is None else (
            _instants(scope, table, ends[0], numbers, last=False), _instants(scope, table, ends[1], numbers, last=True)
        )  # fmt: skip
        backwards = int(np.count_nonzero(end < start))
        message = f"A window of {table} ends before it starts; it matches nothing."
        scope.tell("window-order", message, backwards, part=table)
        self.spans = Spans.of(self.keys.groups, start, end)

    def amounts(self, match: NDArray[np.int64], default: float) -> Floats:
        """Return the field of the rows that match; where none does, or it is null, the default."""
        assert isinstance(self._field, Numbers)
        if not len(self._field):
            return np.full(len(match), default)
        found = np.maximum(match, 0)
        is_there = (match >= 0) & known_of(self._field).take(found)
        return np.where(is_there, self._field.data.take(found).astype(np.float64), default)


def _instants(scope: TableScope, table: str, column: str, numbers: NDArray[np.int64], *, last: bool) -> NDArray[np.int64]:
    """Return one end of each window in microseconds; a date that ends one ends with its last moment, and null is open."""
    values: Values = scope.picker(table, column)(numbers)
    assert isinstance(values, Numbers)
    data = values.data
    if scope.type_of(table, column) == "date":
        data = data * DAY + (DAY - 1 if last else 0)
    return np.where(known_of(values), data, _ALWAYS if last else -_ALWAYS)
