"""What a generator is, and what it may know of the table and the engine that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from datagen_chat.bounds import inner_bounds
from datagen_chat.instants import Grid
from datagen_chat.problems import Problem, pointer
from datagen_chat.words import COLUMN_TYPES, ColumnType, Registered, Scalar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from datagen_chat.draws import Key, RowNumbers
    from datagen_chat.values import Values

T = TypeVar("T")
Layout = Literal["sequence", "sorted", "category", "plain"]
How = Literal["row", "ancestor", "target", "descendant"]


@dataclass(frozen=True, slots=True)
class Use:
    """One reference from a word to a column.

    `how` says where it is read: "row" in the same row or, with a table, in the row's ancestor or in the row that its only
    key column of that table points at; "target" in any row of a table that is looked up; "ancestor" where both are possible
    and the table decides; "descendant" in the rows below. `wants` are the types that will do. `by_score` says that not the
    value is read but the normal score behind it, which only a generator that `has_scores` has. `of` is the table whose rows
    read it, where these are not the column's own; then `table` is named in any case.
    """

    at: str
    table: str | None
    column: str
    how: How = "row"
    wants: tuple[ColumnType, ...] = COLUMN_TYPES
    by_score: bool = False
    of: str | None = None

    def under(self, pointer: str) -> Use:
        """Return this use with its pointer moved below `pointer`."""
        return replace(self, at=pointer + self.at)


@dataclass(frozen=True, slots=True)
class Source:
    """A column whose values a word copies, of this row's ancestor where its table is one.

    Else of any row or, with `on`, of the row that this local key column points at. `at` is the place that names it.
    """

    at: str
    table: str
    column: str
    on: str | None = None

    def under(self, pointer: str) -> Source:
        """Return this source with its pointer moved below `pointer`."""
        return replace(self, at=pointer + self.at)


@dataclass(frozen=True, slots=True)
class Lots:
    """Few values, one of which is drawn for each row: by `tables.Discrete(weights)` from 32 bits of the stream `draw`."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...] = (1.0,)
    draw: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """That a time is to lie before or after another column's: of the same row, or of one in `table` that it leads to."""

    at: str
    op: Literal["<", "<=", ">", ">="]
    table: str | None
    column: str


Order = Literal["<", "<=", ">", ">=", "!="]


@dataclass(frozen=True, slots=True)
class Twin:
    """That a key is to stand in an order to another one of the row, in a column that holds the ancestor's or a drawn one."""

    order: Order
    column: str
    is_ancestor: bool


class TableFacts(Protocol):
    """What a word may know of a table before any row exists. A table of None is this one."""

    @property
    def table_name(self) -> str:
        """The table's name."""

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window, in microseconds since 1970."""

    @property
    def parent(self) -> str | None:
        """The table that the rows hang off."""

    def type_of(self, table: str | None, column: str) -> ColumnType | None:
        """Return the type of any column; None when there is no such column."""

    def nullable_of(self, table: str | None, column: str) -> bool:
        """Return whether a column may hold nulls."""

    def pointing(self, table: str) -> tuple[str, ...]:
        """Return the columns of the table that hold primary keys of another."""

    def outcomes(self, table: str | None, column: str) -> tuple[Scalar, ...] | None:
        """Return all values that a column can have, where they are few and known; else None."""

    def ends_of(self, table: str | None, column: str) -> tuple[float, float] | None:
        """Return the least and the greatest value of a column as far as they are known, or what is usual; None for text.

        Datetimes are in microseconds and dates in days since 1970.
        """

    def layout_of(self, table: str, column: str) -> Layout:
        """Return how the values of any column lie in a file."""

    def places_of(self, table: str | None, column: str) -> int | None:
        """Return the decimals that a float column's values have; None where they are unknown."""

    def time_of_row(self, but: str | None) -> tuple[str | None, str] | None:
        """Return the column that says when a row happened: its first datetime other than `but`, else its first date.

        Without one, that of the nearest table above; a table of None is this one.
        """

    def is_ancestor(self, table: str) -> bool:
        """Return whether each row has exactly one row of `table` above it."""

    def is_sure_of(self, table: str) -> bool:
        """Return whether each row is sure to have a row of `table` below it."""

    def row_range(self, table: str | None) -> tuple[float, float]:
        """Return the fewest and the most rows that a table can have."""

    def signs_of(self, table: str | None, column: str) -> frozenset[str] | None:
        """Return the characters that a column's values, written as text, are made of; None where they can be any."""

    def never_repeats(self, table: str | None, column: str) -> bool:
        """Return whether no two rows can have the same value in a column."""

    def of(self, table: str) -> TableFacts:
        """Return what is known of another table."""

    def generators(self) -> Mapping[str, Generator]:
        """Return the generators of all columns of the own table, by the column's name, in their order."""

    def is_unique_of(self, column: str) -> bool:
        """Return whether no two rows may have the same value in a column of the own table."""


