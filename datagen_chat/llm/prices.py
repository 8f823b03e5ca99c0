"""What models cost and how much they can read: a dated table that ships with the package, and a user's own."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Usage
from datagen_chat.problems import Problem, ProblemsError, did_you_mean, pointer, shown

OWN = "DATAGEN_PRICES"
UNKNOWN = "—"

_MILLION = 1_000_000
_PARTS = ("input", "cache_read", "cache_write", "output")
_DATED = re.compile(r"(?:-\d{8}|-\d{4}-\d{2}-\d{2}|-latest)$")
_ROW = {"window", "output_limit", "rates"}
_WINDOW = 32_768  # where no table says more


@dataclass(frozen=True, slots=True)
class Rate:
    """What a million tokens cost in dollars, for prompts of up to `up_to` tokens; it was read off the vendor's page.

    Tokens that a cache reads or writes cost what others do, where nothing else is said.
    """

    input: float
    cache_read: float
    cache_write: float
    output: float
    up_to: float = math.inf

    def cost(self, usage: Usage) -> float:
        """Return the dollars that a call costs."""
        return float(sum(getattr(self, part) * getattr(usage, part) for part in _PARTS)) / _MILLION


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a model; the rates are in the order of the prompts that they are for."""

    window: int | None = None
    output_limit: int | None = None
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Prices:
    """The table: models by their full names, and the windows of vendors' other models."""

    date: str
    models: Mapping[str, Row]
    windows: Mapping[str, int]

    def row(self, name: str) -> Row:
        """Return what is known of a model; a dated name means the model of that name."""
        return self.models.get(name) or self.models.get(_DATED.sub("", name)) or Row()

    def cost(self, name: str, usage: Usage) -> float | None:
        """Return what a call costs in dollars, None where its price is not known."""
        rate = next((rate for rate in self.row(name).rates if usage.prompt <= rate.up_to), None)
        return None if rate is None else rate.cost(usage)

    def window(self, name: str) -> int:
        """Return how many tokens a model can read and write in one call, a cautious guess where nobody says."""
        vendor = name.partition(":")[0]
        return self.row(name).window or self.windows.get(vendor) or self.windows.get("", _WINDOW)


def dollars(cost: float | None) -> str:
    """Return a cost as it is shown.

    >>> dollars(0.01234), dollars(12.5), dollars(0.0), dollars(None)
    ('$0.0123', '$12.50', '$0.00', '—')
    """
    if cost is None:
        return UNKNOWN
    return f"${cost:.2f}" if cost >= 1 or cost == 0 else f"${cost:.4f}"


def shipped() -> Prices:
    """Return the table that comes with the package."""
    return _table(json.loads(files("datagen_chat.llm").joinpath("prices.json").read_text("utf-8")))


def prices(environment: Mapping[str, str]) -> Prices:
    """Return the shipped table with the rows of the user's own file, which the variable DATAGEN_PRICES names.

    Raises:
        ProblemsError: that file cannot be read, or does not hold prices.
    """
    table, path = shipped(), environment.get(OWN, "")
    if not path:
        return table
    own = _own(path)
    return Prices(own.date or table.date, {**table.models, **own.models}, {**table.windows, **own.windows})


def _own(path: str) -> Prices:
    try:
        text = Path(path).expanduser().read_text("utf-8")
        document = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        hint = f"Correct the file, or unset {OWN}."
        raise ProblemsError([Problem("", "bad-prices", f"The prices in {path} cannot be read: {error}.", hint)]) from None
    problems = list(_check(document))
    if problems:
        raise ProblemsError(problems)
    return _table(document)


def _table(document: Any) -> Prices:
    rows = {name: _row(row) for name, row in document.get("models", {}).items()}
    return Prices(document.get("date", ""), rows, document.get("windows", {}))


def _row(row: Any) -> Row:
    rates = tuple(
        sorted(
            (Rate(**{"cache_read": rate["input"], "cache_write": rate["input"], **rate}) for rate in row.get("rates", ())),
            key=lambda rate: rate.up_to,
        )
    )
    return Row(row.get("window"), row.get("output_limit"), rates)


def _check(document: Any) -> Iterator[Problem]:
    """Yield what is wrong with a file of prices."""
    models = document.get("models") if isinstance(document, dict) else None
    if not isinstance(models, dict):
        hint = 'Write {"models": {"openai:gpt-6.2-sol": {"rates": [{"input": 2, "output": 10}]}}}.'
        yield Problem("", "bad-prices", f'The file that {OWN} names has no "models".', hint)
        return
    windows = document.get("windows", {})
    if not isinstance(windows, dict) or not all(_is_count(value) for value in windows.values()):
        yield Problem("/windows", "bad-prices", '"windows" is not an object of whole numbers.', "Write numbers of tokens.")
    for name, row in models.items():
        yield from (problem.under(pointer("models", name)) for problem in _check_row(row))


def _check_row(row: Any) -> Iterator[Problem]:
    if not isinstance(row, dict) or not isinstance(row.get("rates", []), list):
        yield Problem(
            "", "bad-prices", f"{shown(row)} is not what a model costs.", 'Write {"rates": [{"input": 2, "output": 10}]}.'
        )
        return
    for key, value in row.items():
        if key not in _ROW:
            yield Problem(pointer(key), "unknown-key", f"{shown(key)} is not known here.", did_you_mean(key, _ROW))
        elif key != "rates" and not _is_count(value):
            yield Problem(pointer(key), "bad-prices", f"{shown(value)} is not a number of tokens.", "Write a whole number.")
    for place, rate in enumerate(row.get("rates", [])):
        if not _is_rate(rate):
            hint = "Write input and output in dollars per million tokens, and cache_read and cache_write where they differ."
            yield Problem(pointer("rates", place), "bad-prices", f"{shown(rate)} is not a rate.", hint)


def _is_rate(rate: Any) -> bool:
    is_known = isinstance(rate, dict) and {"input", "output"} <= set(rate) <= {*_PARTS, "up_to"}
    return is_known and all(map(_is_price, rate.values()))


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_price(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf
