"""What makes a table's rows instead of a fanout: checked, and what its checks may know of the rows above."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import Problem, pointer
from datagen_chat.schema.facts import TableFacts
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.known import latest_of
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.words import ColumnType, Scalar


@dataclass(frozen=True, slots=True)
class AboveTable:
    """What is known above a table whose rows a walk or a journey makes; implements `unfoldings.base.Above`."""

    index: Index
    table: str
    parent: str

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window."""
        return self.index.dataset.window

    @property
    def facts(self) -> TableFacts:
        """What is known of the parent."""
        return TableFacts(self.index, self.index.tables[self.parent])

    def times(self) -> tuple[Place, ...]:
        """Return the columns that hold times, the parent's first, without those that wait for the rows in question.

        Among those of a table, the one that its ages count from comes before the others.
        """
        above = [self.index.tables[name] for name in (self.parent, *self.index.ancestors(self.parent))]
        found = (
            (table.id, column) for table in above for column in sorted(table.columns, key=lambda c: not _is_birth(table, c))
        )
        return tuple(
            (table, column.name)
            for table, column in found
            if column.type in ("datetime", "date") and not self._waits((table, column.name))
        )

    def _waits(self, place: Place) -> bool:
        """Return whether a column is made from rows of the table, or below it."""
        seen, waiting = set[Place](), [place]
        while waiting:
            here = waiting.pop()
            if here in seen or here not in self.index.columns:
                continue
            if self.table in (here[0], *self.index.ancestors(here[0])):
                return True
            seen.add(here)
            waiting += [(use.table or here[0], use.column) for use in self.index.columns[here].uses()]
        return False

    def categories(self) -> tuple[tuple[str, tuple[Scalar, ...]], ...]:
        """Return the parent's text columns that have few values, all known."""
        columns = (column.name for column in self.index.tables[self.parent].columns if column.type == "string")
        known = ((column, self.index.outcomes((self.parent, column))) for column in columns)
        return tuple((column, outcomes) for column, outcomes in known if outcomes is not None)

    def segment_column(self) -> str | None:
        """Return the parent's column that is said to hold its segment."""
        behaviour = self.index.tables[self.parent].segment_behavior
        return None if behaviour is None else behaviour.segment_column

    def type_of(self, table: str | None, column: str) -> ColumnType | None:
        """Return the type of a column; None when there is no such column."""
        found = self.index.columns.get((table or self.parent, column))
        return None if found is None else found.type


def _is_birth(table: Table, column: Column) -> bool:
    """Return whether the age of a table's rows counts from a column."""
    return table.vintage_behavior is not None and table.vintage_behavior.created_at_column == column.name


def above(table: Table, index: Index) -> AboveTable | None:
    """Return what is known above a table whose rows unfold from a parent's; None when there is no such parent."""
    if table.unfolding is None or not table.parents or table.parents[0] not in index.tables:
        return None
    return AboveTable(index, table.id, table.parents[0])


def counted_by(table: Table, index: Index) -> Iterator[Use]:
    """Yield the columns of the first parent, or of those above it, that the number of rows depends on."""
    yield from table.counted_by()
    yield from _windows_in_sets(table, index)
    yield from _matches(table, index)
    known = above(table, index)
    if known is not None and table.unfolding is not None:
        yield from (use.under(pointer(table.unfolding.word)) for use in table.unfolding.uses(known))


def _windows_in_sets(table: Table, index: Index) -> Iterator[Use]:
    """Yield the columns that begin and end the windows of times which are part of a set that must not repeat."""
    together = {place for places in index.unique_sets if len(places) > 1 for place in places}
    for k, column in enumerate(table.columns):
        if column.generator.ascends and (table.id, column.name) in together:
            at = pointer("columns", k, "generator", column.generator.word)
            yield from (use.under(at) for use in column.generator.uses() if use.table is not None)


