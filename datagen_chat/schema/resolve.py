"""What a schema means, checked: every word's own rules, every table's keys and rows, every reference, every cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datagen_chat.branches import check_names, covers
from datagen_chat.conversion import converts
from datagen_chat.fanouts import Spread
from datagen_chat.generators.base import Generator
from datagen_chat.instants import show_instant
from datagen_chat.modifiers.base import Made
from datagen_chat.problems import Problem, did_you_mean, note, pointer
from datagen_chat.schema.behaviours import check_behaviours, with_behaviours
from datagen_chat.schema.cycles import check_cycles
from datagen_chat.schema.facts import ColumnFacts, TableFacts
from datagen_chat.schema.fanouts import CaseFanout, Fanout, branches, reach, spreads
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import DEFAULT_ROWS, Column, Dataset, Table
from datagen_chat.schema.references import check_references
from datagen_chat.schema.row_ranges import row_range
from datagen_chat.schema.targets import Targets
from datagen_chat.schema.unfoldings import bound, check_unfolding
from datagen_chat.schema.uniqueness import check_key, check_repeats

LONGEST_TEXT = 100_000
"""The most bytes of a text, of which thousands are held at once."""


def resolve(dataset: Dataset) -> Iterator[Problem]:
    """Yield what is wrong, or worth knowing, about a dataset whose shape is right."""
    index = Index(bound(with_behaviours(dataset)))
    yield from _check_timeframe(dataset)
    yield from _check_names(dataset)
    yield from _check_checks(dataset)
    for i, table in enumerate(dataset.nodes):
        at = pointer("nodes", i)
        yield from (problem.under(at) for problem in (*_check_table(table, index), *check_unfolding(table, index)))
    for at, table, column in index.every_column:
        yield from (problem.under(at) for problem in _check_column(table, column, index))
    yield from check_references(index)
    yield from _check_promises(index)
    yield from check_cycles(index)
    if dataset.dag or dataset.targets != Targets.model_construct():
        from datagen_chat.schema.target_checks import check_dag, check_targets  # with what few schemas need

        yield from (*check_targets(index), *check_dag(index))


def _check_promises(index: Index) -> Iterator[Problem]:
    constraints = index.dataset.constraints
    if constraints.pattern or constraints.enum or any(column.constraints for _, _, column in index.every_column):
        from datagen_chat.schema.promises import check_promises

        yield from check_promises(index)
    if constraints.ranges:
        from datagen_chat.schema.ranges import check_ranges

        yield from check_ranges(index)


def _check_timeframe(dataset: Dataset) -> Iterator[Problem]:
    if dataset.window and dataset.window[1] < dataset.window[0]:
        start, end = map(show_instant, dataset.window)
        yield Problem(
            "/timeframe", "window-order", f"The timeframe ends ({end}) before it starts ({start}).", "Swap start and end."
        )


def _check_checks(dataset: Dataset) -> Iterator[Problem]:
    """Yield checks that say nothing of what their query is to give, or something that cannot be."""
    yield from _repeated("/checks/{}/name", [check.name for check in dataset.checks], "check", "the checks")
    for k, check in enumerate(dataset.checks):
        at = pointer("checks", k)
        if not check.sql.strip():
            yield Problem(
                at + "/sql", "empty-sql", f"The check {check.name} has no query.", "Write one SELECT over the tables."
            )
        low, high = check.between or (check.min, check.max)
        if low is not None and high is not None and low > high:
            hint = "Write the lower bound first."
            yield Problem(at, "empty-range", f"The check {check.name} allows nothing: {low:g} is above {high:g}.", hint)
        if check.equals is None and check.empty is None and low is None and high is None:
            hint = 'Add "equals", "between", "min", "max", or "empty": true.'
            yield Problem(at, "check-without-result", f"The check {check.name} does not say what its query is to give.", hint)


def _check_names(dataset: Dataset) -> Iterator[Problem]:
    yield from _repeated("/nodes/{}/id", [table.id for table in dataset.nodes], "table", "the schema")
    for i, table in enumerate(dataset.nodes):
        yield from _repeated(f"/nodes/{i}/columns/{{}}/name", [column.name for column in table.columns], "column", table.id)


def _repeated(at: str, names: list[str], what: str, where: str) -> Iterator[Problem]:
    """Yield the names that stand a second time; upper and lower case are the same to a database."""
    seen: dict[str, str] = {}
    for k, name in enumerate(names):
        first = seen.get(name.lower())
        seen.setdefault(name.lower(), name)
        if first is not None:
            how = "twice" if first == name else f'beside "{first}", which differs only in case'
            message = f'The {what} "{name}" stands in {where} {how}.'
            yield Problem(at.format(k), f"duplicate-{what}", message, f"Rename or remove this {what}.")


def _check_table(table: Table, index: Index) -> Iterator[Problem]:
    yield from _check_key(table, index)
    yield from _check_rows(table)
    yield from _check_lists(table)
    yield from check_behaviours(table, index)
    yield from _check_parents(table, index)
    if table.fanout:
        problems = tuple(problem.under(at) for at, spread in spreads(table.fanout) for problem in spread.check())
        yield from (problem.under("/fanout") for problem in _check_cases(table, table.fanout, index))
        yield from _check_scales(table, index)
        yield from (problem.under("/fanout") for problem in problems)
        if any(problem.is_error for problem in problems):
            return
    if table.rows is not None:
        yield from _check_reach(table, index)
    elif table.fanout:
        yield from _check_room(table, table.fanout, index)


def _check_key(table: Table, index: Index) -> Iterator[Problem]:
    columns = {column.name: (j, column) for j, column in reversed(list(enumerate(table.columns)))}
    if table.pk not in columns:
        hint = did_you_mean(table.pk, columns) or "Name one of its columns, or add the column."
        yield Problem("/pk", "unknown-pk", f"{table.id} has no column {table.pk} to be its primary key.", hint)
        return
    j, column = columns[table.pk]
    if column.may_be_null:
        at = pointer("columns", j, "null_rate" if column.null_rate else "nullable")
        yield Problem(
            at, "pk-nullable", f"{table.id}.{table.pk} is a primary key and cannot be null.", f"Remove {at.rpartition('/')[2]}."
        )
    yield from (problem.under(pointer("columns", j, "generator")) for problem in check_key(ColumnFacts(index, table, column)))


def _check_rows(table: Table) -> Iterator[Problem]:
    if table.rows is not None or (table.kind == "fact" and table.parents) or table.lists():
        return
    if table.kind == "vocab":
        hint = "Add rows: how many entries it has, or list them with enum_list."
        yield Problem("/rows", "missing-rows", f"Nothing says how many rows the vocab {table.id} has.", hint)
    else:
        message = f"{table.id} gives no number of rows; it gets {DEFAULT_ROWS}."
        yield note("/rows", "default-rows", message, "Add rows to choose another number.")


def _check_lists(table: Table) -> Iterator[Problem]:
    """Yield lists that are not as long as the table's first one: their values go together, row by row."""
    lists = table.lists()
    first = next(iter(lists), "")
    for j, column in enumerate(table.columns):
        count, wanted = len(lists.get(column.name, ())), len(lists.get(first, ()))
        if column.name in lists and count != wanted:
            message = f"{table.id}.{column.name} lists {count} values, but {table.id}.{first} lists {wanted}."
            hint = "Give both lists as many values: the k-th row has the k-th of each."
            yield Problem(pointer("columns", j, "generator", column.generator.word), "lists-differ", message, hint)


