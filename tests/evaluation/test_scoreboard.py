"""What is summed up is what was graded, and the intervals are Wilson's."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from datagen_chat.evaluation.entry import Entry, failed, left_out, passed
from datagen_chat.evaluation.markdown import BEGIN, END, markdown, refreshed
from datagen_chat.evaluation.scoreboard import Rate, document, summed
from datagen_chat.llm.base import Usage

HALF, NONE, BOTH = (
    (passed("valid"), failed("intent", "No.")),
    (failed("valid", "No."), left_out("intent", "none")),
    (passed("valid"), passed("intent")),
)
ENTRIES = [
    Entry("recordings", "shop", "a", 0, ("shop", "vague"), HALF, {"calls": 2}, Usage(10, output=5)),
    Entry("recordings", "shop", "b", 0, ("shop", "vague"), NONE, {"calls": 3}),
    Entry("live", "clinic", "a", 0, ("health",), BOTH, {}, Usage(7), 0.25, 12.0),
    Entry("live", "clinic", "a", 1, ("health",), BOTH, {}, Usage(7), 0.5, 8.0),
]


@pytest.mark.parametrize(("passed_", "graded"), [(0, 1), (1, 1), (0, 10), (3, 7), (9, 10), (400, 1000)])
def test_the_interval_is_the_one_that_scipy_gives(passed_: int, graded: int) -> None:
    expected = binomtest(passed_, graded).proportion_ci(method="wilson")
    assert Rate(passed_, graded).interval == pytest.approx((expected.low, expected.high))


def test_nothing_graded_has_no_share() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval) == (None, None)


def test_rates_are_by_suite_and_model_and_tag() -> None:
    recordings, live = summed(ENTRIES)
    assert recordings.rates == {"valid": Rate(1, 2), "intent": Rate(0, 1)}
    assert recordings.models == {
        "a": {"valid": Rate(1, 1), "intent": Rate(0, 1)},
        "b": {"valid": Rate(0, 1), "intent": Rate(0, 0)},
    }
    assert recordings.tags["vague"] == recordings.rates
    assert recordings.counts == {"calls": 5}
    assert live.rates["intent"] == Rate(2, 2)


def test_cost_and_time_are_of_live_runs_only_and_never_guessed() -> None:
    recordings, live = summed(ENTRIES)
    assert (recordings.cost, recordings.seconds) == (None, None)
    assert (live.cost, live.seconds) == (0.75, 20.0)
    assert recordings.usage == Usage(10, output=5)
    [unpriced] = summed([ENTRIES[2], Entry("live", "other", "a", seconds=1.0)])
    assert unpriced.cost is None


def test_the_document_holds_every_reason() -> None:
    [recordings, _] = document(summed(ENTRIES))
    assert recordings["entries"][0]["grades"]["intent"] == {"state": "failed", "reason": "No."}
    assert recordings["rates"]["valid"]["share"] == 0.5


def test_a_text_gets_the_scoreboard_between_its_marks_and_keeps_the_rest() -> None:
    text = refreshed(f"Above.\n{BEGIN}old\n{END}Below.\n", summed(ENTRIES))
    assert text == f"Above.\n{BEGIN}\n{markdown(summed(ENTRIES))}\n{END}Below.\n"
    assert "| valid | 1 of 2 | 50 % | 9–91 % |" in text
    with pytest.raises(ValueError, match="marks"):
        refreshed("Above.", ())
