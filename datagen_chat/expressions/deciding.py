"""What comparisons, conditions and choices mean for each kind of operand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from datagen_chat.expressions.core import Apply, Builder, Constant, Core
from datagen_chat.expressions.kernels.logic import Both, Extreme, FirstKnown, IsMissing, Select, Unless
from datagen_chat.expressions.kernels.numbers import AnyOf, Elementwise
from datagen_chat.expressions.kernels.texts import Compare, OneOf, TakesSecond
from datagen_chat.expressions.kinds import Kind
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.operands import Operand, alike, converted, listed

_UFUNCS: dict[str, np.ufunc] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_OF_TEXT = {sign: function.__name__ for sign, function in _UFUNCS.items()}
_MANY = 8  # from so many values on, a set is quicker than one comparison after another


def compare(build: Builder, at: int, sign: str, left: Operand, right: Operand) -> Core:
    """Return whether a comparison holds.

    Raises:
        ExpressionError: the operands cannot be compared.
    """
    if left.kind == "null" or right.kind == "null":
        other = right if left.kind == "null" else left
        raise ExpressionError(left.at, "expression-kind", "Comparing with null gives null.", f"Write {other.text} is null.")
    found = alike(build, (left, right))
    if found is None:
        message = f"{sign} cannot compare {left} with {right}."
        raise ExpressionError(left.at, "expression-kind", message, _hint(sign, left, right))
    kind, parts = found
    operation = Compare(_OF_TEXT[sign]) if kind == "text" else Elementwise(_UFUNCS[sign])
    return build.apply(at, "bool", operation, *parts)


def _hint(sign: str, left: Operand, right: Operand) -> str:
    for one, other in ((left, right), (right, left)):
        if one.is_number and other.is_span:
            return f"Write days({one.text}) instead of {one.text}, or divide the duration by days(1)."
        if one.is_number and other.literal is not None:
            return _unquoted(one, other.literal)
        if one.kind == "text" and other.is_number:
            return f"Write '{other.text}' to compare with text."
        if one.is_number and other.is_time:
            return f"Compare with a time such as '2024-01-31', or year({other.text}) with a number."
    return f"Put values of one kind on both sides of {sign}."


def _unquoted(number: Operand, text: str) -> str:
    if number.kind == "bool" and text.lower() in ("true", "false"):
        return f"Write {text.lower()} without quotes."
    if text.strip().replace(".", "", 1).isdecimal():
        return f"Write {text.strip()} without quotes."
    return f"Compare {number.text} with a number."


def both(build: Builder, at: int, parts: Sequence[Core], deciding: bool) -> Core:
    """Return truth values joined by `and`, or by `or` when true decides alone."""
    truths = [converted(build, at, part, "bool") for part in parts]
    return _folded(lambda left, right: build.apply(at, "bool", Both(deciding), left, right), truths)


def _folded(join: Callable[[Core, Core], Core], parts: Sequence[Core]) -> Core:
    """Return parts joined two by two, so that many of them do not nest deeply."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_folded(join, parts[:middle]), _folded(join, parts[middle:]))


def opposite(build: Builder, at: int, part: Core) -> Core:
    """Return the opposite of a truth value."""
    return build.apply(at, "bool", Elementwise(np.logical_not), converted(build, at, part, "bool"))


def truth(build: Builder, operand: Operand, where: str) -> Core:
    """Return an operand as a condition: a truth value, or whether a whole number is not 0.

    Raises:
        ExpressionError: it is neither.
    """
    if operand.kind in ("bool", "null"):
        return converted(build, operand.at, operand.part, "bool")
    if operand.kind == "int":
        return build.apply(operand.at, "bool", Elementwise(np.not_equal), operand.part, build.constant("int", 0))
    hint = f"Compare it: {operand.text} {'!= 0' if operand.is_number else '== …'}."
    raise ExpressionError(operand.at, "expression-kind", f"{operand} {where} is neither true nor false.", hint)


def is_missing(build: Builder, at: int, operand: Operand, negated: bool) -> Core:
    """Return whether a value is null, or is not."""
    found = build.apply(at, "bool", IsMissing(), operand.part)
    return opposite(build, at, found) if negated else found


