"""A fixed list, one value for each row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.draws import numbers_of
from datagen_chat.generators._written import check_fit, is_distinct, value_pool
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem, note
from datagen_chat.values import Values
from datagen_chat.words import LIST_LIMIT, AnyScalar, Scalar, term


class EnumList(Generator, word="enum_list"):
    """A fixed list: the k-th row has the k-th value; lists go in step and give the number of rows."""

    values: Annotated[tuple[AnyScalar, ...], Field(min_length=1, max_length=LIST_LIMIT)] = term(
        description="The values, one for each row; null where the column is nullable.",
        also=("list", "items", "enum", "choices", "elements", "entries", "options"),
    )

    also: ClassVar = ("fixed_list", "static_list", "enum_values", "ordered_list", "in_order", "value_list")
    example: ClassVar = {"enum_list": {"values": ["starter", "pro", "enterprise"]}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield values that do not fit the column's type, and a list that is longer or shorter than the table."""
        for index, value in enumerate(self.values):
            yield from check_fit(f"/values/{index}", "value-type", value, facts.type)
        yield from self._check_length(facts)

    def _check_length(self, facts: Facts) -> Iterator[Problem]:
        name, count, (fewest, most) = f"{facts.table_name}.{facts.column_name}", len(self.values), facts.row_range(None)
        if most > count:
            rows = f"{most:.0f} rows" if fewest == most else "no fixed number of rows"
            message = f"{name} lists {count} values, but {facts.table_name} has {rows}."
            hint = f"Give the table {count} rows, add values, or draw them with choice."
            yield Problem("/values", "list-too-short", message, hint)
        elif fewest == most < count:
            left = count - round(most)
            message = f"{name} lists {count} values, but {facts.table_name} has {most:.0f} rows: the last {left} are not used."
            yield note("/values", "list-too-long", message, "Drop rows, so that the list gives their number.")

    def listed(self) -> tuple[Scalar, ...]:
        """Return the values."""
        return self.values

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002
        """Return that null is among the values."""
        return "null is one of its values" if None in self.values else ""

    def capacity(self, facts: Facts) -> int | None:
        """Return the number of values, if none of them stands there twice."""
        places = facts.places_of(None, facts.column_name)
        return len(self.values) if is_distinct(self.values, facts.type, places) else None

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...]:
        """Return the values that rows have."""
        return self.values[: int(min(facts.row_range(None)[1], len(self.values)))]

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that the values are few."""
        return "category" if len(self.values) <= CATEGORY_LIMIT else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a row's number is its place in the list."""
        pool = value_pool(self.values, scope.type)

        def sample(rows: Rows) -> Values:
            return pool.take(numbers_of(rows.numbers))

        return sample
