"""Faker's values for whole columns at once: the same data and the same forms, thousands of times as fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking.catalog import all_methods, locales, method, method_in, methods
from datagen_chat.faking.checking import check
from datagen_chat.faking.countries import locale_for
from datagen_chat.faking.source import Kind, Source

__all__ = [
    "Kind",
    "Source",
    "all_methods",
    "check",
    "locale_for",
    "locales",
    "method",
    "method_in",
    "methods",
    "pool_size",
    "source",
]


def pool_size(source: Source) -> int | None:
    """Return how many words there are when every value is one word of a pool that never changes; None otherwise."""
    from datagen_chat.faking.compiled import OfPool

    return len(source.words) if isinstance(source, OfPool) else None


def source(method: str, locale: str, args: Mapping[str, Any], key: Key) -> Source:
    """Return the values of a Faker method in a locale; see `sources.source`, which is imported when it is needed."""
    from datagen_chat.faking import sources

    return sources.source(method, locale, args, key)
