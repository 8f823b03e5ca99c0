"""Which columns of a table speak of the same person."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from datagen_chat.faking.roles import Gender, owner_of, owners_of_contact, role_of


@dataclass(frozen=True, slots=True)
class Speaker:
    """A column that says something of a person: its name, its method, and what decides the locale of its rows."""

    column: str
    method: str
    locale: Hashable
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Whose names and addresses some columns hold: the person's name among the table's draws, and the gender, if bound.

    No two rows have the same person where `is_unique`.
    """

    owner: str
    gender: Gender | None
    is_unique: bool = False


def person_of(own: Speaker, table: str, speakers: Sequence[Speaker]) -> Person:
    """Return whose person a column speaks of, given all columns of its table that speak of any.

    Names tell it by themselves, so that no other column changes them. Addresses look for the names that they go with.
    """
    role, gender = _role(own)
    alike = [speaker for speaker in speakers if speaker.locale == own.locale and _role(speaker)[0] != "contact"]
    owners = {speaker: owner_of(speaker.column, _role(speaker)[0], table) for speaker in alike}  # type: ignore[arg-type]
    if role == "contact":
        owner = owners_of_contact(own.column, table, set(owners.values()))
    else:
        owner = owner_of(own.column, role, table)  # type: ignore[arg-type] # it has a role
    group = [speaker for speaker in alike if owners[speaker] == owner]
    is_unique = any(speaker.is_unique and _role(speaker)[0] == "whole" for speaker in group)
    return Person(owner, gender or next(_genders(group), None), is_unique)


def _genders(group: Sequence[Speaker]) -> Iterator[Gender]:
    for speaker in group:
        _, gender = _role(speaker)
        if gender is not None:
            yield gender


def _role(speaker: Speaker) -> tuple[str, Gender | None]:
    found = role_of(speaker.method)
    return ("", None) if found is None else found
