"""The checks of a schema and what the data says to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from datagen_chat.problems import pointer, shown
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Check, Dataset
from datagen_chat.schema.target_checks import target_checks
from datagen_chat.verify.claims import Claim, Finding, Kind
from datagen_chat.verify.locked import Locked, RefusedError

_LONG = 100_000
"""Numbers from here on are shown with all their digits."""


def checks_of(dataset: Dataset) -> Iterator[tuple[str, Check]]:
    """Yield every check of a dataset, its targets' too, with where it stands."""
    yield from ((pointer("checks", k), check) for k, check in enumerate(dataset.checks))
    yield from target_checks(Index(dataset))


def tried(dataset: Dataset, database: Locked) -> Iterator[Finding]:
    """Yield what the data says to each check."""
    for at, check in checks_of(dataset):
        claim = Claim(_kind(at), at, "", check.name, check.requirement or f"gives {wanted(check)}", check.sql)
        try:
            row = database.ask(check.sql, is_single=_is_compared(check))
        except RefusedError as error:
            yield Finding(claim, "unusable", wanted(check), str(error))
            continue
        yield Finding(claim, "holds" if holds(check, row) else "fails", wanted(check), _shown(row))


def _is_compared(check: Check) -> bool:
    """Return whether a check names what its one value is compared with."""
    return any(named is not None for named in (check.equals, check.between, check.min, check.max))


def _kind(at: str) -> Kind:
    return "check" if at.startswith("/checks") else "target"


def holds(check: Check, row: tuple[Any, ...] | None) -> bool:
    """Return whether a check holds for the first row of what its query gives, None for no row.

    A check that names nothing to compare with holds when its query gives true, or any number but zero.
    """
    if check.empty is not None and check.empty != (row is None):
        return False
    value = None if row is None else row[0]
    bounds = [bound for bound in (check.between, (check.min, check.max)) if bound is not None and bound != (None, None)]
    if bounds and not all(_is_within(value, low, high) for low, high in bounds):
        return False
    if check.equals is not None and not _equals(value, check.equals):
        return False
    return bool(value) if check.empty is None and check.equals is None and not bounds else True


def _is_within(value: Any, low: float | None, high: float | None) -> bool:
    if not isinstance(value, int | float | Decimal):
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(value, datetime | date) and isinstance(wanted, str):
        return _moment(value.isoformat()) == _moment(wanted)
    if isinstance(value, Decimal):
        value = float(value)
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _moment(text: str) -> str:
    """Return an instant in one way of writing it; midnight is the day.

    >>> _moment("2025-01-31 00:00:00Z"), _moment("2025-01-31T10:00:00+00:00")
    ('2025-01-31', '2025-01-31T10:00:00')
    """
    return text.replace(" ", "T").removesuffix("Z").removesuffix("+00:00").removesuffix("T00:00:00")


def wanted(check: Check) -> str:
    """Return what a check wants, in words.

    >>> wanted(Check(name="a", sql="SELECT 1", between=(0.1, 0.2)))
    '0.1 to 0.2'
    """
    words = []
    if check.equals is not None:
        words.append(shown(check.equals))
    if check.between is not None:
        words.append(f"{check.between[0]:.15g} to {check.between[1]:.15g}")
    words += [f"at least {check.min:.15g}"] if check.min is not None else []
    words += [f"at most {check.max:.15g}"] if check.max is not None else []
    if check.empty is not None:
        words.append("no row" if check.empty else "a row")
    return " and ".join(words) or "true"


def _shown(row: tuple[Any, ...] | None) -> str:
    if row is None:
        return "no row"
    value = row[0]
    if isinstance(value, float | Decimal):
        number = float(value)
        return f"{number:.6g}" if abs(number) < _LONG else f"{number:.15g}"
    return "nothing (null)" if value is None else shown(value)
