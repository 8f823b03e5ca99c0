"""Expressions whose every part has a kind: constants, columns, and operations on them, each part once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat.expressions.cells import FAULTS, Cells
from datagen_chat.expressions.kinds import Kind, dtype_of
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.frozen import dataclass
from datagen_chat.values import Numbers, Text, words_array

Scalar = int | float | str | bool | None
Nullable = Callable[[str | None, str], bool]


class Operation:
    """How values are made of other values; operations that are equal make the same.

    `is_fresh` says that the result shares no memory with an input, so that it may be overwritten; `overwrites`, that the
    result can itself be written over an input; `is_strict`, that it is null exactly where an input is, or something goes wrong.
    Floats that are infinite because they overflowed are not looked for after every step: `may_overflow` says that they can
    arise here, `bears_infinity` which inputs may hold them, because the result then is not finite either.
    """

    is_fresh: ClassVar = False
    overwrites: ClassVar = False
    is_strict: ClassVar = True
    may_overflow: ClassVar = False
    bears_infinity: ClassVar[tuple[int, ...]] = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __call__(
        self,
        inputs: Sequence[Cells],
        spare: NDArray[Any] | None = None,  # noqa: ARG002 - an operation that overwrites takes it
    ) -> Cells:
        """Return the result; `spare` is an input's data that nobody needs any more, or None."""
        return self.make(inputs)

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the result of an operation that does not overwrite."""
        raise NotImplementedError

    def can_be_null(self, inputs: Sequence[bool]) -> bool:
        """Return whether a result can be null, given which inputs can be."""
        return any(inputs)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:  # noqa: ARG002 - most operations always have a result
        """Return whether some rows may well have no result; `inputs` are values that are the same in all rows, else None.

        Results that are merely too large to hold do not count: `probing` finds them.
        """
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that is the same in every row; `cells` has length 1."""

    kind: Kind
    value: Scalar
    cells: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of the row or of another table's row."""

    kind: Kind
    table: str | None
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    """An operation on parts. `may_overflow` says that its floats may be infinite, which nobody has looked for yet."""

    kind: Kind
    operation: Operation
    inputs: tuple[Core, ...]
    may_overflow: bool = False


Core = Constant | Column | Apply


def constant(kind: Kind, value: Scalar) -> Constant:
    """Return a constant of a kind; times and durations are whole numbers here."""
    if kind == "text":
        text = Text(words_array(["" if value is None else str(value)]), np.zeros(1, np.int8), _valid(value))
        return Constant(kind, value, Cells(text))
    data = np.array([0 if value is None else value], dtype_of(kind))
    return Constant(kind, value, Cells(Numbers(data, _valid(value))))


def _valid(value: object) -> NDArray[np.bool_] | None:
    return np.zeros(1, np.bool_) if value is None else None


class Builder:
    """Makes parts, each only once, and works out at once what depends on no column."""

    def __init__(self, settle: Operation) -> None:
        self._settle = settle
        self._made: dict[tuple[Any, ...], Core] = {}

    def constant(self, kind: Kind, value: Scalar) -> Constant:
        """Return a constant."""
        found = self._once(("constant", kind, type(value), value), lambda: constant(kind, value))
        assert isinstance(found, Constant)
        return found

    def column(self, kind: Kind, table: str | None, name: str) -> Core:
        """Return a column."""
        return self._once(("column", table, name), lambda: Column(kind, table, name))

    def apply(self, at: int, kind: Kind, operation: Operation, *inputs: Core) -> Core:
        """Return an operation on parts, or the constant that it makes of constants.

        Raises:
            ExpressionError: it goes wrong for constants, as 1 / 0 does.
        """
        if operation.is_strict and any(isinstance(part, Constant) and part.value is None for part in inputs):
            return self.constant(kind, None)
        if all(isinstance(part, Constant) for part in inputs):
            return self._worked_out(at, kind, operation, [part.cells for part in inputs if isinstance(part, Constant)])
        bears = operation.bears_infinity
        safe = tuple(part if k in bears else self.settled(part) for k, part in enumerate(inputs))
        may_overflow = operation.may_overflow or any(isinstance(part, Apply) and part.may_overflow for part in safe)
        key = ("apply", kind, operation, *map(id, safe))
        return self._once(key, lambda: Apply(kind, operation, safe, may_overflow))

    def settled(self, part: Core) -> Core:
        """Return a part with null instead of infinities."""
        if not (isinstance(part, Apply) and part.may_overflow):
            return part
        return self._once(("settled", id(part)), lambda: Apply(part.kind, self._settle, (part,)))

    def _once(self, key: tuple[Any, ...], make: Callable[[], Core]) -> Core:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _worked_out(self, at: int, kind: Kind, operation: Operation, inputs: list[Cells]) -> Constant:
        with np.errstate(all="ignore"):
            made = operation(inputs)
        fault = FAULTS[int(made.faults[0])] if made.faults is not None and made.faults[0] else ""
        if not fault and kind == "float" and not np.isfinite(made.data[0]):
            fault = "a number too large to hold"
        if fault:
            raise ExpressionError(at, "expression-value", f"This is {fault}, in every row.", "Write other numbers.")
        return self.constant(kind, value_of(made))


def value_of(cells: Cells) -> Scalar:
    """Return the single value of cells of length 1."""
    if cells.valid is not None and not cells.valid[0]:
        return None
    if isinstance(cells.values, Text):
        found: str = cells.text.words[0 if cells.text.codes is None else int(cells.text.codes[0])].as_py()
        return found
    value: int | float | bool = cells.data[0].item()
    return value


def in_order(root: Core) -> list[Core]:
    """Return a part and all that it is made of, each once, inputs before what is made of them."""
    done: dict[int, Core] = {}
    waiting: list[tuple[Core, bool]] = [(root, False)]
    while waiting:
        part, is_ready = waiting.pop()
        if id(part) in done:
            continue
        if is_ready or not isinstance(part, Apply):
            done[id(part)] = part
        else:
            waiting.append((part, True))
            waiting += [(each, False) for each in reversed(part.inputs)]
    return list(done.values())


def can_be_null(root: Core, nullable: Nullable) -> bool:
    """Return whether a part can be null, given which columns can be; what goes wrong in a row does not count."""
    known: dict[int, bool] = {}
    for part in in_order(root):
        match part:
            case Constant():
                known[id(part)] = part.value is None
            case Column():
                known[id(part)] = nullable(part.table, part.name)
            case Apply():
                known[id(part)] = part.operation.can_be_null([known[id(each)] for each in part.inputs])
    return known[id(root)]


def may_fail(root: Core) -> bool:
    """Return whether a part may well be null in rows where no column is, as a quotient is where the divisor is zero."""
    return any(
        part.operation.may_fail([each.value if isinstance(each, Constant) else None for each in part.inputs])
        for part in in_order(root)
        if isinstance(part, Apply)
    )
