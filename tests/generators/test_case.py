"""A case: each row from the generator of its branch, as that generator alone would make it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.schema.read import read
from tests.engine.test_rows import listed

Draft = dict[str, Any]
ROWS = 400
NORMAL = {"distribution": {"type": "normal", "params": {"mu": 10, "sigma": 3}}}
PRICES = {"choice": {"choices": [1.25, 2.5, 7], "weights": [0.2, 0.5, 0.3]}}


def of(name: str, type_: str, generator: Draft, **more: Any) -> Draft:
    return {"name": name, "type": type_, "generator": generator} | more


def case(on: str, when: Draft, **rest: Draft) -> Draft:
    """Return a case; `rest` is else_."""
    return {"case": {"on": on, "when": when} | {key.strip("_"): value for key, value in rest.items()}}


def table(name: str, *columns: Draft, **more: Any) -> Draft:
    key = of(f"{name}_id", "int", {"sequence": {}})
    return {"id": name, "kind": "entity", "pk": f"{name}_id", "rows": ROWS, "columns": [key, *columns]} | more


def fact(name: str, parent: str, *columns: Draft) -> Draft:
    made = table(name, *columns, kind="fact", parents=[parent], fanout={"distribution": "poisson", "lambda": 3})
    return {key: value for key, value in made.items() if key != "rows"}


def plan_of(*tables: Draft, seed: int = 5, keys: tuple[tuple[str, str], ...] = ()) -> Plan:
    constraints = {"foreign_keys": [{"from": child, "to": parent} for child, parent in keys]}
    timeframe = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z"}
    draft = {"version": "1.0", "metadata": {"name": "x"}, "timeframe": timeframe, "nodes": list(tables)}
    reading = read(draft | ({"constraints": constraints} if keys else {}))
    return Plan(reading.valid(), seed)


def values(plan: Plan, table: str, *columns: str) -> list[Any]:
    owner = plan.tables[table]
    rows = owner.rows(range(owner.row_count))
    made = [listed(rows.values(column)) for column in columns]
    return made[0] if len(made) == 1 else list(zip(*made, strict=True))


KIND = of("kind", "string", {"choice": {"choices": ["a", "b", "c"]}})


@pytest.mark.parametrize(
    ("on", "names"),
    [
        (of("on", "string", {"choice": {"choices": ["a", "b c", "~1/"]}}), {"a": "a", "b c": "b c", "~1/": "~1/"}),
        (of("on", "int", {"choice": {"choices": [-7, 0, 12]}}), {"-7": -7, "0": 0, "12": 12}),
        (of("on", "int", {"choice": {"choices": [-(2**62), 5, 2**62]}}), {str(-(2**62)): -(2**62), "5": 5, str(2**62): 2**62}),
        (of("on", "float", {"choice": {"choices": [0.5, 2, 1e9]}}), {"0.5": 0.5, "2": 2.0, "1000000000": 1e9}),
        (of("on", "bool", {"choice": {"choices": [True, False]}}), {"true": True, "False": False}),
        (
            of("on", "date", {"choice": {"choices": ["1970-01-02T00:00:00Z", "1970-02-01T00:00:00Z"]}}),
            {"1970-01-02": 1, "1970-02-01T00:00:00Z": 31},
        ),
    ],
    ids=lambda value: value.get("type", ""),
)
def test_every_value_takes_the_branch_of_its_name(on: Draft, names: dict[str, Any]) -> None:
    branches = {name: {"constant": {"value": f"is {name}"}} for name in names}
    plan = plan_of(table("t", on, of("x", "string", case("on", branches))))
    wanted = {held: f"is {name}" for name, held in names.items()}
    assert {(value, made) for value, made in values(plan, "t", "on", "x")} == set(wanted.items())


def test_the_column_may_be_an_ancestors_or_that_of_the_row_that_a_key_points_at() -> None:
    shop = table("shop", KIND)
    person = table("person", of("tier", "string", {"choice": {"choices": ["gold", "tin"]}}))
    branches = {kind: {"constant": {"value": kind.upper()}} for kind in "abc"}
    visit = fact(
        "visit",
        "person",
        of("shop_id", "int", {"lookup": {"from": "shop.shop_id"}}),
        of("x", "string", case("shop.kind", branches)),
    )
    gift = of("gift", "float", case("person.tier", {"gold": {"constant": {"value": 9.5}}}, else_={"constant": {"value": 0}}))
    below = fact("item", "visit", gift)
    plan = plan_of(person, shop, visit, below)
    kinds = dict(values(plan, "shop", "shop_id", "kind"))
    assert all(made == kinds[shop_id].upper() for shop_id, made in values(plan, "visit", "shop_id", "x"))
    tiers, items = values(plan, "person", "tier"), plan.tables["item"]
    visits = plan.tables["visit"].rows(range(plan.tables["visit"].row_count)).siblings()
    owner = items.rows(range(items.row_count)).siblings()
    people = visits.parent[visits.family][owner.parent[owner.family]]
    assert values(plan, "item", "gift") == [9.5 if tiers[number] == "gold" else 0.0 for number in people]


BRANCHES = {
    "string": [
        {"choice": {"choices": ["p", "q", "r"], "weights": [5, 1, 0]}},
        {"constant": {"value": "only"}},
        {"choice": {"choices": [f"w{k}" for k in range(40)]}},
        {"faker": {"method": "city"}},
        {"faker": {"method": "email"}},
    ],
    "float": [NORMAL, PRICES, {"constant": {"value": 3}}, {"distribution": {"type": "poisson", "params": {"lambda": 2}}}],
    "int": [NORMAL, {"choice": {"choices": [1, 2]}}, {"bernoulli": {"p": 0.3}}, {"sequence": {"start": 100}}],
    "bool": [{"bernoulli": {"p": 0.3}}, {"choice": {"choices": [True, False]}}, {"constant": {"value": True}}],
    "datetime": [{"datetime_series": {"within": "timeframe"}}, {"constant": {"value": "2024-02-29T00:00:00Z"}}],
    "date": [{"datetime_series": {"within": "timeframe", "freq": "D"}}, {"constant": {"value": "2024-02-29T00:00:00Z"}}],
}


@settings(max_examples=60)
@given(data=st.data())
def test_a_row_has_what_the_generator_of_its_branch_alone_would_make(data: st.DataObject) -> None:
    type_ = data.draw(st.sampled_from(sorted(BRANCHES)))
    one, other, rest = (data.draw(st.sampled_from(BRANCHES[type_])) for _ in range(3))
    made = of("x", type_, case("kind", {"a": one, "b": other}, else_=rest), decimals=3) if type_ == "float" else None
    columns = KIND, made or of("x", type_, case("kind", {"a": one, "b": other}, else_=rest))
    parents = data.draw(st.booleans())
    tables = (table("p", rows=90), fact("t", "p", *columns)) if parents else (table("t", *columns),)
    plan = plan_of(*tables)
    owner = plan.tables["t"]
    scope, rows = owner.scope("x"), owner.rows(range(owner.row_count))
    generator: Any = scope.column.generator
    alone = {}
    for kind, steps, branch in (
        ("a", ("when", "a"), generator.when["a"]),
        ("b", ("when", "b"), generator.when["b"]),
        ("c", ("else",), generator.else_),
    ):
        alone[kind] = listed(branch.compile(scope.nested(*steps))(rows))
    kinds, found = listed(rows.values("kind")), listed(rows.values("x"))
    wanted = [alone[kind][row] for row, kind in enumerate(kinds)]
    if type_ == "float":
        wanted = [round(value, 3) + 0.0 for value in wanted]
    if type_ == "int":
        wanted = [round(value) for value in wanted]
    assert found == pytest.approx(wanted, abs=1e-9) if type_ == "float" else found == wanted
    numbers = np.array(data.draw(st.lists(st.integers(0, owner.row_count - 1), max_size=5)), dtype=np.int64)
    assert listed(owner.rows(numbers).values("x")) == [found[number] for number in numbers]
    start = data.draw(st.integers(0, owner.row_count))
    assert listed(owner.rows(range(start, owner.row_count)).values("x")) == found[start:]


@pytest.mark.parametrize("changed", [{"constant": {"value": 4}}, NORMAL, {"choice": {"choices": [8, 9]}}, PRICES])
@pytest.mark.parametrize("others", [PRICES, NORMAL])
def test_editing_one_branch_leaves_the_rows_of_the_others(others: Draft, changed: Draft) -> None:
    def made(branch: Draft) -> list[Any]:
        price = of("x", "float", case("kind", {"a": others, "b": branch}, else_=others), decimals=2)
        return values(plan_of(table("t", KIND, price)), "t", "kind", "x")

    before, after = made({"choice": {"choices": [0, 1]}}), made(changed)
    assert [pair for pair in before if pair[0] != "b"] == [pair for pair in after if pair[0] != "b"]
    assert [pair for pair in before if pair[0] == "b"] != [pair for pair in after if pair[0] == "b"]


def test_branches_of_the_same_generator_draw_by_themselves() -> None:
    columns = [of(name, "float", case("kind", {"a": NORMAL}, else_=NORMAL), decimals=6) for name in ("x", "y")]
    plan = plan_of(table("t", KIND, *columns))
    x, y = (np.array(values(plan, "t", name)) for name in ("x", "y"))
    assert len(set(x)) > 0.9 * ROWS
    assert abs(np.corrcoef(x, y)[0, 1]) < 4 / np.sqrt(ROWS)  # four standard errors of a correlation of nothing


def test_what_no_branch_is_for_is_null_and_so_is_what_has_none() -> None:
    kind = KIND | {"nullable": True, "null_rate": 0.3}
    for branch in (PRICES, NORMAL):
        plan = plan_of(table("t", kind, of("x", "float", case("kind", {"a": branch}), nullable=True)))
        assert {(kind, made is None) for kind, made in values(plan, "t", "kind", "x")} == {
            ("a", False),
            ("b", True),
            ("c", True),
            (None, True),
        }


def test_a_null_takes_else() -> None:
    kind = KIND | {"null_rate": 0.3}
    x = of(
        "x", "string", case("kind", {name: {"constant": {"value": name}} for name in "abc"}, else_={"constant": {"value": "?"}})
    )
    assert {made for kind, made in values(plan_of(table("t", kind, x)), "t", "kind", "x") if kind is None} == {"?"}


@pytest.mark.parametrize("nothing", [{"choice": {"choices": [None]}}, {"constant": {"value": None}}])
@pytest.mark.parametrize("other", [PRICES, NORMAL])
def test_a_branch_of_nothing_is_null(nothing: Draft, other: Draft) -> None:
    plan = plan_of(table("t", KIND, of("x", "float", case("kind", {"a": nothing}, else_=other), nullable=True)))
    assert all((made is None) == (kind == "a") for kind, made in values(plan, "t", "kind", "x"))


def test_a_block_whose_rows_all_take_no_branch_is_null() -> None:
    plan = plan_of(table("t", of("n", "int", {"sequence": {}}), of("x", "float", case("n", {"400": NORMAL}), nullable=True)))
    rows = plan.tables["t"].rows(range(10))
    assert listed(rows.values("x")) == [None] * 10
    assert listed(plan.tables["t"].rows(range(0)).values("x")) == []


def test_cases_stand_inside_each_other_sixteen_deep() -> None:
    generator: Draft = {"constant": {"value": 1}}
    for depth in range(16):
        generator = case("kind", {"a": generator}, else_={"constant": {"value": -depth}})
    plan = plan_of(table("t", KIND, of("x", "int", generator)))
    assert set(values(plan, "t", "kind", "x")) == {("a", 1), ("b", -15), ("c", -15)}
    reading = read(
        {
            "version": "1.0",
            "metadata": {"name": "x"},
            "nodes": [table("t", KIND, of("x", "int", case("kind", {"a": generator}, else_={"constant": {"value": 1}})))],
        }
    )
    assert [problem.code for problem in reading.errors] == ["case-too-deep"]


@pytest.mark.parametrize("count", [3, 100, 1000])
def test_a_wide_case_takes_the_right_branches(count: int) -> None:
    n = of("n", "int", {"choice": {"choices": list(range(count))}})
    several = {str(k): {"choice": {"choices": [f"{k}+", f"{k}-"]}} for k in range(0, count, 2)}
    x = of("x", "string", case("n", several, else_={"constant": {"value": "odd"}}))
    y = of(
        "y", "int", case("n", {str(k): {"sequence": {"start": 1000 * k}} for k in range(0, count, 2)}, else_={"sequence": {}})
    )
    for row, (n_, made, number) in enumerate(values(plan_of(table("t", n, x, y)), "t", "n", "x", "y")):
        assert made in ({"odd"} if n_ % 2 else {f"{n_}+", f"{n_}-"})
        assert number == row + (1 if n_ % 2 else 1000 * n_)


def test_a_case_may_choose_whose_key_a_row_holds() -> None:
    """The key is followed by on, by a bare reference, and by another case; a row without one has no such values."""
    plan = table("plan", of("price", "float", NORMAL), rows=7)
    user = table("user", of("plan_id", "int", {"lookup": {"from": "plan.plan_id"}}))
    keys = {"a": {"lookup": {"from": "plan.plan_id"}}, "b": {"lookup": {"from": "user.plan_id", "on": "user_id"}}}
    own = of("plan_id", "int", case("kind", keys), nullable=True)
    price = of("price", "float", {"lookup": {"from": "plan.price", "on": "plan_id"}}, nullable=True, decimals=2)
    level = of(
        "level", "string", case("plan.price", {"10": {"constant": {"value": "ten"}}}, else_={"constant": {"value": "other"}})
    )
    order = fact("order", "user", KIND, of("user_id", "int", {"lookup": {"from": "user.user_id"}}), own, price, level)
    made = plan_of(plan, user, order, keys=(("order.plan_id", "plan.plan_id"),))
    prices, plans = dict(values(made, "plan", "plan_id", "price")), dict(values(made, "user", "user_id", "plan_id"))
    rows = values(made, "order", "kind", "user_id", "plan_id", "price", "level")
    assert {kind for kind, *_ in rows} == {"a", "b", "c"}
    for kind, user_id, plan_id, found, level_ in rows:
        assert (plan_id is None) == (kind == "c")
        assert found == prices.get(plan_id)
        assert kind != "b" or plan_id == plans[user_id]
        assert level_ == "other"


def test_keys_that_a_case_writes_out_are_foreign_keys() -> None:
    keys = {"a": {"constant": {"value": 3}}, "b": {"choice": {"choices": [1, 2]}}}
    own = of("plan_id", "int", case("kind", keys, else_={"lookup": {"from": "plan.plan_id"}}))
    price = of("price", "float", {"lookup": {"from": "plan.price", "on": "plan_id"}}, decimals=2)
    plan = table("plan", of("price", "float", NORMAL), rows=3)
    made = plan_of(plan, table("order", KIND, own, price), keys=(("order.plan_id", "plan.plan_id"),))
    prices = dict(values(made, "plan", "plan_id", "price"))
    assert all(found == prices[plan_id] for plan_id, found in values(made, "order", "plan_id", "price"))


def test_dates_and_times_in_one_column_are_both_times() -> None:
    day = of("day", "date", {"constant": {"value": "2024-03-01T00:00:00Z"}})
    branches = {"a": {"lookup": {"from": "p.day"}}, "b": {"constant": {"value": "2024-03-01T12:00:00Z"}}}
    at = of("at", "datetime", case("kind", branches, else_={"datetime_series": {"within": "timeframe"}}))
    made = values(plan_of(table("p", day), fact("t", "p", KIND, at)), "t", "kind", "at")
    midnight = 1_709_251_200_000_000
    assert {at for kind, at in made if kind == "a"} == {midnight}
    assert {at for kind, at in made if kind == "b"} == {midnight + 12 * 3_600_000_000}


@pytest.mark.parametrize(
    ("branches", "places"),
    [
        ([NORMAL, {"constant": {"value": 1.125}}], 3),
        ([NORMAL, {"constant": {"value": 1}}], 2),
        ([PRICES, {"constant": {"value": 1.125}}], None),
        ([NORMAL, {"lookup": {"from": "p.x"}}], None),
    ],
)
def test_a_case_has_the_most_decimals_of_its_branches(branches: list[Draft], places: int | None) -> None:
    x = of("x", "float", case("kind", {"a": branches[0]}, else_=branches[1]))
    exact = of("x", "float", {"choice": {"choices": [0.12345]}})
    plan = plan_of(table("p", exact), fact("t", "p", KIND, x))
    assert table_shape(plan.tables["t"]).columns[2].decimals == places
    made = [value for kind, value in values(plan, "t", "kind", "x") if kind == "a"]
    unit = 10 ** (places or 2)
    assert all(abs(value * unit - round(value * unit)) < 1e-6 for value in made)


def test_clamps_of_branches_hold_after_modifiers() -> None:
    """As they do outside of a case: each row within the bounds of its own branch, also of one further inside."""
    wide = {"distribution": {"type": "uniform", "params": {"low": 0, "high": 10}, "clamp": [2, 4.005]}}
    inner = case(
        "size", {"1": {"distribution": {"type": "uniform", "params": {"low": 0, "high": 10}, "clamp": [5, 6]}}}, else_=NORMAL
    )
    jitter = [{"transform": "jitter", "args": {"std": 3}}]
    size = of("size", "int", {"choice": {"choices": [1, 2]}})
    x = of("x", "float", case("kind", {"a": wide, "b": inner}, else_={"constant": {"value": 1}}), decimals=2, modifiers=jitter)
    rows = values(plan_of(table("t", KIND, size, x)), "t", "kind", "size", "x")
    of_a, of_b = [x for kind, _, x in rows if kind == "a"], [x for kind, size, x in rows if kind == "b" and size == 1]
    assert (min(of_a), max(of_a)) == (2, 4)  # 4.005 rounded inwards
    assert (min(of_b), max(of_b)) == (5, 6)
    free = [x for kind, size, x in rows if kind == "c" or (kind == "b" and size == 2)]
    assert min(free) < 0
    assert max(free) > 15


def test_few_words_are_a_category_and_many_are_not() -> None:
    few = of("few", "string", case("kind", {"a": {"choice": {"choices": ["x", "y"]}}}, else_={"constant": {"value": "z"}}))
    many = [{"choice": {"choices": [f"{letter}{k}" for k in range(3000)]}} for letter in "xy"]
    wide = of("wide", "string", case("kind", {"a": many[0]}, else_=many[1]))
    mixed = of("mixed", "string", case("kind", {"a": {"constant": {"value": "z"}}}, else_={"faker": {"method": "email"}}))
    layouts = {
        shape.name: shape.layout for shape in table_shape(plan_of(table("t", KIND, few, wide, mixed)).tables["t"]).columns
    }
    assert layouts == {"t_id": "sequence", "kind": "category", "few": "category", "wide": "plain", "mixed": "plain"}


def test_what_comes_out_of_a_case_is_known_to_a_case_that_depends_on_it() -> None:
    size = of("size", "string", case("kind", {"a": {"choice": {"choices": ["S", "M"]}}}, else_={"constant": {"value": "L"}}))
    weight = of(
        "weight",
        "float",
        case("size", {"S": {"constant": {"value": 1}}, "M": {"constant": {"value": 2}}, "L": {"constant": {"value": 3}}}),
    )
    draft = {"version": "1.0", "metadata": {"name": "x"}, "nodes": [table("t", KIND, size, weight)]}
    assert read(draft).problems == ()
    missing = copy.deepcopy(draft)
    del missing["nodes"][0]["columns"][3]["generator"]["case"]["when"]["L"]
    assert [problem.code for problem in read(missing).errors] == ["null-not-allowed"]


@pytest.mark.parametrize(
    ("law", "numbers"),
    [
        ({"type": "uniform", "params": {"low": 1, "high": 3}}, (1, 2, 3)),
        ({"type": "uniform", "params": {"low": 0.5, "high": 3.5}}, (1, 2, 3)),
        ({"type": "uniform", "params": {"low": 0, "high": 9}, "clamp": [1.5, 4], "truncate": True}, (2, 3, 4)),
        ({"type": "binomial", "params": {"n": 2, "p": 0.4}}, (0, 1, 2)),
        ({"type": "zipf", "params": {"alpha": 1.2, "n": 3}}, (1, 2, 3)),
        ({"type": "poisson", "params": {"lambda": 2}, "clamp": [1, 3]}, (1, 2, 3)),
        ({"type": "geometric", "params": {"p": 0.4}, "clamp": [1, 3], "truncate": True}, (1, 2, 3)),
    ],
)
def test_the_few_numbers_of_a_law_can_all_be_listed(law: Draft, numbers: tuple[int, ...]) -> None:
    when = {str(number): {"constant": {"value": -number}} for number in numbers}
    plan = plan_of(table("t", of("n", "int", {"distribution": law}), of("x", "int", case("n", when))))

    made = values(plan, "t", "n", "x")

    assert {n for n, _ in made} == set(numbers)
    assert all(x == -n for n, x in made)


@pytest.mark.parametrize(
    ("law", "key", "code"),
    [
        ({"type": "uniform", "params": {"low": 1, "high": 3}}, "4", "unknown-case"),
        ({"type": "uniform", "params": {"low": 1, "high": 3}}, "2", "null-not-allowed"),
        ({"type": "poisson", "params": {"lambda": 2}}, "2", "null-not-allowed"),
        ({"type": "uniform", "params": {"low": 1, "high": 1_000_000}}, "2", "null-not-allowed"),
    ],
)
def test_a_number_that_is_not_listed_has_no_branch(law: Draft, key: str, code: str) -> None:
    node = table("t", of("n", "int", {"distribution": law}), of("x", "int", case("n", {key: {"constant": {"value": 0}}})))

    problems = read({"version": "1.0", "metadata": {"name": "x"}, "nodes": [node]}).errors

    assert code in [problem.code for problem in problems]


def test_a_modifier_leaves_the_clamped_numbers_of_a_law_open() -> None:
    law = {"type": "poisson", "params": {"lambda": 2}, "clamp": [1, 3]}
    moved = of("n", "int", {"distribution": law}, modifiers=[{"transform": "add", "args": {"value": 1}}])
    when = {str(number): {"constant": {"value": number}} for number in (2, 3, 4)}
    node = table("t", moved, of("x", "int", case("n", when)))

    problems = read({"version": "1.0", "metadata": {"name": "x"}, "nodes": [node]}).errors

    assert [problem.code for problem in problems] == ["null-not-allowed"]
