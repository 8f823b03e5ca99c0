"""What a Faker method says of a person, and whose person it is, told from the name of the column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

Gender = Literal["female", "male"]
GENDERS: tuple[Gender, ...] = ("female", "male")
Role = Literal["first", "last", "whole", "contact"]
ROLES: dict[str, Role] = {
    **dict.fromkeys(("first_name", "first_name_female", "first_name_male"), "first"),
    **dict.fromkeys(("last_name", "last_name_female", "last_name_male"), "last"),
    **dict.fromkeys(("name", "name_female", "name_male"), "whole"),
    **dict.fromkeys(("user_name", "email", "safe_email", "free_email", "company_email"), "contact"),
    **dict.fromkeys(("ascii_email", "ascii_safe_email", "ascii_free_email", "ascii_company_email"), "contact"),
}  # fmt: skip
"""What methods say of a person; all others say nothing."""
ENDINGS: dict[Role, tuple[str, ...]] = {
    "first": ("first_name", "firstname", "given_name", "givenname", "forename", "fname", "first"),
    "last": ("last_name", "lastname", "family_name", "familyname", "surname", "lname", "last"),
    "whole": ("full_name", "fullname", "display_name", "legal_name", "real_name", "name"),
    "contact": ("email_address", "emailaddress", "e_mail", "email", "mail", "user_name", "username", "user", "login_name",
                "login", "handle", "nickname", "nick", "screen_name", "account_name", "display_name"),
}  # fmt: skip
"""How columns of a role end, when what comes before says whose they are."""
QUALIFIERS = frozenset(
    {"account", "alternate", "alternative", "backup", "billing", "business", "company", "contact", "corporate", "home", "login",
     "main", "office", "official", "personal", "primary", "private", "recovery", "school", "secondary", "university", "user",
     "work"}
)  # fmt: skip
"""What tells several addresses of one person apart."""


def role_of(method: str) -> tuple[Role, Gender | None] | None:
    """Return what a method says of a person, and the gender that it is bound to; None when it says nothing."""
    role = ROLES.get(method)
    return None if role is None else (role, gender_in(method))


def gender_in(name: str) -> Gender | None:
    """Return the gender in the name of a method, or of a slot of a grammar."""
    return next((gender for gender in GENDERS if gender in name.split("_")), None)


def owner_of(column: str, role: Role, table: str) -> str:
    """Return whose name or address a column holds: what stands before the role; empty for the person that the row is about.

    >>> owner_of("sender_email", "contact", "parcel"), owner_of("CustomerName", "whole", "customers")
    ('sender', '')
    """
    words = snake(column)
    owner = words.removesuffix(_ending(words, role)).rstrip("_")
    return "" if _is_about(owner, snake(table)) else owner


def tells_owner(column: str, role: Role) -> bool:
    """Return whether a column is called by its role, so that what stands before it tells whose it is.

    >>> tells_owner("sender_email", "contact"), tells_owner("post", "contact")
    (True, False)
    """
    return bool(_ending(snake(column), role))


def _ending(words: str, role: Role) -> str:
    return next((end for end in ENDINGS[role] if words == end or words.endswith("_" + end)), "")


def owners_of_contact(column: str, table: str, named: Collection[str]) -> str:
    """Return whose address a column holds, among the owners of names in the table where it is one of them."""
    own = owner_of(column, "contact", table)
    plain = "_".join(word for word in own.split("_") if word not in QUALIFIERS)
    return next((owner for owner in _guesses(own, plain, sorted(named)) if owner in named), plain)


def _guesses(own: str, plain: str, named: Sequence[str]) -> Iterator[str]:
    yield own
    yield plain
    if not plain and len(named) == 1:
        yield named[0]


def _is_about(owner: str, table: str) -> bool:
    """Return whether an owner is what the table's rows are: "customer" in "customers", "agent" in "support_agent"."""
    singular = _singular(table)
    return bool(owner) and (_singular(owner) == singular or singular.endswith("_" + _singular(owner)))


def _singular(words: str) -> str:
    return words[:-3] + "y" if words.endswith("ies") else words.removesuffix("s")


def snake(name: str) -> str:
    """Return a name in lower case with underscores between its words.

    >>> snake("firstName"), snake("Full_Name")
    ('first_name', 'full_name')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
