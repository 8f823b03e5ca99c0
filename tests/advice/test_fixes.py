"""A fix leaves a valid schema, settles its remark, and changes nothing else that a reviewer would say."""

from __future__ import annotations

import json

import pytest

from datagen_chat.advice import advise
from datagen_chat.advice.fixing import fixed
from datagen_chat.problems import value_at
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from tests.advice.schemas import FAULTY, Draft, known, reviewed


def test_every_fix_leaves_a_valid_schema_in_which_its_remark_is_gone() -> None:
    for name, draft in known().items():
        for advice in advise(valid(draft), most=1000):
            assert value_at(draft, advice.at) is not None
            if advice.fix is not None:
                patched = apply_patch(draft, json.loads(json.dumps(advice.fix)))
                assert patched.problems == (), (name, advice.message)
                assert advice.key not in {one.key for one in advise(valid(patched.draft), most=1000)}, (name, advice.message)


def test_all_fixes_together_leave_a_valid_schema_without_remarks_that_can_be_fixed() -> None:
    for name, draft in known().items():
        done = fixed(draft, valid(draft), [advice for advice in advise(valid(draft), most=1000) if advice.fix is not None])
        assert done.problems == ()
        left = [advice for advice in advise(done.dataset, most=1000) if advice.fix is not None and not advice.is_noted]
        assert left == [], name


def valid(draft: Draft) -> Dataset:
    reading = read(draft)
    assert reading.dataset is not None, reading.problems
    return reading.dataset


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