def _matches(table: Table, index: Index) -> Iterator[Use]:
    """Yield the columns above, and of other tables, without whose match a parent has no rows."""
    for k, column in enumerate(table.columns):
        if column.leaves_out:
            at = pointer("columns", k, "generator", column.generator.word)
            known = (*index.ancestors(table.id), *(use.table for use in column.generator.uses() if use.how == "target"))
            yield from (use.under(at) for use in column.generator.uses() if use.at.startswith("/match") and use.table in known)


def surely_starts(table: Table, index: Index) -> bool:
    """Return whether no parent row is without rows: none starts after the end, or has no start."""
    known = above(table, index)
    if known is None or table.unfolding is None:
        return False
    starts, ends = table.unfolding.starts(known), table.unfolding.ends(known)
    if starts is None or ends is None or not ends.is_fixed:
        return False
    if starts.is_fixed:
        return starts.at <= ends.at
    if starts.column is None:
        return False
    place = (starts.column.table or known.parent, starts.column.column)
    latest = None if place not in index.columns or index.columns[place].may_be_null else latest_of(index, place)
    return latest is not None and latest <= ends.at


def check_unfolding(table: Table, index: Index) -> Iterator[Problem]:
    """Yield what is wrong with what makes a table's rows; pointers are relative to the table."""
    unfolding = table.unfolding
    if unfolding is None:
        return
    others = [key for key in ("fanout", "rows") if getattr(table, key) is not None]
    others += ["stage_config"] if table.state_transition_model and table.stage_config else []
    for key in others:
        message = f"The rows of {table.id} come from its {unfolding.word}; {key} says otherwise."
        yield Problem(pointer(key), "rows-said-twice", message, f"Remove {key}.")
    if not table.parents:
        hint = f"Add parents: the table whose rows each make a {unfolding.one}."
        yield Problem("/parents", "fanout-without-parents", f"{table.id} has no parents for its {unfolding.word}.", hint)
    known = above(table, index)
    if known is not None:
        yield from (problem.under(pointer(unfolding.word)) for problem in unfolding.check(known))
    from datagen_chat.schema.binding import check_bindings  # with the generator `state`, which few schemas need

    yield from check_bindings(table)


def is_walked(left: Place, op: str, right: Place, index: Index) -> bool:
    """Return whether a walk or a journey keeps an order of two columns: nothing is entered before the start, or left before."""
    if op in ("<", "<="):
        left, op, right = right, op.replace("<", ">"), left
    table, field = index.tables[left[0]], _field(left, index)
    known = above(table, index)
    if known is None or field not in ("entered_at", "exited_at") or index.columns[left].type != index.columns[right].type:
        return False
    is_strict = field == "exited_at" and index.columns[left].type == "datetime"  # the next state is on the same day, perhaps
    return op in ((">", ">=") if is_strict else (">=",)) and right in _before(field, table, known)


def _before(field: str, table: Table, known: AboveTable) -> Iterator[Place]:
    """Yield the columns whose times are not after those of a field."""
    starts = None if table.unfolding is None else table.unfolding.starts(known)
    if starts is not None and starts.column is not None:
        yield starts.column.table or known.parent, starts.column.column
    if field == "exited_at":
        places = ((table.id, column.name) for column in table.columns)
        yield from (place for place in places if _field(place, known.index) == "entered_at")


def _field(place: Place, index: Index) -> str | None:
    """Return the field of a walk or a journey that a column holds as it is."""
    column = index.columns[place]
    if column.modifiers or not column.generator.is_unfolded:
        return None
    from datagen_chat.generators.state import State

    return column.generator.field if isinstance(column.generator, State) else None


def bound(dataset: Dataset) -> Dataset:
    """Return a dataset whose columns that hold a field of its walks or journeys by their name alone say so."""
    if all(table.unfolding is None for table in dataset.nodes):
        return dataset
    from datagen_chat.schema.binding import bound_table

    return dataset.model_copy(update={"nodes": tuple(bound_table(table) for table in dataset.nodes)})
