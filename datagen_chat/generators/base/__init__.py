"""What a generator is, and what it may know of the table and the engine that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from datagen_chat.bounds import inner_bounds
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Fold, Limits, Locator, Numbering, Room, Rows, Sampler, Scorer
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Lots, Source, Use
from datagen_chat.instants import Grid
from datagen_chat.problems import Problem, pointer
from datagen_chat.words import COLUMN_TYPES, ColumnType, Registered, Scalar

CATEGORY_LIMIT = 4096
"""Columns with up to so many different words are categories."""


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
    counts_siblings: ClassVar = False
    """Whether no two rows of one parent have the same value, because it says how many come before."""
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

    @property
    def leaves_out(self) -> bool:
        """Whether a parent may have no rows because there is nothing for them to choose from."""
        return False

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

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float] | None:  # noqa: ARG002 - most know no better
        """Return about the least and the greatest value among so many rows; None where unknown."""
        return self.extent(facts)

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

    def varies_by_parent(self, facts: Facts) -> bool:  # noqa: ARG002 - most have the same values for all
        """Return whether the values that can be drawn by numbers differ from parent to parent."""
        return False

    def numbering(self, scope: Scope) -> Numbering:
        """Return the values by numbers; only for generators whose `numbered` gives a size."""
        raise NotImplementedError

    def room(self, scope: Scope) -> Room | None:  # noqa: ARG002 - most serve any number of rows
        """Return how many rows each parent can have at most; only asked of tables with parents."""
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

    def texts(self, facts: Facts) -> Texts:  # noqa: ARG002 - of most texts nothing is known
        """Return about how long the texts are, and how few, where the outcomes are not known; only asked of texts."""
        return Texts()

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
