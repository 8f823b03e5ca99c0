"""Walks and journeys follow their rates and their durations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datagen_chat.engine.estimate import estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.instants import HOUR, SECOND
from datagen_chat.schema.model import Dataset
from tests.engine.test_promises import column
from tests.statistics.test_generators import within
from tests.unfoldings.schemas import FUNNEL, PARCEL, funnelled, walked

PlanOf = Callable[..., Plan]
WALKS = 40_000
OPEN = {"start": "2024-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z"}
"""No walk is cut off, so that every state that is not terminal is left."""


class Seen:
    """The rows of a plan, and for each the state that follows and how long it lasts."""

    def __init__(self, plan: Plan) -> None:
        self.status = np.array(column(plan, "scan", "status"))
        entered, exited = column(plan, "scan", "entered_at"), plan.tables["scan"]
        values = exited.rows(range(exited.row_count)).values("exited_at")
        assert values.valid is not None
        self.step = column(plan, "scan", "step")
        self.has_next, self.seconds = values.valid, (values.data - entered) / SECOND
        self.hours = self.seconds / 3600
        self.following = np.append(self.status[1:], "")

    def lasting(self, state: str, seconds: int = 3600) -> Any:
        return self.seconds[(self.status == state) & self.has_next] / seconds


@pytest.fixture(scope="module")
def seen(plan_of: PlanOf) -> Seen:
    return Seen(plan_of(walked(PARCEL | OPEN | {"max_rows": 60}, WALKS)))


def test_walks_begin_in_their_shares(seen: Seen) -> None:
    first = seen.status[seen.step == 0]
    assert len(first) == WALKS
    assert within((first == "depot").mean(), 0.1, WALKS)


@pytest.mark.parametrize("state", ["label", "van", "shop"])
def test_every_state_is_followed_in_its_shares(seen: Seen, state: str) -> None:
    following = seen.following[(seen.status == state) & seen.has_next]
    for other, share in PARCEL["states"][state]["next"].items():
        assert within((following == other).mean(), share, len(following)), other


def test_what_follows_does_not_depend_on_how_long_it_took_or_what_came_before(seen: Seen) -> None:
    chosen = (seen.status == "van") & seen.has_next
    done = seen.following[chosen] == "done"
    late, again = seen.hours[chosen] > np.median(seen.hours[chosen]), seen.step[chosen] > 3
    for part in (late, again):
        p, q, n, m = done[part].mean(), done[~part].mean(), part.sum(), (~part).sum()
        # The difference of two shares has the variance 0.7 · 0.3 · (1/n + 1/m).
        assert abs(p - q) < 4.5 * math.sqrt(0.21 * (1 / n + 1 / m))


def test_uniform_durations_are_whole_seconds_all_equally_likely(seen: Seen) -> None:
    seconds = seen.lasting("label", 1)
    assert np.array_equal(seconds, np.rint(seconds))
    assert seconds.min() >= 3600
    assert seconds.max() <= 36_000
    assert stats.kstest(seconds / 3600, stats.uniform(1, 9).cdf).pvalue > 1e-4


def test_exponential_durations_follow_their_law(seen: Seen) -> None:
    assert stats.kstest(seen.lasting("depot"), stats.expon(scale=9).cdf).pvalue > 1e-4


def test_lognormal_durations_follow_their_law_up_to_the_bound(seen: Seen) -> None:
    hours, law = seen.lasting("van"), stats.lognorm(0.5, scale=math.exp(1.2))
    assert hours.max() == 12
    assert within((hours == 12).mean(), law.sf(12), len(hours))
    inside = hours[hours < 12]
    assert stats.kstest(inside, lambda x: law.cdf(x) / law.cdf(12)).pvalue > 1e-4


def test_durations_of_a_discrete_law_are_whole_units_or_a_second(seen: Seen) -> None:
    days = seen.lasting("shop", 86_400)
    assert np.array_equal(days[days > 0.5], np.rint(days[days > 0.5]))
    for number in range(5):
        share = stats.poisson(2).pmf(number)
        assert within((np.rint(days) == number).mean(), share, len(days)), number
    assert np.allclose(days[days < 0.5] * 86_400, 1)


def test_the_mean_number_of_rows_is_that_of_the_chain(plan_of: PlanOf, seen: Seen) -> None:
    # By hand: v visits of van have a mean of 1/(1 - 0.2), given that van is reached once, at 0.9 · 0.98 + 0.1.
    reached = 0.9 * 0.98 + 0.1
    van = reached / 0.8
    depot, shop = reached + 0.2 * van, 0.1 * van
    rows = 0.9 + depot + van + shop + 1  # every walk ends in one terminal state
    assert abs(len(seen.status) / WALKS - rows) < 4.5 * seen.step.std() / math.sqrt(WALKS)


def test_the_expected_number_of_rows_is_about_the_one_that_is_made(plan_of: PlanOf) -> None:
    for draft in (walked(parents=WALKS), funnelled(parents=WALKS)):
        table, parent = draft["nodes"][1]["id"], draft["nodes"][0]["id"]
        made, expected = plan_of(draft).tables[table].row_count, estimate(Dataset.model_validate(draft)).rows
        assert expected[parent] == WALKS
        assert abs(made / expected[table] - 1) < 0.1  # 2000 parents are tried: four standard errors of their mean are 7 %


def test_stages_are_reached_at_their_rates(plan_of: PlanOf) -> None:
    stages = column(plan_of(funnelled(parents=WALKS)), "journey", "stage_index")
    reached = np.bincount(stages).tolist()
    assert reached[0] == WALKS
    assert within(reached[1] / WALKS, 0.6, WALKS)
    assert within(reached[2] / reached[1], 0.5, reached[1])


def test_a_segment_multiplies_the_rates_up_to_1(plan_of: PlanOf) -> None:
    factors = {"vip": 2.0, "free": 0.5}
    segments = {name: {"transition_multiplier": factor} for name, factor in factors.items()}
    plan = plan_of(funnelled(FUNNEL | {"segment_variation": segments}, WALKS))
    tier = np.array(column(plan, "user", "tier"))
    stage, parent = column(plan, "journey", "stage_index"), column(plan, "journey", "user_id")
    for name in ("vip", "basic", "free"):
        own = stage[tier[parent] == name]
        starts, second, third = np.bincount(own, minlength=3).tolist()
        factor = factors.get(name, 1.0)
        assert within(second / starts, min(0.6 * factor, 1), starts)
        assert within(third / second, min(0.5 * factor, 1), second)


def test_the_hours_between_stages_are_exponential(plan_of: PlanOf) -> None:
    plan = plan_of(funnelled(parents=WALKS))
    time, stage = column(plan, "journey", "happened_at"), column(plan, "journey", "stage_index")
    hours = np.diff(time, prepend=0) / HOUR
    assert stats.kstest(hours[stage == 1], stats.expon(scale=2).cdf).pvalue > 1e-4
    assert stats.kstest(hours[stage == 2], stats.expon(scale=24).cdf).pvalue > 1e-4
