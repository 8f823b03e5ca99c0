"""A lookup that matches chooses among the rows that have this row's own values, and only among them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from datagen_chat.schema.rename import rename_column, rename_table
from datagen_chat.schema.repair import repair
from tests.engine.test_keys import of, table
from tests.engine.test_rows import listed
from tests.engine.test_run import hashes, write
from tests.verify import mutations as verify

PlanOf = Callable[..., Plan]
Row = dict[str, Any]

REGIONS = ["EU", "US", "AS"]
AT = "/nodes/3/columns/2/generator/lookup"
MATCH: Row = {"match": {"order.supplier_id": "supplier_id"}}


def shop(part: Row | None = None, *columns: Row, parts: int = 300, **more: Any) -> Row:
    """Return suppliers, parts of one supplier each, orders from a supplier, and lines whose part `part` looks up."""
    supplier = of("supplier_id", "int", lookup={"from": "supplier.supplier_id"})
    region = of("region", "string", choice={"choices": REGIONS})
    own = of("part_id", "int", lookup={"from": "part.part_id"} | (MATCH if part is None else part)) | more.pop("column", {})
    key = of("order_id", "int", lookup={"from": "order.order_id"})
    fact = {"kind": "fact", "parents": ["order"], "fanout": {"distribution": "poisson", "lambda": 6}}
    return {
        "version": "1.0",
        "metadata": {"name": "shop"},
        "nodes": [
            table("supplier", [region], rows=20),
            table("part", [supplier, region], rows=parts),
            table("order", [supplier, region], rows=400),
            table("line", [key, own, *columns], **fact) | more,
        ],
    }


def records(plan: Plan, name: str) -> list[Row]:
    of_table = plan.tables[name]
    rows = of_table.rows(range(of_table.row_count))
    names = [column.name for column in of_table.table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(listed(rows.values(each)) for each in names), strict=True)]


def pairs(plan: Plan) -> list[tuple[Row, Row, Row]]:
    """Return each line with its order and its part."""
    parts, orders = ({row[f"{name}_id"]: row for row in records(plan, name)} for name in ("part", "order"))
    return [(line, orders[line["order_id"]], parts[line["part_id"]]) for line in records(plan, "line")]


@pytest.mark.parametrize(
    "lookup",
    [
        MATCH,
        MATCH | {"distinct": True},
        MATCH | {"weights_kind": "zipf@1.2"},
        MATCH | {"where": "region != 'AS'"},
        {"match": {"order.supplier_id": "supplier_id", "order.region": "region"}},
    ],
)
def test_a_chosen_row_has_the_values_that_are_matched(plan_of: PlanOf, lookup: Row) -> None:
    found = pairs(plan_of(shop(lookup, parts=900)))
    assert len(found) > 2000
    for local, theirs in lookup["match"].items():
        assert all(order[local.removeprefix("order.")] == part[theirs] for _, order, part in found)
    assert "where" not in lookup or all(part["region"] != "AS" for _, _, part in found)


def test_columns_of_the_own_row_are_matched(plan_of: PlanOf) -> None:
    draft = shop({"match": {"wanted": "region"}})
    draft["nodes"][3]["columns"].append(of("wanted", "string", choice={"choices": REGIONS}))
    assert all(line["wanted"] == part["region"] for line, _, part in pairs(plan_of(draft)))


def test_all_rows_that_match_are_equally_likely(plan_of: PlanOf) -> None:
    draft = shop({"match": {"wanted": "region"}}, of("wanted", "string", constant={"value": "EU"}), parts=40)
    draft["nodes"][3]["fanout"] = {"distribution": "constant", "value": 100}
    plan = plan_of(draft)
    among = [row["part_id"] for row in records(plan, "part") if row["region"] == "EU"]
    counts, rows = Counter(line["part_id"] for line in records(plan, "line")), 40_000
    assert set(counts) == set(among)
    share = 1 / len(among)
    error = (share * (1 - share) / rows) ** 0.5
    assert all(abs(count / rows - share) < 5 * error for count in counts.values())


def test_popular_rows_are_as_much_likelier_among_those_that_match_as_among_all(plan_of: PlanOf) -> None:
    def counted(lookup: Row) -> tuple[Counter[int], list[int]]:
        draft = shop(lookup, of("wanted", "string", constant={"value": "US"}), parts=30)
        draft["nodes"][3]["fanout"] = {"distribution": "constant", "value": 200}
        plan = plan_of(draft)
        among = [row["part_id"] for row in records(plan, "part") if row["region"] == "US"]
        return Counter(line["part_id"] for line in records(plan, "line") if line["part_id"] in among), among

    every, among = counted({"weights_kind": "zipf@1.0"})
    chosen, _ = counted({"weights_kind": "zipf@1.0", "match": {"wanted": "region"}})
    assert set(chosen) == set(among)
    for part in among:
        share, other = chosen[part] / chosen.total(), every[part] / every.total()
        error = (other * (1 - other) * (1 / chosen.total() + 1 / every.total())) ** 0.5
        assert abs(share - other) < 5 * error


@pytest.mark.parametrize("unique", [False, True])
def test_distinct_rows_that_match_do_not_come_twice_and_limit_the_parent(plan_of: PlanOf, unique: bool) -> None:
    draft = shop(MATCH if unique else MATCH | {"distinct": True}, parts=60)
    if unique:
        draft["constraints"] = {"unique": [["line.order_id", "line.part_id"]]}
    plan = plan_of(draft)
    lines = records(plan, "line")
    assert len({(line["order_id"], line["part_id"]) for line in lines}) == len(lines)
    sizes = Counter(row["supplier_id"] for row in records(plan, "part"))
    orders = {row["order_id"]: row["supplier_id"] for row in records(plan, "order")}
    found = Counter(line["order_id"] for line in lines)
    assert all(count <= sizes[orders[order]] for order, count in found.items())
    assert any(count == sizes[orders[order]] for order, count in found.items())


def test_a_parent_that_nothing_matches_has_no_rows(plan_of: PlanOf) -> None:
    plan = plan_of(shop(parts=25))
    known = {row["supplier_id"] for row in records(plan, "part")}
    orders = {row["order_id"]: row["supplier_id"] for row in records(plan, "order")}
    assert not set(orders.values()) <= known
    assert {orders[line["order_id"]] for line in records(plan, "line")} <= known


def test_a_column_that_may_be_null_is_so_where_nothing_matches(plan_of: PlanOf) -> None:
    price = of("label", "string", lookup={"from": "part.region", "on": "part_id"}) | {"nullable": True}
    plan = plan_of(shop(None, price, parts=25, column={"nullable": True}))
    known = {row["supplier_id"] for row in records(plan, "part")}
    orders = {row["order_id"]: row["supplier_id"] for row in records(plan, "order")}
    lines = records(plan, "line")
    assert {line["part_id"] is None for line in lines} == {True, False}
    assert all((line["part_id"] is None) == (orders[line["order_id"]] not in known) for line in lines)
    assert all((line["label"] is None) == (line["part_id"] is None) for line in lines)


def test_a_row_that_nothing_matches_says_so_before_anything_is_written(plan_of: PlanOf) -> None:
    draft = shop({"match": {"own_id": "supplier_id"}}, of("own_id", "int", lookup={"from": "supplier.supplier_id"}), parts=25)
    with pytest.raises(SchemaError) as caught:
        records(plan_of(draft), "line")
    [problem] = caught.value.problems
    assert (problem.at, problem.code) == (f"{AT}/match", "match-empty")


def test_what_is_matched_is_the_same_in_blocks_of_any_size_and_by_any_workers(plan_of: PlanOf, tmp_path: Path) -> None:
    draft = shop(MATCH | {"weights_kind": "zipf@1.1"}, parts=900)
    usual = hashes(write(plan_of(draft), tmp_path / "usual"))
    assert hashes(write(plan_of(draft), tmp_path / "other", block_rows=97, workers=2)) == usual
    rows = plan_of(draft).tables["line"].rows
    assert listed(rows(range(50, 60)).values("part_id")) == listed(rows(range(100)).values("part_id"))[50:60]


@pytest.mark.parametrize("lookup", [MATCH, MATCH | {"distinct": True}, {"match": {"region": "region"}}])
def test_verification_finds_a_row_that_does_not_match(tmp_path: Path, lookup: Row) -> None:
    draft = shop(lookup, of("region", "string", lookup={"from": "order.region"}))
    verify.write(verify.dataset_of(draft), tmp_path)
    assert verify.failing(verify.verified(draft, tmp_path)) == set()
    verify.changed(tmp_path, "line", "SELECT * REPLACE ((part_id - 9) % 600 + 11 AS part_id) FROM line")  # the part after each
    assert ("match", "line.part_id") in verify.failing(verify.verified(draft, tmp_path))


def test_verification_finds_a_row_that_does_not_match_in_a_branch(tmp_path: Path) -> None:
    any_part, matching = ({"lookup": {"from": "part.part_id"} | more} for more in ({"weights_kind": "uniform"}, MATCH))
    draft = shop(None, of("kind", "string", choice={"choices": ["own", "any"]}), parts=900)
    draft["nodes"][3]["columns"][2]["generator"] = {"case": {"on": "kind", "when": {"own": matching}, "else": any_part}}
    verify.write(verify.dataset_of(draft), tmp_path)
    found = verify.verified(draft, tmp_path)
    assert verify.failing(found) == set()
    assert [finding.state for finding in found.findings if finding.claim.kind == "match"] == ["holds"]
    verify.changed(tmp_path, "line", "SELECT * REPLACE ((part_id - 9) % 1800 + 11 AS part_id) FROM line")
    assert ("match", "line.part_id") in verify.failing(verify.verified(draft, tmp_path))


MISTAKES = [
    ({"match": {"order.supplier_id": "region"}}, f"{AT}/match/order.supplier_id", "key-types"),
    ({"match": {"order.suplier_id": "supplier_id"}}, f"{AT}/match/order.suplier_id", "unknown-reference"),
    ({"match": {"order.supplier_id": "suplier_id"}}, f"{AT}/match/order.supplier_id", "unknown-reference"),
    ({"match": {"wanted": "region"}}, f"{AT}/match/wanted", "match-unfulfilled"),
    ({"match": {"code": "region"}, "distinct": True}, f"{AT}/match", "match-of-row"),
    (MATCH | {"distinct": True, "weights_kind": "zipf@1.2"}, f"{AT}/weights_kind", "choice-in-match"),
    (MATCH | {"on": "part2_id"}, f"{AT}/match", "lookup-with-on"),
    ({"from": "line.line_id", "match": {"order.region": "code"}}, f"{AT}/match", "lookup-in-tree"),
    ({"match": {}, "where": "price > 1"}, f"{AT}/where", "unknown-reference"),
]


@pytest.mark.parametrize(("lookup", "at", "code"), MISTAKES)
def test_what_cannot_be_matched_is_a_problem(lookup: Row, at: str, code: str) -> None:
    second = of("part2_id", "int", lookup={"from": "part.part_id", "weights_kind": "uniform"})
    wanted = of("wanted", "string", choice={"choices": ["EU", "XX"]})
    draft = shop(lookup, second, wanted, of("code", "string", choice={"choices": REGIONS}))
    assert (at, code) in {(problem.at, problem.code) for problem in read(draft).errors}


def test_a_match_of_a_second_key_of_the_row_above_names_the_first_one() -> None:
    draft = shop({"from": "order.order_id", "match": {"order.region": "region"}})
    [problem] = read(draft).errors
    assert (problem.code, "order_id, the other key" in problem.hint) == ("choice-beside", True)


def test_unique_rows_of_a_whole_table_cannot_be_chosen_by_a_match() -> None:
    draft = shop(None, column={"unique": True}, parts=5000)
    assert [problem.code for problem in read(draft).errors] == ["unique-not-made"]


def test_a_match_with_what_waits_for_the_rows_is_a_cycle() -> None:
    draft = shop()
    draft["nodes"][1]["columns"][1] = of("supplier_id", "int", lookup={"from": "line.amount"})
    draft["nodes"][3]["columns"].append(of("amount", "int", choice={"choices": [11, 13]}))
    assert "column-cycle" in {problem.code for problem in read(draft).errors}


@pytest.mark.parametrize(
    ("where", "local"),
    [
        ("supplier_id == order.supplier_id", "order.supplier_id"),
        ("order.supplier_id = part.supplier_id", "order.supplier_id"),
        ("supplier_id == line.own_id", "own_id"),
        ("supplier_id == supplier_id", "supplier_id"),
    ],
)
def test_a_condition_that_two_columns_are_equal_is_written_as_a_match(where: str, local: str) -> None:
    own = [of(name, "int", lookup={"from": "order.supplier_id"}) for name in ("own_id", "supplier_id")]
    repaired = repair(shop({"where": where}, *own))
    lookup = repaired.draft["nodes"][3]["columns"][2]["generator"]["lookup"]
    assert lookup == {"from": "part.part_id", "match": {local: "supplier_id"}}
    assert f'Wrote "{where}" as a match.' in [mend.text for mend in repaired.mends]
    assert repaired.reading.errors == ()


@pytest.mark.parametrize(
    ("where", "match"),
    [
        ("region != 'AS' and supplier_id == order.supplier_id", {"order.supplier_id": "supplier_id"}),
        ("line.own_id == part.supplier_id and region == 'EU'", {"own_id": "supplier_id"}),
    ],
)
def test_a_longer_condition_is_told_what_to_match(where: str, match: Row) -> None:
    draft = shop({"where": where}, of("own_id", "int", lookup={"from": "order.supplier_id"}))
    [problem] = [problem for problem in read(draft).errors if problem.code == "condition-elsewhere"]
    assert json.loads(problem.hint.partition(": ")[2].removesuffix(".")) == {"match": match}


def test_a_rename_reaches_what_is_matched() -> None:
    by_own = of("other_id", "int", lookup={"from": "part.part_id", "match": {"wanted": "region", "order.region": "region"}})
    wanted = of("wanted", "string", choice={"choices": REGIONS})
    draft = json.loads(json.dumps(shop(MATCH | {"where": "region != 'AS'"}, by_own, wanted)))
    for place in (("order", "supplier_id", "maker_id"), ("part", "region", "area"), ("line", "wanted", "asked")):
        rename_column(draft, *place)
    rename_table(draft, "order", "sale")
    rename_table(draft, "part", "item")
    found = [column["generator"].get("lookup") for column in draft["nodes"][3]["columns"][1:]]
    assert found[1] == {"from": "item.part_id", "match": {"sale.maker_id": "supplier_id"}, "where": "area != 'AS'"}
    assert found[2] == {"from": "item.part_id", "match": {"asked": "area", "sale.region": "area"}}


def test_a_column_that_is_not_there_is_told_once() -> None:
    assert [problem.code for problem in read(shop({"match": {"order.nosuch": "supplier_id"}})).errors] == ["unknown-reference"]


@pytest.mark.parametrize("more", [{}, {"weights_kind": "zipf@1.2"}, {"match": {"wanted": "region"}}])
def test_a_column_that_may_be_null_is_so_where_a_table_comes_out_without_rows(plan_of: PlanOf, more: Row) -> None:
    label = of("label", "string", lookup={"from": "part.region", "on": "part_id"}) | {"nullable": True}
    read_by_key = of("known", "string", expression={"code": "coalesce(part.region, 'none')"})
    wanted = of("wanted", "string", choice={"choices": REGIONS})
    draft = shop(MATCH | more, label, read_by_key, wanted, column={"nullable": True})
    del draft["nodes"][1]["rows"]
    draft["nodes"][1] |= {"kind": "fact", "parents": ["supplier"], "fanout": {"distribution": "poisson", "lambda": 1e-9}}
    plan = plan_of(draft)
    assert plan.tables["part"].row_count == 0
    lines = records(plan, "line")
    assert len(lines) > 2000
    assert {(line["part_id"], line["label"], line["known"]) for line in lines} == {(None, None, "none")}


def by_region(column: str) -> Row:
    """Return a column that has a value for each region that another column holds, and none for a null."""
    return of("code", "string", case={"on": column, "when": {region: {"constant": {"value": region[0]}} for region in REGIONS}})


def test_a_null_where_no_row_matches_is_among_the_values_of_a_column() -> None:
    region = MATCH | {"from": "part.region"}
    draft = shop(region, by_region("part_id"), column={"type": "string", "nullable": True})
    assert [problem.code for problem in read(draft).errors] == ["null-not-allowed"]
    assert "nullable-unused" not in {problem.code for problem in read(draft).problems}
    assert read(shop(region, by_region("part_id"), column={"type": "string"})).errors == ()


def test_a_null_of_a_key_is_among_the_values_of_what_it_leads_to() -> None:
    region = of("region", "string", lookup={"from": "part.region", "on": "part_id"})
    draft = shop(None, region | {"nullable": True}, by_region("region"), column={"nullable": True})
    assert [problem.code for problem in read(draft).errors] == ["null-not-allowed"]
    assert read(shop(None, region, by_region("region"))).errors == ()


def test_rows_that_nothing_matches_are_no_fault_of_the_share_of_nulls(tmp_path: Path) -> None:
    draft = shop(parts=25, column={"nullable": True, "null_rate": 0.3})
    verify.write(verify.dataset_of(draft), tmp_path)
    assert verify.failing(verify.verified(draft, tmp_path)) == set()


OWN: Row = {"match": {"wanted": "region"}}


@pytest.mark.parametrize(
    ("lookup", "code"),
    [(OWN | {"distinct": True}, "match-of-row"), (MATCH | {"distinct": True, "weights_kind": "zipf@1.2"}, "choice-in-match")],
)
def test_what_cannot_be_matched_distinctly_is_one_problem(lookup: Row, code: str) -> None:
    draft = shop(lookup, of("wanted", "string", choice={"choices": REGIONS}))
    assert [problem.code for problem in read(draft).errors] == [code]


@pytest.mark.parametrize("lookup", [OWN, MATCH | {"weights_kind": "zipf@1.2"}])
def test_a_set_that_a_match_cannot_keep_is_told_what_to_match(lookup: Row) -> None:
    draft = shop(lookup, of("wanted", "string", choice={"choices": REGIONS}))
    draft["constraints"] = {"unique": [["line.order_id", "line.part_id"]]}
    [problem] = read(draft).errors
    assert (problem.code, "part_id match columns of rows above" in problem.hint) == ("unique-not-made", True)


def test_a_table_without_parents_is_told_of_no_parent() -> None:
    draft = shop()
    own = of("part_id", "int", lookup={"from": "part.part_id"} | OWN | {"distinct": True})
    draft["nodes"].append(table("basket", [of("wanted", "string", choice={"choices": REGIONS}), own], rows=9))
    [problem] = read(draft).errors
    assert (problem.code, "None" in problem.hint) == ("match-of-row", False)


@pytest.mark.parametrize(
    "written",
    [
        {"match": {"order.supplier_id": "part.supplier_id"}},
        {"match": {"supplier_id": "order.supplier_id"}},
        {"match": {"part.supplier_id": "order.supplier_id"}},
        {"match": {"order": {"supplier_id": "supplier_id"}}},
        {"where": {"supplier_id": "order.supplier_id"}},
        {"on": {"order.supplier_id": "supplier_id"}},
    ],
)
def test_a_match_that_is_written_in_another_way_is_mended(written: Row) -> None:
    repaired = repair(shop(written))
    assert repaired.draft["nodes"][3]["columns"][2]["generator"] == {"lookup": {"from": "part.part_id"} | MATCH}
    assert (repaired.reading.errors, len(repaired.mends)) == ((), 1)


@pytest.mark.parametrize(
    "written",
    [
        {"match": {"order.supplier_id": "supplier.supplier_id"}},
        {"match": {"size": "order.supplier_id"}},
        {"match": {"order": {"size": "supplier_id"}}},
        {"match": {"order": {}}},
        {"where": {"region": "EU"}},
        {"match": {"order.supplier_id": "supplier_id"}, "where": {"region": "order.region"}},
    ],
)
def test_what_may_be_meant_otherwise_is_not_made_a_match(written: Row) -> None:
    assert repair(shop(written)).draft["nodes"][3]["columns"][2]["generator"]["lookup"] == {"from": "part.part_id"} | written
