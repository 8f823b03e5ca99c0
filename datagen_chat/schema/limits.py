"""How large a schema may be: said at once, before anything else looks at it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from datagen_chat.problems import Problem, pointer, shown
from datagen_chat.schema.model import COLUMN_LIMIT, TABLE_LIMIT
from datagen_chat.words import TEXT_LIMIT

DEPTH_LIMIT = 64
NODE_LIMIT = 500_000
NUMBER_LIMIT = 10**300
PROBLEM_LIMIT = 1000
_SHOWN_LIMIT = 20


def check_size(draft: Any) -> tuple[Problem, ...]:
    """Return what makes a document too large, or no JSON at all, to be read."""
    return tuple(_too_many_tables(draft)) or tuple(islice(_walk(draft), _SHOWN_LIMIT))


def _too_many_tables(draft: Any) -> Iterator[Problem]:
    nodes = draft.get("nodes") if isinstance(draft, dict) else None
    if not isinstance(nodes, list):
        return
    if len(nodes) > TABLE_LIMIT:
        hint = f"Describe the dataset with at most {TABLE_LIMIT} tables."
        yield Problem("/nodes", "too-many-tables", f"There are {len(nodes)} tables.", hint)
        return
    for index, table in enumerate(nodes):
        columns = table.get("columns") if isinstance(table, dict) else None
        if isinstance(columns, list) and len(columns) > COLUMN_LIMIT:
            message = f"{shown(table.get('id'), 40)} has {len(columns)} columns."
            hint = f"Give a table at most {COLUMN_LIMIT} columns."
            yield Problem(pointer("nodes", index, "columns"), "too-many-columns", message, hint)


def _walk(draft: Any) -> Iterator[Problem]:
    """Yield every value that is too long, too deep, too large or not JSON; stop when there are too many values."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), draft)]
    count = 1
    while stack:
        place, value = stack.pop()
        if not isinstance(value, dict | list):
            if _slips(value):
                yield _slip(pointer(*place), value)
            continue
        count += len(value)
        if count > NODE_LIMIT:
            yield Problem(
                "", "too-many-values", f"The schema holds more than {NODE_LIMIT} values.", "Describe the dataset more briefly."
            )
            return
        if len(place) >= DEPTH_LIMIT:
            yield Problem(
                pointer(*place), "too-deep", f"Values are nested more than {DEPTH_LIMIT} deep.", "Flatten the schema."
            )
        elif isinstance(value, list):
            stack.extend(((*place, index), part) for index, part in enumerate(value))
        else:
            odd = [key for key in value if not isinstance(key, str) or _slips(key)]
            yield from (_slip(pointer(*place), key) for key in odd)
            stack.extend(((*place, key), part) for key, part in value.items() if key not in odd)


def _slips(value: Any) -> bool:
    """Return whether a value that holds no others is out of bounds; quick, because it is asked of every value."""
    if isinstance(value, str):
        return len(value) > TEXT_LIMIT or not (value.isascii() or _is_text(value))
    if isinstance(value, int):
        return not -NUMBER_LIMIT < value < NUMBER_LIMIT
    return value is not None and not (isinstance(value, float) and math.isfinite(value))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _slip(at: str, value: Any) -> Problem:
    if isinstance(value, str) and len(value) > TEXT_LIMIT:
        message = f"{shown(value, 40)} has {len(value)} characters."
        return Problem(at, "too-long", message, f"Keep texts within {TEXT_LIMIT} characters.")
    if isinstance(value, str):
        return Problem(at, "not-text", "The text holds half of a surrogate pair.", "Write the character itself.")
    if isinstance(value, float) or (isinstance(value, int) and _slips(value)):
        what = value if isinstance(value, float) else f"A whole number of {value.bit_length()} bits"
        return Problem(at, "not-a-number", f"{what} is no number that a schema can hold.", "Use a finite number below 1e300.")
    return Problem(
        at,
        "not-json",
        f"A {type(value).__name__} is no JSON value here.",
        "Use objects with text keys, arrays, texts and numbers.",
    )