def _check_parents(table: Table, index: Index) -> Iterator[Problem]:
    if table.kind != "fact":
        for key in ("parents", "fanout", "state_transition_model", "stage_config"):
            if getattr(table, key):
                message = f"{table.id} is {_article(table.kind)}, which stands alone, but has {key}."
                yield Problem(f"/{key}", "not-a-fact", message, f'Set kind to "fact", or remove {key}.')
        return
    if table.fanout and not table.parents:
        hint = "Add parents: the table whose rows it multiplies."
        yield Problem("/fanout", "fanout-without-parents", f"{table.id} has a fanout but no parents to multiply.", hint)
    for k, parent in enumerate(table.parents):
        at = pointer("parents", k)
        if parent not in index.tables:
            hint = did_you_mean(parent, index.tables) or f"The tables are {', '.join(list(index.tables)[:20])}."
            yield Problem(at, "unknown-table", f'There is no table "{parent}" for {table.id} to hang off.', hint)
        elif parent in table.parents[:k]:
            yield Problem(at, "repeated-parent", f"{table.id} names its parent {parent} twice.", "Remove one of them.")


def _check_scales(table: Table, index: Index) -> Iterator[Problem]:
    """Yield what is wrong with formulas that multiply fanouts."""
    parent = index.tables.get(table.parents[0]) if table.parents else None
    for at, spread in spreads(table.fanout) if table.fanout and parent is not None else ():
        if spread.scale is not None and parent is not None:
            from datagen_chat.generators._formula import check_values  # most fanouts have no formula

            facts = TableFacts(index, parent)
            found = check_values(spread.scale, facts, ("int", "float", "bool"))
            yield from (problem.under(f"/fanout{at}/scale") for problem in found)


