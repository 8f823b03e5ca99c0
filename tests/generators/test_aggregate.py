"""What is made of the rows below agrees with those rows, exactly, however they are cut and however many there are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.engine import folding
from datagen_chat.engine.plan import Plan
from datagen_chat.generators import _folds
from datagen_chat.generators._folds import FloatSum, WholeSum
from datagen_chat.generators.base.rows import Piece
from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from datagen_chat.schema.rename import rename_column, rename_table
from datagen_chat.schema.repair import repair
from tests.engine.test_rows import listed

Draft = dict[str, Any]
PRICE = {"distribution": {"type": "lognormal", "params": {"mu": 3, "sigma": 1.5}}}
POISSON = {"distribution": "poisson", "lambda": 1.5}
MOST = Fraction(1.7976931348623157e308)


def of(name: str, type_: str, generator: Draft, **more: Any) -> Draft:
    return {"name": name, "type": type_, "generator": generator} | more


def agg(name: str, type_: str, source: str, op: str, **more: Any) -> Draft:
    return of(name, type_, {"aggregate": {"of": source, "op": op}}, **more)


def table(name: str, *columns: Draft, parents: tuple[str, ...] = (), fanout: Draft | None = None, **more: Any) -> Draft:
    key = of(f"{name}_id", "int", {"sequence": {}})
    made = {"id": name, "kind": "fact" if parents else "entity", "pk": f"{name}_id", "columns": [key, *columns]}
    return made | ({"parents": list(parents), "fanout": fanout or POISSON} if parents else {"rows": 40}) | more


def schema(*tables: Draft) -> Draft:
    timeframe = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z"}
    return {"version": "1.0", "metadata": {"name": "x"}, "timeframe": timeframe, "nodes": list(tables)}


def plan(*tables: Draft, seed: int = 3) -> Plan:
    return Plan(read(schema(*tables)).valid(), seed)


def column(made: Plan, table: str, name: str) -> list[Any]:
    return listed(made.tables[table].rows(range(made.tables[table].row_count)).values(name))


def families(made: Plan, upper: str, lower: str) -> list[list[int]]:
    """Return the row numbers of `lower` below each row of `upper`, by the parents of every row between."""
    owner = made.tables[lower]
    above = list(range(owner.row_count))
    while owner.name != upper:
        found = owner.rows(range(owner.row_count)).siblings()
        parents = found.parent[found.family].tolist() if owner.row_count else []
        above = [parents[row] for row in above]
        assert owner.parent is not None
        owner = owner.parent
    below: list[list[int]] = [[] for _ in range(owner.row_count)]
    for row, parent in enumerate(above):
        below[parent].append(row)
    return below


def mean(values: list[Any]) -> Any:
    return float(added(values) / len(values)) if values else None


def added(values: list[Any]) -> Decimal:
    return sum((Decimal(repr(value + 0)) for value in values), Decimal(0))


OPERATIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: float(added(values)),
    "count": len,
    "mean": mean,
    "min": lambda values: min(values, key=lambda value: value.encode() if isinstance(value, str) else value, default=None),
    "max": lambda values: max(values, key=lambda value: value.encode() if isinstance(value, str) else value, default=None),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
}
COLUMNS = [
    of("x", "float", PRICE, decimals=2),
    of("x", "int", {"distribution": {"type": "normal", "params": {"mu": 0, "sigma": 900}}}),
    of("x", "bool", {"bernoulli": {"p": 0.4}}),
    of("x", "string", {"choice": {"choices": ["b", "é", "a", "Z", ""]}}),
    of("x", "string", {"faker": {"method": "city"}}),
    of("x", "datetime", {"datetime_series": {"within": "timeframe"}}),
    of("x", "date", {"datetime_series": {"within": "timeframe", "freq": "D"}}),
]
NUMBERS = ("float", "int")


def made_type(op: str, type_: str) -> str | None:
    """Return the type of a column that takes the operation; None where it has no meaning."""
    if op in ("sum", "mean"):
        return {"sum": type_, "mean": "float"}[op] if type_ in NUMBERS else "int" if type_ == "bool" and op == "sum" else None
    return "int" if op == "count" else type_


CASES = [(op, each) for each in COLUMNS for op in OPERATIONS if made_type(op, each["type"])]


@pytest.mark.parametrize("nulls", [0.0, 0.4])
@pytest.mark.parametrize(("op", "below"), CASES, ids=lambda each: each if isinstance(each, str) else each["type"])
def test_it_is_what_the_rows_below_say(op: str, below: Draft, nulls: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "PIECE_ROWS", 7)  # families go on from piece to piece
    type_ = made_type(op, below["type"]) or ""
    found = agg("y", type_, "item.x", op, **({} if op in ("sum", "count") else {"nullable": True}))
    order = table("order", found, parents=("person",))
    item = table("item", below | ({"null_rate": nulls} if nulls else {}), parents=("order",))
    made = plan(table("person", found), order, item)
    below_values = column(made, "item", "x")
    for upper in ("person", "order"):
        values = [[below_values[row] for row in rows] for rows in families(made, upper, "item")]
        wanted = [OPERATIONS[op]([value for value in each if value is not None]) for each in values]
        assert column(made, upper, "y") == wanted
        owner = made.tables[upper]
        some = np.array([owner.row_count - 1, 0, 3, 3, 1], np.int64)
        assert listed(owner.rows(some).values("y")) == [wanted[row] for row in some]
        assert listed(owner.rows(range(5, 11)).values("y")) == wanted[5:11]


@settings(max_examples=40)
@given(data=st.data())
def test_a_sum_is_exact_to_the_last_place(data: st.DataObject) -> None:
    """Against Python's decimal arithmetic, for any number of places, magnitudes and cuts."""
    places = data.draw(st.integers(0, 6))
    units = data.draw(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=60))
    values = np.array([float(Decimal(unit).scaleb(-places)) for unit in units])
    total = FloatSum(1, places)
    start = 0
    while start < len(values):
        size = data.draw(st.integers(1, len(values) - start))
        total.add(Piece(None, 0, np.array([0, size])), values[start : start + size])  # type: ignore[arg-type] # no rows are made
        start += size
    assert total.over(1.0).tolist() == [float(Decimal(sum(units)).scaleb(-places))]
    assert total.over(np.array([float(len(units))])).tolist() == [float(Decimal(sum(units)).scaleb(-places) / len(units))]


