"""Behaviours of parents: what is wrong with them, and what they come to in the tables below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen_chat.behaviours.segment_behavior import SegmentBehavior
from datagen_chat.behaviours.vintage_behavior import UNITS, AgeMultiplier, VintageBehavior
from datagen_chat.branches import check_names
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.modifiers.base import NUMBERS, Modifier
from datagen_chat.problems import Problem, did_you_mean, note, pointer
from datagen_chat.schema.constraints import Inequality
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Change, Column, Dataset, Table

_TIMES = ("datetime", "date")
_RESERVED = ("fanout", "all")


def with_behaviours(dataset: Dataset) -> Dataset:
    """Return the dataset with what behaviours, and times that effects do not name, come to in each table.

    Columns and fanouts get modifiers that no schema writes, times get the bound that they do not precede their parent. The
    behaviours only name their columns then, so that a second time changes nothing.
    """
    if not any(table.segment_behavior or table.vintage_behavior or table.modifiers for table in dataset.nodes):
        return dataset
    index = Index(dataset)
    nodes = tuple(_below(table, index) for table in dataset.nodes)
    orders = (order for table in dataset.nodes for order in _orders(table, index))
    inequalities = tuple(dict.fromkeys((*dataset.constraints.inequalities, *orders)))
    constraints = dataset.constraints.model_copy(update={"inequalities": inequalities})
    return dataset.model_copy(update={"nodes": nodes, "constraints": constraints})


def _below(table: Table, index: Index) -> Table:
    """Return a table with what the behaviours of the tables above it come to."""
    changes = [_timed(change, table, index) for change in table.modifiers]
    if table.parents and _has_fanout(table):
        changes += [_hidden(scaling) for scaling in _fanout_scalings(table, index)]
    columns = tuple(_scaled(table, column, index) for column in table.columns)
    segment, vintage = table.segment_behavior, table.vintage_behavior
    update: dict[str, Any] = {
        "modifiers": tuple(changes),
        "columns": columns,
        "segment_behavior": segment and segment.model_copy(update={"behaviors": {}}),
        "vintage_behavior": vintage and vintage.model_copy(update={"age_based_multipliers": {}}),
    }
    return table.model_copy(update=update)


def _has_fanout(table: Table) -> bool:
    return not table.is_ticking and not table.is_unfolded


def _hidden(scaling: Modifier) -> Change:
    return Change.model_construct(transform=scaling.word, args=scaling)


def _timed(change: Change, table: Table, index: Index) -> Change:
    """Return a modifier of a fanout with the time that it does not name."""
    from datagen_chat.modifiers.effect import Effect

    effect, parent = change.args, "".join(table.parents[:1])
    if not isinstance(effect, Effect) or effect.window is None or effect.time_reference is not None:
        return change
    if parent not in index.tables:
        return change
    found = index.time_of_row(parent, None)
    if found is None:
        return change
    named = f"{found[0] or parent}.{found[1]}"
    return change.model_copy(update={"args": effect.model_copy(update={"time_reference": named})})


def _carriers(table: Table, index: Index) -> Iterator[Table]:
    """Yield the tables whose behaviours reach a table."""
    for name in index.ancestors(table.id):
        yield index.tables[name]


def _segments(table: Table, index: Index) -> Iterator[tuple[Table, SegmentBehavior]]:
    for carrier in _carriers(table, index):
        behaviour = carrier.segment_behavior
        if behaviour is not None and (carrier.id, behaviour.segment_column) in index.columns:
            yield carrier, behaviour


def _vintages(table: Table, index: Index) -> Iterator[tuple[Table, VintageBehavior]]:
    for carrier in _carriers(table, index):
        behaviour = carrier.vintage_behavior
        created = None if behaviour is None else index.columns.get((carrier.id, behaviour.created_at_column))
        if behaviour is not None and created is not None and created.type in _TIMES:
            yield carrier, behaviour


def _fanout_scalings(table: Table, index: Index) -> Iterator[Modifier]:
    from datagen_chat.behaviours.curves import Curve
    from datagen_chat.behaviours.scaling import SegmentScaling, VintageScaling

    for carrier, behaviour in _segments(table, index):
        factors = {name: effect.fanout_multiplier for name, effect in behaviour.behaviors.items()}
        if any(factor != 1 for factor in factors.values()):
            yield SegmentScaling(carrier=carrier.id, column=behaviour.segment_column, factors=factors)
    for carrier, vintage in _vintages(table, index):
        for each in vintage.multipliers:
            if set(each.applies_to) & set(_RESERVED):
                curve = Curve(each.curve, each.time_unit)
                yield VintageScaling(carrier=carrier.id, created=vintage.created_at_column, curve=curve)


def _scaled(table: Table, column: Column, index: Index) -> Column:
    """Return a column with the modifiers that the behaviours above come to, and times that follow a curve."""
    scalings = tuple(_hidden(scaling) for scaling in _column_scalings(table, column, index))
    column = column.model_copy(update={"modifiers": (*column.modifiers, *scalings)}) if scalings else column
    if index.time_of_row(table.id, None) == (None, column.name) and _has_fanout(table):
        return _aged(table, column, index)
    return column


def _column_scalings(table: Table, column: Column, index: Index) -> Iterator[Modifier]:
    from datagen_chat.behaviours.curves import Curve
    from datagen_chat.behaviours.scaling import SegmentScaling, VintageScaling

    if column.type not in NUMBERS or index.must_not_repeat((table.id, column.name)):
        return
    for carrier, behaviour in _segments(table, index):
        factors = {name: effect.value_multiplier for name, effect in behaviour.behaviors.items()}
        if column.name in behaviour.applies_to_columns and any(factor != 1 for factor in factors.values()):
            yield SegmentScaling(carrier=carrier.id, column=behaviour.segment_column, factors=factors)
    for carrier, vintage in _vintages(table, index):
        for each in vintage.multipliers:
            time = _time_below(table, carrier, index)
            if time is not None and _reaches(each, column):
                curve = Curve(each.curve, each.time_unit)
                yield VintageScaling(carrier=carrier.id, created=vintage.created_at_column, curve=curve, time=time)


def _reaches(each: AgeMultiplier, column: Column) -> bool:
    """Return whether a curve applies to a column: by its name, or among all floats and drawn numbers."""
    is_drawn = column.type == "float" or column.generator.word == "distribution"
    return column.name in each.applies_to or ("all" in each.applies_to and is_drawn)


def _time_below(table: Table, carrier: Table, index: Index) -> tuple[str | None, str] | None:
    """Return the column that says when a row happened, of a table below the one that carries the behaviour."""
    found = index.time_of_row(table.id, None)
    above = index.ancestors(table.id)
    is_below = found is not None and (found[0] is None or above.index(found[0]) < above.index(carrier.id))
    return found if is_below else None


def _aged(table: Table, column: Column, index: Index) -> Column:
    """Return a column of times whose density follows the first list curve on the fanout, by name."""
    if type(column.generator) is not DatetimeSeries or column.generator.limits_rows:
        return column
    for carrier, vintage in _vintages(table, index):
        for each in vintage.multipliers:
            if set(each.applies_to) & set(_RESERVED) and isinstance(each.curve, tuple) and any(each.curve):
                from datagen_chat.behaviours.ageing import AgeingSeries

                own: dict[str, Any] = {name: getattr(column.generator, name) for name in DatetimeSeries.model_fields}
                own |= {"carrier": carrier.id, "created": vintage.created_at_column}
                series = AgeingSeries.model_construct(**own, steps=each.curve, unit=UNITS[each.time_unit])
                return column.model_copy(update={"generator": series})
    return column


def _orders(table: Table, index: Index) -> Iterator[Inequality]:
    """Yield that the times of a table do not precede the time from which the age of a row above counts."""
    for carrier, vintage in _vintages(table, index):
        for column in table.columns:
            if column.type in _TIMES and column.generator.is_bounded:
                left, right = f"{table.id}.{column.name}", f"{carrier.id}.{vintage.created_at_column}"
                yield Inequality(left=left, op=">=", right=right)


def check_behaviours(table: Table, index: Index) -> Iterator[Problem]:
    """Yield what is wrong with the behaviours that a table carries, and with the modifiers of its fanout."""
    if table.segment_behavior is not None:
        yield from (problem.under("/segment_behavior") for problem in _check_segments(table, table.segment_behavior, index))
    if table.vintage_behavior is not None:
        yield from (problem.under("/vintage_behavior") for problem in _check_vintage(table, table.vintage_behavior, index))
    for k, change in enumerate(table.modifiers):
        yield from (problem.under(pointer("modifiers", k)) for problem in _check_scaling(table, change.args, index))


def _check_segments(table: Table, behaviour: SegmentBehavior, index: Index) -> Iterator[Problem]:
    place = (table.id, behaviour.segment_column)
    if place not in index.columns:
        yield _unknown("/segment_column", behaviour.segment_column, table)
    else:
        for key, names in (("behaviors", behaviour.behaviors), ("segments", behaviour.segments)):
            for problem in check_names(names, index.columns[place].type, index.outcomes(place)):
                at = problem.at.replace("/when", f"/{key}", 1)
                yield Problem(at, problem.code, problem.message, problem.hint, problem.severity)
    yield from _check_columns("/applies_to_columns", behaviour.applies_to_columns, table, index)
    effects = behaviour.behaviors.values()
    if any(effect.value_multiplier != 1 for effect in effects) and not behaviour.applies_to_columns:
        hint = "Add applies_to_columns: the columns of the tables below that it multiplies."
        yield Problem("/behaviors", "value-multiplier-unused", "value_multiplier has no column to apply to.", hint)
    if behaviour.behaviors:
        scales = any(effect.fanout_multiplier != 1 for effect in effects)
        yield from _check_reached("/behaviors", "fanout_multiplier", scales, table, index)


def _check_vintage(table: Table, behaviour: VintageBehavior, index: Index) -> Iterator[Problem]:
    created = index.columns.get((table.id, behaviour.created_at_column))
    if created is None:
        yield _unknown("/created_at_column", behaviour.created_at_column, table)
    elif created.type not in _TIMES:
        message = f"{table.id}.{created.name} is of type {created.type}; an age counts from a datetime or a date."
        yield Problem("/created_at_column", "reference-type", message, "Name a datetime or date column.")
    for name, each in behaviour.age_based_multipliers.items():
        at = pointer("age_based_multipliers", name)
        named = tuple(column for column in each.applies_to if column not in _RESERVED)
        yield from _check_columns(at + "/applies_to", named, table, index)
        scales = bool(set(each.applies_to) & set(_RESERVED))
        if scales and index.dataset.window is None:
            hint = 'Add "timeframe": {"start": …, "end": …} to the dataset.'
            message = "The age for the fanout is that at the timeframe's end, but there is no timeframe."
            yield Problem(at + "/applies_to", "no-timeframe", message, hint)
        if isinstance(each.curve, tuple) and not any(each.curve):
            yield Problem(at + "/curve", "weights-zero", "The curve is 0 at every age.", "Make at least one value positive.")
        yield from _check_reached(at + "/applies_to", "The curve", scales, table, index)
        yield from _check_times(at + "/applies_to", named, table, index)


def _check_times(at: str, names: tuple[str, ...], table: Table, index: Index) -> Iterator[Problem]:
    """Yield columns whose rows have no time of their own from which an age would follow."""
    for below in _tables_below(table, index):
        for column in below.columns:
            if column.name in names and _time_below(below, table, index) is None:
                message = f"The rows of {below.id} have no time, so that {column.name} cannot depend on an age."
                yield Problem(at, "no-time", message, f"Give {below.id} a datetime column.")


def _tables_below(table: Table, index: Index) -> list[Table]:
    return [other for other in index.tables.values() if table.id in index.ancestors(other.id)]


def _check_columns(at: str, names: tuple[str, ...], table: Table, index: Index) -> Iterator[Problem]:
    """Yield columns that no table below has, or that are no numbers, or must not repeat."""
    below = [(other, column) for other in _tables_below(table, index) for column in other.columns]
    for k, name in enumerate(names):
        found = [(other, column) for other, column in below if column.name == name]
        where = at if at.endswith("applies_to") else f"{at}/{k}"
        if not found:
            hint = (
                did_you_mean(name, {column.name for _, column in below}) or "Name a number of a table that hangs off this one."
            )
            yield Problem(where, "unknown-column", f"No table below {table.id} has a column {name}.", hint)
        yield from _check_number(where, found, index)


def _check_number(at: str, found: list[tuple[Table, Column]], index: Index) -> Iterator[Problem]:
    """Yield the first of some columns of the same name that cannot be multiplied."""
    for table, column in found:
        if column.type not in NUMBERS:
            message = f"{table.id}.{column.name} is of type {column.type}; only numbers can be multiplied."
            yield Problem(at, "reference-type", message, "Name numbers of the tables below.")
            return
        if index.must_not_repeat((table.id, column.name)):
            message = f"{table.id}.{column.name} must not repeat, and cannot be multiplied."
            yield Problem(at, "scaled-key", message, "Name another column.")
            return


def _check_reached(at: str, what: str, scales: bool, table: Table, index: Index) -> Iterator[Problem]:
    """Yield that no table hangs off this one, or that the rows of one come otherwise than by a fanout."""
    below = _tables_below(table, index)
    if not below:
        hint = f"Remove it, or give a table below the parent {table.id}."
        yield Problem(at, "nothing-below", f"No table hangs off {table.id}, so that this has no effect.", hint)
    for other in below if scales else ():
        if not _has_fanout(other):
            message = f"{what} does not change the number of rows of {other.id}: they are not made by a fanout."
            yield note(at, "no-fanout", message, f"Give {other.id} a fanout, or leave its rows as they are.")


def _unknown(at: str, column: str, table: Table) -> Problem:
    hint = did_you_mean(column, [each.name for each in table.columns]) or "Name one of its columns, or add the column."
    return Problem(at, "unknown-column", f"{table.id} has no column {column}.", hint)


def _check_scaling(table: Table, modifier: Modifier, index: Index) -> Iterator[Problem]:
    """Yield why a modifier cannot scale a fanout."""
    from datagen_chat.modifiers.effect import Effect
    from datagen_chat.modifiers.multiply import Multiply
    from datagen_chat.schema.facts import TableFacts

    parent = index.tables.get(table.parents[0]) if table.parents else None
    if not modifier.scales_fanout:
        hint = "Use multiply or effect here, or put it into the modifiers of a column."
        yield Problem("/transform", "modifier-of-fanout", f"{modifier.word} cannot scale the fanout of {table.id}.", hint)
    elif parent is None or not _has_fanout(table):
        message = f"The rows of {table.id} are not made by a fanout that could be scaled."
        yield Problem("/transform", "no-fanout", message, "Add parents and a fanout, or remove this modifier.")
    elif isinstance(modifier, Multiply) and modifier.factor < 0:
        yield Problem("/args/factor", "negative-factor", "A fanout cannot be negative.", "Use a factor of 0 or more.")
    elif isinstance(modifier, Effect):
        if modifier.map.op == "add":
            yield Problem("/args/map/op", "modifier-of-fanout", "A fanout is scaled, not added to.", 'Set op to "mul".')
        facts = TableFacts(index, parent)
        yield from (problem.under("/args") for problem in modifier.check_match(facts, None))
