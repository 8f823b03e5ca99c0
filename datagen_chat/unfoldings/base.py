"""What an unfolding is: each parent row goes through states, one after the other, and each state is a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import TableFacts
from datagen_chat.generators.base.rows import Rows, Sampler, Unfold
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.generators.base.uses import Use
from datagen_chat.instants import DAY, SECOND, parse_instant, show_instant
from datagen_chat.problems import Problem, note
from datagen_chat.values import Numbers
from datagen_chat.words import COLUMN_PATTERN, ColumnType, Moment, Registered, Scalar, Word, term

if TYPE_CHECKING:
    from datagen_chat.unfoldings._walks import Route

Place = tuple[str, str]
LATEST = parse_instant("9999-12-31T23:59:59Z")
"""Nothing is entered later: no calendar goes on."""


class ColumnLike(Protocol):
    """A column of the table whose rows are made."""

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def type(self) -> ColumnType:
        """The column's type."""

    @property
    def generator(self) -> Generator:
        """What makes it, unless it holds a field of the rows."""


class Above(Protocol):
    """What an unfolding's checks may know of the table whose rows it makes, and of the rows that it starts from."""

    @property
    def table(self) -> str:
        """The table whose rows are made."""

    @property
    def parent(self) -> str:
        """The table that they hang off."""

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window, in microseconds since 1970."""

    @property
    def facts(self) -> TableFacts:
        """What is known of the parent."""

    def times(self) -> tuple[Place, ...]:
        """Return the columns that hold times, those of the parent first, without those that wait for the rows in question."""

    def categories(self) -> tuple[tuple[str, tuple[Scalar, ...]], ...]:
        """Return the parent's columns that have few values, all known."""

    def segment_column(self) -> str | None:
        """Return the parent's column that is said to hold its segment."""

    def type_of(self, table: str | None, column: str) -> ColumnType | None:
        """Return the type of a column of the parent or another table; None when there is no such column."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant; or the column of the parent row, or of a row above it, that holds one; or the formula that makes one."""

    at: int = LATEST
    column: Use | None = None
    formula: str | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same for all parent rows."""
        return self.column is None and self.formula is None

    def uses(self, at: str) -> Iterator[Use]:
        """Yield the columns that it is read from, `at` being the place that names them."""
        if self.column is not None:
            yield self.column
        if self.formula is not None:
            from datagen_chat.generators._formula import uses_of  # most walks have none

            yield from uses_of(self.formula, at)

    def check(self, above: Above) -> Iterator[Problem]:
        """Yield what is wrong with the formula."""
        if self.formula is not None:
            from datagen_chat.generators._formula import check_values

            yield from check_values(self.formula, above.facts, ("datetime", "date"))

    def reader(self, scope: TableScope, above: Above) -> tuple[Sampler, int]:
        """Return how to read it where it is not fixed, and how many microseconds its unit has."""
        if self.column is not None:
            is_day = above.type_of(self.column.table, self.column.column) == "date"
            return scope.reader(self.column.table, self.column.column), DAY if is_day else 1
        from datagen_chat.generators._formula import kind_of, sampler_of

        assert self.formula is not None
        is_day = kind_of(self.formula, scope) == "date"
        return sampler_of(self.formula, scope, "date" if is_day else "datetime"), DAY if is_day else 1


class Unfolding(Registered):
    """What makes a fact's rows instead of a fanout.

    A word of this family overrides `names`, `check_more`, `reach` and `routes`.
    """

    one: ClassVar[str]
    """What messages call what one parent row goes through."""
    parts: ClassVar[Mapping[str, type[Word]]] = {}
    """The objects in it, by the argument that holds them."""
    called: ClassVar[Mapping[str, str]] = {}
    """The fields of the rows that columns hold for being called so, by the name of the column."""

    start: Moment | None = term(
        None,
        'When it begins: a column of the parent ("signup_date"), of a table above it ("customer.signup_date"), a formula over '
        'them, an instant, or "timeframe.start"; where it is null there are no rows. Default: the first datetime column of the '
        "parent.",
        also=("start_at", "starts_at", "start_column", "start_from", "from", "begin", "start_time", "start_date", "anchor"),
    )
    end: Moment | None = term(
        None,
        "The last instant at which anything is entered, written like start.",
        also=("end_at", "ends_at", "end_column", "until", "to", "stop", "end_time", "end_date"),
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the states, in order."""
        raise NotImplementedError

    @property
    def distinct_fields(self) -> frozenset[str]:
        """The fields of the generator `state` that no two rows of one parent share; each is entered a second later at least."""
        return frozenset({"index", "entered_at"})

    def check_more(self, above: Above) -> Iterator[Problem]:
        """Yield what is wrong with the word's own arguments; pointers are relative to it."""
        raise NotImplementedError

    def reach(self) -> int:
        """Return the most rows that one parent can have."""
        raise NotImplementedError

    def routes(self, scope: TableScope, above: Above) -> Callable[[Rows], Route]:
        """Return how parent rows go on from state to state."""
        raise NotImplementedError

    def more_uses(self, above: Above) -> Iterator[Use]:  # noqa: ARG002 - most read only the start and the end
        """Yield the columns of the parent, or above it, that the word itself reads; pointers are relative to it."""
        yield from ()

    def bindings(self, columns: Sequence[ColumnLike]) -> dict[str, str]:  # noqa: ARG002 - most bind nothing
        """Return the columns that hold a field of the rows by their name alone, and which field."""
        return {}

    def default_end(self, above: Above) -> int:
        """Return the last instant at which anything is entered where the word names none."""
        return LATEST if above.timeframe is None else above.timeframe[1]

    def starts(self, above: Above) -> When | None:
        """Return when it begins; None when nothing says so."""
        if self.start is not None:
            return _when("/start", self.start, above)
        for table, column in above.times():
            return When(column=Use("", table, column))
        return None if above.timeframe is None else When(above.timeframe[0])

    def ends(self, above: Above) -> When | None:
        """Return the last instant at which anything is entered; None when what the word says means nothing."""
        return When(self.default_end(above)) if self.end is None else _when("/end", self.end, above)

    def uses(self, above: Above) -> Iterator[Use]:
        """Yield the columns of the parent, or above it, that the rows depend on; pointers are relative to the word."""
        for at, when in (("/start", self.starts(above)), ("/end", self.ends(above))):
            yield from () if when is None else when.uses(at)
        yield from self.more_uses(above)

    def check(self, above: Above) -> Iterator[Problem]:
        """Yield what is wrong with the arguments; pointers are relative to the word."""
        starts, ends = self.starts(above), self.ends(above)
        for at, when in (("/start", starts), ("/end", ends)):
            yield from (problem.under(at) for problem in (() if when is None else when.check(above)))
        if self.start is None:
            yield from self._check_default(starts, above)
        elif starts is None:
            yield _no_timeframe("/start")
        if ends is None:
            yield _no_timeframe("/end")
        elif starts and starts.is_fixed and ends.is_fixed and ends.at < starts.at:
            message = f"The end ({show_instant(ends.at)}) lies before the start ({show_instant(starts.at)})."
            yield Problem("/end" if self.end else "/start", "window-order", message, "Swap start and end.")
        yield from self.check_more(above)

    def _check_default(self, starts: When | None, above: Above) -> Iterator[Problem]:
        """Yield a note that says which of several times was taken as the start, or a problem when there is none."""
        times = above.times()
        if starts is None:
            hint = 'Add start: an instant, or a column of the parent; or add a "timeframe" to the dataset.'
            yield Problem("/start", "no-start", f"Nothing says when a {self.one} of {above.table} starts.", hint)
        elif not times:
            message = (
                f"{above.parent} has no datetime column: every {self.one} of {above.table} starts at the timeframe's start."
            )
            yield note("", "default-start", message, "Add start: a column of the parent, or of a table above it.")
        elif len([table for table, _ in times if table == above.parent]) != 1:
            name = ".".join(times[0])
            hint = f'Add "start": "{name}" to say so, or name another column.'
            yield note("", "default-start", f"Each {self.one} of {above.table} starts at {name}.", hint)

    def compile(self, scope: TableScope, above: Above) -> Unfold:
        """Return how parent rows unfold."""
        from datagen_chat.unfoldings._walks import Walks

        starts, ends, routes = self.starts(above), self.ends(above), self.routes(scope, above)
        assert starts is not None
        assert ends is not None
        begin, finish = _reader(starts, scope, above), _reader(ends, scope, above, is_end=True)
        return lambda parents: Walks(routes(parents), parents.numbers, begin(parents), finish(parents))