def test_a_sum_is_exact_where_floats_have_no_room_for_their_places() -> None:
    values = np.linspace(1e4, 4e4, 50)
    beside = np.nextafter(values, 0)
    total = FloatSum(50, 14)
    both = np.stack([values, -beside], axis=1).ravel()
    total.add(Piece(None, 0, np.arange(0, 101, 2)), both)  # type: ignore[arg-type] # no rows are made
    assert total.over(1.0).tolist() == (values - beside).tolist()  # neighbours, so that this is exact


@settings(max_examples=60)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40), st.integers(1, 5))
def test_sums_of_whole_numbers_do_not_wrap_round(numbers: list[int], size: int) -> None:
    total = WholeSum(1)
    for start in range(0, len(numbers), size):
        part = np.array(numbers[start : start + size])
        total.add(Piece(None, 0, np.array([0, len(part)])), part)  # type: ignore[arg-type] # no rows are made
    exact, kept = sum(numbers), total.wholes()
    assert (kept is not None) == (-(2**63) <= exact < 2**63)
    assert kept is None or kept.tolist() == [exact]
    assert total.floats()[0] == pytest.approx(float(exact), rel=1e-15)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.integers(1, 4))
def test_a_sum_of_floats_of_unknown_places_does_not_depend_on_the_cut(values: list[float], size: int) -> None:
    def total(step: int) -> float:
        found = FloatSum(1, None)
        for start in range(0, len(values), step):
            part = np.array(values[start : start + step])
            found.add(Piece(None, 0, np.array([0, len(part)])), part)  # type: ignore[arg-type] # no rows are made
        return float(found.over(1.0)[0])

    assert total(size) == total(len(values))
    exact = float(sum(map(Decimal, values)))
    assert abs(total(size) - exact) <= 1e-15 * sum(map(abs, values)) + len(values) * 2.0**-63


