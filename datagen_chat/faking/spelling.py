"""Names as they are written in addresses: lower case, without accents, in Latin letters, as Faker does it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from datagen_chat.faking.store import grammar_for

METHODS = ("first_name", "last_name", "first_name_female", "first_name_male", "last_name_female", "last_name_male")


def spelled(locale: str, names: Iterable[str]) -> Mapping[str, str]:
    """Return how each name is written in an address: as traced user names write it, else as Faker is asked to."""
    known = _traced(locale)
    missing = [name for name in dict.fromkeys(names) if name not in known]
    return {**known, **_asked(locale, missing)} if missing else known


@functools.cache
def _traced(locale: str) -> Mapping[str, str]:
    """Return the spellings that the traced user names of a locale hold: their words stand in the order of the names."""
    user_name = grammar_for("user_name", locale, {})
    spellings: dict[str, str] = {}
    for method in METHODS[:2]:
        names = grammar_for(method, locale, {})
        if user_name is None or names is None or len(names.pools) != 1:
            continue
        own = names.pools[0]
        written = next((pool for pool in user_name.pools if pool.slot == own.slot and len(pool.words) == len(own.words)), None)
        if written is not None:
            spellings |= dict(zip(own.words, written.words, strict=True))
    return spellings


def _asked(locale: str, names: Iterable[str]) -> Mapping[str, str]:
    return dict(_answers(locale, names))


def _answers(locale: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield names as the locale's own user names write them."""
    from faker.utils.text import slugify

    from datagen_chat.faking.real import generator

    internet: Any = generator(locale).provider("faker.providers.internet")
    for name in names:
        yield name, slugify(internet._to_ascii(name.lower()), allow_unicode=True)
