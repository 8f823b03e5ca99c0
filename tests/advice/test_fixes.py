"""A fix leaves a valid schema, settles its remark, and changes nothing else that a reviewer would say."""

from __future__ import annotations

import json

import pytest

from datagen_chat.advice import advise
from datagen_chat.advice.fixing import fixed
from datagen_chat.problems import value_at
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from tests.advice.schemas import FAULTY, known, reviewed


@pytest.mark.parametrize("name", known())
def test_every_fix_leaves_a_valid_schema_in_which_its_remark_is_gone(name: str) -> None:
    draft = known()[name]
    dataset = read(draft).dataset
    assert dataset is not None
    for advice in advise(dataset, most=1000):
        assert value_at(draft, advice.at) is not None
        if advice.fix is not None:
            patched = apply_patch(draft, json.loads(json.dumps(advice.fix)))
            assert patched.problems == ()
            reading = read(patched.draft)
            assert reading.dataset is not None, (advice.code, reading.problems)
            assert advice.key not in {one.key for one in advise(reading.dataset, most=1000)}


@pytest.mark.parametrize("name", known())
def test_all_fixes_together_leave_a_valid_schema_without_remarks_that_can_be_fixed(name: str) -> None:
    draft = known()[name]
    dataset = read(draft).dataset
    assert dataset is not None
    done = fixed(draft, dataset, [advice for advice in advise(dataset, most=1000) if advice.fix is not None])
    assert done.problems == ()
    assert [advice for advice in advise(done.dataset, most=1000) if advice.fix is not None and not advice.is_noted] == []


@pytest.mark.parametrize("code", sorted(FAULTY))
def test_each_remark_is_made_where_it_belongs_and_alone(code: str) -> None:
    assert list(reviewed(FAULTY[code])) == [code]


def test_a_fix_that_does_not_fit_changes_nothing() -> None:
    draft = FAULTY["clamp-heap"]
    dataset = read(draft).dataset
    assert dataset is not None
    [advice] = advise(dataset)
    other = FAULTY["weights-sum"]
    done = fixed(other, dataset, [advice])
    assert done.problems
    assert done.draft == other
