"""Faker's values for whole columns at once: the same data and the same forms, thousands of times as fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking.catalog import all_methods, locales, method, method_in, methods
from datagen_chat.faking.checking import check
from datagen_chat.faking.countries import locale_for, locale_of_tag
from datagen_chat.faking.groups import Person, Speaker, person_of
from datagen_chat.faking.lengths import usual_texts
from datagen_chat.faking.roles import role_of
from datagen_chat.faking.source import Countable, Kind, Numbered, Source, Speaking

__all__ = [
    "Kind",
    "Numbered",
    "Person",
    "Source",
    "Speaker",
    "Speaking",
    "all_methods",
    "announced",
    "capacity",
    "check",
    "distinct",
    "is_address",
    "is_name_part",
    "locale_for",
    "locale_of_tag",
    "locales",
    "method",
    "method_in",
    "methods",
    "numbered",
    "person_of",
    "pool_size",
    "ships",
    "source",
    "speaking",
    "speaking_capacity",
    "speaks",
    "usual_texts",
]


def pool_size(source: Source) -> int | None:
    """Return how many words there are when every value is one word of a pool that never changes; None otherwise."""
    from datagen_chat.faking.compiled import OfPool
    from datagen_chat.faking.persons import NamePart

    return len(source.words) if isinstance(source, OfPool | NamePart) else None


def speaks(method: str) -> bool:
    """Return whether a method says something of a person."""
    return role_of(method) is not None


def is_name_part(method: str) -> bool:
    """Return whether a method makes a first or a last name."""
    role = role_of(method)
    return role is not None and role[0] in ("first", "last")


def is_address(method: str) -> bool:
    """Return whether a method makes an address from a person's names."""
    role = role_of(method)
    return role is not None and role[0] == "contact"


def announced(told: Callable[[str, str], None]) -> AbstractContextManager[None]:
    """Tell of each method and locale that is taken out of Faker within this block, which takes seconds, before it is."""
    from datagen_chat.faking.store import announced as found

    return found(told)


def ships(locale: str) -> bool:
    """Return whether a locale's data is shipped; what is made of it without arguments can be read at once."""
    from datagen_chat.faking.store import ships as found

    return found(locale)


def speaking(
    method: str,
    locale: str,
    args: Mapping[str, Any],
    person: Person,
    keys: tuple[Key, Key],
    rows: int = 0,
    numbered: Numbered | None = None,
) -> Speaking:
    """Return the source of a column that speaks of a person; see `speakers.speaking`, which is imported when needed."""
    from datagen_chat.faking.speakers import speaking as found

    return found(method, locale, args, person, keys, rows, numbered)


def speaking_capacity(method: str, locale: str, person: Person) -> int | None:
    """Return how many rows can have different names or addresses of a locale; None when they may always repeat."""
    from datagen_chat.faking.speakers import speaking_capacity as found

    return found(method, locale, person)


def numbered(key: Key, rows: int, stems: Callable[[range], tuple[Any, Any]]) -> Numbered:
    """Return the numbers that make the addresses of so many rows unique; `stems` says what there is to tell apart."""
    from datagen_chat.faking.numbering import HELD_ROWS, Repeats, Spread

    return Repeats(rows, stems) if rows <= HELD_ROWS else Spread(key, rows)


def capacity(source: Source) -> int | None:
    """Return how many rows can have different values of a source; None when they may repeat."""
    return source.capacity or None if isinstance(source, Countable) else None


def distinct(source: Source, key: Key, rows: int) -> Source:
    """Return a source whose values do not repeat among so many rows, where the source has enough of them."""
    return source.distinct(key, rows) if isinstance(source, Countable) else source


def source(method: str, locale: str, args: Mapping[str, Any], key: Key) -> Source:
    """Return the values of a Faker method in a locale; see `sources.source`, which is imported when it is needed."""
    from datagen_chat.faking import sources

    return sources.source(method, locale, args, key)
