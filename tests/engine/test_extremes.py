"""The largest and smallest things that a valid schema can ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.estimate import check_size, estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.problems import LimitError, SchemaError
from datagen_chat.rounding import round_half_even
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from tests.engine.test_promises import column
from tests.engine.test_rows import listed
from tests.statistics.test_generators import table

PlanOf = Callable[..., Plan]


def drawn(plan_of: PlanOf, type_: str, generator: dict[str, Any], **more: Any) -> Any:
    return column(plan_of(table([{"name": "x", "type": type_, "generator": generator, **more}], 2000)), "t", "x")


def law(type_: str, **params: float) -> dict[str, Any]:
    return {"distribution": {"type": type_, "params": params}}


def codes(type_: str, generator: dict[str, Any]) -> set[str]:
    return {problem.code for problem in read(table([{"name": "x", "type": type_, "generator": generator}])).errors}


def test_a_column_that_is_always_null_is(plan_of: PlanOf) -> None:
    schema = table([{"name": "x", "type": "int", "null_rate": 1, "generator": {"sequence": {}}}], 100)
    assert set(listed(plan_of(schema).tables["t"].rows(range(100)).values("x"))) == {None}


@pytest.mark.parametrize("decimals", [0, 15])
def test_numbers_too_large_to_round_stay_as_they_are(plan_of: PlanOf, decimals: int) -> None:
    values = drawn(plan_of, "float", law("uniform", low=-1e300, high=1e300), decimals=decimals)
    assert np.isfinite(values).all()
    assert (values < 0).mean() == pytest.approx(0.5, abs=0.06)


WIDE = law("uniform", low=-1e18, high=1e18)


@pytest.mark.parametrize("parents", [(), ("t",)])
def test_columns_with_more_combinations_than_64_bits_count_do_not_repeat_together(
    plan_of: PlanOf, parents: tuple[str, ...]
) -> None:
    names = ("x", "y", "z")
    wide = [{"name": name, "type": "int", "generator": WIDE} for name in names]
    schema = table([], 50)
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    own = {"name": "t_id", "type": "int", "generator": {"lookup": {"from": "t.id"}}}
    node = {"id": "u", "kind": "fact", "pk": "id", "parents": ["t"], "fanout": {"distribution": "constant", "value": 40}}
    if not parents:
        node = {"id": "u", "kind": "entity", "pk": "id", "rows": 2000}
    schema["nodes"].append(node | {"columns": [key, *([own] if parents else []), *wide]})
    schema["constraints"] = {"unique": [{"table": "u", "columns": [*(["t_id"] if parents else []), *names]}]}
    made = plan_of(schema)
    values = np.stack([column(made, "u", name) for name in names])
    assert values.shape == (3, 2000)
    assert len(np.unique(values, axis=1).T) == 2000
    assert np.abs((values < 0).mean(axis=1) - 0.5).max() < 0.06  # 5 standard errors of 1 / sqrt(8000)


def test_whole_numbers_of_more_values_than_63_bits_count_are_drawn_and_cannot_be_unique(plan_of: PlanOf) -> None:
    wide = law("uniform", low=-9e18, high=9e18)
    values = drawn(plan_of, "int", wide)
    assert (values < 0).mean() == pytest.approx(0.5, abs=0.06)
    found = read(table([{"name": "x", "type": "int", "unique": True, "generator": wide}])).errors
    assert [problem.code for problem in found] == ["unique-not-made"]


def test_rounding_is_to_the_nearest_float_of_the_decimal() -> None:
    given = np.array([1.005, 2.674, -0.001, 1e300, 0.125, 4.5e15])
    assert round_half_even(given, 2).tolist() == [1.0, 2.67, 0.0, 1e300, 0.12, 4.5e15]
    assert not np.signbit(round_half_even(np.array([-0.001]), 2)[0])


@pytest.mark.parametrize(
    ("type_", "generator", "code"),
    [
        ("int", law("normal", mu=1e19, sigma=1), "law-too-large"),
        ("int", law("lognormal", mu=40, sigma=1), "law-too-large"),
        ("int", law("uniform", low=0, high=1e20), "law-too-large"),
        ("int", law("uniform", low=0, high=2.0**63 + 2048), "law-too-large"),
        ("int", law("uniform", low=2.0**63, high=2.0**63), "law-too-large"),
        (
            "int",
            {"distribution": {"type": "uniform", "params": {"low": -1e30, "high": 1e30}, "clamp": [-5, 5]}},
            "law-too-large",
        ),
        ("int", law("uniform", low=0.2, high=0.8), "empty-range"),
        ("float", law("lognormal", mu=3500, sigma=0.8), "law-too-large"),
        ("int", {"sequence": {"step": 0}}, "step-zero"),
        ("int", {"sequence": {"start": 2**63 - 1}}, "sequence-too-large"),
        ("int", {"sequence": {"start": -(2**63), "step": -1}}, "sequence-too-large"),
        ("int", {"constant": {"value": 2**63}}, "value-type"),
        ("int", {"constant": {"value": -(2**63) - 1}}, "value-type"),
    ],
)
def test_what_leaves_the_type_is_a_problem(type_: str, generator: dict[str, Any], code: str) -> None:
    assert codes(type_, generator) == {code}


NORMAL = law("normal", mu=0, sigma=1)
LEAST, GREATEST = -(2**63), 2**63 - 1


@pytest.mark.parametrize(
    ("start", "step"),
    [(1, 10_000_000), (5 * 10**18, 1), (GREATEST - 4, 1), (LEAST + 4, -1), (LEAST, 2**62 - 1), (LEAST, 4 * 10**18)],
)
def test_a_sequence_is_judged_by_the_rows_that_its_table_has(plan_of: PlanOf, start: int, step: int) -> None:
    made = plan_of(table([{"name": "x", "type": "int", "generator": {"sequence": {"start": start, "step": step}}}], 5))
    assert column(made, "t", "x").tolist() == [start + step * row for row in range(5)]


def many(step: int) -> dict[str, Any]:
    """Return a schema with about 200 million rows, though nothing bounds them."""
    schema, own = table([], 2000), {"name": "t_id", "type": "int", "generator": {"lookup": {"from": "t.id"}}}
    key = {"name": "id", "type": "int", "generator": {"sequence": {"step": step}}}
    fanout = {"distribution": "poisson", "lambda": 100_000}
    schema["nodes"].append({"id": "u", "kind": "fact", "pk": "id", "parents": ["t"], "fanout": fanout, "columns": [key, own]})
    return schema


def test_a_sequence_whose_rows_nothing_bounds_is_refused_where_they_turn_out_too_many(plan_of: PlanOf) -> None:
    assert [problem.code for problem in read(many(10**11)).errors] == ["sequence-too-large"]
    made = plan_of(many(6 * 10**10))
    with pytest.raises(SchemaError, match=r"u\.id: The last of (199|200),\d+,\d+ rows"):
        made.tables["u"].rows(range(5)).values("id")
    fewer = plan_of(many(4 * 10**10)).tables["u"].rows(range(5)).values("id")
    assert listed(fewer)[-1] == 1 + 16 * 10**10


@pytest.mark.parametrize("generator", [{"constant": {"value": LEAST}}, {"choice": {"choices": [LEAST]}}])
def test_the_least_whole_number_is_one(plan_of: PlanOf, generator: dict[str, Any]) -> None:
    assert set(drawn(plan_of, "int", generator).tolist()) == {LEAST}


@pytest.mark.parametrize("sigma", [5, 30, 90])
def test_a_wild_lognormal_stays_finite(plan_of: PlanOf, sigma: float) -> None:
    assert np.isfinite(drawn(plan_of, "float", law("lognormal", mu=0, sigma=sigma))).all()


def test_the_widest_whole_numbers_are_drawn(plan_of: PlanOf) -> None:
    values = drawn(plan_of, "int", law("uniform", low=-4e18, high=4e18))
    assert values.min() < -3e18
    assert values.max() > 3e18


def test_tables_without_rows_are_made(plan_of: PlanOf) -> None:
    plan = plan_of(_empty_parent())
    assert plan.tables["t"].row_count == 0
    assert plan.tables["child"].row_count == 0
    for name, plan_table in plan.tables.items():
        assert all(len(plan_table.rows(range(0)).values(each)) == 0 for each in plan_table.samplers), name


def test_a_lookup_into_a_table_that_came_out_empty_says_so(plan_of: PlanOf) -> None:
    schema = _empty_parent()
    key = schema["nodes"][0]["columns"][0]
    other = {"name": "c", "type": "int", "generator": {"lookup": {"from": "child.id"}}}
    schema["nodes"].append({"id": "other", "kind": "entity", "pk": "id", "rows": 3, "columns": [key, other]})
    plan = plan_of(schema)
    with pytest.raises(SchemaError, match="without any rows"):
        plan.tables["other"].rows(range(3)).values("c")


def _empty_parent() -> dict[str, Any]:
    schema = table([], 0)
    key = schema["nodes"][0]["columns"][0]
    fanout = {"distribution": "poisson", "lambda": 2}
    schema["nodes"].append({"id": "child", "kind": "fact", "pk": "id", "parents": ["t"], "fanout": fanout, "columns": [key]})
    return schema


def test_fifty_billion_rows_are_refused_with_rows_bytes_and_time() -> None:
    dataset = Dataset.model_validate(table([], 50_000_000_000))
    with pytest.raises(LimitError, match=r"50\.0 G rows.*MB as Parquet.*minutes.*limit is 100\.0 M rows"):
        check_size(dataset)
    assert check_size(dataset, limit=10**11).total == 5e10


def test_an_estimate_multiplies_fanouts_down_the_line(plan_of: PlanOf) -> None:
    plan = plan_of(_lines())
    expected = estimate(plan.dataset).rows
    assert expected == {"t": 1000, "order": 3500, "item": pytest.approx(3500 * 3)}
    assert plan.tables["item"].row_count == pytest.approx(expected["item"], rel=0.1)


def _lines() -> dict[str, Any]:
    schema = table([], 1000)
    key = schema["nodes"][0]["columns"][0]
    for name, parent, fanout in (
        ("order", "t", {"distribution": "poisson", "lambda": 3.5}),
        ("item", "order", {"distribution": "uniform", "min": 1, "max": 5}),
    ):
        schema["nodes"].append(
            {"id": name, "kind": "fact", "pk": "id", "parents": [parent], "fanout": fanout, "columns": [key]}
        )
    return schema


def test_rows_deep_in_a_huge_table_are_made_without_the_others(plan_of: PlanOf) -> None:
    schema = table([{"name": "x", "type": "float", "generator": law("normal", mu=0, sigma=1)}], 10**12)
    values = plan_of(schema).tables["t"].rows(range(10**12 - 3, 10**12)).values("id")
    assert listed(values) == [10**12 - 2, 10**12 - 1, 10**12]


@pytest.mark.parametrize(
    ("type_", "decimals", "clamp", "ends"),
    [("int", None, [1.5, 3.5], (2, 3)), ("float", 1, [0.04, 4.96], (0.1, 4.9)), ("float", 2, [1.005, 3.333], (1.01, 3.33))],
)
def test_rounding_does_not_leave_the_clamp(
    plan_of: PlanOf, type_: str, decimals: int | None, clamp: list[float], ends: tuple[float, float]
) -> None:
    generator = {"distribution": {"type": "normal", "params": {"mu": 3, "sigma": 3}, "clamp": clamp}}
    values = drawn(plan_of, type_, generator, **({} if decimals is None else {"decimals": decimals}))
    assert (values.min(), values.max()) == ends


@pytest.mark.parametrize("more", [{}, {"correlate": {"with": "y", "rho": 0.5}}])
@pytest.mark.parametrize(("low", "high"), [(LEAST, GREATEST), (LEAST + 1, GREATEST - 1)])
def test_all_whole_numbers_of_64_bits_are_drawn_alike(plan_of: PlanOf, low: int, high: int, more: dict[str, Any]) -> None:
    wide = {"distribution": {"type": "uniform", "params": {"low": low, "high": high}} | more}
    columns = [{"name": "x", "type": "int", "generator": wide}, {"name": "y", "type": "float", "generator": NORMAL}]
    values = column(plan_of(table(columns, 2000)), "t", "x")
    quarters = np.bincount((values >> 62) + 2, minlength=4)
    assert np.abs(quarters - 500).max() < 100  # 5 standard errors of the square root of 2000 · 3 / 16


@pytest.mark.parametrize("clamp", [None, [0, 9e18]])
def test_no_whole_number_is_drawn_beyond_the_last_one(plan_of: PlanOf, clamp: list[float] | None) -> None:
    upper = {"distribution": {"type": "uniform", "params": {"low": 2.0**63 - 2048, "high": GREATEST}}}
    assert codes("int", upper) == set()
    assert drawn(plan_of, "int", upper).min() >= 2**63 - 2048
    if clamp:
        upper["distribution"] |= {"clamp": clamp}
        assert set(drawn(plan_of, "int", upper)) == {9 * 10**18}
