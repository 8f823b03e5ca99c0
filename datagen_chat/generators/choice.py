"""One of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from datagen_chat.draws import bits32
from datagen_chat.generators._written import check_fit, value_pool
from datagen_chat.generators.base import CATEGORY_LIMIT, Facts, Generator, Layout, Lots, Numbering, Rows, Sampler, Scope
from datagen_chat.problems import Problem
from datagen_chat.tables import Discrete
from datagen_chat.values import Values
from datagen_chat.words import LIST_LIMIT, AnyScalar, Scalar, Weight, check_shares, term


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
            yield from check_fit(f"/choices/{index}", "choice-type", value, facts.type)

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002
        """Return that null is among the choices."""
        return "null is one of its choices" if None in self.choices else ""

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...]:  # noqa: ARG002
        """Return the choices."""
        return self.choices

    def lots(self, facts: Facts) -> Lots:  # noqa: ARG002
        """Return the choices with their weights."""
        return Lots(self.choices, self.weights or (1.0,) * len(self.choices), "choice")

    def numbered(self, facts: Facts) -> int:  # noqa: ARG002
        """Return the number of choices."""
        return len(self.choices)

    def numbering(self, scope: Scope) -> Numbering:
        """Return the choices by their places."""
        pool, weights = value_pool(self.choices, scope.type), self.weights
        if weights is None:
            return Numbering(len(self.choices), lambda _rows, numbers: pool.take(numbers))
        table = Discrete(weights)
        return Numbering(
            len(self.choices),
            lambda _rows, numbers: pool.take(numbers),
            draw=lambda key, rows: table.sample(bits32(key, rows)).astype(np.int64),
            weights=lambda: np.array(weights),
        )

    def places(self) -> int | None:
        """Return None: choices stay as they are written."""
        return None

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that few values repeat."""
        return "category" if len(self.choices) <= CATEGORY_LIMIT else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: one table draw of a code per row."""
        lots = self.lots(scope)
        key, pool, table = scope.key(lots.draw), value_pool(lots.values, scope.type), Discrete(lots.weights)

        def sample(rows: Rows) -> Values:
            return pool.take(table.sample(bits32(key, rows.numbers)))

        return sample
