"""The same value in every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from pydantic import model_validator

from datagen_chat.generators._written import check_fit, most_places, value_pool
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Numbering, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Lots, Source
from datagen_chat.problems import Problem
from datagen_chat.values import Values
from datagen_chat.words import AnyScalar, Scalar, term


class Constant(Generator, word="constant"):
    """The same value in every row."""

    value: AnyScalar = term(description="The value.", also=("val", "is", "equals", "constant", "literal", "const", "fixed"))

    also: ClassVar = ("const", "fixed", "literal", "static", "fixed_value", "constant_value", "value", "default")
    example: ClassVar = {"constant": {"value": "EUR"}}

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(data[name] is None for name in data if name != "value"):
            raise ValueError("a remark is null")
        return data

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a value that does not fit the column's type."""
        yield from check_fit("/value", "value-type", self.value, facts.type)

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002
        """Return that the value is null."""
        return "its value is null" if self.value is None else ""

    def capacity(self, facts: Facts) -> int:  # noqa: ARG002
        """Return 1: a single row repeats nothing."""
        return 1

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...]:  # noqa: ARG002
        """Return the value."""
        return (self.value,)

    def sources(self) -> tuple[Source, ...] | None:
        """Return none where the value is null."""
        return () if self.value is None else None

    def lots(self, facts: Facts) -> Lots:  # noqa: ARG002
        """Return the value as the only one."""
        return Lots((self.value,))

    def numbered(self, facts: Facts) -> int:  # noqa: ARG002
        """Return 1: there is no other value."""
        return 1

    def numbering(self, scope: Scope) -> Numbering:
        """Return the value by the number 0."""
        pool = value_pool((self.value,), scope.type)
        return Numbering(1, lambda _rows, numbers: pool.take(numbers))

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that few values repeat."""
        return "category"

    def written_places(self) -> int:
        """Return the decimals of the value."""
        return most_places((self.value,))

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the value, as often as there are rows."""
        pool = value_pool((self.value,), scope.type)

        def sample(rows: Rows) -> Values:
            return pool.take(np.zeros(len(rows), np.int8))

        return sample
