"""Values replaced by others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from datagen_chat.branches import Branches, as_written, check_names, covers
from datagen_chat.generators._written import FORMS, fits, value_pool
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.modifiers.base import Made, Modifier
from datagen_chat.problems import Problem, pointer, shown
from datagen_chat.selection import Joiner, picked
from datagen_chat.values import Values, masked
from datagen_chat.words import AnyScalar, ColumnType, Given, Scalar, term


class MapValues(Modifier, word="map_values"):
    """Replace values by others: codes by names, platforms by stores, plans by prices."""

    mapping: Annotated[dict[str, AnyScalar], Field(min_length=1, max_length=10_000)] = term(
        description="What each value becomes; numbers, truth values and times stand in quotes as keys.",
        also=("map", "values", "mappings", "lookup", "dict", "replace", "replacements"),
    )
    default: Given = term(
        None, "What all other values become; without it they stay as they are.", also=("else", "otherwise", "fallback", "other")
    )

    converts: ClassVar = True
    also: ClassVar = ("map", "mapping", "replace", "recode", "map_value", "value_map", "remap", "translate")
    example: ClassVar = {"transform": "map_values", "args": {"mapping": {"iOS": "App Store", "Android": "Google Play"}}}

    def _values(self) -> tuple[Scalar, ...]:
        return (*self.mapping.values(), *(() if self.default is None else (self.default,)))

    def _target(self, made: ColumnType) -> ColumnType:
        """Return the type of the values that come out; that of the values before where these could stand among them."""
        written = [value for value in self._values() if value is not None]
        types: tuple[ColumnType, ...] = (made, "bool", "int", "float", "string")
        return next((type_ for type_ in types if all(fits(value, type_) for value in written)), "string")

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:
        """Yield keys that no value has, values of different types, and values that would stay but could not."""
        for problem in check_names(self.mapping, made.type, made.outcomes):
            yield Problem(problem.at.replace("/when", "/mapping", 1), problem.code, problem.message, problem.hint)
        target = self._target(made.type)
        places = [(pointer("mapping", name), value) for name, value in self.mapping.items()]
        for at, value in (*places, ("/default", self.default)):
            if value is not None and not fits(value, target):
                message = f"{shown(value)} is not of the same type as the other values."
                yield Problem(at, "map-types", message, f"Write {FORMS[target]}.")
        if target != made.type and (made.type, target) != ("int", "float") and self._leaves_some(made):
            message = f"Values that are not listed would stay {made.type}, but the others become {target}."
            yield Problem("/default", "missing-default", message, f'Add "default", or list every value of {facts.column_name}.')

    def _leaves_some(self, made: Made) -> bool:
        """Return whether values can stay as they are."""
        known = None if made.outcomes is None else tuple(value for value in made.outcomes if value is not None)
        return self.default is None and not covers(self.mapping, made.type, known)

    def makes(self, made: Made) -> Made:
        """Return the values that are named, and those that stay."""
        target = self._target(made.type)
        if made.outcomes is None:
            return Made(target)
        stay = () if self.default is not None else made.outcomes
        nulls = (None,) if None in made.outcomes else ()
        return Made(target, tuple(dict.fromkeys((*self._values(), *stay, *nulls))))

    def wants(self, type_: ColumnType) -> ColumnType:
        """Return text where the keys are words, else the type of what comes out."""
        return type_ if all(map(_is_number, self.mapping)) else "string"

    def why_null(self) -> str:
        """Return that a value becomes null."""
        return "map_values makes some of its values null" if None in self.mapping.values() else ""

    def rounded_to(self, places: int | None) -> int | None:
        """Return the places of the values that are written, or those of the values before where they are more."""
        return None if places is None else max(places, *map(_places_of, self._values()))

    def layout(self, layout: Layout) -> Layout:
        """Return that few values come out where few came in, or others are not kept."""
        return "category" if layout == "category" or self.default is not None else "plain"

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the other values: one search in the keys for each row, or for each word of a pool."""
        branches, target = Branches(tuple(self.mapping), made.type), self._target(made.type)
        named = value_pool((*self.mapping.values(), self.default), target)  # what no key names has the number -1: the last one
        keeps, join = self._leaves_some(made), Joiner()

        def sample(rows: Rows) -> Values:
            values = sampler(rows)
            branch = branches.of(values)
            found = named.take(branch)
            if keeps and bool((branch < 0).any()):
                found = picked([values, found], (branch >= 0).astype(np.int8), join)
            return masked(found, values.valid)

        return sample


def _is_number(name: str) -> bool:
    return as_written(name, "float") is not None


def _places_of(value: Scalar) -> int:
    """Return the decimals that a value is written with."""
    if not isinstance(value, float):
        return 0
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