class Facts(TableFacts, Protocol):
    """What a word's checks may know of its column; no rows exist yet."""

    @property
    def column_name(self) -> str:
        """The column's name."""

    @property
    def type(self) -> ColumnType:
        """The type that the generator is to make: the column's own, unless modifiers turn another one into it."""

    @property
    def nullable(self) -> bool:
        """Whether the column may hold nulls."""

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may have the same value: the column is a key, or said to be unique."""

    @property
    def has_modifiers(self) -> bool:
        """Whether modifiers change what the generator makes, but not into something else; the engine then clamps after them."""

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The declared inequalities that the values are to be drawn within."""

    @property
    def states(self) -> tuple[str, ...] | None:
        """The states or stages that the table's rows stand for; None where nothing makes them go through any."""

    @property
    def twin(self) -> Twin | None:
        """The other key of the same table in the row that this one is drawn beside; None where there is none."""


def may_read_null(facts: TableFacts, table: str | None, column: str) -> bool:
    """Return whether a column, read from a row of this column's table, can be null: itself, or the key that leads to it."""
    if facts.nullable_of(table, column):
        return True
    is_above = table is None or table == facts.table_name or facts.is_ancestor(table)
    return not is_above and any(facts.nullable_of(None, key) for key in facts.pointing(table or ""))


@dataclass(frozen=True, slots=True, eq=False)
class Siblings:
    """Where each row stands among the rows of its parent.

    `parent`, `first` and `count` have one entry for each parent in question: its row number, the row number of its first
    row, and how many rows it has. `family` has one entry for each row: which of these parents is its own. All are int64.
    """

    parent: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    family: NDArray[np.int64]

    def ranks(self, numbers: RowNumbers) -> NDArray[np.int64]:
        """Return how many siblings come before each row, shape (rows,)."""
        from datagen_chat.draws import numbers_of

        return numbers_of(numbers) - self.first.take(self.family)


