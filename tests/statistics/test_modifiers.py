"""Modifiers change values by what they say: exact where they say a number, within standard errors where they draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datagen_chat.engine.plan import Plan
from datagen_chat.modifiers.outliers import starting_rate
from datagen_chat.preview import sample
from datagen_chat.schema.cycles import needs
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.values import Text
from tests.engine.test_promises import column
from tests.statistics.test_generators import table, within

PlanOf = Callable[..., Plan]
AT = {"name": "at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "H"}}}
HOURS = [0.9 + 0.01 * hour for hour in range(24)]
ROWS = 50_000
WEEK = [1.0, 1.1, 1.2, 1.3, 1.4, 0.5, 0.25]
YEAR = [1 + month / 8 for month in range(12)]


def changed(plan_of: PlanOf, value: Any, *changes: tuple[str, dict[str, Any]], type_: str = "float", **more: Any) -> Any:
    """Return the values of a column that modifiers make of a constant."""
    modifiers = [{"transform": word, "args": args} for word, args in changes]
    made = {"name": "x", "type": type_, "generator": {"constant": {"value": value}}, "modifiers": modifiers}
    return column(plan_of(table([AT, made | more], ROWS)), "t", "x")


def whole_column(plan_of: PlanOf, generator: dict[str, Any], *changes: tuple[str, dict[str, Any]], type_: str) -> Any:
    modifiers = [{"transform": word, "args": args} for word, args in changes]
    made = {"name": "x", "type": type_, "generator": generator, "modifiers": modifiers}
    return column(plan_of(table([AT, made], rows=1000)), "t", "x")


def times(plan_of: PlanOf) -> list[datetime]:
    return [datetime.fromtimestamp(at / 1e6, UTC) for at in column(plan_of(table([AT], ROWS)), "t", "at").tolist()]


def test_numbers_are_multiplied_added_to_bounded_and_rounded_in_order(plan_of: PlanOf) -> None:
    steps = ("multiply", {"factor": 1.5}), ("add", {"value": -2}), ("clamp", {"max": 12.5}), ("round", {"places": 0})
    assert set(changed(plan_of, 10.0, *steps).tolist()) == {12.0}
    assert set(changed(plan_of, 10.0, *reversed(steps)).tolist()) == {12.0}  # 10, 10, 8, 12
    assert set(changed(plan_of, 7, steps[0], type_="int").tolist()) == {10}  # 10.5, half to even


def test_noise_is_normal_with_the_deviation_that_is_asked(plan_of: PlanOf) -> None:
    drawn = changed(plan_of, 50.0, ("jitter", {"std": 0.6}), decimals=9) - 50.0
    # Kolmogorov's statistic times the root of the sample size is above 2.2 once in 8000 samples of the law itself.
    assert stats.kstest(drawn, stats.norm(0, 0.6).cdf).statistic < 2.2 / math.sqrt(ROWS)
    assert abs(drawn.mean()) < 4.5 * 0.6 / math.sqrt(ROWS)


def test_noise_by_share_grows_with_the_value(plan_of: PlanOf) -> None:
    for value in (10.0, 1000.0):
        drawn = changed(plan_of, value, ("jitter", {"std": 0.05, "mode": "mul"}), decimals=9) / value
        assert abs(drawn.std() - 0.05) < 4.5 * 0.05 / math.sqrt(2 * ROWS)
        assert abs(drawn.mean() - 1) < 4.5 * 0.05 / math.sqrt(ROWS)


def test_two_noises_of_one_column_are_independent(plan_of: PlanOf) -> None:
    once = ("jitter", {"std": 3.0})
    twice = changed(plan_of, 0.0, once, once, decimals=9)
    assert abs(twice.std() - math.hypot(3, 3)) < 4.5 * math.hypot(3, 3) / math.sqrt(2 * ROWS)


def test_small_noise_keeps_three_digits_and_prices_keep_two(plan_of: PlanOf) -> None:
    small, price = changed(plan_of, 1.0, ("jitter", {"std": 0.004})), changed(plan_of, 9.99, ("multiply", {"factor": 1.19}))
    assert (small == np.round(small, 5)).all()
    assert (small != np.round(small, 4)).mean() > 0.8
    assert set(price.tolist()) == {11.89}


def test_a_modifier_put_before_another_leaves_its_draws(plan_of: PlanOf) -> None:
    noise = ("jitter", {"std": 1.0})
    plain, shifted = changed(plan_of, 0.0, noise, decimals=6), changed(plan_of, 0.0, ("add", {"value": 5}), noise, decimals=6)
    assert np.allclose(shifted - plain, 5.0, atol=1e-5)


@pytest.mark.parametrize(
    ("dimension", "weights", "part"),
    [
        ("hour", HOURS, lambda at: at.hour),
        ("dow", WEEK, lambda at: at.weekday()),
        ("month", YEAR, lambda at: at.month - 1),
    ],
)
@pytest.mark.parametrize("on", [{}, {"on": "at"}])
def test_a_season_multiplies_by_the_factor_of_the_rows_own_time(
    plan_of: PlanOf, dimension: str, weights: list[float], part: Callable[[datetime], int], on: dict[str, str]
) -> None:
    args = {"dimension": dimension, "weights": weights} | on
    made = changed(plan_of, 100.0, ("seasonality", args), decimals=9)
    assert made.tolist() == [round(100 * weights[part(at)], 9) for at in times(plan_of)]


def test_a_season_of_a_datetime_weighs_its_ticks(plan_of: PlanOf) -> None:
    season = {"transform": "seasonality", "args": {"dimension": "dow", "weights": WEEK}}
    pattern = {"dimension": "dow", "weights": WEEK}
    series = AT["generator"]["datetime_series"]
    one = {"name": "x", "type": "datetime", "generator": {"datetime_series": series}, "modifiers": [season]}
    other = {"name": "x", "type": "datetime", "generator": {"datetime_series": {**series, "pattern": pattern}}}
    assert (column(plan_of(table([one], 1000)), "t", "x") == column(plan_of(table([other], 1000)), "t", "x")).all()


def test_times_move_by_normal_noise_in_whole_seconds(plan_of: PlanOf) -> None:
    moved = {**AT, "name": "x", "modifiers": [{"transform": "time_jitter", "args": {"std_minutes": 10}}]}
    plain = {**AT, "name": "x"}
    moves = (column(plan_of(table([moved], ROWS)), "t", "x") - column(plan_of(table([plain], ROWS)), "t", "x")) / 60e6
    assert abs(moves.mean()) < 4.5 * 10 / math.sqrt(ROWS)
    assert abs(moves.std() - 10) < 4.5 * 10 / math.sqrt(2 * ROWS)
    assert np.allclose(moves * 60, np.rint(moves * 60), rtol=0, atol=1e-6)


def test_outliers_have_their_rate_and_the_law_of_their_magnitudes(plan_of: PlanOf) -> None:
    spikes = changed(plan_of, 100.0, ("outliers", {"rate": 0.02}), decimals=9)
    drops = changed(plan_of, 100.0, ("outliers", {"rate": 0.02, "mode": "drop"}), decimals=9)
    assert within((spikes != 100).mean(), 0.02, ROWS)
    assert (np.flatnonzero(spikes != 100) == np.flatnonzero(drops != 100)).all()
    found = spikes[spikes != 100] / 100 - 1
    law = stats.lognorm(0.5)
    assert stats.kstest(found, lambda m: np.where(m < 10, law.cdf(m), 1.0)).statistic < 2.2 / math.sqrt(len(found))
    assert np.allclose(drops[drops != 100] * (1 + found), 100)


def test_magnitudes_come_from_the_law_that_is_named(plan_of: PlanOf) -> None:
    law = {"type": "uniform", "params": {"low": 1, "high": 3}}
    spikes = changed(plan_of, 100.0, ("outliers", {"rate": 0.5, "magnitude_dist": law}), decimals=9)
    found = spikes[spikes != 100] / 100 - 1
    assert stats.kstest(found, stats.uniform(1, 2).cdf).statistic < 2.2 / math.sqrt(len(found))
    whole = {"type": "poisson", "params": {"lambda": 2}, "clamp": [1, 4]}
    counts = changed(plan_of, 100.0, ("outliers", {"rate": 1, "magnitude_dist": whole}), decimals=9) / 100 - 1
    assert sorted(set(counts.tolist())) == [1, 2, 3, 4]
    assert within((counts == 1).mean(), stats.poisson(2).cdf(1), ROWS)


@pytest.mark.parametrize("rate", [0.01, 0.2, 1.0])
def test_bursts_cover_their_rate_in_runs_of_up_to_five(plan_of: PlanOf, rate: float) -> None:
    made = changed(plan_of, 100.0, ("outliers", {"rate": rate, "mode": "burst"}), decimals=9)
    inside = made != 100
    # A burst has three rows on average and up to five, so that the share of rows varies as that of a fifth as many.
    assert within(inside.mean(), rate, rows=ROWS // 5)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
    lengths = edges[1::2] - edges[::2]
    if rate == 0.01:
        # Rarely do two bursts meet: the share of each length 1 to 5 is near a fifth, less what joins others (below 0.03).
        assert all(abs((lengths == length).mean() - 0.2) < 0.03 + 4.5 * 0.4 / math.sqrt(len(lengths)) for length in range(1, 6))
        assert len({*made[edges[0] : edges[1]].tolist()}) == 1


def test_the_starting_rate_gives_the_share_that_is_asked() -> None:
    for rate in (0.001, 0.3, 0.999):
        start = starting_rate(rate)
        outside = math.prod(1 - start * (5 - back) / 5 for back in range(5))
        assert math.isclose(1 - outside, rate, rel_tol=1e-9)


def test_values_become_what_the_mapping_says(plan_of: PlanOf) -> None:
    words = {"choice": {"choices": ["a", "b", "c"]}}
    plain = whole_column(plan_of, words, type_="string")
    names = whole_column(plan_of, words, ("map_values", {"mapping": {"a": "x", "b": "y"}}), type_="string")
    assert names == [{"a": "x", "b": "y"}.get(word, word) for word in plain]
    prices = whole_column(plan_of, words, ("map_values", {"mapping": {"a": 9.995, "b": 2}, "default": 7}), type_="float")
    assert prices.tolist() == [{"a": 9.995, "b": 2.0}.get(word, 7.0) for word in plain]


def test_numbers_and_truth_values_become_words_by_what_is_written_for_them(plan_of: PlanOf) -> None:
    yes = whole_column(plan_of, {"bernoulli": {"p": 0.5}}, type_="bool")
    said = whole_column(
        plan_of, {"bernoulli": {"p": 0.5}}, ("map_values", {"mapping": {"true": "yes", "false": "no"}}), type_="string"
    )
    assert said == ["yes" if each else "no" for each in yes]
    doubled = whole_column(plan_of, {"sequence": {}}, ("map_values", {"mapping": {"2": 5, "3": 7.5}}), type_="float")
    assert doubled[:4].tolist() == [1.0, 5.0, 7.5, 4.0]


def test_texts_are_respelled_and_lengthened(plan_of: PlanOf) -> None:
    words = {"choice": {"choices": ["Größe", "b c"]}}
    plain = whole_column(plan_of, words, type_="string")
    shouted = whole_column(plan_of, words, ("upper", {}), ("suffix", {"text": "!"}), type_="string")
    assert set(shouted) <= {"GRÖSSE!", "GRÖẞE!", "B C!"}
    assert [word.startswith("B") for word in shouted] == [word.startswith("b") for word in plain]
    codes = whole_column(plan_of, {"sequence": {"start": 10}}, ("prefix", {"text": "ORD-"}), type_="string")
    assert codes[:3] == ["ORD-10", "ORD-11", "ORD-12"]


@pytest.mark.parametrize(
    "maker",
    [
        {"generator": {"template": {"format": "{n}-{id}"}}, "modifiers": [{"transform": "upper"}]},
        {"generator": {"expression": {"code": "n"}}, "modifiers": [{"transform": "suffix", "args": {"text": "!"}}]},
        {"generator": {"expression": {"code": "upper(n)"}}},
        {"generator": {"expression": {"code": "n || '!'"}}},
    ],
)
def test_no_word_of_changed_texts_is_null_so_that_others_can_look_them_up(plan_of: PlanOf, maker: dict[str, Any]) -> None:
    many = {"choice": {"choices": [f"word {k}" for k in range(5000)]}}
    source = {"name": "n", "type": "string", "null_rate": 0.5, "generator": many}
    plan = plan_of(table([source, {"name": "x", "type": "string", "nullable": True} | maker], rows=40))
    values = plan.tables["t"].rows(range(40)).values("x")
    assert isinstance(values, Text)
    assert values.valid is not None
    assert 0 < values.valid.sum() < 40
    assert values.words.null_count == 0


def test_the_generators_clamp_holds_after_modifiers_and_a_last_clamp_after_rounding(plan_of: PlanOf) -> None:
    law = {"distribution": {"type": "normal", "params": {"mu": 50, "sigma": 10}, "clamp": [40, 60]}}
    made = whole_column(plan_of, law, ("multiply", {"factor": 3}), type_="float")
    assert made.max() == 60
    bounded = changed(plan_of, 0.0, ("clamp", {"min": 0.004}), decimals=2)
    assert set(bounded.tolist()) == {0.01}


def test_what_no_column_can_hold_is_pulled_back_and_told_once(plan_of: PlanOf) -> None:
    modifiers = [{"transform": "multiply", "args": {"factor": 1e300}}] * 2
    made = {"name": "x", "type": "float", "generator": {"constant": {"value": 7}}, "modifiers": modifiers}
    plan = plan_of(table([made], rows=10))

    assert np.isfinite(column(plan, "t", "x")).all()
    assert [(told.code, told.count) for told in plan.tellings.all] == [("out-of-range", 10)]


@pytest.mark.parametrize(
    ("type_", "change", "bound"),
    [
        ("datetime", {"transform": "add", "args": {"days": 3_652_058}}, "9999-12-31T23:59:59.999999"),
        ("date", {"transform": "add", "args": {"days": 3_652_058}}, "9999-12-31"),
        ("date", {"transform": "add", "args": {"days": -3_652_058}}, "0001-01-01"),
    ],
)
def test_times_that_leave_the_calendar_are_pulled_back_and_told(
    plan_of: PlanOf, type_: str, change: dict[str, Any], bound: str
) -> None:
    made = {"name": "x", "type": type_, "generator": {"constant": {"value": "2024-01-01T00:00:00Z"}}, "modifiers": [change]}
    plan = plan_of(table([made], rows=10))

    shown = sample(plan.tables["t"], range(10))
    assert {time.isoformat() for _, time in shown.rows} == {bound}
    assert [(told.code, told.count) for told in plan.tellings.all] == [("out-of-range", 10)]


def test_a_last_clamp_beyond_whole_numbers_is_pulled_back_too(plan_of: PlanOf) -> None:
    assert set(changed(plan_of, 5, ("clamp", {"max": -1e300}), type_="int").tolist()) == {-(2**63 - 1024)}


CASES = [
    ([("clamp", {})], "/args", "no-bounds"),
    ([("clamp", {"min": 5, "max": 1})], "/args/max", "empty-range"),
    ([("add", {})], "/args", "nothing-to-add"),
    ([("add", {"days": 1})], "/args/days", "add-type"),
    ([("seasonality", {"dimension": "dow", "weights": [1] * 8})], "/args/weights", "weights-length"),
    ([("seasonality", {"dimension": "dow", "weights": [1] * 7, "on": "nowhere"})], "/args/on", "unknown-column"),
    ([("seasonality", {"dimension": "dow", "weights": [1] * 7, "on": "id"})], "/args/on", "reference-type"),
    ([("outliers", {"rate": 0.1, "magnitude_dist": {"type": "normal", "params": {"mu": 1, "sigma": 1}, "clamp": [2, 1]}})],
     "/args/magnitude_dist/clamp", "empty-range"),
    ([("map_values", {"mapping": {"x": 1}})], "/args/mapping/x", "case-type"),
    ([("map_values", {"mapping": {"1": 1, "2": "two"}, "default": 0})], "/args/mapping/1", "map-types"),
    ([("map_values", {"mapping": {"1": "one"}})], "/args/default", "missing-default"),
    ([("upper", {})], "/transform", "modifier-type"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "at", "code"), CASES)
def test_a_mistake_is_found_at_its_place(changes: list[tuple[str, dict[str, Any]]], at: str, code: str) -> None:
    modifiers = [{"transform": word, "args": args} for word, args in changes]
    numbers = {"distribution": {"type": "poisson", "params": {"lambda": 3}}}
    schema = table([AT, {"name": "x", "type": "int", "generator": numbers, "modifiers": modifiers}])
    assert (f"/nodes/0/columns/2/modifiers/0{at}", code) in [(problem.at, problem.code) for problem in read(schema).errors]


def test_a_season_without_any_time_is_a_problem() -> None:
    season = {"transform": "seasonality", "args": {"dimension": "dow", "weights": WEEK}}
    schema = table([{"name": "x", "type": "float", "generator": {"constant": {"value": 1}}, "modifiers": [season]}])
    assert [problem.code for problem in read(schema).errors] == ["no-time"]


def test_a_season_waits_for_the_time_that_it_does_not_name() -> None:
    season = {"transform": "seasonality", "args": {"dimension": "dow", "weights": WEEK}}
    number = {"name": "x", "type": "int", "generator": {"constant": {"value": 1}}, "modifiers": [season]}
    assert needs(Index(Dataset.model_validate(table([number, AT]))))["t", "x"] == (("t", "at"),)
