"""What every accepted schema keeps, as functions that yield what is broken."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import numpy as np
from jsonschema import Draft202012Validator

from datagen_chat.arbitrary.nowhere import Nowhere
from datagen_chat.engine import run
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape, table_shape
from datagen_chat.schema.canonical import as_draft
from datagen_chat.schema.change import difference
from datagen_chat.schema.index import Index
from datagen_chat.schema.json_schema import json_schema
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from datagen_chat.values import Numbers, Text, Values
from tests.acceptance.database import Database, broken_promises

Json = dict[str, Any]
Made = dict[tuple[str, str], list[Any]]
_DTYPES = {"int": "int64", "float": "float64", "bool": "bool", "datetime": "int64", "date": "int64"}
_VALIDATOR = Draft202012Validator(json_schema())


def listed(values: Values) -> list[Any]:
    """Return values as plain Python values, None for nulls."""
    found = values.data.tolist() if isinstance(values, Numbers) else _words(values)
    return found if values.valid is None else [v if ok else None for v, ok in zip(found, values.valid, strict=True)]


def _words(values: Text) -> list[Any]:
    words: list[Any] = values.words.to_pylist()
    return words if values.codes is None else [words[code] for code in values.codes.tolist()]


def everything(plan: Plan) -> Made:
    """Return all values of all tables."""
    made = {}
    for table in plan.tables.values():
        rows = table.rows(range(table.row_count))
        made.update({(table.name, name): listed(rows.values(name)) for name in table.samplers})
    return made


def misfits(plan: Plan) -> Iterator[str]:
    """Yield the columns whose values are not what they are declared to be."""
    for table in plan.tables.values():
        rows = table.rows(range(table.row_count))
        for shape in table_shape(table).columns:
            values, place = rows.values(shape.name), f"{table.name}.{shape.name}"
            if len(values) != table.row_count:
                yield f"{place} has {len(values)} values"
            if isinstance(values, Numbers) != (shape.type != "string"):
                yield f"{place} is {type(values)}"
            elif isinstance(values, Numbers):
                yield from _misfit_numbers(place, shape.type, values)
            elif values.words.null_count:
                yield f"{place} has nulls among its words"
            if not shape.nullable and values.valid is not None and not values.valid.all():
                yield f"{place} is null"


def _misfit_numbers(place: str, kind: str, values: Numbers) -> Iterator[str]:
    if values.data.dtype != _DTYPES[kind]:
        yield f"{place} is {values.data.dtype}"
    valid = values.data if values.valid is None else values.data[values.valid]
    if kind == "float" and not np.isfinite(valid).all():
        yield f"{place} is not finite"


def changed_by_cuts(plan: Plan, made: Made, chance: random.Random) -> Iterator[str]:
    """Yield the columns that are others when their rows are made in pieces, or scattered."""
    for table in plan.tables.values():
        count = table.row_count
        cuts = sorted({0, count, *(chance.randint(0, count) for _ in range(3))})
        ways: list[Any] = [[range(a, b) for a, b in pairwise(cuts)]]
        if count:
            ways.append([np.array([chance.randrange(count) for _ in range(9)], dtype=np.int64)])
        for name in chance.sample(list(table.samplers), len(table.samplers)):
            for way in ways:
                found = [v for numbers in way for v in listed(table.rows(numbers).values(name))]
                wanted = [made[table.name, name][n] for numbers in way for n in numbers]
                if found != wanted:
                    yield f"{table.name}.{name} {way}"


def digests(plan: Plan, **options: Any) -> dict[str, str]:
    """Return the hash of every table."""
    dataset_shape(plan)
    with patch.object(run, "PART_COST", 1):  # so that small tables are shared by workers too
        return {table.shape.name: table.digest for table in write_plan(plan, Nowhere(), parallel=True, **options)}


def lost_in_writing(draft: Json, dataset: Dataset) -> Iterator[str]:
    """Yield what does not read back as it was written, or what is mended though nothing is wrong."""
    written = as_draft(dataset)
    if read(written).dataset != dataset:
        yield "as_draft reads otherwise"
    for name, each in (("draft", draft), ("written", written)):
        yield from (f"{name}: {error.json_path} {error.message}" for error in _VALIDATOR.iter_errors(each))
    kept = copy.deepcopy(draft)
    mended = repair(draft)
    if draft != kept:
        yield "repair wrote into the draft"
    if mended.draft != draft or mended.mends:
        yield f"repaired: {mended.mends}"
    if difference(draft, dataset) or difference(dataset, dataset):
        yield f"differs from itself: {difference(draft, dataset)}"


def broken(plan: Plan, dataset: Dataset, database: Database) -> Iterator[str]:
    """Yield keys, sets, bounds and totals that the database does not hold; not what is announced as only checked."""
    told = {promise.text.removesuffix(" does not hold.") for table in plan.tables.values() for promise in table.promises}
    yield from (name for name in broken_promises(dataset, database) if name.removeprefix("inequality ") not in told)
    index = Index(dataset)
    for table in dataset.nodes:
        for column in table.columns:
            if column.generator.word == "aggregate" and not column.null_rate and not column.modifiers:
                yield from _broken_total(f"{table.id}.{column.name}", column.generator, index, database)


def _broken_total(place: str, total: Any, index: Index, database: Database) -> Iterator[str]:
    table, _, name = place.partition(".")
    below, _, column = total.of.partition(".")
    joins = f'"{below}" t0'
    line = [below, *index.ancestors(below)]
    line = line[: line.index(table) + 1]
    for depth, above in enumerate(line[1:]):
        joins += f' JOIN "{above}" t{depth + 1} ON t{depth}."{above}_id" = t{depth + 1}.id'
    where = f'AND t0."{str(total.where).partition(" ")[0]}" > 3' if total.where else ""
    function, wanted = f't0."{column}"', {"count": "0", "sum": "0"}.get(total.op, "NULL")
    order = " ORDER BY t0.id" if total.op in ("first", "last") else ""
    wanted_rows = f"{function} IS NOT NULL {where}"
    sql = f"SELECT t{len(line) - 1}.id AS k, {total.op}({function}{order}) AS v FROM {joins} WHERE {wanted_rows} GROUP BY 1"
    got = database.execute(
        f'SELECT p.id, p."{name}", coalesce(s.v, {wanted}) FROM "{table}" p LEFT JOIN ({sql}) s ON p.id = s.k ORDER BY 1'
    ).fetchall()
    for key, found, right in got:
        if not _equal(found, right):
            yield f"{place} of {key}: {found} is not {right}"
            return


def _equal(found: Any, right: Any) -> bool:
    if isinstance(found, float) and right is not None:
        return abs(found - float(right)) <= 1e-9 * abs(float(right)) + 0.0051  # rounded to two places or more
    return bool(found == right)


def out_of_order(plan: Plan, made: Made) -> Iterator[str]:
    """Yield the plain times of children that do not ascend within their parent."""
    for table in plan.tables.values():
        for column in table.table.columns:
            if column.generator.word != "datetime_series" or column.modifiers or not table.table.parents or _own(table, column):
                continue
            owners, times = made[table.name, f"{table.table.parents[0]}_id"], made[table.name, column.name]
            known = [(owner, time) for owner, time in zip(owners, times, strict=True) if time is not None]
            if any(a[0] == b[0] and a[1] > b[1] for a, b in pairwise(known)):
                yield f"{table.name}.{column.name} does not ascend"


def _own(table: TablePlan, column: Any) -> bool:
    """Return whether a window's ends are of each row alone, so that nothing orders the times."""
    written = as_draft(table.plan.dataset)
    within = next(c for n in written["nodes"] if n["id"] == table.name for c in n["columns"] if c["name"] == column.name)
    window = within["generator"]["datetime_series"]["within"]
    lineage = {above.name for above in table.ancestors()}
    ends = [window] if isinstance(window, str) else [window["start"], window["end"]]
    own = any(end.partition(".")[0] not in {"timeframe", *lineage} and not end[0].isdigit() for end in ends)
    return own or bool(table.plan.index.bounds.get((table.name, column.name)))


def changed_by_removal(draft: Json, made: Made) -> Iterator[str]:
    """Yield the columns that change when one that nothing reads is removed."""
    for node in draft["nodes"]:
        for column in node["columns"]:
            if not re.fullmatch("[ca][0-9]", column["name"]) or column["type"] in ("datetime", "date"):
                continue  # a time may be the one that a modifier goes by without naming it
            less = copy.deepcopy(draft)
            owner = next(each for each in less["nodes"] if each["id"] == node["id"])
            owner["columns"] = [each for each in owner["columns"] if each["name"] != column["name"]]
            dataset = read(less).dataset
            if dataset is None:
                continue
            for place, values in everything(Plan(dataset, 42)).items():
                if values != made[place]:
                    yield f"{'.'.join(place)} without {node['id']}.{column['name']}"
            return
