"""A truncated column stays within its clamp, without a spike at the bounds and without a dip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datagen_chat.bounds import truncated
from datagen_chat.engine.plan import Plan
from datagen_chat.laws import LAWS
from datagen_chat.schema.read import read
from datagen_chat.tables import Quantiles
from tests.statistics.test_generators import ROWS, made, table, within
from tests.statistics.test_laws import codes
from tests.statistics.test_tables import CONTINUOUS, EVERYWHERE

PlanOf = Callable[..., Plan]
NORMAL: dict[str, Any] = {"type": "normal", "params": {"mu": 50, "sigma": 10}}


@pytest.mark.parametrize(("word", "params", "exact"), CONTINUOUS)
@pytest.mark.parametrize("shares", [(0.1, 0.6), (0, 0.3), (0.7, 1), (0.98, 0.99)])
def test_truncated_tables_follow_the_conditional_law(word: str, params: dict[str, Any], exact: Any, shares: Any) -> None:
    low, high = (float(exact.ppf(share)) for share in shares)
    low, high = max(low, -1e6), min(high, 1e6)
    table = Quantiles(truncated(LAWS[word].model_validate(params), (low, high), None))
    drawn = table.sample(EVERYWHERE[::8])
    assert drawn.min() >= low
    assert drawn.max() <= high
    expected = (EVERYWHERE[::8] + 0.5) / 2**32
    seen = (exact.cdf(drawn) - exact.cdf(low)) / (exact.cdf(high) - exact.cdf(low))
    assert np.abs(seen - expected).max() < 1e-5


def test_whole_numbers_at_the_bounds_have_their_own_share_and_no_more(plan_of: PlanOf) -> None:
    drawn = made(plan_of, "int", {"distribution": NORMAL | {"clamp": [45, 60], "truncate": True}})
    exact, numbers = stats.norm(50, 10), np.arange(45, 61)
    shares = exact.cdf(numbers + 0.5) - exact.cdf(numbers - 0.5)
    for number, share in zip(numbers, shares / shares.sum(), strict=True):
        assert within((drawn == number).mean(), share)


def test_rounded_floats_at_the_bounds_have_their_own_share_and_no_more(plan_of: PlanOf) -> None:
    generator = {"type": "exponential", "params": {"scale": 1}, "clamp": [0.5, 1.5], "truncate": True}
    drawn = made(plan_of, "float", {"distribution": generator}, decimals=1)
    centres = np.arange(5, 16) / 10
    shares = np.exp(-(centres - 0.05)) - np.exp(-(centres + 0.05))
    for centre, share in zip(centres, shares / shares.sum(), strict=True):
        assert within((drawn == centre).mean(), share)


@pytest.mark.parametrize("type_", ["int", "float"])
def test_a_discrete_law_keeps_the_proportions_within_the_clamp(plan_of: PlanOf, type_: str) -> None:
    generator = {"type": "poisson", "params": {"lambda": 3}, "clamp": [0.5, 4], "truncate": True}
    drawn = made(plan_of, type_, {"distribution": generator})
    shares = stats.poisson(3).pmf([1, 2, 3, 4])
    for number, share in zip([1, 2, 3, 4], shares / shares.sum(), strict=True):
        assert within((drawn == number).mean(), share)


def test_whole_uniform_numbers_are_equally_frequent_within_the_clamp(plan_of: PlanOf) -> None:
    generator = {"type": "uniform", "params": {"low": 1, "high": 100}, "clamp": [7.5, 12], "truncate": True}
    drawn = made(plan_of, "int", {"distribution": generator})
    assert np.unique(drawn).tolist() == [8, 9, 10, 11, 12]
    assert all(within((drawn == number).mean(), 0.2) for number in range(8, 13))


def test_a_far_tail_is_reached(plan_of: PlanOf) -> None:
    drawn = made(plan_of, "float", {"distribution": NORMAL | {"clamp": [95, 200], "truncate": True}}, decimals=9)
    exact = stats.norm(50, 10)
    for share in (0.1, 0.5, 0.9):
        assert within((drawn <= exact.isf(exact.sf(95) * (1 - share))).mean(), share, ROWS)


def test_modifiers_change_what_was_drawn_within_the_clamp_and_the_clamp_holds_again(plan_of: PlanOf) -> None:
    generator = {"distribution": cut("uniform", {"low": 0, "high": 1000}, 100, 200)}
    doubled = [{"transform": "multiply", "args": {"factor": 1.5}}]
    drawn = made(plan_of, "float", generator, modifiers=doubled)
    assert drawn.min() >= 150
    assert drawn.max() == 200
    assert within((drawn == 200).mean(), 2 / 3)  # the draws above 133.33
    schema = table([{"name": "x", "type": "float", "generator": generator, "modifiers": doubled}])
    assert [problem.code for problem in read(schema).notes] == ["truncate-and-modifiers"]


def cut(word: str, params: dict[str, Any], *clamp: float) -> dict[str, Any]:
    return {"type": word, "params": params, "clamp": list(clamp), "truncate": True}


@pytest.mark.parametrize(
    ("generator", "type_", "expected"),
    [
        (NORMAL | {"truncate": True}, "float", [("/truncate", "truncate-without-clamp")]),
        (NORMAL | {"truncate": False}, "float", []),
        (cut("normal", NORMAL["params"], 200, 300), "float", [("/clamp", "clamp-out-of-reach")]),
        (cut("normal", NORMAL["params"], 3, 3), "float", [("/clamp", "clamp-out-of-reach")]),
        (cut("normal", NORMAL["params"], 50, 50), "int", []),
        (cut("normal", NORMAL["params"], 9, 3), "float", [("/clamp", "empty-range")]),
        (cut("poisson", {"lambda": 3}, 90, 99), "int", [("/clamp", "clamp-out-of-reach")]),
        (cut("uniform", {"low": 1.2, "high": 9}, 0, 1.4), "int", [("/clamp", "clamp-out-of-reach")]),
        (cut("gamma", {"shape": 2, "scale": 1}, -5, -1), "float", [("/clamp", "clamp-out-of-reach")]),
    ],
)
def test_a_truncation_with_nothing_to_draw_is_a_problem(generator: dict[str, Any], type_: str, expected: Any) -> None:
    assert codes(generator, type_) == expected
