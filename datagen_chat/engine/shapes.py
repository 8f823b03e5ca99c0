"""What a sink is told of a plan before the first row."""

from __future__ import annotations

from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.sizes import ticks_of
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
        ticks=ticks_of(column, table.plan.dataset.window),
    )


def _foreign_keys(table: TablePlan) -> tuple[ForeignKey, ...]:
    keys = []
    for key in table.plan.dataset.constraints.foreign_keys:
        (child, column), (parent, target) = key.from_.split("."), key.to.split(".")
        if child == table.name:
            keys.append(ForeignKey(column, parent, target))
    return tuple(keys)
