"""What a sink is told of a plan before the first row."""

from __future__ import annotations

from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.instants import DAY, HOUR, MINUTE, SECOND
from datagen_chat.schema.model import Column
from datagen_chat.sinks.base import ColumnShape, DatasetShape, ForeignKey, TableShape


def dataset_shape(plan: Plan) -> DatasetShape:
    """Return the shape of a dataset: its tables in order, parents before children, with their exact numbers of rows."""
    return DatasetShape(plan.dataset.metadata.name, tuple(table_shape(table) for table in plan.tables.values()))


def table_shape(table: TablePlan) -> TableShape:
    """Return the shape of one table."""
    columns = tuple(_column_shape(table, column) for column in table.table.columns)
    return TableShape(table.name, columns, table.row_count, table.table.pk, _foreign_keys(table))


def _column_shape(table: TablePlan, column: Column) -> ColumnShape:
    return ColumnShape(
        column.name,
        column.type,
        nullable=table.plan.index.may_hold_null((table.name, column.name)),
        decimals=column.places,
        layout=table.layout(column),
        ticks=_ticks(table, column),
    )


def _ticks(table: TablePlan, column: Column) -> int | None:
    """Return the longest usual unit of time that all values of a datetime column are whole multiples of."""
    grid = column.rewritten().grid(table.plan.dataset.window)
    if column.type != "datetime" or grid is None:
        return None
    for unit in (DAY, HOUR, MINUTE, SECOND):
        if grid.start % unit == 0 and (grid.step.months > 0 or grid.step.length % unit == 0):
            return unit
    return None


def _foreign_keys(table: TablePlan) -> tuple[ForeignKey, ...]:
    keys = []
    for key in table.plan.dataset.constraints.foreign_keys:
        (child, column), (parent, target) = key.from_.split("."), key.to.split(".")
        if child == table.name:
            keys.append(ForeignKey(column, parent, target))
    return tuple(keys)
