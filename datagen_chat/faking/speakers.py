"""The source of a column that says something of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datagen_chat.draws import Key, key
from datagen_chat.faking.contacts import Contact, tails_of
from datagen_chat.faking.groups import Person
from datagen_chat.faking.people import People, people_of
from datagen_chat.faking.persons import NamePart, Persons, WholeName
from datagen_chat.faking.roles import role_of
from datagen_chat.faking.source import Numbered, Speaking

NUMBERED = 9 * 10**11
"""How many rows numbers of twelve digits tell apart."""


def speaking(
    method: str,
    locale: str,
    args: Mapping[str, Any],
    person: Person,
    keys: tuple[Key, Key],
    rows: int = 0,
    numbered: Numbered | None = None,
) -> Speaking:
    """Return the source of a column that speaks of a person.

    Of the two keys, the first names the person of each row and is the same for all columns that speak of it; the second is
    the column's own. `rows` counts where the person is unique; `numbered` gives addresses numbers, so that no two are the
    same.
    """
    people, found = people_of(locale), role_of(method)
    assert found is not None
    role, _ = found
    persons = _persons(people, person, keys[0], rows)
    if role == "whole":
        return WholeName(persons)
    if role == "contact":
        return Contact(persons, keys[1], tails_of(method, locale, args), numbered)
    return NamePart(persons, role)


def _persons(people: People, person: Person, key_: Key, rows: int) -> Persons:
    if person.is_unique:
        from datagen_chat.faking.couples import DistinctPersons

        return DistinctPersons(people, key(key_, "distinct"), person.gender, rows)
    return Persons(people, key_, person.gender)


def speaking_capacity(method: str, locale: str, person: Person) -> int | None:
    """Return how many rows can have different names or addresses of a locale; None when they may always repeat."""
    people, found = people_of(locale), role_of(method)
    assert found is not None
    role, _ = found
    if role != "whole":
        return NUMBERED if role == "contact" else None
    from datagen_chat.faking.couples import couples_of

    return sum(couples.size for couples in couples_of(people, person.gender))
