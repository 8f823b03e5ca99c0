"""An expression as steps: each part made once for all rows, in an order in which inputs come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from datagen_chat.expressions.cells import FAULTS, Cells, spread
from datagen_chat.expressions.core import Apply, Column, Constant, Core, Operation, in_order
from datagen_chat.expressions.kinds import Kind, dtype_of
from datagen_chat.frozen import dataclass
from datagen_chat.values import Values

Read = Callable[[str | None, str], Values]
Mishaps = Callable[[str, int], None]


def _unheard(_what: str, _rows: int) -> None:
    """Forget a mishap."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One operation: where its inputs stand, which of them is overwritten, and which are not needed after it."""

    operation: Operation
    inputs: tuple[int, ...]
    spare: int | None
    done: tuple[int, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What makes an expression's values for rows; it holds no state that shows, so several threads may use it."""

    kind: Kind
    _size: int
    _constants: tuple[tuple[int, Cells], ...]
    _columns: tuple[tuple[int, str | None, str], ...]
    _steps: tuple[_Step, ...]
    _result: int

    def __call__(self, read: Read, rows: int, mishaps: Mishaps = _unheard) -> Values:
        """Return the values of some rows.

        `read` gives the columns, named by table or None and column, all of so many rows. `mishaps` is told, for each thing
        that went wrong, such as "division by zero", in how many rows it made the value null or decided a condition.
        """
        places: list[Cells | None] = [None] * self._size
        for place, cells in self._constants:
            places[place] = cells
        for place, table, column in self._columns:
            places[place] = Cells(read(table, column))
        with np.errstate(all="ignore"):
            for step in self._steps:
                _run(step, places)
        result = places[self._result]
        assert result is not None
        _report(result, mishaps)
        return spread(result.values, rows)

    def columns(self) -> Iterator[tuple[str | None, str]]:
        """Yield the columns that are read, each once."""
        for _, table, column in self._columns:
            yield table, column


def _run(step: _Step, places: list[Cells | None]) -> None:
    inputs = [cells for place in step.inputs if (cells := places[place]) is not None]
    spare = None if step.spare is None else inputs[step.spare].data
    places[step.place] = step.operation(inputs, spare)
    for place in step.done:
        places[place] = None


def _report(result: Cells, mishaps: Mishaps) -> None:
    if result.faults is None:
        return
    for fault, rows in enumerate(np.bincount(result.faults, minlength=1).tolist()):
        if fault and rows:
            mishaps(FAULTS[fault], rows)


def program(root: Core) -> Evaluator:
    """Return the steps that make a part."""
    parts = in_order(root)
    places = {id(part): place for place, part in enumerate(parts)}
    uses: dict[int, list[Apply]] = {id(part): [] for part in parts}
    for part in parts:
        if isinstance(part, Apply):
            for each in part.inputs:
                uses[id(each)].append(part)
    constants = tuple((places[id(part)], part.cells) for part in parts if isinstance(part, Constant))
    columns = tuple((places[id(part)], part.table, part.name) for part in parts if isinstance(part, Column))
    steps = tuple(_step(part, places, uses) for part in parts if isinstance(part, Apply))
    return Evaluator(root.kind, len(parts), constants, columns, steps, places[id(root)])


def _step(part: Apply, places: dict[int, int], uses: dict[int, list[Apply]]) -> _Step:
    done = [each for each in part.inputs if uses[id(each)][-1] is part and not isinstance(each, Constant)]
    spare = next((k for k, each in enumerate(part.inputs) if each in done and _can_overwrite(part, each, uses)), None)
    inputs = tuple(places[id(each)] for each in part.inputs)
    return _Step(part.operation, inputs, spare, tuple({places[id(each)] for each in done}), places[id(part)])


def _can_overwrite(part: Apply, each: Core, uses: dict[int, list[Apply]]) -> bool:
    """Return whether a part may be written over an input that is not needed after it: nothing else may share its memory."""
    if not (part.operation.overwrites and isinstance(each, Apply) and each.operation.is_fresh):
        return False
    is_shared = any(not user.operation.is_fresh for user in uses[id(each)])
    return not is_shared and dtype_of(part.kind) is dtype_of(each.kind)
