"""Which columns of a table speak of the same person."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence

from datagen_chat.faking.roles import Gender, Role, owner_of, owners_of_contact, role_of, tells_owner
from datagen_chat.frozen import dataclass


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

    Where a table has just one person, the methods tell it, whatever the columns are called; else their names do.
    """
    role, gender = _role(own)
    alike = [speaker for speaker in speakers if speaker.locale == own.locale]
    owners = _owners_of_names([speaker for speaker in alike if _role(speaker)[0] != "contact"], table)
    if role == "contact":
        owner = _owner_of_contact(own, table, set(owners.values()), is_only=_is_only(own, alike))
    else:
        owner = owners[own] if own in owners else owner_of(own.column, role, table)
    group = [speaker for speaker in owners if owners[speaker] == owner]
    is_unique = any(speaker.is_unique and _role(speaker)[0] == "whole" for speaker in (own, *group))
    return Person(owner, gender or next(_genders(group), None), is_unique)


def _owners_of_names(names: Sequence[Speaker], table: str) -> dict[Speaker, str]:
    """Return whose each name is: the same person's where there is one name of each role, and none says that it is another's."""
    owners = {name: owner_of(name.column, _role(name)[0], table) for name in names}
    told = {_role(name)[0]: owners[name] for name in names if tells_owner(name.column, _role(name)[0])}
    by_role = {_role(name)[0]: owners[name] for name in names}
    # Beside a first and a last name that say whose they are, a whole name that does not is rather somebody else's.
    is_others = {"first", "last"} == set(told) and "whole" in by_role
    if len(by_role) < len(names) or len(set(told.values())) > 1 or is_others:
        return owners
    known = told or by_role
    return dict.fromkeys(names, next((known[role] for role in ("whole", "first", "last") if role in known), ""))


def _is_only(own: Speaker, speakers: Sequence[Speaker]) -> bool:
    """Return whether no other column is of the same kind, user name or e-mail, as this one."""
    kinds = [speaker.method == "user_name" for speaker in speakers if _role(speaker)[0] == "contact"]
    return kinds.count(own.method == "user_name") <= 1


def _owner_of_contact(own: Speaker, table: str, named: Collection[str], *, is_only: bool) -> str:
    """Return whose address a column holds: that of the only person with a name, unless both say that they are others."""
    owner = owners_of_contact(own.column, table, named)
    if not is_only or owner in named or len(named) > 1:
        return owner
    found = next(iter(named), "")
    is_told = tells_owner(own.column, "contact")
    return owner if is_told and (found or not named) else found


def _genders(group: Sequence[Speaker]) -> Iterator[Gender]:
    for speaker in group:
        _, gender = _role(speaker)
        if gender is not None:
            yield gender


def _role(speaker: Speaker) -> tuple[Role, Gender | None]:
    found = role_of(speaker.method)
    assert found is not None, "only what speaks of a person is asked"
    return found