class Rows(Protocol):
    """Some rows of one table, neighbours or any."""

    @property
    def numbers(self) -> RowNumbers:
        """The row numbers."""

    def __len__(self) -> int:
        """How many rows there are."""

    def values(self, column: str) -> Values:
        """Return another column of the same rows; it is made once."""

    def siblings(self) -> Siblings:
        """Return where each row stands among its parent's rows; only a fact's rows have siblings."""

    def ancestor(self, table: str) -> tuple[Rows, NDArray[np.int64] | None]:
        """Return rows of an ancestor, and which of them belongs to each of these rows; None means one each, in order."""

    def shared(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes for these rows; columns that ask by the same name share it."""


class Descent(Protocol):
    """The rows of one table that lie below some rows, in order: those of the first row, those of the second, and so on."""

    @property
    def first(self) -> NDArray[np.int64]:
        """The number of the first row below each one, were there any; shape (rows,)."""

    @property
    def edges(self) -> NDArray[np.int64]:
        """How many rows lie below the rows before each one, and below all of them; shape (rows + 1,)."""

    def rows(self, places: range) -> Rows:
        """Return the rows at some places of that order."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some of the rows below other rows: neighbours in their order.

    `start` is the first of the upper rows that they lie below; the rows below the k-th one from there on are those from
    `edges[k]` to before `edges[k + 1]`.
    """

    rows: Rows
    start: int
    edges: NDArray[np.int64]

    @property
    def upper(self) -> slice:
        """Which of the upper rows these are, as positions."""
        return slice(self.start, self.start + len(self.edges) - 1)


class Folding(Protocol):
    """What has been made so far of the rows below some rows, piece by piece in their order."""

    def add(self, piece: Piece) -> None:
        """Take in more rows."""

    def values(self, descent: Descent) -> Values:
        """Return one value for each of the upper rows, once all rows below them were taken in."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """How a value is made of the rows below each row: `begin` starts with a number of upper rows.

    Where `needs_rows` is False, their numbers and positions are enough, and no piece is added.
    """

    begin: Callable[[int], Folding]
    needs_rows: bool = True


class Unfolded(Protocol):
    """What some parent rows unfolded into, before any child row is made."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of children of each parent row, shape (parents,)."""

    def field(self, name: str, parent: NDArray[np.int64], rank: NDArray[np.int64]) -> Values:
        """Return one field of children, given the position of each one's parent and its rank among its siblings."""


Unfold = Callable[["Rows"], Unfolded]
"""How parent rows unfold into children: a walk through states, a journey through stages."""

CATEGORY_LIMIT = 4096
"""Columns with up to so many different words are categories."""

Limits = tuple["float | NDArray[np.float64]", "float | NDArray[np.float64]"]
"""The lowest and the highest value, of all rows or of each."""

Sampler = Callable[[Rows], "Values"]
Picker = Callable[["NDArray[np.int64]"], "Values"]
Locator = Callable[[Rows], "NDArray[np.int64]"]
Scorer = Callable[[Rows], "NDArray[np.float64]"]


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """Values by numbers from 0 to below `size`, so that they can be drawn without repetition.

    `sizes` gives the size for each parent row where it differs; `value` returns the values of numbers, one for each row.
    `draw` and `weights` are there where some values are likelier: a number for each row under a key, and all weights.
    """

    size: int
    value: Callable[[Rows, NDArray[np.int64]], Values]
    sizes: Callable[[Rows], NDArray[np.int64]] | None = None
    draw: Callable[[Key, NDArray[np.int64]], NDArray[np.int64]] | None = None
    weights: Callable[[], NDArray[np.float64]] | None = None


Room = Callable[[Rows], "NDArray[np.int64]"]
ANY_NUMBER = 1 << 40
"""More rows than any parent has."""


class TableScope(TableFacts, Protocol):
    """What a word that reads the rows of one table may ask of the engine while it is compiled."""

    @property
    def has_siblings(self) -> bool:
        """Whether the table's rows hang off parents."""

    def of(self, table: str) -> TableScope:
        """Return the scope of words that read rows of another table."""

    def key(self, draw: str) -> Key:
        """Return the key of one named stream of draws of this column."""

    def table_key(self, draw: str) -> Key:
        """Return the key of one named stream of draws that columns of this table share."""

    def rows(self, numbers: RowNumbers) -> Rows:
        """Return any rows of this table, for what cannot be told of a row alone."""

    def nested(self, *steps: str) -> Self:
        """Return the scope of a word inside this one, whose draws have streams of their own."""

    def reader(self, table: str | None, column: str) -> Sampler:
        """Return how to read a column of the same row, of its ancestor in `table`, or of the row there that it points at."""

    def is_own_table(self, table: str) -> bool:
        """Return whether `table` is the one that this column stands in."""

    def scores(self, table: str | None, column: str) -> Scorer:
        """Return how to find the normal scores behind a column, of the rows that `reader` would read it from."""

    def row_count(self, table: str | None = None) -> int:
        """Return the number of rows of a table."""

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of any table."""

    def pointer(self, local: str, table: str) -> Locator:
        """Return how to find, for each row, the row of `table` whose key the local column holds."""

    def onward(self, source: Source, table: str, locate: Locator) -> Locator:
        """Return how to find the row of `table` whose key `source` holds in the row that `locate` finds."""

    def follows_parent(self, local: str, table: str) -> bool:
        """Return whether a local column is nothing but the key of this row's ancestor in `table`."""

    def ancestor_numbers(self, table: str) -> Locator:
        """Return how to find, for each row, the row number of its ancestor."""

    def descent(self, table: str) -> Callable[[Rows], Descent]:
        """Return how to find the rows of a descendant table below rows of this one."""

    def unfolding(self) -> Unfold:
        """Return how the table's rows come from their parents', where a walk or a journey makes them."""

    def tell(self, code: str, message: str, count: int, part: Hashable = None) -> None:
        """Note that something happened to `count` cells, such as a division by zero; it is told once, with their sum.

        What is told of the same `part` again counts once.
        """


class Scope(TableScope, Facts, Protocol):
    """What a column's word may ask of the engine while it is compiled."""

    @property
    def decimals(self) -> int | None:
        """The places that the column asks for; None when it leaves them to the generator."""

    def search(self, table: str) -> Locator:
        """Return how to find, for each row, the row of `table` whose key this column holds, by the key itself."""

    def above(self) -> TableScope:
        """Return the scope of words that read the parents' rows."""

    def folded(self, word: Generator) -> Sampler:
        """Return how to make what a word folds of the rows below; columns that fold the same rows share them."""

    def pointer_to(self, word: Generator) -> str:
        """Return where a word of this column stands in the document."""

    def combined(self) -> Locator | None:
        """Return the numbers that the column has in a combination which must not repeat; None where it is in none."""


class Generator(Registered):
    """What a column is made by. A word of this family overrides `compile`, and the rest where it has something to say."""

    fills: ClassVar[tuple[ColumnType, ...]] = COLUMN_TYPES
    is_unfolded: ClassVar = False
    """Whether the values come from what makes the table's rows, a walk or a journey."""
    has_scores: ClassVar = False
    """Whether each value follows from one normal score, so that other columns can correlate with it."""
    copies: ClassVar = False
    """Whether every value is copied from one column of some row."""
    advice: ClassVar = ""
    """What to do where values are to be unique and the generator can repeat them; empty where nothing helps."""
    always_differs: ClassVar = False
    """Whether no two rows have the same value, even where they may."""
    is_bounded: ClassVar = False
    """Whether values can be drawn within bounds that differ from row to row."""
    ascends: ClassVar = False
    """Whether the values of the rows of one parent come in ascending order."""

    @property
    def is_regular(self) -> bool:
        """Whether the rows of a parent take one tick after the other."""
        return False

    @property
    def limits_rows(self) -> bool:
        """Whether a parent can only have as many rows as the arguments leave room for."""
        return self.is_regular

    def most_rows(self, timeframe: tuple[int, int] | None) -> int | None:  # noqa: ARG002 - most serve any number of rows
        """Return how many rows any one parent can have at most, where that is the same for all."""
        return None

    def counted_by(self) -> Iterator[Use]:
        """Yield the columns of the parent, or of those above it, that limit its number of rows."""
        yield from ()

    def check(self, facts: Facts) -> Iterator[Problem]:  # noqa: ARG002 - most generators have nothing to add to their types
        """Yield what is wrong with the arguments together; pointers are relative to the generator's object."""
        yield from ()

    def uses(self) -> Iterator[Use]:
        """Yield the columns that the values depend on."""
        yield from ()

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002 - most generators make no nulls
        """Return why the generator itself can make a null, as the end of a sentence; empty when it cannot."""
        return ""

    def may_fail(self, facts: Facts) -> bool:  # noqa: ARG002 - most generators always have a value
        """Return whether rows may well turn out null where nothing says so beforehand, as a division by zero does."""
        return False

    def capacity(self, facts: Facts) -> int | None:  # noqa: ARG002 - most generators repeat themselves
        """Return how many different values it can make where none may repeat; None when it cannot promise that.

        A generator that returns a number draws without repetition where `scope.is_unique`.
        """
        return None

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:  # noqa: ARG002 - most values are many
        """Return all values that can come out, null included, where they are few and known; else None."""
        return None

    def extent(self, facts: Facts) -> tuple[float, float] | None:  # noqa: ARG002 - of most values nothing is known
        """Return the least and the greatest value that can come out, as the column's type counts; None where unknown."""
        return None

    def sources(self) -> tuple[Source, ...] | None:
        """Return the columns that all values but null are copied from; None where other values come out too.

        Where nothing but null comes out, there are none.
        """
        return None

    def locate(self, scope: Scope, table: str) -> Locator:
        """Return how to find, for each row, the row of `table` whose key the value is; for a null, any row."""
        return scope.search(table)

    def inner(self) -> Iterator[tuple[str, Generator]]:
        """Yield the generators that stand inside this one, with the pointers of their objects."""
        yield from ()

    def folds(self) -> str | None:
        """Return the table whose rows below each row the value is made of, if it is; then `fold` says how."""
        return None

    def fold(self, scope: Scope) -> Fold:
        """Return how the value is made of the rows below."""
        raise NotImplementedError

    def lots(self, facts: Facts) -> Lots | None:  # noqa: ARG002 - most values are many
        """Return the few values that are drawn alike for all rows, if they are."""
        return None

    def signs(self) -> frozenset[str] | None:
        """Return the characters that the values, written as text, are made of, where they are few and known."""
        return None

    def rests_on(self, facts: Facts) -> tuple[str, ...]:  # noqa: ARG002 - most values do not follow from others
        """Return columns of the same row that follow from the value: if one of them never repeats, neither does the value."""
        return ()

    def listed(self) -> tuple[Scalar, ...] | None:
        """Return the list whose k-th value the k-th row has, if the values are such a list."""
        return None

    def clamps(self) -> tuple[float, float] | None:
        """Return the bounds that values are pulled to, where the arguments name any."""
        return None

    def limits(self, scope: Scope) -> Callable[[Rows], Limits] | None:
        """Return how to find the bounds that values of rows are pulled to after modifiers; None where there are none."""
        clamp = self.clamps()
        bounds = None if clamp is None else inner_bounds(clamp, scope.decimals)
        return None if bounds is None else lambda _rows: bounds

    @property
    def is_drawn(self) -> bool:
        """Whether a row is drawn at random even where an ancestor could be copied."""
        return False

    @property
    def is_distinct(self) -> bool:
        """Whether the arguments ask that no value come twice within one parent, and it takes numbers to keep that."""
        return False

    def numbered(self, facts: Facts) -> float | None:  # noqa: ARG002 - most values are not numbered
        """Return how many values can be drawn by numbers, the most where it depends; None when they are not numbered."""
        return None

    def numbering(self, scope: Scope) -> Numbering:
        """Return the values by numbers; only for generators whose `numbered` gives a size."""
        raise NotImplementedError

    def room(self, above: TableScope, facts: Facts) -> Room | None:  # noqa: ARG002 - most serve any number of rows
        """Return how many rows each parent can have at most, `above` being the scope of words that read parents' rows."""
        return None

    def places(self) -> int | None:
        """Return the decimals that a float column has when it names none; None leaves the values as they are."""
        return None

    def written_places(self) -> int | None:
        """Return the most decimals of the numbers that the schema writes out; None where values come from elsewhere."""
        return None

    def layout(self, facts: Facts) -> Layout:
        """Return how the values lie in a file: a hint for encoders."""
        return "category" if facts.type == "bool" else "plain"

    def grid(self, timeframe: tuple[int, int] | None) -> Grid | None:  # noqa: ARG002 - only times lie on a grid
        """Return the grid that all values lie on, if they are times that do."""
        return None

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type of what is made, where the column may convert it; the column's own type, most often."""
        return facts.type

    def scores(self, scope: Scope) -> Scorer:
        """Return the normal scores that the values follow from; only asked of a generator that `has_scores`."""
        raise NotImplementedError

    def compile(self, scope: Scope) -> Sampler:
        """Return the function that makes the column's values for some rows.

        Everything that does not depend on rows happens here, once.
        """
        raise NotImplementedError


def words_in(generator: Generator) -> Iterator[tuple[str, Generator]]:
    """Yield a generator and all that stand inside it, outer ones first, with the pointers of their arguments."""
    at = pointer(generator.word)
    yield at, generator
    for inside, inner in generator.inner():
        yield from ((at + inside + further, word) for further, word in words_in(inner))


class _AnyGenerator:
    """The pydantic type of an object with exactly one key, the word of a generator."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_generator)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "generator"}


ANY_GENERATOR = _AnyGenerator()


def read_generator(value: Any) -> Generator:
    """Return the generator that an object with exactly one key names.

    Raises:
        ValueError: the object is not one; the JSON Schema says where and why.
    """
    if isinstance(value, Generator):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("a generator is an object with exactly one key, its word")
    [(word, arguments)] = value.items()
    if word not in Generator.registry:
        raise ValueError(f'there is no generator "{word}"')
    return Generator.registry[word].model_validate(arguments)
