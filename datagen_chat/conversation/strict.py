"""Strict JSON by the standard library: the fast way for texts that leave nothing to judge."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 64
"""How deeply the values of any JSON that is read may be nested."""

_NEEDS_JUDGEMENT = re.compile(r'\\u|"\s*(?:\.\.\.|…)|&')
"""Escapes that may be half a character, placeholders, and HTML entities: what strict JSON allows and we may not."""


class NotPlainError(ValueError):
    """The text is not strict JSON, or says something that deserves a closer look."""


def read_plain(text: str, depth: int) -> dict[str, Any]:
    """Return the object that a text holds, which is strict JSON beyond doubt and nested no deeper than `depth`.

    Raises:
        NotPlainError: it is not; the reader that tells why and where has to look.
    """
    if _NEEDS_JUDGEMENT.search(text):
        raise NotPlainError
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise NotPlainError from None
    if not isinstance(value, dict) or not _is_plain(value, depth):
        raise NotPlainError
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotPlainError
    return found


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")) or (number == 0 and text.strip("-0.eE+")):
        raise NotPlainError
    return number


def _int(text: str) -> int:
    if len(text) > 18:
        raise NotPlainError
    return int(text)


def _constant(_name: str) -> Any:
    raise NotPlainError


def _is_plain(value: dict[str, Any], depth: int) -> bool:
    """Return whether no container lies deeper than `depth`, and no list has texts, perhaps placeholders, beside objects."""
    level: list[Any] = [value]
    for _ in range(depth):
        inside = [part for holder in level for part in (holder.values() if isinstance(holder, dict) else holder)]
        if any(_is_mixed(holder) for holder in level):
            return False
        level = [part for part in inside if isinstance(part, dict | list)]
        if not level:
            return True
    return False


def _is_mixed(holder: Any) -> bool:
    kinds = {type(part) for part in holder} if isinstance(holder, list) else set()
    return {dict, str} <= kinds