def _check_cases(table: Table, fanout: Fanout, index: Index) -> Iterator[Problem]:
    """Yield cases that no value takes, and values that no case takes; pointers are relative to the fanout."""
    if isinstance(fanout, Spread) or not table.parents:
        return
    owner, _, column = fanout.case.on.rpartition(".")
    place = (owner or table.parents[0], column)
    if place not in index.columns:
        return
    outcomes = index.outcomes(place)
    yield from (problem.under("/case") for problem in check_names(fanout.case.when, index.columns[place].type, outcomes))
    if fanout.case.else_ is None and not covers(fanout.case.when, index.columns[place].type, outcomes):
        message = f"Not every value of {'.'.join(place)} has a fanout."
        yield Problem("/case/else", "missing-else", message, 'Add "else": the fanout for all other values.')
    for at, each in branches(fanout).items():
        yield from (problem.under(at) for problem in _check_cases(table, each, index))


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _check_room(table: Table, fanout: Fanout, index: Index) -> Iterator[Problem]:
    """Yield a fanout that asks for more rows than any parent has room for."""
    for column in table.columns:
        most, fewest = column.generator.most_rows(index.dataset.window), reach(fanout)[0]
        if most is not None and fewest > most:
            message = f"Each parent has at least {fewest} rows of {table.id}, but {column.name} has only {most} ticks for them."
            hint = f"Ask for at most {most} rows, or use a longer window or a finer freq."
            yield Problem("/fanout", "too-few-ticks", message, hint)


def _bounds(fanout: Fanout) -> tuple[int, int | None]:
    return reach(fanout) if isinstance(fanout, CaseFanout) else fanout.bounds()


def _check_reach(table: Table, index: Index) -> Iterator[Problem]:
    """Yield a total that the fanout's bounds do not allow for the number of parent rows."""
    if not table.parents or table.parents[0] not in index.tables or table.rows is None or table.modifiers:
        return
    low, high = (0, None) if table.fanout is None else _bounds(table.fanout)
    fewest, most = row_range(index, table.parents[0])
    if most == 0 and table.rows > 0:
        message = f"{table.rows} rows of {table.id} cannot hang off {table.parents[0]}, which has no rows."
        yield Problem("/rows", "rows-out-of-reach", message, f"Give {table.parents[0]} at least one row.")
    elif high is not None and table.rows > most * high:
        message = (
            f"{table.rows} rows of {table.id} cannot come from {most:.0f} rows of {table.parents[0]} with at most {high} each."
        )
        yield Problem(
            "/rows", "rows-out-of-reach", message, f"Set rows to at most {most * high:.0f}, or raise the fanout's max."
        )
    elif table.rows < fewest * low:
        message = (
            f"{table.rows} rows of {table.id} are too few for {fewest:.0f} rows of {table.parents[0]} with at least {low} each."
        )
        yield Problem(
            "/rows", "rows-out-of-reach", message, f"Set rows to at least {fewest * low:.0f}, or lower the fanout's min."
        )


def _check_column(table: Table, column: Column, index: Index) -> Iterator[Problem]:
    generator, name = column.generator, f"{table.id}.{column.name}"
    facts = ColumnFacts(index, table, column)
    yield from (problem.under(pointer("generator", generator.word)) for problem in generator.check(facts))
    if column.made_type not in generator.fills:
        message = f"{name} is of type {column.type}, which {generator.word} cannot make."
        yield Problem(
            "/type", "generator-type", message, f"Set type to {' or '.join(generator.fills)}, or use another generator."
        )
    if column.decimals is not None and column.type != "float":
        message = f"{name} is of type {column.type}; only a float has decimals."
        yield Problem("/decimals", "decimals-type", message, "Remove decimals, or set type to float.")
    yield from _check_modifiers(facts)
    yield from _check_length(facts)
    yield from _check_nulls(facts)
    if column.unique:
        yield from (problem.under("/unique") for problem in check_repeats(facts))