def _when(at: str, moment: int | str, above: Above) -> When | None:
    """Return when a moment is; None when it needs a timeframe that there is not."""
    if isinstance(moment, int):
        return When(moment)
    if moment in ("timeframe.start", "timeframe.end"):
        return None if above.timeframe is None else When(above.timeframe[moment == "timeframe.end"])
    if not re.fullmatch(COLUMN_PATTERN, moment):
        return When(formula=moment)
    table, _, column = moment.rpartition(".")
    return When(column=Use(at, table or None, column, wants=("datetime", "date")))


def _no_timeframe(at: str) -> Problem:
    hint = 'Add "timeframe": {"start": …, "end": …} to the dataset, or give an instant.'
    return Problem(at, "no-timeframe", "The dataset has no timeframe that could begin or end anything.", hint)


Times = Callable[[Rows], NDArray[np.int64]]


def _reader(when: When, scope: TableScope, above: Above, *, is_end: bool = False) -> Times:
    """Return how to read a moment of each parent row, in microseconds; an end that is the same for all has one entry.

    A date that ends something means its last microsecond. Without a start nothing begins; without an end nothing ends before
    the timeframe does.
    """
    if when.is_fixed:
        return lambda parents: np.full(1 if is_end else len(parents), when.at, dtype=np.int64)
    read, unit = when.reader(scope, above)
    missing = (LATEST if above.timeframe is None else above.timeframe[1]) if is_end else LATEST + SECOND
    last, rest = (LATEST // unit, unit - 1) if is_end else (LATEST // unit + 1, 0)

    def times(parents: Rows) -> NDArray[np.int64]:
        values = read(parents)
        assert isinstance(values, Numbers)
        found = np.clip(values.data, -LATEST // unit, last) * unit + rest
        return found if values.valid is None else np.where(values.valid, found, missing)

    return times
