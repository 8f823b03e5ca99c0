"""What claims are made from: a schema, how its tables are read, and how their rows lead to those of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from datagen_chat.frozen import dataclass
from datagen_chat.generators._formula import TIMEFRAME
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.reading import Reading
from datagen_chat.verify.sql import instant
from datagen_chat.words import ColumnType


@dataclass(frozen=True, slots=True)
class Way:
    """How each row of a table leads to one of another: keys and the tables that they lead to, one after the other."""

    table: str
    steps: tuple[tuple[str, str, str], ...] = ()  # the key, the table that it leads to, and that table's key

    @property
    def source(self) -> str:
        """The tables on the way, joined; the rows of the first one are `t0`, and those that lead nowhere are left out."""
        return self._joined("JOIN")

    @property
    def whole_source(self) -> str:
        """The tables on the way, joined; rows that lead nowhere stay."""
        return self._joined("LEFT JOIN")

    def _joined(self, join: str) -> str:
        joins = [f"{quoted(self.table)} AS t0"]
        for depth, (key, table, theirs) in enumerate(self.steps, 1):
            joins.append(f"{join} {quoted(table)} AS t{depth} ON t{depth - 1}.{quoted(key)} = t{depth}.{quoted(theirs)}")
        return " ".join(joins)

    @property
    def end(self) -> str:
        """What the last table is called in it."""
        return f"t{len(self.steps)}"

    @property
    def reads(self) -> Iterator[Place]:
        """Yield the keys on the way."""
        here = self.table
        for key, table, theirs in self.steps:
            yield here, key
            yield table, theirs
            here = table


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows of a table, `t0`, beside the rows of other tables that they lead to; those that lead to none stay."""

    basis: Basis
    table: str
    source: str
    aliases: Mapping[str, str]
    reads: tuple[Place, ...]

    def read(self, table: str | None, column: str) -> tuple[str, ColumnType]:
        """Return a column in SQL, and its type."""
        if table == TIMEFRAME and table not in self.aliases:
            window = self.basis.index.dataset.window
            assert window is not None, "a formula that reads a timeframe has one"
            return instant(window[column == "end"]), "datetime"
        place = (table or self.table, column)
        return f"{self.aliases[place[0]]}.{quoted(column)}", self.basis.index.columns[place].type


@dataclass(frozen=True)
class Basis:
    """A dataset's tables by name, and how each is read where there is data.

    `written` is the dataset as it is written; in `index` it is with what behaviours and bindings come to.
    """

    written: Dataset
    index: Index
    readings: Mapping[str, Reading]

    @cached_property
    def tables(self) -> tuple[tuple[str, Table], ...]:
        """The pointer of each table, and itself."""
        return tuple((f"/nodes/{k}", table) for k, table in enumerate(self.index.dataset.nodes))

    @cached_property
    def _pointers(self) -> Mapping[Place, str]:
        return {(table.id, column.name): at for at, table, column in self.index.every_column}

    def at(self, place: Place) -> str:
        """Return the pointer of a column."""
        return self._pointers[place]

    @property
    def columns(self) -> Iterator[tuple[str, Table, Column]]:
        """Yield the pointer of each column, its table and itself."""
        yield from self.index.every_column

    def key(self, table: str) -> str:
        """Return the name of a table's primary key."""
        return self.index.tables[table].pk

    def shown(self, table: str, *columns: str, alias: str = "") -> tuple[str, ...]:
        """Return the key of a table and some of its columns, as SQL."""
        names = dict.fromkeys((self.key(table), *columns))
        return tuple(f"{alias}.{quoted(name)}" if alias else quoted(name) for name in names)

    def way(self, table: str, other: str) -> Way | None:
        """Return how the rows of a table lead to those of another: along first parents, or by the only key of it."""
        if table == other:
            return Way(table)
        if other not in self.index.ancestors(table):
            held = self.index.pointing(table, other)
            return Way(table, ((held[0], other, self.key(other)),)) if len(held) == 1 else None
        if (key := self.parent_key(table, other)) is not None:
            return Way(table, ((key, other, self.key(other)),))
        above = self.index.ancestors(table)[0]
        key, rest = self.parent_key(table, above), self.way(above, other)
        return None if key is None or rest is None else Way(table, ((key, above, self.key(above)), *rest.steps))

    def joined(self, table: str, others: Sequence[str]) -> Joined | None:
        """Return the rows of a table beside those of others that they lead to; None where nothing says which these are."""
        others = [other for other in others if other in self.index.tables]  # the timeframe is none
        aliases, joins, reads = {table: "t0"}, [f"{quoted(table)} AS t0"], list[Place]()
        for other in others:
            way = self.way(table, other)
            if way is None:
                return None
            reads += way.reads
            here = table
            for key, above, theirs in way.steps:
                if above not in aliases:
                    aliases[above] = f"t{len(aliases)}"
                    on = f"{aliases[here]}.{quoted(key)} = {aliases[above]}.{quoted(theirs)}"
                    joins.append(f"LEFT JOIN {quoted(above)} AS {aliases[above]} ON {on}")
                here = above
        return Joined(self, table, " ".join(joins), aliases, tuple(reads))

    def parent_key(self, table: str, above: str) -> str | None:
        """Return the column of a table that holds the key of its own row in a table above, in every row, if there is one."""
        keys = (key for key in self.index.pointing(table, above) if self.index.follows((table, key), above))
        return next((key for key in keys if not self.index.columns[table, key].may_be_null), None)
