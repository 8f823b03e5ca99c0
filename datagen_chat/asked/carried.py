"""Which check of a schema asks for the very thing that a person stated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from datagen_chat.asked.lexicon import STOPS
from datagen_chat.asked.nouns import root, stems
from datagen_chat.asked.numbers import Amount, amounts
from datagen_chat.asked.shares import read_ratios
from datagen_chat.asked.statements import Statement, Tie
from datagen_chat.asked.words import sentences
from datagen_chat.problems import pointer
from datagen_chat.schema.model import Check, Dataset

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_SPAN_SLACK = 0.02


def carrying(statement: Statement, dataset: Dataset, tried: Mapping[str, str]) -> Tie | None:
    """Return what the check says that carries a statement, if there is one; `tried` has the state of each check by its name.

    A check carries a statement when its requirement has the same numbers and a word of it, and its query or its bounds hold
    these numbers.
    """
    amount = getattr(statement, "amount", None)
    for k, check in enumerate(dataset.checks):
        if isinstance(amount, Amount) and check.requirement and _asks(check, statement, amount):
            state = tried.get(check.name, "")
            at = pointer("checks", k)
            if state == "holds":
                return Tie("held", f"the check {check.name} holds", at)
            return Tie("open" if state == "fails" else "unsure", f"the check {check.name} asks for it", at)
    return None


def _asks(check: Check, statement: Statement, amount: Amount) -> bool:
    requirement = check.requirement or ""
    said = [other for other in _amounts(requirement) if other.says(amount)]
    common = _content(requirement) & (_content(statement.quote) | _content(statement.topic))
    return bool(said) and bool(common) and all(_holds(check, number) for number in amount.numbers)


def _amounts(requirement: str) -> Iterator[Amount]:
    """Yield the amounts of a requirement, those that only its reading gives included: one in eight."""
    for sentence in sentences(requirement):
        yield from amounts(sentence)
        yield from (share.amount for share in read_ratios(sentence))


def _content(text: str) -> set[str]:
    return {root(word) for word in stems(text) if word not in STOPS and not word.isdigit()}


def _holds(check: Check, number: float) -> bool:
    """Return whether a number stands in the query of a check or in what it wants, as it is or in percent."""
    forms = (number, number * 100)
    if check.between is not None and any(_spans(check.between, form) for form in forms):
        return True
    wanted = [value for value in (check.equals, check.min, check.max) if isinstance(value, int | float)]
    written = [float(found[0]) for found in _NUMBER.finditer(check.sql[:10_000])]
    return any(math.isclose(form, value, rel_tol=1e-6) for form in forms for value in (*map(float, wanted), *written))


def _spans(bounds: tuple[float, float], number: float) -> bool:
    slack = _SPAN_SLACK * abs(number)
    return bounds[0] - slack <= number <= bounds[1] + slack