def _check_length(facts: ColumnFacts) -> Iterator[Problem]:
    """Yield a problem when texts that hold others many times over are longer than can be held for many rows at once."""
    length = facts.texts_of(None, facts.column.name).length if facts.column.type == "string" else 0
    if length > LONGEST_TEXT:
        message = f"A text of {facts.name} has about {length:,.0f} bytes; {LONGEST_TEXT:,} is the most."
        yield Problem("/generator", "text-too-long", message, "Put fewer or shorter columns into it.")


def _check_modifiers(facts: ColumnFacts) -> Iterator[Problem]:
    column = facts.column
    if not column.modifiers:
        return
    generator, taken = column.generator, 0
    for k, change in enumerate(column.modifiers):
        better = change.args.rewritten(generator)
        if better is None:
            break
        yield from _check_rewritten(pointer("modifiers", k, "args"), generator, better, facts)
        generator, taken = better, k + 1
    made = Made(generator.makes(facts), generator.outcomes(facts))
    for k, change in enumerate(column.modifiers[taken:], taken):
        at, modifier = pointer("modifiers", k), change.args
        if made.type not in modifier.takes:
            message = f"{modifier.word} cannot change values of type {made.type}."
            hint = f"Use it where values are {' or '.join(modifier.takes)}, or remove it."
            yield Problem(at + "/transform", "modifier-type", message, hint)
            return
        yield from (problem.under(at + "/args") for problem in modifier.check(facts, made))
        made = modifier.makes(made)
    if not converts(made.type, column.type):
        message = f"The modifiers make {made.type}, but {facts.name} is of type {column.type}."
        yield Problem("/modifiers", "modifier-result", message, f"Set type to {made.type}, or change the modifiers.")
    yield from _check_clamps(column)


def _check_clamps(column: Column) -> Iterator[Problem]:
    """Yield a clamp of the last modifier in which no value of the generator's clamp lies."""
    inner, outer = column.generator.clamps(), column.modifiers[-1].args.clamps()
    if inner is None or outer is None or any(change.args.converts for change in column.modifiers):
        return
    if outer[1] < inner[0] or inner[1] < outer[0]:
        apart = f"from {outer[0]:g} to {outer[1]:g} and the generator's from {inner[0]:g} to {inner[1]:g}"
        message = f"The clamp {apart} have no value in common."
        at = pointer("modifiers", len(column.modifiers) - 1, "args")
        yield Problem(at, "clamps-apart", message, "Remove one of them, or let them overlap.")


def _check_rewritten(at: str, before: Generator, after: Generator, facts: ColumnFacts) -> Iterator[Problem]:
    """Yield what is wrong with a generator that was not before a modifier became part of it; at the modifier."""
    known = set(before.check(facts))
    for problem in after.check(facts):
        if problem not in known:
            argument = problem.at.rpartition("/")[2]
            yield replace(problem, at=f"{at}/{argument}" if argument in ("weights", "dimension") else at)


def _check_nulls(facts: ColumnFacts) -> Iterator[Problem]:
    column, name = facts.column, facts.name
    reasons = (column.generator.why_null(facts), *(change.args.why_null() for change in column.modifiers))
    why = next(filter(None, reasons), "")
    if column.null_rate and not column.nullable and "nullable" in column.model_fields_set:
        message = f"{name} is not nullable, but its null_rate is {column.null_rate:g}."
        yield Problem("/null_rate", "null-contradiction", message, "Remove null_rate, or set nullable to true.")
    if why and not column.may_be_null:
        yield Problem("/generator", "null-not-allowed", f"{name} is not nullable, but {why}.", 'Add "nullable": true.')
    elif column.nullable and not column.null_rate and not why and (facts.table.id, column.name) not in facts.index.failing:
        hint = "Add null_rate: the share of rows without a value, or remove nullable."
        yield note("/nullable", "nullable-unused", f"{name} is nullable, but nothing makes a null.", hint)
