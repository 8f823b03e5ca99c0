"""Columns that are made of the rows below: one pass over those rows for all columns that fold the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from datagen_chat.engine.descent import TableDescent
from datagen_chat.generators.base.rows import Fold, Rows
from datagen_chat.schema.cycles import reachable
from datagen_chat.values import Values

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

PIECE_ROWS = 1 << 16
"""So many rows below are looked at together, however many a single row has."""


def fold_rows(descent: TableDescent, folds: Mapping[str, Fold]) -> dict[str, Values]:
    """Return the values of several folds over the same rows, by their names."""
    foldings = {name: fold.begin(len(descent.first)) for name, fold in folds.items()}
    eager = [foldings[name] for name, fold in folds.items() if fold.needs_rows]
    for piece in descent.pieces(PIECE_ROWS) if eager else ():
        for folding in eager:
            folding.add(piece)
    return {name: folding.values(descent) for name, folding in foldings.items()}


class TogetherFolds:
    """The columns of one table that fold the rows of one table below, and of which none waits for another."""

    def __init__(self, table: TablePlan, below: str, columns: tuple[str, ...]) -> None:
        self.name = ("folds", below, columns[0])
        scopes = {name: table.scope(name) for name in columns}
        self._folds = {name: scope.column.generator.fold(scope) for name, scope in scopes.items()}
        self._descend = table.descent(below)

    def values(self, rows: Rows, column: str) -> Values:
        """Return one of the columns for some rows; all of them are made when the first one is asked for."""
        return rows.shared(self.name, lambda: fold_rows(self._descend(rows), self._folds))[column]


def together(table: TablePlan, below: str) -> Iterator[tuple[str, ...]]:
    """Yield the columns of a table that fold the rows of one table below, those together that can be made together."""
    columns = [column.name for column in table.table.columns if column.generator.folds() == below]
    waiting = {name: reachable(table.plan.index, (table.name, name)) for name in columns} if len(columns) > 1 else {}
    levels: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in levels:
            before = [level(other) for other in columns if other != name and (table.name, other) in waiting.get(name, ())]
            levels[name] = 1 + max(before, default=0)
        return levels[name]

    for each in sorted({level(name) for name in columns}):
        yield tuple(name for name in columns if levels[name] == each)
