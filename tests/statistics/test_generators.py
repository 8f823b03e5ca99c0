"""Columns follow the shares, moments and patterns that the schema gives them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.instants import DAY, HOUR
from tests.engine.test_promises import column, words_of

PlanOf = Callable[..., Plan]
ROWS = 200_000


def table(columns: list[dict[str, Any]], rows: int = ROWS) -> dict[str, Any]:
    """Return a schema with one table."""
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    node = {"id": "t", "kind": "entity", "pk": "id", "rows": rows, "columns": [key, *columns]}
    window = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}
    return {"version": "1.0", "metadata": {"name": "t"}, "timeframe": window, "nodes": [node]}


def made(plan_of: PlanOf, type_: str, generator: dict[str, Any], **more: Any) -> Any:
    return column(plan_of(table([{"name": "x", "type": type_, "generator": generator, **more}])), "t", "x")


def within(seen: float, share: float, rows: int = ROWS, errors: float = 4.5) -> bool:
    """Return whether a share is within so many standard errors of a binomial share."""
    return abs(seen - share) <= errors * math.sqrt(share * (1 - share) / rows)


@pytest.mark.parametrize("weights", [None, [0.5, 0.3, 0.2], [60, 30, 10], [0, 1, 0]])
def test_choices_have_their_shares(plan_of: PlanOf, weights: list[float] | None) -> None:
    given = {"choices": ["a", "b", "c"]} | ({"weights": weights} if weights else {})
    words = np.array(made(plan_of, "string", {"choice": given}))
    shares = np.array(weights or [1, 1, 1]) / sum(weights or [1, 1, 1])
    for word, share in zip("abc", shares.tolist(), strict=True):
        assert within((words == word).mean(), share)


def test_a_null_choice_is_null_at_its_share(plan_of: PlanOf) -> None:
    generator = {"choice": {"choices": ["a", None], "weights": [0.9, 0.1]}}
    plan = plan_of(table([{"name": "x", "type": "string", "nullable": True, "generator": generator}]))
    words = words_of(plan.tables["t"].rows(range(ROWS)).values("x"))
    assert within(words.count(None) / ROWS, 0.1)


def test_the_branches_of_a_case_have_the_shares_and_moments_of_their_own_generators(plan_of: PlanOf) -> None:
    kinds = {"name": "kind", "type": "string", "generator": {"choice": {"choices": ["a", "b", "c"], "weights": [6, 3, 1]}}}
    results = {"a": [0.9, 0.1], "b": [0.4, 0.6]}
    when = {kind: {"choice": {"choices": ["won", "lost"], "weights": weights}} for kind, weights in results.items()}
    result = {"case": {"on": "kind", "when": when, "else": {"constant": {"value": "void"}}}}
    params = {"a": (10, 2), "b": (50, 5), "c": (-3, 1)}
    laws = {
        kind: {"distribution": {"type": "normal", "params": {"mu": mu, "sigma": sigma}}} for kind, (mu, sigma) in params.items()
    }
    columns = [
        kinds,
        {"name": "result", "type": "string", "generator": result},
        {"name": "score", "type": "float", "decimals": 6, "generator": {"case": {"on": "kind", "when": laws}}},
    ]
    plan = plan_of(table(columns))
    kind, outcome = (np.array(column(plan, "t", name)) for name in ("kind", "result"))
    score = column(plan, "t", "score")
    assert within((outcome == "void").mean(), 0.1)
    for name, weights in results.items():
        own = kind == name
        assert within((outcome[own] == "won").mean(), weights[0], int(own.sum()))
    for name, (mu, sigma) in params.items():
        own = score[kind == name]
        assert abs(own.mean() - mu) < 4.5 * sigma / math.sqrt(len(own))  # the standard error of a mean
        assert abs(own.std() - sigma) < 4.5 * sigma / math.sqrt(2 * len(own))  # and of a normal's deviation


@pytest.mark.parametrize("p", [0.2, 0.5, 0.999, 1e-4])
@pytest.mark.parametrize("type_", ["bool", "int"])
def test_yes_has_its_share(plan_of: PlanOf, type_: str, p: float) -> None:
    drawn = made(plan_of, type_, {"bernoulli": {"p": p}})
    assert drawn.dtype == (np.bool_ if type_ == "bool" else np.int64)
    assert within(drawn.mean(), p)


def test_whole_numbers_of_a_uniform_law_are_equally_frequent_both_ends_included(plan_of: PlanOf) -> None:
    drawn = made(plan_of, "int", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 5}}})
    assert np.unique(drawn).tolist() == [1, 2, 3, 4, 5]
    assert all(within((drawn == number).mean(), 0.2) for number in range(1, 6))


def test_a_normal_column_has_its_moments(plan_of: PlanOf) -> None:
    drawn = made(plan_of, "float", {"distribution": {"type": "normal", "params": {"mu": 50, "sigma": 10}}})
    assert abs(drawn.mean() - 50) < 4.5 * 10 / math.sqrt(ROWS)
    assert abs(drawn.std() - 10) < 4.5 * 10 / math.sqrt(2 * ROWS)


def test_a_clamp_leaves_the_inside_alone(plan_of: PlanOf) -> None:
    law = {"type": "normal", "params": {"mu": 50, "sigma": 10}}
    free, held = (made(plan_of, "float", {"distribution": law | extra}) for extra in ({}, {"clamp": [45, 60]}))
    assert (held == np.clip(free, 45, 60)).all()


def test_floats_have_two_decimals_and_small_ones_three_digits(plan_of: PlanOf) -> None:
    prices = made(plan_of, "float", {"distribution": {"type": "normal", "params": {"mu": 50, "sigma": 10}}})
    assert (prices == np.round(prices, 2)).all()
    assert len(np.unique(prices)) > 3000
    small = made(plan_of, "float", {"distribution": {"type": "uniform", "params": {"low": 0, "high": 0.01}}})
    # A deviation of 0.0029 leaves three significant digits with five places.
    assert (small == np.round(small, 5)).all()
    assert len(np.unique(small)) > 900


@pytest.mark.parametrize("decimals", [0, 1, 3, 6])
def test_decimals_are_what_the_column_says(plan_of: PlanOf, decimals: int) -> None:
    law = {"distribution": {"type": "normal", "params": {"mu": 50, "sigma": 10}}}
    drawn = made(plan_of, "float", law, decimals=decimals)
    assert (drawn == np.round(drawn, decimals)).all()
    assert (drawn != np.round(drawn, decimals - 1)).mean() > 0.85


@pytest.mark.parametrize(
    ("dimension", "weights", "part"),
    [
        ("hour", [1, 0, 3] + [0.5] * 21, lambda at: at // HOUR % 24),
        ("dow", [5, 1, 1, 1, 1, 0, 2], lambda at: (at // DAY + 3) % 7),
        ("month", [1] * 11 + [8], lambda at: at.astype("datetime64[us]").astype("datetime64[M]").astype(int) % 12),
    ],
)
@pytest.mark.parametrize("freq", ["H", "15min", "7s"])
def test_patterns_weigh_the_ticks(plan_of: PlanOf, dimension: str, weights: list[float], part: Any, freq: str) -> None:
    series = {"within": "timeframe", "freq": freq, "pattern": {"dimension": dimension, "weights": weights}}
    drawn = made(plan_of, "datetime", {"datetime_series": series})
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-01-01")).astype("datetime64[us]").astype(np.int64)
    hours = (days[:, None] + np.arange(24) * HOUR).ravel()
    shares = np.bincount(part(hours), np.array(weights, float)[part(hours)], len(weights))
    shares /= shares.sum()
    seen = np.bincount(part(drawn), minlength=len(weights)) / ROWS
    # Ticks that do not divide the hour shift a share by at most one tick in each hour: below 7 / 3600.
    assert all(abs(s - e) <= 4.5 * math.sqrt(e * (1 - e) / ROWS) + 0.002 * e for s, e in zip(seen, shares, strict=True))


def test_several_patterns_multiply(plan_of: PlanOf) -> None:
    patterns = [
        {"dimension": "hour", "weights": [1] * 12 + [0] * 12},
        {"dimension": "dow", "weights": [0, 0, 0, 0, 0, 1, 1]},
    ]
    drawn = made(plan_of, "datetime", {"datetime_series": {"within": "timeframe", "freq": "min", "patterns": patterns}})
    assert (drawn // HOUR % 24 < 12).all()
    assert ((drawn // DAY + 3) % 7 >= 5).all()


def test_children_of_a_weighed_series_are_weighed_too(plan_of: PlanOf) -> None:
    schema = table([], 2000)
    series = {"within": "timeframe", "freq": "H", "pattern": {"dimension": "hour", "weights": [0] * 12 + [1] * 12}}
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "at", "type": "datetime", "generator": {"datetime_series": series}},
    ]
    fanout = {"distribution": "poisson", "lambda": 20}
    schema["nodes"].append({"id": "c", "kind": "fact", "pk": "id", "parents": ["t"], "fanout": fanout, "columns": columns})
    hours = column(plan_of(schema), "c", "at") // HOUR % 24
    counts = np.bincount(hours, minlength=24)
    assert counts[:12].sum() == 0
    assert all(within(count / len(hours), 1 / 12, len(hours)) for count in counts[12:])


@pytest.mark.parametrize("freq", ["M", "Q", "W", "D"])
def test_every_tick_of_a_coarse_grid_turns_up(plan_of: PlanOf, freq: str) -> None:
    drawn = made(plan_of, "datetime", {"datetime_series": {"within": "timeframe", "freq": freq}})
    ticks = {"M": 12, "Q": 4, "W": 53, "D": 366}[freq]
    counts = np.unique(drawn, return_counts=True)[1]
    assert len(counts) == ticks
    assert all(within(count / ROWS, 1 / ticks) for count in counts)


def test_random_lookups_visit_all_rows_equally(plan_of: PlanOf) -> None:
    schema = table([{"name": "to", "type": "int", "generator": {"lookup": {"from": "u.id"}}}])
    node = {"id": "u", "kind": "entity", "pk": "id", "rows": 40, "columns": [schema["nodes"][0]["columns"][0]]}
    schema["nodes"].append(node)
    counts = np.bincount(column(plan_of(schema), "t", "to"), minlength=41)[1:]
    assert all(within(count / ROWS, 1 / 40) for count in counts)
