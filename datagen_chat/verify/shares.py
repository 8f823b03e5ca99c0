"""Claims about how often: nulls, choices, truths and laws, each within a tolerance that follows from the number of rows.

A claim is made only where the rows are independent draws of what the schema writes. Where something else has a say, such as
modifiers, behaviours, other tables or values that must not repeat, it is skipped, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from datagen_chat.generators.base import words_in
from datagen_chat.generators.bernoulli import Bernoulli
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.generators.distribution import Distribution
from datagen_chat.laws.uniform import Uniform
from datagen_chat.popularity import WeightsKind, read_weights_kind
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.distributions import MOMENTS, SHARES, cut
from datagen_chat.verify.questions import Mean, Share, Shares
from datagen_chat.verify.sql import number, value
from datagen_chat.words import Scalar

_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
_MOST_SHARES = 50
_LONGEST_LABEL = 60
_TAIL = 2.0**-33
_LEAST_INSIDE = 1e-6
"""Shares of less than this, cut out by a clamp, are lost among the last bits."""


def share_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of shares of rows."""
    for at, table, column in basis.columns:
        if column.null_rate:
            yield _nulls(at, table, column, basis)
        for branch in branches(column, table, basis.index):
            claim = Claim("shares", at + branch.at, table.id, f"{table.id}.{column.name}", "")
            if isinstance(branch.generator, Choice | Bernoulli | Distribution):
                yield from _drawn(claim, (table.id, column.name), branch, basis)


def _nulls(at: str, table: Table, column: Column, basis: Basis) -> Claim:
    place, rate = (table.id, column.name), column.null_rate
    claim = Claim("null-share", f"{at}/null_rate", table.id, ".".join(place), f"is null in {rate * 100:.4g} % of rows")
    if rate < 1 and _has_windows(column, basis, place):
        return claim.skipped("a window that ends before it begins gives null too")
    if rate < 1 and (place in basis.index.failing or column.generator.why_null(basis.index.facts(place))):
        return claim.skipped("its generator makes nulls too")
    question = Shares(quoted(table.id), "true", (Share("null", f"{quoted(column.name)} IS NULL", rate),))
    return claim.asking(question, place)


def _has_windows(column: Column, basis: Basis, place: Place) -> bool:
    """Return whether a time is drawn in windows that other columns begin, end or bound."""
    series = [word for _, word in words_in(column.generator) if isinstance(word, DatetimeSeries)]
    return bool(series) and (bool(basis.index.bounds.get(place)) or any(any(True for _ in word.uses()) for word in series))


def _drawn(claim: Claim, place: Place, branch: Branch, basis: Basis) -> Iterator[Claim]:
    """Yield the claims of a drawn column, or of one branch of it: its shares, and the mean of a law."""
    word, where = branch.generator, f" where {branch.words}" if branch.words else ""
    claim = replace(claim, kind="law" if isinstance(word, Distribution) else "shares", requirement=_words(branch) + where)
    problem = branch.problem or _disturbed(place, branch, basis)
    if problem:
        yield claim.skipped(problem)
        return
    among = f"{quoted(place[1])} IS NOT NULL{f' AND {branch.condition}' if branch.condition else ''}"
    try:
        shares = _shares(place, branch, basis)
        mean = _mean(word, place, among, basis) if isinstance(word, Distribution) else None
    except (ArithmeticError, ValueError):
        yield claim.skipped("the law leaves what can be computed with floats")
        return
    if shares:
        yield claim.asking(Shares(quoted(place[0]), among, shares), place, *branch.reads)
    if mean is not None:
        words = f"is {mean.mean:.5g} on average{where}"
        yield replace(claim, kind="mean", requirement=words).asking(mean, place, *branch.reads)


def _words(branch: Branch) -> str:
    word = branch.generator
    if isinstance(word, Distribution):
        return f"is {word.type} ({', '.join(f'{name} {said:.15g}' for name, said in _written(word))})"
    return f"is true in {word.p * 100:.4g} % of rows" if isinstance(word, Bernoulli) else "is chosen with its weights"


def _mean(word: Distribution, place: Place, among: str, basis: Basis) -> Mean | None:
    """Return the mean of a law; None where it is not known, or bounds cut the law."""
    column, share = basis.index.columns[place], SHARES[word.params.word]
    moments = MOMENTS[word.params.word](word.params) if word.params.word in MOMENTS else (math.inf, math.inf)
    if not all(map(math.isfinite, moments)):
        return None
    low, high = (cut(lambda x: share(word.params, x), level) for level in (_TAIL, 1 - _TAIL))
    inner = inside(word, basis, place)
    if low is None or high is None or low < inner[0] or high > inner[1]:
        return None
    half = 0.5 * 10.0 ** -(column.places or 0)
    (mean, deviation), slack = moments, half if not word.params.discrete else 0.0
    return Mean(quoted(place[0]), among, quoted(place[1]), mean, deviation, max(high - mean, mean - low), slack)


def _written(word: Distribution) -> Iterator[tuple[str, float]]:
    for name in type(word.params).model_fields:
        said = getattr(word.params, name)
        if isinstance(said, int | float):
            yield name.rstrip("_"), said


