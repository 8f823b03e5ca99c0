"""What a person can have stated, as values, and what it comes to when it is tied to a schema."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Literal

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


UNPLACED = Tie("unplaced", "nothing in the schema is called so")
