"""A value of another table's row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainValidator, WithJsonSchema

from datagen_chat.draws import Key, RowNumbers, below, bits, numbers_of, scaled
from datagen_chat.generators._ends import ends_as
from datagen_chat.generators._row_choice import (
    RowChoice,
    among,
    any_row,
    beside,
    between,
    own_rows,
    rows_beside,
    weighed,
)
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import ANY_NUMBER, Locator, Numbering, Room, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Source, Use, named
from datagen_chat.popularity import WEIGHTS_KIND_PATTERN, read_weights_kind
from datagen_chat.problems import Problem, SchemaError, pointer
from datagen_chat.values import masked
from datagen_chat.words import NAME_PATTERN, Code, ColumnType, Name, Reference, Scalar, Truth, term

if TYPE_CHECKING:
    from datagen_chat.generators._matches import Matches


def _on(value: Any) -> Any:
    names = list(value.values()) if isinstance(value, dict) and len(value) == 1 else [value]
    if not all(isinstance(name, str) and re.fullmatch(NAME_PATTERN, name) for name in names):
        raise ValueError("not a column name, nor an object with one local column and theirs")
    return value


ON = {
    "type": ["string", "object"],
    "pattern": NAME_PATTERN,
    "additionalProperties": {"type": "string", "pattern": NAME_PATTERN},
    "minProperties": 1,
    "maxProperties": 1,
}


class Lookup(Generator, word="lookup"):
    """A value of this row's parent or ancestor, else of a random row of the table, or of the row that `on` points at.

    A second key of the same ancestor is another row's. A key of the own table makes a tree: an earlier row, the first one none
    where it is nullable, else itself.
    """

    from_: Reference = term(
        description='Where the value comes from, as "table.column".',
        also=("ref", "references", "column", "to", "source"),
        alias="from",
    )
    on: Annotated[str | dict[str, str] | None, PlainValidator(_on), WithJsonSchema(ON)] = term(
        None,
        "A foreign key column of this row: the value comes from the row that it points at. "
        '{"local": "theirs"} where the names differ; theirs may be any column that has each value of local once.',
        also=("via", "through", "key", "join_on"),
    )

    weights_kind: Annotated[str | None, Field(pattern=WEIGHTS_KIND_PATTERN)] = term(
        None,
        'How popular rows are: "uniform", "zipf@1.2" or "head_tail@{0.6,1.5}"; which rows are popular is random.',
        also=("weights", "popularity", "skew", "distribution"),
    )
    distinct: Truth = term(
        False, "Whether no row is chosen twice within one parent.", also=("unique", "no_repeats", "without_replacement")
    )

    where: Code | None = term(
        None,
        "A condition on the columns of the other table, a formula; only its rows are chosen from.",
        also=("filter", "condition", "if"),
        rows_of="from",
    )
    match: Annotated[dict[str, Name], Field(max_length=10)] = term(
        {},
        'Only rows are chosen from that have the values of this one: {"local": "theirs"}; local may be "table.column" of a row '
        "above. A parent that none matches has no rows, or null where the column is nullable and not distinct.",
        also=("matching", "same", "where_equal", "equal", "match_on"),
    )

    copies: ClassVar = True
    also: ClassVar = ("foreign_key", "foreignKey", "fk", "reference", "ref", "references")
    example: ClassVar = {"lookup": {"from": "customer.customer_id"}}

    @property
    def table(self) -> str:
        """The table that is read."""
        return self.from_.split(".")[0]

    @property
    def column(self) -> str:
        """The column that is read."""
        return self.from_.split(".")[1]

    def pointed(self) -> tuple[str, str | None] | None:
        """Return the local key column of `on`, and their column when it is named."""
        if isinstance(self.on, dict):
            return next(iter(self.on.items()))
        return None if self.on is None else (self.on, None)

    def uses(self) -> Iterator[Use]:
        """Yield the column that is read, and the local key when there is one."""
        yield Use("/from", self.table, self.column, "ancestor")
        if self.where is not None:
            from datagen_chat.generators._formula import uses_of  # most lookups have no condition

            yield from (replace(use, at="/where", table=self.table, how="target") for use in uses_of(self.where))
        if pointed := self.pointed():
            yield Use("/on", None, pointed[0])
        for local, theirs in self.match.items():
            yield Use(pointer("match", local), *named(local))
            yield Use(pointer("match", local), self.table, theirs, "target")

    def sources(self) -> tuple[Source]:
        """Return the column that is read."""
        pointed = self.pointed()
        return (Source("/from", self.table, self.column, pointed[0] if pointed else None),)

    @property
    def is_drawn(self) -> bool:
        """Whether a row is drawn at random even where an ancestor could be copied."""
        return bool(self.drawing())

    def drawing(self) -> tuple[str, ...]:
        """Return the arguments that say which rows are chosen from, and how."""
        return tuple(key for key in ("weights_kind", "distinct", "where", "match") if getattr(self, key))

    @property
    def is_distinct(self) -> bool:
        """Whether no row is to be chosen twice within one parent."""
        return self.distinct

    @property
    def leaves_out(self) -> bool:
        """Whether a parent may have no rows because none of the table matches it."""
        return bool(self.match) and all("." in local for local in self.match)

    def _copies_ancestor(self, facts: Facts) -> bool:
        """Return whether the value is that of the row's own ancestor."""
        return facts.is_ancestor(self.table) and not self.is_drawn and facts.twin is None

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield arguments that say how to draw a row where none is drawn, or say it in no way that there is."""
        kind = None if self.weights_kind is None else read_weights_kind(self.weights_kind)
        if isinstance(kind, Problem):
            yield kind.under("/weights_kind")
        if self.where is not None and facts.type_of(self.table, self.column):
            from datagen_chat.generators._conditions import check_condition

            yield from (problem.under("/where") for problem in check_condition(self.where, self.from_, facts))
        if self.is_drawn:
            from datagen_chat.generators._drawing import check_drawing

            yield from check_drawing(self, facts)
        needed, most = sum(facts.spared) + 1, facts.row_range(self.table)[1]
        if needed > most > 0:
            message = (
                f"The orders of {facts.column_name} and other keys need {needed} rows of {self.table}, which has {most:.0f}."
            )
            yield Problem(
                "", "too-few-values", message, f"Give {self.table} more rows, or remove the inequalities of its keys."
            )

    def layout(self, facts: Facts) -> Layout:
        """Return that an ancestor's ascending numbers stay in order, and that few values repeat."""
        read, is_above = facts.layout_of(self.table, self.column), self._copies_ancestor(facts)
        if is_above and read in ("sequence", "sorted"):
            return "sorted"
        is_small = not is_above and facts.row_range(self.table)[1] <= CATEGORY_LIMIT
        return "category" if is_small or read == "category" else "plain"

    def texts(self, facts: Facts) -> Texts:
        """Return those of the column that is read; a small table has few."""
        read, rows = facts.texts_of(self.table, self.column), facts.row_range(self.table)[1]
        is_small = rows <= CATEGORY_LIMIT and not self._copies_ancestor(facts)
        return replace(read, words=min(read.words, rows)) if is_small else read

    def numbered(self, facts: Facts) -> float | None:
        """Return the most rows to choose from, where one is drawn."""
        if self.on is not None or self.table == facts.table_name or self._copies_ancestor(facts):
            return None
        if facts.twin and not facts.twin.is_ancestor:
            return None
        if self.match and not self._is_numbered_match(facts):
            return None
        most = max(facts.row_range(self.table)[1] - sum(facts.spared), 0)
        return most - 1 if facts.twin and most > 1 else most

    def _is_numbered_match(self, facts: Facts) -> bool:
        from datagen_chat.generators._matches import is_of_parents

        return self.weights_kind is None and is_of_parents(self.match, facts)

    def varies_by_parent(self, facts: Facts) -> bool:
        """Return whether the rows to choose from differ from parent to parent."""
        return bool(self.match) or (facts.twin is not None and facts.twin.is_ancestor)

    def capacity(self, facts: Facts) -> int | None:
        """Return how many rows there are to choose from, where one is drawn and all have the same to choose from."""
        most = None if facts.twin or self.varies_by_parent(facts) else self.numbered(facts)
        return None if most is None or not facts.never_repeats(self.table, self.column) else int(min(most, ANY_NUMBER))

    def numbering(self, scope: Scope) -> Numbering:
        """Return the rows of the table by their numbers; of a second key, those that may stand beside the own ancestor's."""
        pick = scope.picker(self.table, self.column)
        choice = self.choice(scope)
        return Numbering(
            choice.size,
            lambda rows, numbers: pick(choice.row(rows, numbers)),
            choice.sizes,
            choice.draw,
            choice.weights,
            choice.left_out,
        )

    def room(self, scope: Scope) -> Room | None:
        """Return no room where a second key has no row to hold, or no row matches."""
        if self.match:
            found = self._matches(scope)
            is_needed = found.above is not None and not scope.nullable
            return (lambda parents: np.where(found.sizes(parents) > 0, ANY_NUMBER, 0)) if is_needed else None
        if scope.twin is None or not scope.twin.is_ancestor or scope.twin.order not in ("<", ">"):
            return None
        order, count, own = scope.twin.order, scope.row_count(self.table), own_rows(scope.above(), self.table)
        return lambda parents: np.where(rows_beside(order, own(parents), count) > 0, ANY_NUMBER, 0)

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type of the column that is read."""
        return facts.type_of(self.table, self.column) or facts.type

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the values of the column that is read, and null where no row may be found."""
        made = facts.outcomes(self.table, self.column)
        return made if made is None or not self.why_null(facts) else tuple(dict.fromkeys((*made, None)))

    def extent(self, facts: Facts) -> tuple[float, float] | None:
        """Return those of the column that is read."""
        type_ = facts.type_of(self.table, self.column)
        return None if type_ is None else ends_as(facts.ends_of(self.table, self.column), type_, facts.type)

    def why_null(self, facts: Facts) -> str:
        """Return that the value read, or the key that leads to it, may be null, no row may match, or a tree has a root."""
        if facts.type_of(self.table, self.column) and facts.nullable_of(self.table, self.column):
            return f"{self.from_}, where its values come from, may be null"
        pointed = self.pointed()
        if pointed and facts.type_of(None, pointed[0]) and facts.nullable_of(None, pointed[0]):
            return f"{pointed[0]}, the key that it follows, may be null"
        for local in self.match:
            if "." not in local and facts.type_of(None, local) and facts.nullable_of(None, local):
                return f"{local}, which rows are to match, may be null"
        if self.match and facts.nullable:
            return "it has none where no row matches"
        return "the root of its tree has none" if facts.nullable and self.table == facts.table_name and not pointed else ""

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the ancestor's value, the pointed row's, or that of a row drawn at random."""
        pointed = self.pointed()
        if pointed is None and self._copies_ancestor(scope):
            return scope.reader(self.table, self.column)
        is_null = self._nulls(scope)
        if pointed is not None and scope.is_ancestor(self.table) and scope.follows_parent(pointed[0], self.table):
            read = scope.reader(self.table, self.column)
            return lambda rows: masked(read(rows), is_null(rows))
        pick, locate = scope.picker(self.table, self.column), self._found(scope)
        return lambda rows: masked(pick(locate(rows)), is_null(rows))

    def locate(self, scope: Scope, table: str) -> Locator:
        """Return how to find the row that the value comes from or, where that holds a key of `table`, the row there."""
        found = self._found(scope)
        return found if table == self.table else scope.onward(self.sources()[0], table, found)

    def _found(self, scope: Scope) -> Locator:
        """Return how to find, for each row, the number of the row that its value comes from."""
        if pointed := self.pointed():
            return scope.pointer(pointed[0], self.table)
        if self._copies_ancestor(scope):
            return scope.ancestor_numbers(self.table)
        if scope.is_own_table(self.table):
            key = scope.key("row")
            return lambda rows: _earlier(key, rows.numbers)
        if not scope.row_count(self.table) and not self.match:
            return self._nowhere
        draw, name = self._drawn(scope), ("drawn", scope.key("row"))
        return lambda rows: rows.shared(name, lambda: draw(rows))  # by the key's column, and by those that follow it

    def _drawn(self, scope: Scope) -> Locator:
        """Return how to find the row that is drawn for each row: by the combination that it is part of, or by itself."""
        choice, numbers, key = self.choice(scope), scope.combined(), scope.key("row")
        if choice.size < 1 and not self.match:
            return self._nowhere
        if numbers is not None:
            return lambda rows: choice.row(rows, numbers(rows))
        if choice.number is not None:
            number = choice.number
            return lambda rows: choice.row(rows, number(key, rows))
        if choice.draw is not None:
            draw = choice.draw
            return lambda rows: choice.row(rows, draw(key, numbers_of(rows.numbers)))
        if choice.room is None:
            return lambda rows: choice.row(rows, below(key, rows.numbers, choice.size))
        room = choice.room
        return lambda rows: choice.row(rows, scaled(bits(key, rows.numbers), np.maximum(room(rows), 1).astype(np.uint64)))

    def choice(self, scope: Scope) -> RowChoice:
        """Return the rows that can be drawn."""
        if self.match:
            return self._matching(scope)
        rows = None if self.where is None else self._fulfilling(self.where, scope)
        spared = (0, 0) if scope.is_paired else scope.spared
        low, high = spared[0], scope.row_count(self.table) - spared[1]
        if rows is not None:
            rows = rows[(rows >= low) & (rows < high)]
        count = scope.row_count(self.table) if rows is None else len(rows)
        chosen = self._every(count, scope)
        if scope.twin is not None and not scope.is_paired:
            return beside(chosen, rows, scope, self.table, scope.twin, spared)
        if rows is None and any(spared):
            return between(chosen, low, high)
        return chosen if rows is None else among(chosen, rows)

    def _every(self, count: int, scope: Scope) -> RowChoice:
        """Return the choice of any row, alike or by popularity."""
        kind = None if self.weights_kind is None else read_weights_kind(self.weights_kind)
        assert not isinstance(kind, Problem)
        return any_row(count) if kind is None else weighed(kind, count, scope.key("popular"))

    def _matching(self, scope: Scope) -> RowChoice:
        """Return the rows that match."""
        from datagen_chat.generators._matches import matching  # most lookups match nothing

        return matching(self._matches(scope), self._every(scope.row_count(self.table), scope).weights)

    def _matches(self, scope: Scope) -> Matches:
        """Return the rows to choose from, by this row's values; they are sorted out once."""
        from datagen_chat.generators._matches import matches

        def found() -> Matches:
            rows = None if self.where is None else self._fulfilling(self.where, scope)
            return matches(self.match, self.table, rows, scope, f"{scope.pointer_to(self)}/match")

        return scope.kept(("matches", scope.key("row")), found)

    def _fulfilling(self, where: str, scope: Scope) -> NDArray[np.int64]:
        from datagen_chat.generators._conditions import rows_where  # most lookups have no condition

        return rows_where(where, self.table, scope, f"{scope.pointer_to(self)}/where")

    def _nowhere(self, rows: Rows) -> NDArray[np.int64]:
        """Return no row numbers for no rows; for any other there is nothing to look up."""
        if len(rows):
            hint = f"Give {self.table} more rows, or a fanout that makes some."
            message = f"{self.from_} is looked up, but {self.table} came out without any rows to choose from."
            raise SchemaError([Problem("", "empty-target", message, hint)])
        return np.zeros(0, dtype=np.int64)

    def _nulls(self, scope: Scope) -> Callable[[Rows], NDArray[np.bool_] | None]:
        """Return which rows have a value: not the root of a tree, nor a row whose own key is null."""
        if pointed := self.pointed():
            local, can_be_null = scope.reader(None, pointed[0]), scope.nullable_of(None, pointed[0])
            return (lambda rows: local(rows).valid) if can_be_null else _none
        if self.match:
            return self._matches(scope).found
        if scope.is_own_table(self.table) and scope.nullable:
            return lambda rows: _not_root(numbers_of(rows.numbers))
        return _none


def _earlier(key: Key, rows: RowNumbers) -> NDArray[np.int64]:
    """Return an earlier row for each row: the edges of a tree, whose root, row 0, gets itself."""
    return scaled(bits(key, rows), np.maximum(numbers_of(rows), 1).astype(np.uint64))


def _none(_rows: Rows) -> None:
    return None


def _not_root(numbers: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    return numbers != 0 if numbers.min(initial=1) == 0 else None
