"""What a generator makes, said to somebody who does not know the language. A word without a sentence here says its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import singledispatch
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.generators.aggregate import Aggregate
from datagen_chat.generators.base import Generator
from datagen_chat.generators.bernoulli import Bernoulli
from datagen_chat.generators.case import Case
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.constant import Constant
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.generators.distribution import Distribution
from datagen_chat.generators.enum_list import EnumList
from datagen_chat.generators.expression import Expression
from datagen_chat.generators.faker import Faker
from datagen_chat.generators.lookup import Lookup
from datagen_chat.generators.pattern import Pattern
from datagen_chat.generators.position import Position
from datagen_chat.generators.sequence import Sequence
from datagen_chat.generators.state import State
from datagen_chat.generators.template import Template
from datagen_chat.instants import show_instant
from datagen_chat.problems import shown
from datagen_chat.schema.change import in_words
from datagen_chat.schema.model import Column

_LISTED, _BRANCHES, _LONGEST = 8, 8, 300
_STEPS = {
    "H": "hour",
    "D": "day",
    "W": "week",
    "M": "month",
    "Q": "quarter",
    "Y": "year",
    "MIN": "minute",
    "T": "minute",
    "S": "second",
}
_FIELDS = {
    "name": "the state",
    "previous": "the state before",
    "index": "the number of the state",
    "entered_at": "when the state begins",
    "exited_at": "when the state ends",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What a sentence may need beside the word: its arguments as JSON, and the tables above the column's own."""

    arguments: Mapping[str, Any]
    above: Collection[str]


def sentence(column: Column, draft: Mapping[str, Any], above: Collection[str] = ()) -> str:
    """Return what a column holds and what changes it; `draft` is the column as JSON, `above` are the tables above its own."""
    changes = map(_change, draft.get("modifiers", ()))
    told = _of(column.generator, draft["generator"], above)
    return _cut(f"{told[0].upper()}{told[1:]}" + "".join(f", then {change}" for change in changes) + ".")


def _change(draft: Mapping[str, Any]) -> str:
    arguments = draft.get("args")
    return str(draft["transform"]).replace("_", " ") + (f" ({in_words(arguments)})" if arguments else "")


def _cut(text: str) -> str:
    """Return a text that is not too long for a page."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _of(word: Generator, draft: Mapping[str, Any], above: Collection[str]) -> str:
    return said(word, Written(draft[word.word], above))


@singledispatch
def said(word: Generator, written: Written) -> str:
    """Return what a generator makes, without a full stop."""
    about = (type(word).__doc__ or "").partition("\n")[0].partition(":")[0].rstrip(".")
    return f"{about} ({in_words(dict(written.arguments))})" if written.arguments else about


@said.register
def _(word: Sequence, _written: Written) -> str:
    step = "" if word.step == 1 else f" in steps of {word.step}"
    return f"whole numbers from {word.start} on{step}"


@said.register
def _(word: Position, _written: Written) -> str:
    step = "" if word.step == 1 else f" in steps of {word.step}"
    return f"the rows of each parent, counted from {word.start} on{step}"


@said.register
def _(word: Constant, _written: Written) -> str:
    return f"always {shown(word.value)}"


@said.register
def _(word: Bernoulli, _written: Written) -> str:
    return f"true in {word.p * 100:g} % of the rows"


@said.register
def _(word: EnumList, _written: Written) -> str:
    return f"a fixed list: {_listed([_plain(value) for value in word.values])}"


@said.register
def _(word: Choice, _written: Written) -> str:
    if word.choices is None:
        return f"one of the values of {word.choices_ref}"
    total = sum(word.weights) if word.weights else 0
    if not word.weights or not total:
        kind = f", the first ones more often ({word.weights_kind})" if word.weights_kind else ""
        return f"one of {_listed([_plain(value) for value in word.choices])}{kind}"
    parts = zip(word.choices, word.weights, strict=False)
    return f"one of {_listed([f'{_plain(value)} ({weight / total * 100:.3g} %)' for value, weight in parts])}"


@said.register
def _(word: Distribution, written: Written) -> str:
    law = word.params.word.replace("_", " ")
    told = f"a {law} number, {in_words(dict(written.arguments.get('params', {})))}".removesuffix(", nothing")
    if word.clamp:
        told += f", {'drawn within' if word.truncate else 'pulled to'} {word.clamp[0]:g} to {word.clamp[1]:g}"
    return told + (f", going along with {word.correlate.with_} ({word.correlate.rho:g})" if word.correlate else "")


@said.register
def _(word: DatetimeSeries, _written: Written) -> str:
    step = _STEPS.get(word.freq.upper(), word.freq)
    within = "the timeframe"
    if not isinstance(word.within, str):
        within = " to ".join(map(_end, (word.within.start, word.within.end)))
    told = f"one time for each {step} of {within}" if word.is_regular else f"a time of {within}, to the {step}"
    dimensions = [weighing.dimension for weighing in (word.pattern, *word.patterns) if weighing is not None]
    names = {"dow": "weekday"}
    told += f", weighed by {_listed([names.get(each, each) for each in dimensions])}" if dimensions else ""
    return told + (", none twice" if word.distinct else "")


def _end(end: int | str) -> str:
    """Return an end of a window: an instant as short as it can be, or the column or formula that gives it."""
    return show_instant(end).removesuffix("T00:00:00Z") if isinstance(end, int) else end


@said.register
def _(word: Faker, _written: Written) -> str:
    where = f" in the locale {word.locale}" if word.locale else ""
    where = f" in the locale of the row's {word.locale_from}" if word.locale_from else where
    return f"made up by Faker's {word.method}{where}"


@said.register
def _(word: Pattern, _written: Written) -> str:
    return f"text that matches {word.regex}"


@said.register
def _(word: Template, _written: Written) -> str:
    return f"text put together as {word.format}"


@said.register
def _(word: Expression, _written: Written) -> str:
    return f"computed as {word.code}"


@said.register
def _(word: Aggregate, _written: Written) -> str:
    where = f" where {word.where}" if word.where else ""
    return f"the {word.op} of {word.of} over the rows below{where}"


@said.register
def _(word: Lookup, written: Written) -> str:
    pointed = word.pointed()
    if pointed is not None:
        return f"the {word.column} of the {word.table} that {pointed[0]} points at"
    if word.table in written.above and not word.is_drawn:
        return f"the {word.column} of the row's {word.table}"
    kinds = [f"the popular ones more often ({word.weights_kind})"] if word.weights_kind else []
    kinds += [*(["none twice for one parent"] if word.distinct else []), *([f"where {word.where}"] if word.where else [])]
    kinds += [f"of those whose {theirs} is {local}" for local, theirs in word.match.items()]
    return ", ".join((f"the {word.column} of a row of {word.table}", *kinds))


@said.register
def _(word: State, _written: Written) -> str:
    return f"{_FIELDS[word.field]}, from a walk through states or stages"


@said.register
def _(word: Case, written: Written) -> str:
    branches = [f"{name}: {_of(branch, written.arguments['when'][name], written.above)}" for name, branch in word.when.items()]
    if word.else_ is not None:
        branches.append(f"else {_of(word.else_, written.arguments['else'], written.above)}")
    more = f"; and {len(branches) - _BRANCHES} more" if len(branches) > _BRANCHES else ""
    return f"by {word.on}: {'; '.join(branches[:_BRANCHES])}{more}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _listed(words: list[str]) -> str:
    if len(words) > _LISTED:
        return f"{', '.join(words[:_LISTED])} and {len(words) - _LISTED:,} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
