"""What Faker has, without Faker: its methods, their arguments and kinds, and its locales, as shipped data.

`python -m datagen_chat.faking.build` writes the data; a test holds it against the installed Faker.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from datagen_chat.faking.source import Kind
from datagen_chat.frozen import dataclass

DATA = Path(__file__).parent / "data"
DEFAULT_LOCALE = "en_US"
SAME = {
    "zipcode": "postcode",
    "postalcode": "postcode",
    "zipcode_plus4": "postcode",
    "postalcode_plus4": "postcode",
    "state": "administrative_unit",
    "province": "administrative_unit",
    "region": "administrative_unit",
    "basic_phone_number": "phone_number",
}
"""Methods that only some locales have, and what says the same where they are missing."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that a method takes: `accepts` holds JSON types, "date", or quoted words, parted by `|`."""

    name: str
    accepts: str
    required: bool = False

    def allows(self, name: str) -> bool:
        """Return True when values of this JSON type (or "date") may be given."""
        return name in self.accepts.split("|") or self.accepts == "any"


@dataclass(frozen=True, slots=True)
class Method:
    """A Faker method that makes one value."""

    name: str
    kind: Kind
    parameters: tuple[Parameter, ...]

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of this name."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@functools.cache
def shipped() -> dict[str, Any]:
    """Return the catalogue as it was written."""
    return cast("dict[str, Any]", json.loads((DATA / "catalog.json").read_text("utf-8")))


def version() -> str:
    """Return the version of Faker that the shipped data was made from."""
    return str(shipped()["faker"])


def installed_version() -> str:
    """Return the version of the installed Faker, read from its source: importing it, or its metadata, takes far longer."""
    found = find_spec("faker")
    source = "" if found is None or found.origin is None else Path(found.origin).read_text("utf-8")
    written = re.search(r"^VERSION = ['\"]([^'\"]+)['\"]", source, re.MULTILINE)
    return written[1] if written else "unknown"


def locales() -> frozenset[str]:
    """Return the names of Faker's locales."""
    return frozenset(shipped()["locales"])


@functools.cache
def methods(locale: str = DEFAULT_LOCALE) -> frozenset[str]:
    """Return the methods of a locale that make one value; none of one that Faker lacks."""
    found = shipped()["locales"].get(locale)
    if found is None:
        return frozenset()
    return (frozenset(shipped()["methods"]) - frozenset(found["without"])) | frozenset(found["methods"])


def all_methods() -> frozenset[str]:
    """Return the methods that any locale has."""
    return frozenset().union(*(methods(locale) for locale in locales()))


def refused() -> dict[str, str]:
    """Return the methods that make no single value, and what they make instead."""
    return cast("dict[str, str]", shipped()["refused"])


def method(name: str, locale: str = DEFAULT_LOCALE) -> Method | None:
    """Return what is known of a method in a locale; None when the locale lacks it, or is none of Faker's."""
    if name not in methods(locale):
        return None
    catalogue = shipped()
    kind, signature = catalogue["locales"][locale]["methods"].get(name) or catalogue["methods"][name]
    return Method(name, kind, tuple(Parameter(*parameter) for parameter in catalogue["signatures"][signature]))


def method_in(name: str, locale: str) -> str | None:
    """Return the method of a locale that says what `name` says: itself, another name for it, or None.

    >>> method_in("zipcode", "de_DE")
    'postcode'
    """
    if name in methods(locale):
        return name
    other = SAME.get(name)
    return other if other in methods(locale) else None


def overrides(name: str, locale: str) -> bool:
    """Return True when a locale makes this method's values in its own way."""
    return name in shipped()["locales"][locale]["own"]


def facts(name: str) -> Any:
    """Return a table that a kernel needs, by name."""
    return shipped()["facts"][name]
