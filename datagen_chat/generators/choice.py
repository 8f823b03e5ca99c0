"""One of a list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from datagen_chat.draws import bits32
from datagen_chat.generators._distinct import distinct_order
from datagen_chat.generators._written import check_fit, is_distinct, most_places, value_pool
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Numbering, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Lots, Source, Use
from datagen_chat.popularity import WEIGHTS_KIND_PATTERN, choice_weights, read_weights_kind
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.tables import Discrete
from datagen_chat.values import Text, Values
from datagen_chat.words import LIST_LIMIT, AnyScalar, Reference, Scalar, Weight, check_shares, term

Taker = Callable[[NDArray[Any]], Values]


class Choice(Generator, word="choice"):
    """One of a list, equally or with weights: statuses, categories, countries, plans."""

    choices: Annotated[tuple[AnyScalar, ...] | None, Field(min_length=1, max_length=LIST_LIMIT)] = term(
        None,
        "The values to choose from; null is one where the column is nullable.",
        also=("values", "options", "items", "elements", "enum", "categories"),
    )
    weights: tuple[Weight, ...] | None = term(
        None, "One weight per choice; they are scaled to add up to 1.", also=("probabilities", "probs", "p", "weight", "ratios")
    )
    weights_kind: Annotated[str | None, Field(pattern=WEIGHTS_KIND_PATTERN)] = term(
        None,
        'Weights that fall off from the first choice on: "uniform", "zipf@1.2" or "head_tail@{0.6,1.5}".',
        also=("weight_kind", "weights_type", "popularity", "skew"),
    )
    choices_ref: Reference | None = term(
        None,
        "Instead of choices, a column of a small table whose values they are, in the order of its rows.",
        also=("ref", "values_ref", "enum_ref", "from", "source", "choices_from"),
    )

    also: ClassVar = (
        "choices",
        "random_choice",
        "weighted_choice",
        "categorical",
        "category",
        "enum",
        "one_of",
        "oneOf",
        "pick",
        "random_element",
    )
    example: ClassVar = {"choice": {"choices": ["new", "paid", "shipped"], "weights": [0.2, 0.5, 0.3]}}

    @property
    def _read(self) -> tuple[str, str] | None:
        """The table and the column that the choices are read from, if they are."""
        if self.choices_ref is None:
            return None
        table, _, column = self.choices_ref.partition(".")
        return table, column

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield choices that are missing or do not fit the column's type, and weights that do not match."""
        if self.choices is None and self.choices_ref is None:
            hint = 'Add "choices": the values to choose from.'
            yield Problem("/choices", "missing-key", "choices is missing in choice.", hint)
        elif self.choices is not None and self.choices_ref is not None:
            message = "choices and choices_ref both say what to choose from."
            yield Problem("/choices_ref", "choices-twice", message, "Keep the one that is meant.")
        for index, value in enumerate(self.choices or ()):
            yield from check_fit(f"/choices/{index}", "choice-type", value, facts.type)
        if self._read is not None:
            yield from self._check_read(facts, *self._read)
        yield from self._check_weights(facts)

    def _check_read(self, facts: Facts, table: str, column: str) -> Iterator[Problem]:
        """Yield why the rows of a table cannot be chosen from."""
        at, type_, name = "/choices_ref", facts.type_of(table, column), f"{facts.table_name}.{facts.column_name}"
        if type_ is None:
            return
        if type_ != facts.type and {type_, facts.type} != {"date", "datetime"} and (type_, facts.type) != ("int", "float"):
            message = f"{name} is of type {facts.type}, but {self.choices_ref} is of type {type_}."
            yield Problem(at, "choice-type", message, f"Set the type of {name} to {type_}.")
        fewest, most = facts.row_range(table)
        if most == 0 and facts.row_range(None)[1] > 0:
            message = f"{table} has no rows for {name} to choose from."
            yield Problem(at, "empty-table", message, f"Give {table} at least one row.")
        elif fewest > LIST_LIMIT:
            message = f"{table} has {fewest:.0f} rows, too many to be choices."
            yield Problem(at, "too-many-choices", message, f'Use {{"lookup": {{"from": "{self.choices_ref}"}}}} instead.')

    def _check_weights(self, facts: Facts) -> Iterator[Problem]:
        """Yield weights that are given twice, too few or too many, or of no kind."""
        kind = None if self.weights_kind is None else read_weights_kind(self.weights_kind)
        if isinstance(kind, Problem):
            yield kind.under("/weights_kind")
        if self.weights is None:
            return
        if kind is not None:
            message = "weights and weights_kind both say how likely the choices are."
            yield Problem("/weights_kind", "weights-twice", message, "Keep the one that is meant.")
        count = self._count(facts)
        if count is not None:
            yield from check_shares(count, self.weights)
        elif self._read is not None and facts.type_of(*self._read) is not None:
            message = f"How many rows {self._read[0]} has is not fixed, so they cannot have one weight each."
            yield Problem("/weights", "weights-length", message, "Use weights_kind instead.")

    def _count(self, facts: Facts) -> int | None:
        """Return the number of choices; None where it is not known beforehand."""
        if self._read is None:
            return None if self.choices is None else len(self.choices)
        fewest, most = facts.row_range(self._read[0]) if facts.type_of(*self._read) else (0, 1)
        return int(fewest) if fewest == most else None

    def _most(self, facts: Facts) -> float:
        return len(self.choices or ()) if self._read is None else facts.row_range(self._read[0])[1]

    def uses(self) -> Iterator[Use]:
        """Yield the column that the choices are read from."""
        if self._read is not None:
            yield Use("/choices_ref", *self._read, "target")

    def sources(self) -> tuple[Source, ...] | None:
        """Return the column that the choices are read from; none where null is the only choice."""
        if self._read is not None:
            return (Source("/choices_ref", *self._read),)
        return () if set(self.choices or ()) == {None} else None

    @property
    def is_drawn(self) -> bool:
        """Whether a row is drawn at random even where an ancestor could be copied: one of all rows is."""
        return self._read is not None

    def why_null(self, facts: Facts) -> str:
        """Return that null is among the choices."""
        if self._read is not None and facts.type_of(*self._read) and facts.nullable_of(*self._read):
            return f"{self.choices_ref}, where its choices come from, may be null"
        return "null is one of its choices" if None in (self.choices or ()) else ""

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the choices."""
        return self.choices if self._read is None else facts.outcomes(*self._read)

    def lots(self, facts: Facts) -> Lots | None:
        """Return the choices with their weights, where they are written out and may repeat."""
        if self.choices is None or facts.is_unique:
            return None
        return Lots(self.choices, self._weights(len(self.choices)) or (1.0,) * len(self.choices), "choice")

    def _weights(self, count: int) -> tuple[float, ...] | None:
        """Return the weights of so many choices; None where all are alike."""
        if self.weights_kind is None or count == 0:
            return self.weights
        kind = read_weights_kind(self.weights_kind)
        assert not isinstance(kind, Problem)
        return choice_weights(kind, count)

    def capacity(self, facts: Facts) -> int | None:
        """Return how many choices can be drawn, if no two are the same."""
        if self._read is not None:
            return int(facts.row_range(self._read[0])[0]) if facts.never_repeats(*self._read) else None
        if not is_distinct(self.choices or (), facts.type, facts.places_of(None, facts.column_name)):
            return None
        return len(self.choices or ()) if self.weights is None else sum(weight > 0 for weight in self.weights)

    def numbered(self, facts: Facts) -> float | None:
        """Return the number of choices that can come out, if no two of them are the same."""
        if self.choices is None:
            return self._most(facts)
        values = tuple(choice for choice in self.choices if choice is not None)
        is_told_apart = is_distinct(values, facts.type, facts.places_of(None, facts.column_name))
        return len(self._likely(len(self.choices))) if is_told_apart and len(self.choices) - len(values) < 2 else None

    def _likely(self, count: int) -> list[int]:
        """Return the places of the choices that can come out."""
        weights = self._weights(count)
        return [place for place in range(count) if weights is None or weights[place] > 0]

    def numbering(self, scope: Scope) -> Numbering:
        """Return the choices that can come out, by their places among these."""
        count, take = self._pool(scope)
        weights = self._weights(count)
        if weights is None:
            return Numbering(count, lambda _rows, numbers: take(numbers))
        likely = np.array(self._likely(count), dtype=np.int64)
        kept = [weights[place] for place in likely.tolist()]
        table = Discrete(kept)
        return Numbering(
            len(likely),
            lambda _rows, numbers: take(likely.take(numbers)),
            draw=lambda key, rows: table.sample(bits32(key, rows)).astype(np.int64),
            weights=lambda: np.array(kept),
        )

    def places(self) -> int | None:
        """Return None: choices stay as they are written."""
        return None

    def written_places(self) -> int | None:
        """Return the most decimals of any choice, where they are written out."""
        return None if self.choices is None else most_places(self.choices)

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat."""
        return "category" if self._most(facts) <= CATEGORY_LIMIT else "plain"

    def texts(self, facts: Facts) -> Texts:
        """Return those of the column that is read, where it has few."""
        read, words = Texts() if self._read is None else facts.texts_of(*self._read), self._most(facts)
        return replace(read, words=words if words <= CATEGORY_LIMIT else math.inf)

    def _pool(self, scope: Scope) -> tuple[int, Taker]:
        """Return the number of choices, and how to take some of them."""
        if self._read is None:
            return len(self.choices or ()), value_pool(self.choices or (), scope.type).take
        return scope.row_count(self._read[0]), scope.picker(*self._read)

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: one table draw of a code per row, or a place of its own in one order of all choices."""
        count, take = self._pool(scope)
        if count == 0:
            return lambda rows: take(self._nowhere(rows))
        weights = self._weights(count) or (1.0,) * count
        if scope.is_unique:
            place = distinct_order(scope, weights)
            return lambda rows: take(place(rows))
        key, table = scope.key("choice"), Discrete(weights)
        if self.choices is not None and scope.type == "string" and None not in self.choices:
            words = value_pool(self.choices, scope.type)
            assert isinstance(words, Text)
            return lambda rows: Text(words.words, table.sample(bits32(key, rows.numbers)))  # an outcome is a word's code
        return lambda rows: take(table.sample(bits32(key, rows.numbers)))

    def _nowhere(self, rows: Rows) -> NDArray[np.int64]:
        """Return no places for no rows; for any other there is nothing to choose from."""
        if len(rows):
            message = f"{self.choices_ref} is to be chosen from, but its table came out without any rows."
            raise SchemaError([Problem("", "empty-target", message, "Give the table more rows, or a fanout that makes some.")])
        return np.zeros(0, np.int64)