def is_in(build: Builder, at: int, operand: Operand, members: Sequence[Operand]) -> Core:
    """Return whether a value equals one of several.

    Raises:
        ExpressionError: one of them is null, or cannot be compared with the value.
    """
    for member in members:
        if member.kind == "null":
            hint = f"Leave null out, and write {operand.text} is null beside the list."
            raise ExpressionError(member.at, "expression-kind", "Comparing with null gives null.", hint)
    found = alike(build, (operand, *members)) if len(members) > _MANY else None
    if found is not None and all(isinstance(part, Constant) for part in found[1][1:]):
        return _in_set(build, at, *found)
    return both(build, at, [compare(build, at, "==", operand, member) for member in members], deciding=True)


def _in_set(build: Builder, at: int, kind: Kind, parts: Sequence[Core]) -> Core:
    values = [part.value for part in parts[1:] if isinstance(part, Constant)]
    operation = OneOf(tuple(map(str, values))) if kind == "text" else AnyOf(tuple(values))
    return build.apply(at, "bool", operation, parts[0])


def select(build: Builder, at: int, conditions: Sequence[Core], values: Sequence[Operand], otherwise: Operand | None) -> Core:
    """Return the value of the first condition that holds, or the last value, or null.

    Raises:
        ExpressionError: the values are of different kinds.
    """
    kind, parts = unified(build, at, [*values, *([] if otherwise is None else [otherwise])], "The branches")
    last = build.constant(kind, None) if otherwise is None else parts.pop()
    branches: list[tuple[Core, Core]] = []
    for condition, part in zip(conditions, parts, strict=True):
        if not isinstance(condition, Constant):
            branches.append((condition, part))
        elif condition.value:
            last = part
            break
    if not branches:
        return last
    if isinstance(last, Apply) and isinstance(last.operation, Select):
        branches, last = _flattened(branches, last)
    inputs = [condition for condition, _ in branches] + [part for _, part in branches]
    return build.apply(at, kind, Select(len(branches)), *inputs, last)


def _flattened(branches: list[tuple[Core, Core]], last: Apply) -> tuple[list[tuple[Core, Core]], Core]:
    """Return branches followed by those of a choice that stands in their else, and its own last value."""
    assert isinstance(last.operation, Select)
    count = last.operation.conditions
    more = zip(last.inputs[:count], last.inputs[count:-1], strict=True)
    return [*branches, *more], last.inputs[-1]


def unified(build: Builder, at: int, operands: Sequence[Operand], what: str) -> tuple[Kind, list[Core]]:
    """Return values in their common kind.

    Raises:
        ExpressionError: they have none.
    """
    found = alike(build, operands)
    if found is not None:
        return found
    message = f"{what} are of different kinds: {listed([str(operand) for operand in operands], 4)}."
    hint = "Give all of them one kind: numbers without quotes, texts in quotes, times as date('…')."
    raise ExpressionError(at, "expression-kind", message, hint)


def first_known(build: Builder, at: int, operands: Sequence[Operand]) -> Core:
    """Return the first of several values that is not null."""
    kind, parts = unified(build, at, operands, "The arguments of coalesce")
    known = [part for part in parts if not (isinstance(part, Constant) and part.value is None)]
    if len(known) < 2:
        return known[0] if known else build.constant(kind, None)
    return build.apply(at, kind, FirstKnown(), *known)


def unless_equal(build: Builder, at: int, operand: Operand, other: Operand) -> Core:
    """Return a value, or null where it equals another."""
    return build.apply(at, operand.kind, Unless(), operand.part, compare(build, at, "==", operand, other))


def extreme(build: Builder, at: int, name: str, operands: Sequence[Operand]) -> Core:
    """Return the least or greatest of several values; nulls count only where all are null."""
    kind, parts = unified(build, at, operands, f"The arguments of {name}")
    known = [part for part in parts if not (isinstance(part, Constant) and part.value is None)]
    if not known:
        return build.constant(kind, None)
    if kind == "text":
        return _folded(lambda left, right: _text_extreme(build, at, name, left, right), known)
    operation = Extreme(np.minimum if name == "min" else np.maximum)
    return _folded(lambda left, right: build.apply(at, kind, operation, left, right), known)


def _text_extreme(build: Builder, at: int, name: str, left: Core, right: Core) -> Core:
    second = build.apply(at, "bool", TakesSecond("greater" if name == "min" else "less"), left, right)
    return build.apply(at, "text", Select(1), second, right, left)