LARGE = st.one_of(st.floats(-1.7e308, 1.7e308), st.floats(-1e20, 1e20)).map(lambda number: float(round(number)))


@settings(max_examples=150)
@given(st.lists(st.tuples(LARGE, LARGE), min_size=1, max_size=30), st.integers(1, 4), st.sampled_from([None, 0]))
def test_a_sum_of_large_floats_is_exact_and_depends_on_nothing_beside_it(
    values: list[tuple[float, float]], size: int, places: int | None
) -> None:
    def totals(step: int) -> list[float]:
        found = FloatSum(2, places)
        for start in range(0, len(values), step):
            one, other = zip(*values[start : start + step], strict=True)
            edges = np.array([0, len(one), 2 * len(one)])
            found.add(Piece(None, 0, edges), np.array([*one, *other]))  # type: ignore[arg-type] # no rows are made
        return [float(total) for total in found.over(1.0)]

    assert totals(size) == totals(len(values))
    for found, added in zip(totals(size), zip(*values, strict=True), strict=True):
        exact = max(min(sum(map(Fraction, added)), MOST), -MOST)
        assert abs(Fraction(found) - exact) <= Fraction(1e-15) * max(Fraction(abs(value)) for value in added)


def test_large_values_below_one_row_leave_the_sums_of_others_alone() -> None:
    draft = (
        table("a", of("k", "int", {"sequence": {"start": 0}}), agg("y", "float", "b.x", "sum")),
        table("b", of("x", "float", {"expression": {"code": "if(a.k % 2 == 0, 1e300, 0.25)"}}), parents=("a",)),
    )
    made = plan(*draft)
    counts = [len(family) for family in families(made, "a", "b")]
    assert column(made, "a", "y") == [count * 1e300 if k % 2 == 0 else count * 0.25 for k, count in enumerate(counts)]
    assert not made.tellings.all


HUGE = table(
    "b",
    of("x", "int", {"constant": {"value": 2**62}}),
    parents=("a",),
    fanout={"distribution": "constant", "value": 3},
)


def test_sums_that_leave_64_bits_are_a_problem() -> None:
    made = plan(table("a", agg("y", "int", "b.x", "sum")), HUGE)
    with pytest.raises(SchemaError) as caught:
        column(made, "a", "y")
    [problem] = caught.value.problems
    assert (problem.at, problem.code) == ("/nodes/0/columns/1/generator/aggregate/of", "sum-too-large")


def test_sums_of_ints_that_leave_64_bits_are_right_in_a_column_of_floats() -> None:
    made = plan(table("a", agg("y", "float", "b.x", "sum"), agg("z", "int", "b.x", "mean")), HUGE)
    assert set(column(made, "a", "y")) == {3.0 * 2**62}
    assert set(column(made, "a", "z")) == {2**62}


def test_a_total_of_lines_is_the_sum_of_the_rounded_lines() -> None:
    quantity = of("quantity", "int", {"choice": {"choices": [1, 2, 3]}})
    line = of("line", "float", PRICE, decimals=2, modifiers=[{"transform": "multiply", "args": {"factor": 1.0825}}])
    made = plan(
        table("order", agg("total", "float", "item.line", "sum", decimals=2)),
        table("item", quantity, line, parents=("order",), fanout={"distribution": "poisson", "lambda": 40}),
    )
    lines = column(made, "item", "line")
    wanted = [sum(Decimal(repr(lines[row])) for row in rows) for rows in families(made, "order", "item")]
    assert [Decimal(repr(total)) for total in column(made, "order", "total")] == wanted


def test_one_row_above_a_hundred_thousand_needs_few_of_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    add = folding.TableDescent.rows
    monkeypatch.setattr(folding.TableDescent, "rows", lambda self, places: sizes.append(len(places)) or add(self, places))
    many = {"distribution": "constant", "value": 100_000}
    top = table("top", agg("n", "int", "low.x", "sum"), agg("m", "int", "low.x", "max", nullable=True), rows=2)
    made = plan(top, table("low", of("x", "int", {"sequence": {}}), parents=("top",), fanout=many))
    rows = made.tables["top"].rows(range(2))
    assert listed(rows.values("n")) == [sum(range(1, 100_001)), sum(range(100_001, 200_001))]
    assert listed(rows.values("m")) == [100_000, 200_000]
    assert sizes == [1 << 16, 1 << 16, 1 << 16, 200_000 - 3 * (1 << 16)]  # once, for both columns


