"""An accepted schema is tried: its checks and constraints, on all of its rows or on the first of a large dataset."""

from __future__ import annotations

import copy
from typing import Any

from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.ask import ask_checks
from datagen_chat.conversation.session import Version
from datagen_chat.preview import preview
from datagen_chat.schema.read import read
from tests.verify.test_mutations import SHOP, Json, column


def version(draft: Json) -> Version:
    dataset = read(draft).valid()
    return Version(dataset, draft, preview(dataset, 42))


def odd() -> Json:
    """Return a shop that promises what its data does not keep."""
    draft: Any = copy.deepcopy(SHOP)
    draft["nodes"][1]["columns"].append(column("cost", "float", {"expression": {"code": "price * 2"}}))
    draft["constraints"]["ranges"] = [{"attr": "product.cost", "max": 10}]
    draft["constraints"]["inequalities"].append({"left": "product.cost", "op": "<", "right": "product.price"})
    return dict(draft)


def test_constraints_that_fail_are_told_with_how_many_rows_and_one_of_them() -> None:
    tried = Trial(42)(version(odd()))
    assert not tried.left_out
    failed = {check.name: check for check in tried.failed}
    assert set(failed) == {"constraints.ranges[product.cost]", "constraints.inequalities[product.cost]"}
    range_ = failed["constraints.ranges[product.cost]"]
    assert range_.requirement == "product.cost is at most 10"
    assert " rows, such as product_id " in range_.found
    assert {check.name for check in tried.checks if check.state == "holds"} >= {
        "customers",
        "constraints.enum[order.status].values",
    }
    told = ask_checks(tried.failed)
    assert "2 checks and constraints do not hold" in told
    assert "constraints.ranges[product.cost]: product.cost is at most 10, but not in " in told


def test_keys_that_hold_by_construction_are_not_spoken_of() -> None:
    names = [check.name for check in Trial(42)(version(SHOP)).checks]
    assert not [name for name in names if "foreign_keys" in name or "unique" in name]


def test_of_a_large_dataset_the_constraints_are_tried_on_its_first_rows_and_that_is_said() -> None:
    tried = Trial(42, most=100)(version(odd()))
    assert "its constraints were tried on the first 20,000 of each table, its 2 checks were not" in tried.left_out
    assert {check.name for check in tried.failed} == {
        "constraints.ranges[product.cost]",
        "constraints.inequalities[product.cost]",
    }
    assert not [check for check in tried.checks if not check.is_constraint]


def test_of_a_large_dataset_checks_that_no_data_could_be_asked_are_told_too() -> None:
    draft: Any = copy.deepcopy(SHOP)
    draft["checks"].append({"name": "odd", "sql": "SELECT nothing FROM customer", "equals": 1})
    [failed] = Trial(42, most=100)(version(draft)).failed
    assert (failed.name, failed.state, failed.wanted) == ("odd", "unusable", "1")
    assert 'Referenced column "nothing" not found' in failed.found


def test_a_schema_that_promises_nothing_is_not_made() -> None:
    draft = copy.deepcopy(SHOP) | {"constraints": {}, "checks": [], "targets": {}}
    assert Trial(42)(version(draft)).checks == ()
