"""Targets as checks: SQL over the tables, with the bounds of what it gives; and what is wrong with a target."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.problems import Problem, did_you_mean, pointer
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Check
from datagen_chat.schema.targets import CompositeEffect, MeanInRange, Targets, WeekendShare
from datagen_chat.sql import quoted
from datagen_chat.words import ColumnType

Bounded = WeekendShare | MeanInRange
_NUMBERS: tuple[ColumnType, ...] = ("int", "float")
_TIMES: tuple[ColumnType, ...] = ("datetime", "date")


def target_checks(index: Index) -> Iterator[tuple[str, Check]]:
    """Yield every target of a valid dataset as checks, each with the pointer of the target.

    The SQL is DuckDB's; a datetime may be a column of any type of time, because its day follows from its seconds.
    """
    targets = index.dataset.targets
    for k, share in enumerate(targets.weekend_share):
        yield pointer("targets", "weekend_share", k), _weekend_check(share)
    for k, mean in enumerate(targets.mean_in_range):
        yield pointer("targets", "mean_in_range", k), _mean_check(mean)
    for k, composite in enumerate(targets.composite_effect):
        yield from ((pointer("targets", "composite_effect", k), check) for check in _composite_checks(composite, index))


def _weekend_check(target: WeekendShare) -> Check:
    time = quoted(target.timestamp)
    # 1970-01-01 was a Thursday, so that three days later a week begins.
    weekday = f"(CAST(floor(epoch({time}) / 86400) AS BIGINT) + 3) % 7"
    sql = f"SELECT avg(CASE WHEN {weekday} >= 5 THEN 1.0 ELSE 0.0 END) FROM {quoted(target.table)} WHERE {time} IS NOT NULL"  # noqa: S608 - names are letters, digits and underscores
    name = target.name or f"weekends in {target.table}.{target.timestamp}"
    return _bounded(name, sql, target.min, target.max)


def _mean_check(target: MeanInRange) -> Check:
    sql = f"SELECT avg({quoted(target.column)}) FROM {quoted(target.table)}"  # noqa: S608 - names are letters, digits and underscores
    return _bounded(target.name or f"mean of {target.table}.{target.column}", sql, target.min, target.max)


def _composite_checks(target: CompositeEffect, index: Index) -> Iterator[Check]:
    """Yield one check for each tolerance: the mean error, and the mean error as a share of the number."""
    metric, joins, factors = f"t.{quoted(target.metric)}", dict[str, str](), list[str]()
    for influence in target.influences:
        table, _, column = influence.rpartition(".")
        alias = "t" if table in ("", target.table) else _joined(target.table, table, index, joins)
        factors.append(f"{alias}.{quoted(column)}")
    error = f"abs({metric} - {' * '.join(factors)})"
    source = f"FROM {quoted(target.table)} AS t" + "".join(joins.values())
    name = target.name or f"{target.table}.{target.metric} as a product"
    for what, value, limit in (
        ("mean error", error, target.tolerance.mae),
        ("mean share of error", f"{error} / nullif(abs({metric}), 0)", target.tolerance.mape),
    ):
        if limit is not None:
            sql = f"SELECT avg({value}) {source}"
            yield _bounded(f"{name}: {what}", sql, None, limit)


def _joined(own: str, table: str, index: Index, joins: dict[str, str]) -> str:
    """Return the name of a table that a key of the own one points at, joining it where it is not yet."""
    alias = f"j{list(joins).index(table) if table in joins else len(joins)}"
    [key] = index.pointing(own, table)
    theirs = quoted(index.tables[table].pk)
    joins.setdefault(table, f" JOIN {quoted(table)} AS {alias} ON t.{quoted(key)} = {alias}.{theirs}")
    return alias


def _bounded(name: str, sql: str, low: float | None, high: float | None) -> Check:
    bounds = {key: value for key, value in (("min", low), ("max", high)) if value is not None}
    return Check.model_validate({"name": name, "sql": sql, **bounds})


def check_targets(index: Index) -> Iterator[Problem]:
    """Yield targets of tables and columns that do not exist or have other types, and bounds that say nothing."""
    targets: Targets = index.dataset.targets
    for k, share in enumerate(targets.weekend_share):
        found = _check_bounded(share, "timestamp", share.timestamp, _TIMES, index)
        yield from (problem.under(pointer("targets", "weekend_share", k)) for problem in found)
    for k, mean in enumerate(targets.mean_in_range):
        found = _check_bounded(mean, "column", mean.column, _NUMBERS, index)
        yield from (problem.under(pointer("targets", "mean_in_range", k)) for problem in found)
    for k, composite in enumerate(targets.composite_effect):
        yield from (problem.under(pointer("targets", "composite_effect", k)) for problem in _check_composite(composite, index))


def _check_bounded(target: Bounded, key: str, column: str, types: tuple[ColumnType, ...], index: Index) -> Iterator[Problem]:
    yield from _check_column(pointer(key), target.table, column, types, index)
    if target.min is None and target.max is None:
        yield Problem("", "no-bounds", "The target has no bounds.", "Add min, max or both.")
    elif target.min is not None and target.max is not None and target.max < target.min:
        yield Problem("/max", "empty-range", f"max {target.max:g} is below min {target.min:g}.", "Swap min and max.")


def _check_composite(target: CompositeEffect, index: Index) -> Iterator[Problem]:
    yield from _check_column("/metric", target.table, target.metric, _NUMBERS, index)
    if target.tolerance.mae is None and target.tolerance.mape is None:
        yield Problem("/tolerance", "no-bounds", "The tolerance has no bound.", "Add mae, mape or both.")
    if target.table not in index.tables:
        return
    for k, influence in enumerate(target.influences):
        table, _, column = influence.rpartition(".")
        at = pointer("influences", k)
        yield from _check_column(at, table or target.table, column, _NUMBERS, index)
        is_there = (table, column) in index.columns and table != target.table
        if table and is_there and len(index.pointing(target.table, table)) != 1:
            message = f"A row of {target.table} does not point at exactly one row of {table} by a key of its own."
            hint = f"Name a column of {target.table}, or of a table whose key it looks up."
            yield Problem(at, "not-an-ancestor", message, hint)


def _check_column(at: str, table: str, column: str, types: tuple[ColumnType, ...], index: Index) -> Iterator[Problem]:
    if table not in index.tables:
        hint = did_you_mean(table, index.tables) or f"The tables are {', '.join(list(index.tables)[:20])}."
        yield Problem("/table" if at.count("/") == 1 else at, "unknown-table", f"There is no table {table}.", hint)
    elif (table, column) not in index.columns:
        hint = did_you_mean(column, [name for owner, name in index.columns if owner == table]) or "Name one of its columns."
        yield Problem(at, "unknown-column", f"{table} has no column {column}.", hint)
    elif index.columns[table, column].type not in types:
        message = f"{table}.{column} is of type {index.columns[table, column].type}, not {' or '.join(types)}."
        yield Problem(at, "reference-type", message, f"Name a column of type {' or '.join(types)}.")


def check_dag(index: Index) -> Iterator[Problem]:
    """Yield tables of the dag that do not exist or stand twice, and layers that come before what they depend on."""
    layers = {name: i for i, layer in reversed(list(enumerate(index.dataset.dag))) for name in layer}
    seen: set[str] = set()
    for i, layer in enumerate(index.dataset.dag):
        for j, name in enumerate(layer):
            at = pointer("dag", i, j)
            if name not in index.tables:
                hint = did_you_mean(name, index.tables) or f"The tables are {', '.join(list(index.tables)[:20])}."
                yield Problem(at, "unknown-table", f'There is no table "{name}".', hint)
            elif name in seen:
                yield Problem(at, "repeated-table", f"{name} stands in the dag twice.", "Remove one of them.")
            else:
                yield from _check_layer(at, name, layers, index)
            seen.add(name)


def _check_layer(at: str, name: str, layers: dict[str, int], index: Index) -> Iterator[Problem]:
    """Yield that a table does not stand in a later layer than each one that it hangs off or holds keys of."""
    keys = {parent[0] for child, parent in index.foreign_keys() if child[0] == name}
    for other in sorted(keys | set(index.tables[name].parents)):
        if other != name and layers.get(other, -1) >= layers[name]:
            message = f"{name} depends on {other}, which stands in the same layer or a later one."
            yield Problem(at, "dag-order", message, f"Put {name} into a later layer than {other}, or leave the dag out.")
            return
