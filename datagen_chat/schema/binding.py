"""Columns that hold a field of a walk or a journey by their name or their place alone."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.generators.state import State
from datagen_chat.problems import Problem, note, pointer
from datagen_chat.schema.model import Column, Table

_SAID = {"name": "name", "index": "number", "entered_at": "time"}


def check_bindings(table: Table) -> Iterator[Problem]:
    """Yield which columns hold a field of the rows whatever their generators say; and columns whose type forbids it."""
    fields = _bindings(table)
    for j, column in enumerate(table.columns):
        field = fields.get(column.name)
        if field is None:
            continue
        at, wanted = pointer("columns", j), State(field=field).types()
        if column.type not in wanted:
            message = f"{table.id}.{column.name} holds the {_SAID[field]} of each stage, which is no {column.type}."
            yield Problem(at + "/type", "state-type", message, f"Set type to {' or '.join(wanted)}.")
        else:
            message = f"{table.id}.{column.name} holds the {_SAID[field]} of each stage, not what its generator says."
            hint = f'Write "generator": {{"state": {{"field": "{field}"}}}} to say so.'
            yield note(at + "/generator", "bound-by-stages", message, hint)


def _bindings(table: Table) -> dict[str, str]:
    """Return the columns that hold a field by their name or place alone; a field that a column reads is bound to no other."""
    if table.unfolding is None:
        return {}
    reading = {column.name: column.generator.field for column in table.columns if isinstance(column.generator, State)}
    found = table.unfolding.bindings(table.columns)
    return {name: field for name, field in found.items() if name not in reading and field not in reading.values()}


def bound_table(table: Table) -> Table:
    """Return a table whose bound columns are made by the generator `state`; the same one where there are none."""
    fields = _bindings(table)
    columns = tuple(_bound_column(column, fields.get(column.name)) for column in table.columns)
    return table.model_copy(update={"columns": columns}) if fields else table


def _bound_column(column: Column, field: str | None) -> Column:
    if field is None or column.type not in State(field=field).types():
        return column
    return column.model_copy(update={"generator": State(field=field)})
