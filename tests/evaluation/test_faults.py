"""What damages replies on their way never changes a schema in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen_chat.chance import Chance, chance
from datagen_chat.evaluation.faults import MUTATIONS, Mutation
from datagen_chat.evaluation.faults.good import Good, shipped, situations
from datagen_chat.evaluation.faults.run import FaultResult, answered, made_of, run
from tests.whole.schemas import Drawn

GOOD = {good.name: good for good in shipped()}
SMALL = [situation for name in ("short-2", "short-4") for situation in situations(GOOD[name])]
QUICK = [mutation for mutation in MUTATIONS.values() if mutation.family != "sizes"]


def shown(result: FaultResult) -> str:
    return f"{result.source}: {result.outcome}, {'; '.join(result.told)}\n{result.reply.text[:4000]}"


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_comes_of_a_fault_is_what_must_come_of_it(name: str) -> None:
    replies = SMALL[:1] if MUTATIONS[name].family == "sizes" else SMALL
    results = [made_of(MUTATIONS[name], good, seed=42) for good in replies]
    assert [shown(result) for result in results if result is not None and not result.holds] == []


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(QUICK), st.sampled_from(SMALL), st.data())
def test_any_fault_of_any_reply_leaves_its_schema_or_is_a_problem(mutation: Mutation, good: Good, data: st.DataObject) -> None:
    result = answered(mutation, good, Chance(Drawn(data.draw)))
    assert result is None or result.holds, shown(result)


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=lambda mutation: mutation.name)
def test_a_fault_says_what_it_does_and_does_it_to_some_shipped_reply(mutation: Mutation) -> None:
    assert mutation.what.endswith(".")
    replies = (situation for good in GOOD.values() for situation in situations(good))
    assert any(mutation.mutate(good, chance(1, good.name)) not in (None, good.text) for good in replies)


def test_the_same_seed_makes_the_same_faults() -> None:
    one, other = (list(run(5, [GOOD["short-2"]], families=("numbers",))) for _ in range(2))
    assert one == other
    assert [result.reply for result in one] != [result.reply for result in run(6, [GOOD["short-2"]], families=("numbers",))]


def test_a_schema_that_comes_out_changed_without_a_word_is_noticed() -> None:
    changed = Mutation("fewer_rows", "none", "Fewer rows.", frozenset({"other"}), lambda good, _: fewer(good, " // fewer\n}"))
    said = replace(changed, mutate=lambda good, _: fewer(good, "}"))
    results = [made_of(mutation, GOOD["short-2"], seed=1) for mutation in (changed, said)]
    assert [result is not None and (result.outcome, result.is_silent, result.holds) for result in results] == [
        ("other", True, False),
        ("other", False, True),
    ]


def fewer(good: Good, end: str) -> str:
    """Return the reply with 25 rows for 250, and with an end that is JSON or is not."""
    text = good.json.replace("250", "25")
    return good.around(text[: text.rindex("}")].rstrip() + end)
