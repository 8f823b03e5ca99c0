"""Statements as short lines, so that a table of sentences can be read."""

from __future__ import annotations

from datetime import date, timedelta

from datagen_chat.asked.counts import Count
from datagen_chat.asked.each import Each
from datagen_chat.asked.lists import Listing
from datagen_chat.asked.numbers import Amount
from datagen_chat.asked.periods import Period
from datagen_chat.asked.ranges import Range
from datagen_chat.asked.reading import read
from datagen_chat.asked.rules import Rhythm, Unique, Zone
from datagen_chat.asked.shares import Share
from datagen_chat.asked.statements import Statement
from datagen_chat.instants import SECOND

EPOCH = date(1970, 1, 1)


def briefs(text: str, question: str = "") -> list[str]:
    """Return what a text states, one line each."""
    return [brief(said) for said in read(text, question) if isinstance(said, Statement)]


def brief(said: Statement) -> str:
    """Return a statement in one line: its kind, what it is about, and the numbers; ~ is about, ! exactly."""
    if isinstance(said, Count):
        return f"count {said.things} {_amount(said.amount)}"
    if isinstance(said, Each):
        per = " ".join(filter(None, [said.of and f"per {said.of}", said.period and f"a {said.period}"]))
        return f"each {said.things} {_amount(said.amount)} {per}"
    if isinstance(said, Range):
        return f"range {said.measure} {_amount(said.amount)}{' ' + said.unit if said.unit else ''}"
    if isinstance(said, Share):
        of = f" of {said.of}" if said.of else ""
        return f"share {_amount(said.amount)}{of}: {said.label}"
    if isinstance(said, Period):
        about = f"{said.subject} " if said.subject else ""
        if said.days:
            return f"period {about}{said.days:g} days"
        return f"period {about}{EPOCH + timedelta(said.first)}..{EPOCH + timedelta(said.after - 1)}"
    if isinstance(said, Listing):
        return f"list {said.subject or 'things'}: {', '.join(said.items)}"
    if isinstance(said, Unique):
        return f"unique {said.column}"
    if isinstance(said, Rhythm):
        step = f"{said.step.months} months" if said.step.months else f"{said.step.length // SECOND} s"
        return f"rhythm {said.things or 'all'} {step}"
    assert isinstance(said, Zone)
    return "utc"


def _amount(amount: Amount) -> str:
    sign = "~" if amount.is_about else "!" if amount.is_exact else ""
    if amount.unit == "%":
        ends = [f"{end * 100:.4g}%" for end in (amount.low, amount.high)]
    else:
        ends = [f"{end:.10g}" for end in (amount.low, amount.high)]
    if amount.is_one:
        return sign + ends[0]
    return f"{sign}{ends[0] if amount.low > -1e300 else ''}..{ends[1] if amount.high < 1e300 else ''}"
