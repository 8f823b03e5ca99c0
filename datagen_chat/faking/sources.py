"""A Faker method as a source of values: computed, put together by a grammar, or drawn from real calls."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking import catalog
from datagen_chat.faking.compiled import compile_grammar
from datagen_chat.faking.source import Source
from datagen_chat.faking.store import grammar_for, is_shipped


def source(method: str, locale: str, args: Mapping[str, Any], key: Key) -> Source:
    """Return the values of a Faker method in a locale: a pure function of the key and the row number.

    Where a locale lacks a method that has another name there (`zipcode`, `postcode`), that is used.

    Raises:
        KeyError: the locale has no such method; `check` would have said so.
    """
    name = catalog.method_in(method, locale)
    known = None if name is None else catalog.method(name, locale)
    if known is None:
        raise KeyError(method)
    given = read_args(known, args)
    if not given and is_shipped(known.name, locale):  # most methods of most schemas: nothing else need be imported
        return _traced(known, locale, given, key)
    if not catalog.overrides(known.name, locale):
        from datagen_chat.faking.kernels import kernel_of

        computed = kernel_of(known.name, given, key)
        if computed is not None:
            return computed
        composed = _composed(known.name, locale, given, key)
        if composed is not None:
            return composed
    return _traced(known, locale, given, key)


def _traced(method: catalog.Method, locale: str, args: Mapping[str, Any], key: Key) -> Source:
    grammar = grammar_for(method.name, locale, args) if method.kind == "string" else None
    if grammar is not None:
        return compile_grammar(grammar, key)
    from datagen_chat.faking.pooled import Pooled

    return Pooled(key, method.kind, _real(method.name, locale, args))


def _composed(name: str, locale: str, args: Mapping[str, Any], key: Key) -> Source | None:
    from datagen_chat.faking.prose import COMPOSED

    compose = COMPOSED.get(name)
    return None if compose is None else compose(args, key, lambda part, given: grammar_for(part, locale, given))


def _real(method: str, locale: str, args: Mapping[str, Any]) -> Any:
    def make() -> Any:
        from datagen_chat.faking.real import caller

        return caller(method, locale, args)

    return make


def read_args(method: catalog.Method, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as Faker takes them: ISO days and times as such, weighted elements in their order.

    Raises:
        ValueError, OverflowError: a time that is none.
    """
    return {name: _read(method.parameter(name), value) for name, value in args.items()}


def _read(parameter: catalog.Parameter | None, value: Any) -> Any:
    if parameter is not None and parameter.allows("date") and isinstance(value, str):
        from datagen_chat.faking.times import shift_of

        return value if value in ("now", "today") or shift_of(value) is not None else _moment(value)
    return OrderedDict(value) if isinstance(value, dict) else value


def _moment(text: str) -> datetime.date:
    from datagen_chat.faking.times import moment

    found = moment(text)
    return found.date() if len(text) <= len("2025-01-01") else found
