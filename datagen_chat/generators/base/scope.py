"""What a word may ask of the engine while it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from datagen_chat.generators.base.facts import Facts, TableFacts
from datagen_chat.generators.base.rows import Descent, Locator, Picker, Rows, Sampler, Scorer, Unfold
from datagen_chat.generators.base.uses import Source

if TYPE_CHECKING:
    from datagen_chat.draws import Key, RowNumbers
    from datagen_chat.generators.base import Generator


T = TypeVar("T")


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

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes of the whole dataset; whoever asks by the same name shares it."""

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

    @property
    def is_paired(self) -> bool:
        """Whether the column is a key that is drawn as one of a pair, of those that must not repeat."""

    def combined(self) -> Locator | None:
        """Return the numbers that the column has in a combination which must not repeat; None where it is in none."""
