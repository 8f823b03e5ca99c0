"""What a generator is, and what it may know of the table and the engine that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from datagen_chat.instants import Grid
from datagen_chat.problems import Problem
from datagen_chat.words import COLUMN_TYPES, ColumnType, Registered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from datagen_chat.draws import Key, RowNumbers
    from datagen_chat.values import Values

Layout = Literal["sequence", "sorted", "category", "plain"]
How = Literal["row", "ancestor", "target"]


@dataclass(frozen=True, slots=True)
class Use:
    """One reference from a generator to a column.

    `how` says where it is read: "row" in the same row or, with a table, in the row's ancestor; "target" in any row of
    a table that is looked up; "ancestor" where both are possible and the table decides. `wants` are the types that will do.
    """

    at: str
    table: str | None
    column: str
    how: How = "row"
    wants: tuple[ColumnType, ...] = COLUMN_TYPES


class Facts(Protocol):
    """What a generator's checks may know of its column; no rows exist yet."""

    @property
    def type(self) -> ColumnType:
        """The column's type."""

    @property
    def nullable(self) -> bool:
        """Whether the column may hold nulls."""

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window, in microseconds since 1970."""


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


CATEGORY_LIMIT = 4096
"""Columns with up to so many different words are categories."""

Sampler = Callable[[Rows], "Values"]
Picker = Callable[["NDArray[np.int64]"], "Values"]
Locator = Callable[[Rows], "NDArray[np.int64]"]


class Scope(Facts, Protocol):
    """What a generator may ask of the engine while it is compiled."""

    @property
    def decimals(self) -> int | None:
        """The places that the column asks for; None when it leaves them to the generator."""

    @property
    def has_siblings(self) -> bool:
        """Whether the table's rows hang off parents."""

    def key(self, draw: str) -> Key:
        """Return the key of one named stream of draws of this column."""

    def reader(self, table: str | None, column: str) -> Sampler:
        """Return how to read a column of the same row, or of the row's ancestor in `table`."""

    def is_ancestor(self, table: str) -> bool:
        """Return whether each row has exactly one row of `table` above it."""

    def row_count(self, table: str) -> int:
        """Return the number of rows of a table."""

    def type_of(self, table: str, column: str) -> ColumnType:
        """Return the type of any column."""

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of any table."""

    def pointer(self, local: str, theirs: str | None, table: str) -> Locator:
        """Return how to find, for each row, the row of `table` whose key the local column holds."""

    def follows_parent(self, local: str, table: str) -> bool:
        """Return whether a local column is nothing but the key of this row's ancestor in `table`."""

    def ancestor_numbers(self, table: str) -> Locator:
        """Return how to find, for each row, the row number of its ancestor."""

    def is_own_table(self, table: str) -> bool:
        """Return whether `table` is the one that this column stands in."""


class Generator(Registered):
    """What a column is made by. A word of this family overrides `compile`, and the rest where it has something to say."""

    fills: ClassVar[tuple[ColumnType, ...]] = COLUMN_TYPES

    def check(self, facts: Facts) -> Iterator[Problem]:  # noqa: ARG002 - most generators have nothing to add to their types
        """Yield what is wrong with the arguments together; pointers are relative to the generator's object."""
        yield from ()

    def uses(self) -> Iterator[Use]:
        """Yield the columns that the values depend on."""
        yield from ()

    def makes_nulls(self) -> bool:
        """Return whether the generator itself can make a null."""
        return False

    def never_repeats(self) -> bool:
        """Return whether no two rows can have the same value, so that it can make a key."""
        return False

    def places(self) -> int | None:
        """Return the decimals that a float column has when it names none; None leaves the values as they are."""
        return None

    def layout(self, facts: Facts) -> Layout:
        """Return how the values lie in a file: a hint for encoders."""
        return "category" if facts.type == "bool" else "plain"

    def grid(self, timeframe: tuple[int, int] | None) -> Grid | None:  # noqa: ARG002 - only times lie on a grid
        """Return the grid that all values lie on, if they are times that do."""
        return None

    def makes(self, scope: Scope) -> ColumnType:
        """Return the type of what is made, where the column may convert it; the column's own type, most often."""
        return scope.type

    def compile(self, scope: Scope) -> Sampler:
        """Return the function that makes the column's values for some rows.

        Everything that does not depend on rows happens here, once.
        """
        raise NotImplementedError


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