def test_long_texts_of_many_pieces_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of the rows below grows with the rows above, not with the texts that were looked at."""
    monkeypatch.setattr(folding, "PIECE_ROWS", 5_000)
    kept: list[Any] = []
    scattered = _folds.scattered
    monkeypatch.setattr(_folds, "scattered", lambda parts, *more: kept.extend(parts) or scattered(parts, *more))
    word = of("word", "string", {"faker": {"method": "email"}}, null_rate=0.1)
    top = table("top", agg("last", "string", "low.word", "last", nullable=True), rows=4)
    made = plan(top, table("low", word, parents=("top",), fanout={"distribution": "constant", "value": 10_000}))
    words = column(made, "low", "word")
    wanted = [next(word for word in reversed(words[k * 10_000 : (k + 1) * 10_000]) if word) for k in range(4)]
    assert column(made, "top", "last") == wanted
    assert max(len(part.words) for part in kept) <= 2


def test_rows_are_only_counted_where_nothing_can_be_null(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding.TableDescent, "pieces", lambda self, size: pytest.fail("rows were made"))
    columns = [agg("n", "int", "low.x", "count"), agg("last", "int", "low.x", "last", nullable=True)]
    made = plan(table("top", *columns), table("low", of("x", "int", {"sequence": {}}), parents=("top",)))
    rows = families(made, "top", "low")
    assert column(made, "top", "n") == [len(each) for each in rows]
    assert column(made, "top", "last") == [each[-1] + 1 if each else None for each in rows]


def dependent() -> tuple[Draft, Draft]:
    """Return a top table whose second aggregate is of rows that depend on the first one."""
    x = of("x", "int", {"distribution": {"type": "poisson", "params": {"lambda": 5}}})
    y = of(
        "y",
        "int",
        {"case": {"on": "top.most", "when": {"3": {"constant": {"value": 1}}}, "else": {"lookup": {"from": "top.most"}}}},
        nullable=True,
    )
    columns = [
        agg("most", "int", "low.x", "max", nullable=True),
        agg("sum", "int", "low.y", "sum"),
        agg("n", "int", "low.x", "count"),
    ]
    return table("top", *columns), table("low", x, y, parents=("top",))


def test_rows_below_may_depend_on_what_was_made_of_them() -> None:
    made = plan(*dependent())
    most = column(made, "top", "most")
    wanted = [len(rows) * (1 if most[k] == 3 else most[k] or 0) for k, rows in enumerate(families(made, "top", "low"))]
    assert column(made, "top", "sum") == wanted


def test_the_number_of_rows_may_follow_from_an_aggregate() -> None:
    """As payments follow from the end of a subscription, which follows from its events."""
    event = table(
        "event",
        of("x", "int", {"choice": {"choices": [0, 1, 2]}}),
        parents=("sub",),
        fanout={"distribution": "constant", "value": 2},
    )
    fanout = {
        "case": {
            "on": "sub.most",
            "when": {"0": {"distribution": "constant", "value": 0}},
            "else": {"distribution": "constant", "value": 5},
        }
    }
    pay = table("pay", of("x", "int", {"sequence": {}}), parents=("sub",), fanout=fanout)
    made = plan(table("sub", agg("most", "int", "event.x", "max"), agg("paid", "int", "pay.pay_id", "count")), event, pay)
    assert [
        (most, paid)
        for most, paid in zip(column(made, "sub", "most"), column(made, "sub", "paid"), strict=True)
        if (most == 0) != (paid == 0)
    ] == []
    assert len(set(column(made, "sub", "paid"))) == 2


CYCLES = [
    (
        [agg("y", "int", "low.x", "max", nullable=True)],
        of("x", "int", {"lookup": {"from": "top.y"}}, nullable=True),
        {},
        "These columns wait for each other: top.y → low.x → top.y.",
    ),
    (
        [agg("y", "int", "low.x", "count")],
        of("x", "int", {"sequence": {}}),
        {"case": {"on": "top.y", "when": {"1": POISSON}, "else": POISSON}},
        "These columns wait for each other: top.y → rows of low → top.y.",
    ),
    (
        [agg("y", "int", "low.x", "sum"), agg("z", "int", "low.w", "sum")],
        of(
            "x", "int", {"case": {"on": "top.z", "when": {"1": {"constant": {"value": 1}}}, "else": {"constant": {"value": 2}}}}
        ),
        {},
        "These columns wait for each other: top.y → low.x → top.z → low.w → top.y.",
    ),
]


@pytest.mark.parametrize(("columns", "x", "fanout", "message"), CYCLES)
def test_a_circle_is_named_column_by_column(columns: list[Draft], x: Draft, fanout: Draft, message: str) -> None:
    w = of("w", "int", {"lookup": {"from": "top.y"}}, nullable=True)
    low = table("low", x, w, parents=("top",), fanout=fanout or POISSON)
    draft = schema(table("top", *columns), low)
    assert message in [problem.message for problem in read(draft).errors if problem.code == "column-cycle"]


def test_a_small_table_above_many_rows_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the rows of a few devices in many blocks folds their readings twice at most, and a few rows fold few."""
    made_rows: list[int] = []
    fold = folding.fold_rows
    monkeypatch.setattr(
        folding, "fold_rows", lambda descent, folds: made_rows.append(int(descent.edges[-1])) or fold(descent, folds)
    )
    x = of("x", "int", {"distribution": {"type": "poisson", "params": {"lambda": 3}}})
    share = of("of", "int", {"lookup": {"from": "device.total"}})
    reading = table("reading", x, share, parents=("device",), fanout={"distribution": "constant", "value": 1000})
    made = plan(table("device", agg("total", "int", "reading.x", "sum"), rows=4), reading)
    owner = made.tables["reading"]
    assert (
        listed(owner.rows(range(3)).values("of"))
        == [column(plan(table("device", agg("total", "int", "reading.x", "sum"), rows=4), reading), "device", "total")[0]] * 3
    )
    assert made_rows[0] == 1000
    del made_rows[:]
    found = [value for start in range(0, 4000, 100) for value in listed(owner.rows(range(start, start + 100)).values("of"))]
    assert sum(made_rows) <= 2 * 4000
    totals = column(made, "device", "total")
    assert found == [totals[row // 1000] for row in range(4000)]


def test_a_deep_row_is_made_without_the_rows_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made_rows: list[int] = []
    fold = folding.fold_rows
    monkeypatch.setattr(
        folding, "fold_rows", lambda descent, folds: made_rows.append(int(descent.edges[-1])) or fold(descent, folds)
    )
    made = plan(table("a", agg("y", "float", "b.x", "sum"), rows=200_000), table("b", of("x", "float", PRICE), parents=("a",)))
    rows = made.tables["a"].rows(range(150_000, 150_005))
    assert len(listed(rows.values("y"))) == 5
    assert sum(made_rows) < 50


def test_aggregates_stand_inside_a_case() -> None:
    kind = of("kind", "string", {"choice": {"choices": ["low", "high", "none"]}})
    branches = {"low": {"aggregate": {"of": "b.x", "op": "min"}}, "high": {"aggregate": {"of": "b.x", "op": "max"}}}
    y = of("y", "float", {"case": {"on": "kind", "when": branches}}, nullable=True)
    made = plan(table("a", kind, y), table("b", of("x", "float", PRICE, decimals=2), parents=("a",)))
    values = column(made, "b", "x")
    for rows, word, found in zip(families(made, "a", "b"), column(made, "a", "kind"), column(made, "a", "y"), strict=True):
        below = [values[row] for row in rows]
        assert found == (None if word == "none" or not below else min(below) if word == "low" else max(below))


def test_a_key_chosen_below_leads_to_its_row() -> None:
    last = agg("last_id", "int", "order.order_id", "last", nullable=True)
    price = of("price", "float", {"lookup": {"from": "order.price", "on": "last_id"}}, nullable=True, decimals=2)
    draft = schema(table("person", last, price), table("order", of("price", "float", PRICE, decimals=2), parents=("person",)))
    draft["constraints"] = {"foreign_keys": [{"from": "person.last_id", "to": "order.order_id"}]}
    made = Plan(read(draft).valid(), 1)
    prices = dict(zip(column(made, "order", "order_id"), column(made, "order", "price"), strict=True))
    found = zip(column(made, "person", "last_id"), column(made, "person", "price"), strict=True)
    assert all(price == prices.get(key) for key, price in found)


@pytest.mark.parametrize("op", OPERATIONS)
def test_only_rows_that_meet_the_condition_are_taken(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of columns below, and of those that they lead to; a condition without a value is not met."""
    monkeypatch.setattr(folding, "PIECE_ROWS", 11)
    code = "status == 'paid' and size > a.limit"
    found = {"aggregate": {"of": "b.x", "op": op, "where": code}}
    y = of("y", made_type(op, "int") or "", found, **({} if op in ("sum", "count") else {"nullable": True}))
    status = of("status", "string", {"choice": {"choices": ["paid", "open"]}})
    size = of("size", "int", {"choice": {"choices": [1, 5, 9]}}, null_rate=0.2)
    limit = of("limit", "int", {"choice": {"choices": [0, 4]}})
    low = table(
        "b", of("x", "int", {"distribution": {"type": "poisson", "params": {"lambda": 9}}}), status, size, parents=("a",)
    )
    made = plan(table("a", limit, y), low)
    rows = list(zip(*(column(made, "b", name) for name in ("x", "status", "size")), strict=True))
    limits, wanted = column(made, "a", "limit"), []
    for number, each in enumerate(families(made, "a", "b")):
        met = [rows[row] for row in each if rows[row][1] == "paid" and (rows[row][2] or 0) > limits[number]]
        wanted.append(OPERATIONS[op]([x for x, _, _ in met]))
    assert column(made, "a", "y") == wanted
    assert len(set(wanted)) > 2


CONDITIONS = [
    ("x >", "/where", "expression-syntax"),
    ("x + 1", "/where", "expression-type"),
    ("z > 1", "/where", "unknown-reference"),
    ("side.x > 1", "/where", "not-an-ancestor"),
    ("word > 1", "/where", "expression-kind"),
]


@pytest.mark.parametrize(("code", "at", "problem"), CONDITIONS)
def test_a_condition_is_checked_in_the_rows_below(code: str, at: str, problem: str) -> None:
    errors = read(tangle({"aggregate": {"of": "low.n", "op": "count", "where": code}})).errors
    assert [(error.at, error.code) for error in errors] == [(AT + at, problem)]


def test_a_rename_reaches_the_condition_in_the_names_of_the_table_below() -> None:
    draft = tangle({"aggregate": {"of": "low.n", "op": "count", "where": "x > 1 and low.word == 'x' and top.y > 0"}})
    rename_column(draft, "low", "x", "amount")
    rename_column(draft, "top", "y", "total")
    rename_table(draft, "low", "line")
    generator = draft["nodes"][0]["columns"][1]["generator"]["aggregate"]
    assert generator == {"of": "line.n", "op": "count", "where": "amount > 1 and line.word == 'x' and top.total > 0"}
    lookup = tangle({"lookup": {"from": "lone.lone_id", "where": "x > 1"}})
    rename_column(lookup, "lone", "x", "amount")
    assert lookup["nodes"][0]["columns"][1]["generator"]["lookup"]["where"] == "amount > 1"


AT = "/nodes/0/columns/1/generator/aggregate"
MISTAKES = [
    ({"of": "low.wort", "op": "sum"}, f"{AT}/of", "unknown-reference", 'Did you mean "low.word"?'),
    ({"of": "law.x", "op": "sum"}, f"{AT}/of", "unknown-reference", 'Did you mean "low.x"?'),
    (
        {"of": "top.top_id", "op": "sum"},
        f"{AT}/of",
        "not-a-descendant",
        "Name a column of a table that hangs off top: low, under.",
    ),
    (
        {"of": "side.x", "op": "sum"},
        f"{AT}/of",
        "not-a-descendant",
        'Make side a fact with "parents": ["top"]: pointing at a row is not enough.',
    ),
    ({"of": "lone.x", "op": "sum"}, f"{AT}/of", "not-a-descendant", 'Did you mean "low.x"?'),
    (
        {"of": "other.x", "op": "sum"},
        f"{AT}/of",
        "not-a-descendant",
        'Write "top" first in the parents of other, or aggregate in lone.',
    ),
    ({"of": "low.word", "op": "sum"}, f"{AT}/of", "reference-type", None),
    ({"of": "low.word", "op": "mean"}, f"{AT}/of", "reference-type", None),
    ({"of": "low.word", "op": "max"}, f"{AT}/op", "aggregate-type", "Set the column's type to string."),
    ({"of": "low.x", "op": "sum"}, f"{AT}/op", "aggregate-type", "Set the column's type to float."),
    ({"of": "low.x", "op": "median"}, f"{AT}/op", "not-one-of", None),
    ({"of": "low", "op": "count"}, f"{AT}/of", "bad-reference", None),
    ({"op": "count"}, f"{AT}/of", "missing-key", None),
    ({"of": "low.n", "op": "max"}, "/nodes/0/columns/1/generator", "null-not-allowed", 'Add "nullable": true.'),
]


def tangle(generator: Draft, type_: str = "int") -> Draft:
    """Return a top table with a column, tables below it at several distances, and others that are not."""
    x, word = of("x", "float", PRICE), of("word", "string", {"choice": {"choices": ["a"]}})
    n = of("n", "int", {"sequence": {}})
    pointing = of("top_id", "int", {"lookup": {"from": "top.top_id"}})
    other = table("other", x, parents=("lone", "top"))
    low, under = table("low", x, word, n, parents=("top",)), table("under", n, parents=("low", "top"))
    return schema(table("top", of("y", type_, generator)), low, under, table("lone", x), table("side", x, pointing), other)


@pytest.mark.parametrize(("arguments", "place", "code", "hint"), MISTAKES)
def test_a_mistake_is_told_with_what_to_write(arguments: Draft, place: str, code: str, hint: str | None) -> None:
    problems = {(problem.at, problem.code): problem for problem in read(tangle({"aggregate": arguments})).errors}
    assert (place, code) in problems
    assert hint is None or problems[place, code].hint == hint


def test_a_further_parent_on_the_way_is_no_obstacle() -> None:
    """The rows of `under` lie below those of `top` by their first parent, whatever else they hang off."""
    assert read(tangle({"aggregate": {"of": "under.n", "op": "count"}})).errors == ()


DIALECT: list[tuple[Draft, Draft]] = [
    ({"aggregate": {"of": "low.n", "op": "total"}}, {"of": "low.n", "op": "sum"}),
    ({"aggregate": {"of": "low.n", "op": "COUNT"}}, {"of": "low.n", "op": "count"}),
    ({"aggregate": {"source": "low.n", "function": "sum"}}, {"of": "low.n", "op": "sum"}),
    ({"aggregate": {"table": "low", "column": "n", "func": "sum"}}, {"of": "low.n", "op": "sum"}),
    ({"aggregate": {"of": "low", "op": "count"}}, {"of": "low.low_id", "op": "count"}),
    ({"sum": "low.n"}, {"of": "low.n", "op": "sum"}),
    ({"count": {"of": "low.n"}}, {"of": "low.n", "op": "count"}),
    ({"count": {"from": "low"}}, {"of": "low.low_id", "op": "count"}),
    ({"rollup": {"of": "low.n", "agg": "sum"}}, {"of": "low.n", "op": "sum"}),
    ({"aggregate": {"of": "low.n", "op": "sum", "filter": "x > 1"}}, {"of": "low.n", "op": "sum", "where": "x > 1"}),
    ({"type": "aggregate", "of": "low.n", "op": "sum"}, {"of": "low.n", "op": "sum"}),
]


@pytest.mark.parametrize(("written", "after"), DIALECT)
def test_a_dialect_becomes_an_aggregate(written: Draft, after: Draft) -> None:
    repaired = repair(tangle(written))
    assert repaired.reading.errors == ()
    assert repaired.draft["nodes"][0]["columns"][1]["generator"] == {"aggregate": after}


def test_what_may_find_no_rows_is_marked_nullable_with_all_that_follows() -> None:
    copy = of("z", "int", {"lookup": {"from": "top.y"}})
    draft = schema(
        table("top", agg("y", "int", "low.n", "max")), table("low", of("n", "int", {"sequence": {}}), copy, parents=("top",))
    )
    repaired = repair(draft)
    assert repaired.reading.errors == ()
    assert [mend.code for mend in repaired.mends] == ["null-not-allowed"]
    assert [repaired.draft["nodes"][0]["columns"][1]["nullable"], repaired.draft["nodes"][1]["columns"][2]["nullable"]] == [
        True,
        True,
    ]


SURE = [
    ({"distribution": "poisson", "lambda": 2, "min": 1}, {}, True),
    ({"distribution": "uniform", "min": 1, "max": 3}, {}, True),
    (POISSON, {}, False),
    ({"distribution": "uniform", "min": 1, "max": 3}, {"rows": 50}, True),
    ({"distribution": "uniform", "min": 0, "max": 3}, {"rows": 100}, False),
]


@pytest.mark.parametrize(("fanout", "more", "is_sure"), SURE)
def test_only_rows_that_are_sure_need_no_null(fanout: Draft, more: Draft, is_sure: bool) -> None:
    low = table("low", of("n", "int", {"sequence": {}}), parents=("top",), fanout=fanout) | more
    errors = read(schema(table("top", agg("y", "int", "low.n", "max")), low)).errors
    assert [problem.code for problem in errors] == ([] if is_sure else ["null-not-allowed"])


MODEL = {
    "initial": {"on": 1},
    "states": {
        "on": {"dwell": {"distribution": "uniform", "min": 1, "max": 99, "unit": "day"}, "next": {"off": 1}},
        "off": {"terminal": True},
    },
}


@pytest.mark.parametrize(("end", "is_sure"), [("2024-06-30T00:00:00Z", True), ("2025-06-30T00:00:00Z", False)])
def test_a_walk_that_starts_in_time_has_a_row(end: str, is_sure: bool) -> None:
    start = of("at", "datetime", {"datetime_series": {"within": {"start": "2024-01-01T00:00:00Z", "end": end}}})
    sub = table("sub", start, agg("last", "datetime", "event.at", "max"), agg("state", "string", "event.state", "last"))
    columns = [of("at", "datetime", {"state": {"field": "entered_at"}}), of("state", "string", {"state": {"field": "name"}})]
    event = table("event", *columns, parents=("sub",)) | {"state_transition_model": MODEL}
    del event["fanout"]
    errors = read(schema(sub, event)).errors
    assert {problem.code for problem in errors} == (set() if is_sure else {"null-not-allowed"})
    if is_sure:
        made = Plan(read(schema(sub, event)).valid(), 1)
        times, rows = column(made, "event", "at"), families(made, "sub", "event")
        assert column(made, "sub", "last") == [times[each[-1]] for each in rows]
        assert {word for word, each in zip(column(made, "sub", "state"), rows, strict=True) if len(each) == 2} == {"off"}


def test_no_rows_at_all_are_sums_of_nothing() -> None:
    columns = [agg(op, type_, "b.x", op, nullable=True) for op, type_ in (("sum", "float"), ("min", "float"), ("count", "int"))]
    words = [
        agg("word", "string", "b.w", "max", nullable=True),
        agg("end", "string", "b.w", "last", nullable=True),
        agg("yes", "bool", "b.b", "max", nullable=True),
    ]
    low = [of("x", "float", PRICE), of("w", "string", {"faker": {"method": "city"}}), of("b", "bool", {"bernoulli": {}})]
    made = plan(table("a", *columns, *words), table("b", *low, parents=("a",), fanout={"distribution": "constant", "value": 0}))
    for name, wanted in (("sum", 0.0), ("count", 0), ("min", None), ("word", None), ("end", None), ("yes", None)):
        assert set(column(made, "a", name)) == {wanted}
