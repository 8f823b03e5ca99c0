"""What a modifier is: a change of values between a column's generator and its final form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.generators.base import Facts, Generator, Sampler, Scope, Use
from datagen_chat.problems import Problem
from datagen_chat.words import COLUMN_TYPES, ColumnType, Registered


class Modifier(Registered):
    """A change of a column's values, after they are made. A word of this family overrides `compile`, or `rewritten`."""

    takes: ClassVar[tuple[ColumnType, ...]] = COLUMN_TYPES

    def check(self, facts: Facts, made: ColumnType) -> Iterator[Problem]:  # noqa: ARG002 - most have only their types
        """Yield what is wrong with the arguments together, `made` being the type that comes in; pointers are relative."""
        yield from ()

    def uses(self) -> Iterator[Use]:
        """Yield the columns that the change depends on."""
        yield from ()

    def makes(self, made: ColumnType) -> ColumnType:
        """Return the type that comes out when `made` comes in."""
        return made

    def rewritten(self, generator: Generator) -> Generator | None:  # noqa: ARG002 - most change values, not generators
        """Return the generator that does the same without this modifier, where there is one."""
        return None

    def compile(self, scope: Scope, made: Sampler) -> Sampler:
        """Return the sampler of the changed values, `made` being that of the values before."""
        raise NotImplementedError
