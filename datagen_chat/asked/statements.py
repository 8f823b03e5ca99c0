"""What a person can have stated, as values, and what it comes to when it is tied to a schema."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from datagen_chat.asked.nouns import stems
from datagen_chat.asked.numbers import Amount
from datagen_chat.frozen import dataclass
from datagen_chat.schema.model import Check

if TYPE_CHECKING:
    from datagen_chat.asked.ground import Ground

State = Literal["held", "open", "unplaced", "unsure"]
"""Held: the schema makes the data so. Open: it does not. Unplaced: nothing is called so. Unsure: it may be or not."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What a statement comes to in a schema: where it is carried, why, and the query that measures it on the data.

    `at` is a JSON Pointer, empty where nothing carries it.
    """

    state: State
    reason: str
    at: str = ""
    probe: Check | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something that a person stated: their words, exactly, and where in their message they begin."""

    quote: str
    start: int

    @property
    def key(self) -> Hashable:
        """What a later statement about the same thing has too."""
        raise NotImplementedError

    @property
    def said(self) -> Hashable:
        """What was stated about it: the same where nothing changes."""
        raise NotImplementedError

    @property
    def topic(self) -> str:
        """The noun that the statement is about."""
        raise NotImplementedError

    def tie(self, ground: Ground) -> Tie:
        """Return what this comes to in a schema."""
        raise NotImplementedError

    def is_about(self, stem: str) -> bool:
        """Return whether a thing, by the stem of its name, is what this is about."""
        return stems(self.topic)[-1:] == (stem,)

    def clashes(self, _later: Statement) -> bool:
        """Return whether this cannot stand beside a later statement that has another key."""
        return False

    def revised(self, _later: Amount) -> Iterator[Statement]:
        """Yield what this may mean since a number was said that names no thing: 500 customers, and then "make it 300"."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(Statement):
    """A statement of an amount."""

    amount: Amount

    def revised(self, later: Amount) -> Iterator[Statement]:
        """Yield this with another amount, or with another end of a span."""
        if (self.amount.unit == "%") != (later.unit == "%"):
            return
        yield replace(self, amount=later)
        if not self.amount.is_one:
            yield replace(self, amount=replace(self.amount, low=later.low))
            yield replace(self, amount=replace(self.amount, high=later.high))

    def _is_left_by(self, later: Amount) -> bool:
        """Return whether a later span or bound goes beyond this one: a mean has none."""
        if self.amount.is_one and not self.amount.is_exact:
            return False
        is_below = math.isfinite(later.low) and later.low < self.amount.low
        return is_below or (math.isfinite(later.high) and later.high > self.amount.high)


UNPLACED = Tie("unplaced", "nothing in the schema is called so")