def _disturbed(place: Place, branch: Branch, basis: Basis) -> str:
    """Return why the shares of a column are not those of its generator, empty where they are."""
    column, index = basis.index.columns[place], basis.index
    if column.modifiers:
        return "modifiers or behaviours change the values"
    if index.must_not_repeat(place) or any(place in places for places in index.unique_sets):
        return "values that must not repeat are drawn otherwise"
    word = branch.generator
    if isinstance(word, Choice) and word.choices is None:
        return "the choices are the rows of another table"
    if isinstance(word, Choice) and word.weights_kind is not None and _kind(word).head is not None:
        return "a head and a tail weigh the choices"
    return _tied(place, branch, basis)


def _tied(place: Place, branch: Branch, basis: Basis) -> str:
    """Return that a column goes along with one of another table, so that its rows are not independent."""
    seen, word = set[Place](), branch.generator
    while isinstance(word, Distribution) and word.correlate is not None and place not in seen:
        seen.add(place)
        table, name = word.correlate.place
        if table not in (None, place[0]):
            return f"it goes along with {table}.{name}, so that rows are not independent"
        place = (place[0], name)
        word = basis.index.columns[place].generator
    return ""


def _kind(word: Choice) -> WeightsKind:
    kind = read_weights_kind(word.weights_kind or "uniform")
    assert isinstance(kind, WeightsKind)
    return kind


def _shares(place: Place, branch: Branch, basis: Basis) -> tuple[Share, ...]:
    word, column = branch.generator, basis.index.columns[place]
    if isinstance(word, Bernoulli):
        return (Share("true", f"{quoted(place[1])} = {'true' if column.type == 'bool' else '1'}", word.p),)
    if isinstance(word, Choice):
        return tuple(_choices(word, column))
    return tuple(_law_shares(word, column, basis, place)) if isinstance(word, Distribution) else ()


def _choices(word: Choice, column: Column) -> Iterator[Share]:
    """Yield the share of each choice among those that are not null, the most frequent ones first."""
    choices = word.choices or ()
    weights = word.weights or tuple(float(rank) ** -_kind(word).exponent for rank in range(1, len(choices) + 1))
    summed: dict[str, tuple[Scalar, float]] = {}
    for choice, weight in zip(choices, weights, strict=True):
        if choice is not None:
            written = value(_rounded(choice, column), column.type)
            summed[written] = choice, summed.get(written, (choice, 0.0))[1] + weight
    total = math.fsum(weight for _, weight in summed.values())
    if total > 0:
        for written, (choice, weight) in sorted(summed.items(), key=lambda item: -item[1][1])[:_MOST_SHARES]:
            yield Share(_label(choice), f"{quoted(column.name)} = {written}", weight / total)


def _rounded(choice: Scalar, column: Column) -> Scalar:
    return round(choice, column.places) if isinstance(choice, float) and column.places is not None else choice


def _label(choice: Scalar) -> str:
    text = {True: "true", False: "false"}[choice] if isinstance(choice, bool) else str(choice)
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _law_shares(word: Distribution, column: Column, basis: Basis, place: Place) -> Iterator[Share]:
    """Yield which shares of the values lie below some numbers between two that the column can have."""
    share, unit = _rounded_law(word, column), 10.0 ** -(column.places or 0)
    (low, high), seen = inside(word, basis, place), set[float]()
    for level in _LEVELS:
        found = cut(share, level)
        if found is None or not math.isfinite(found) or abs(found) > 2.0**52 * unit:
            continue
        step = math.floor(found / unit)
        point = (step + 0.5) * unit
        if low < point < high and step not in seen and 0 < share(point) < 1:
            seen.add(step)
            below = number(round(point, 16))
            yield Share(f"at most {point:.6g}", f"{quoted(column.name)} <= {below}", share(point))


def inside(word: Distribution, basis: Basis, place: Place) -> tuple[float, float]:
    """Return the bounds within which nothing was pulled to a bound."""
    bounds = [word.clamp] if word.clamp is not None else []
    name = ".".join(place)
    for rule in basis.index.dataset.constraints.ranges:
        if rule.attr == name:
            low = -math.inf if rule.min is None else float(rule.min)
            bounds.append((low, math.inf if rule.max is None else float(rule.max)))
    return max((low for low, _ in bounds), default=-math.inf), min((high for _, high in bounds), default=math.inf)


def _rounded_law(word: Distribution, column: Column) -> Callable[[float], float]:
    """Return the distribution function of a column, to be asked between the values that it can have."""
    law, clamp = word.params, word.clamp if word.truncate else None
    if column.type == "int" and isinstance(law, Uniform):
        first = math.ceil(max(law.low, clamp[0] if clamp else law.low))
        last = math.floor(min(law.high, clamp[1] if clamp else law.high))
        return lambda x: min(max((math.floor(x) - first + 1) / (last - first + 1), 0.0), 1.0)
    share = SHARES[law.word]
    if clamp is None:
        return lambda x: share(law, x)
    half = 0.5 * 10.0 ** -(column.places or 0)
    below, above = share(law, _outer(clamp[0], half, -1)), share(law, _outer(clamp[1], half, 1))
    if above - below < _LEAST_INSIDE:
        raise ArithmeticError("the clamp lies where the law has next to nothing")
    return lambda x: min(max((share(law, x) - below) / (above - below), 0.0), 1.0)


def _outer(bound: float, half: float, side: int) -> float:
    """Return what rounding brings just within a bound."""
    unit = 2 * half
    inner = math.ceil(bound / unit - 1e-9) if side < 0 else math.floor(bound / unit + 1e-9)
    return inner * unit + side * half
