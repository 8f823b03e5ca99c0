"""One of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from datagen_chat.draws import bits32
from datagen_chat.generators.base import CATEGORY_LIMIT, Facts, Generator, Layout, Rows, Sampler, Scope
from datagen_chat.instants import DAY, parse_instant
from datagen_chat.problems import Problem, shown
from datagen_chat.tables import Discrete
from datagen_chat.values import Numbers, Text, Values, code_type, masked, words_array
from datagen_chat.words import LIST_LIMIT, AnyScalar, ColumnType, Scalar, Weight, check_shares, term


class Choice(Generator, word="choice"):
    """One of a list, equally or with weights: statuses, categories, countries, plans."""

    choices: Annotated[tuple[AnyScalar, ...], Field(min_length=1, max_length=LIST_LIMIT)] = term(
        description="The values to choose from; null is one where the column is nullable.",
        also=("values", "options", "items", "elements", "enum", "categories"),
    )
    weights: tuple[Weight, ...] | None = term(
        None, "One weight per choice; they are scaled to add up to 1.", also=("probabilities", "probs", "p", "weight", "ratios")
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

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield weights that do not match, and choices that do not fit the column's type."""
        if self.weights is not None:
            yield from check_shares(len(self.choices), self.weights)
        for index, value in enumerate(self.choices):
            if value is not None and not fits(value, facts.type):
                hint = f"Write choices that are {FORMS[facts.type]}, or change the column's type."
                message = f"{shown(value)} does not fit a column of type {facts.type}."
                yield Problem(f"/choices/{index}", "choice-type", message, hint)

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002
        """Return that null is among the choices."""
        return "null is one of its choices" if None in self.choices else ""

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...]:  # noqa: ARG002
        """Return the choices."""
        return self.choices

    def places(self) -> int | None:
        """Return None: choices stay as they are written."""
        return None

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that few values repeat."""
        return "category" if len(self.choices) <= CATEGORY_LIMIT else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: one table draw of a code per row."""
        key, pool = scope.key("choice"), value_pool(self.choices, scope.type)
        table = Discrete(self.weights or (1.0,) * len(self.choices))

        def sample(rows: Rows) -> Values:
            return pool.take(table.sample(bits32(key, rows.numbers)))

        return sample


FORMS: dict[ColumnType, str] = {
    "int": "whole numbers",
    "float": "numbers",
    "string": "text in quotes",
    "bool": "true or false",
    "datetime": "instants such as 2024-01-01T00:00:00Z",
    "date": "instants such as 2024-01-01T00:00:00Z",
}


def fits(value: Scalar, type_: ColumnType) -> bool:
    """Return whether a value that is not null can stand in a column of this type."""
    match type_:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) and abs(value) < 2**63
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return isinstance(value, str) and parse_instant(value) is not None
    except ValueError:
        return False


def value_pool(values: tuple[Scalar, ...], type_: ColumnType) -> Values:
    """Return values that fit the type, one row each: what codes are taken from."""
    valid = np.array([value is not None for value in values])
    if type_ == "string":
        words = words_array([value if isinstance(value, str) else "" for value in values])
        pool: Values = Text(words, np.arange(len(words), dtype=code_type(len(words))))
    else:
        dtype = {"float": np.float64, "bool": np.bool_}.get(type_, np.int64)
        pool = Numbers(np.array([_plain(value, type_) for value in values], dtype=dtype))
    return pool if valid.all() else masked(pool, valid)


def _plain(value: Scalar, type_: ColumnType) -> int | float | bool:
    if value is None:
        return 0
    if isinstance(value, str):
        instant = parse_instant(value)
        return instant // DAY if type_ == "date" else instant
    return int(value) if type_ == "int" else value
