"""What + - * / // % ** and the sign mean for each kind of operand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from datagen_chat.expressions.core import Builder, Constant, Core
from datagen_chat.expressions.kernels.logic import Extreme
from datagen_chat.expressions.kernels.numbers import (
    Arithmetic,
    Divide,
    Elementwise,
    FloorDivide,
    Guarded,
    Modulo,
    Power,
    ToWhole,
    Whole,
    WholePower,
)
from datagen_chat.expressions.kernels.texts import Concat
from datagen_chat.expressions.kernels.times import Shift, ShiftMonths
from datagen_chat.expressions.kinds import Kind, common
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.operands import Operand, as_time, converted
from datagen_chat.instants import DAY

_FUNCTIONS: dict[str, np.ufunc] = {"+": np.add, "-": np.subtract, "*": np.multiply}
_HALF = 0.5
_EXPONENT_LIMIT = 1 << 16


def arithmetic(build: Builder, at: int, sign: str, left: Operand, right: Operand) -> Core:
    """Return two operands joined by one of + - * / // % **.

    Raises:
        ExpressionError: the operator means nothing for their kinds.
    """
    if left.kind == "null" or right.kind == "null":
        return build.constant(right.kind if left.kind == "null" else left.kind, None)
    if isinstance(right.part, Constant) and right.part.value == 0 and sign in ("/", "//", "%"):
        raise ExpressionError(right.at, "expression-value", f"{sign} divides by zero in every row.", "Write another divisor.")
    if left.is_number and right.is_number:
        return _of_numbers(build, at, sign, left, right)
    found = _RULES[sign](build, at, left, right)
    if found is None:
        message = f"{sign} does not go with {left} and {right}."
        raise ExpressionError(left.at, "expression-kind", message, _hint(sign, left, right))
    return found


def negative(build: Builder, at: int, operand: Operand) -> Core:
    """Return a number or duration with its sign turned.

    Raises:
        ExpressionError: the operand has no sign.
    """
    if operand.kind == "float":
        return build.apply(at, "float", Arithmetic(np.negative), operand.part)
    if operand.kind == "null":
        return operand.part
    if not (operand.is_number or operand.is_span or operand.kind == "months"):
        raise ExpressionError(
            operand.at, "expression-kind", f"{operand} has no sign to turn.", "Use - before a number or a duration."
        )
    kind: Kind = "int" if operand.kind == "bool" else operand.kind
    return build.apply(at, kind, Whole(np.subtract), build.constant(kind, 0), converted(build, at, operand.part, kind))


def absolute(build: Builder, at: int, operand: Operand) -> Core:
    """Return a number or duration without its sign."""
    if operand.kind == "float":
        return build.apply(at, "float", Arithmetic(np.absolute), operand.part)
    turned = negative(build, at, operand)
    return build.apply(at, turned.kind, Extreme(np.maximum), converted(build, at, operand.part, turned.kind), turned)


def scaled(build: Builder, at: int, number: Core, unit: int) -> Core:
    """Return a number of units as a duration in microseconds."""
    if number.kind == "float":
        product = build.apply(at, "float", Arithmetic(np.multiply), number, build.constant("float", float(unit)))
        return build.apply(at, "duration", ToWhole("round"), product)
    whole = converted(build, at, number, "int")
    return build.apply(at, "duration", Whole(np.multiply), whole, build.constant("int", unit))


def _of_numbers(build: Builder, at: int, sign: str, left: Operand, right: Operand) -> Core:
    if sign == "**":
        return power(build, at, left.part, right.part)
    kind = common((left.kind, right.kind, "float" if sign == "/" else "int"))
    assert kind is not None
    parts = [converted(build, at, operand.part, kind) for operand in (left, right)]
    if sign == "/":
        return build.apply(at, kind, Divide(), *parts)
    if sign in ("//", "%"):
        return build.apply(at, kind, FloorDivide() if sign == "//" else Modulo(), *parts)
    function = _FUNCTIONS[sign]
    return build.apply(at, kind, Arithmetic(function) if kind == "float" else Whole(function), *parts)


def power(build: Builder, at: int, base: Core, exponent: Core) -> Core:
    """Return a power: whole for a whole number to a whole power that is written out and not negative, else a float.

    Squares, cubes and roots take multiplications and a square root.
    """
    value = exponent.value if isinstance(exponent, Constant) else None
    if base.kind != "float" and exponent.kind == "int" and isinstance(value, int) and 0 <= value <= _EXPONENT_LIMIT:
        return build.apply(at, "int", WholePower(value), converted(build, at, base, "int"))
    number = converted(build, at, base, "float")
    if value in (1, 2, 3):
        times = Arithmetic(np.multiply)
        square = build.apply(at, "float", times, number, number if value != 1 else build.constant("float", 1.0))
        return build.apply(at, "float", times, square, number) if value == 3 else square
    if value == _HALF:
        return build.apply(at, "float", Guarded("sqrt"), number)
    return build.apply(at, "float", Power(), number, converted(build, at, exponent, "float"))


def _added(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    if left.kind == right.kind == "text":
        return build.apply(at, "text", Concat(), left.part, right.part)
    if right.is_time:
        left, right = right, left
    if left.is_time:
        return _shifted(build, at, np.add, left, right)
    return _spans(build, at, np.add, left, right)


def _subtracted(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    if right.is_time and left.literal is not None:
        left = as_time(build, left)
    if left.is_time and right.literal is not None:
        right = as_time(build, right)
    if left.is_time and right.is_time:
        kind = common((left.kind, right.kind))
        assert kind is not None
        parts = [converted(build, at, operand.part, kind) for operand in (left, right)]
        return build.apply(at, "days" if kind == "date" else "duration", Elementwise(np.subtract), *parts)
    if left.is_time:
        return _shifted(build, at, np.subtract, left, right)
    return _spans(build, at, np.subtract, left, right)


def _shifted(build: Builder, at: int, function: np.ufunc, time: Operand, span: Operand) -> Core | None:
    """Return a time later or earlier: a date stays one when it moves by whole days or months."""
    if span.kind == "months":
        months = span.part if function is np.add else negative(build, at, span)
        return build.apply(at, time.kind, ShiftMonths(1 if time.kind == "date" else DAY), time.part, months)
    if time.kind == "date" and span.kind == "days":
        return build.apply(at, "date", Shift(function, 1), time.part, span.part)
    if not span.is_span:
        return None
    parts = converted(build, at, time.part, "datetime"), converted(build, at, span.part, "duration")
    return build.apply(at, "datetime", Shift(function, DAY), *parts)


def _spans(build: Builder, at: int, function: np.ufunc, left: Operand, right: Operand) -> Core | None:
    kind = common((left.kind, right.kind))
    if kind not in ("days", "duration", "months"):
        return None
    return build.apply(at, kind, Whole(function), *(converted(build, at, operand.part, kind) for operand in (left, right)))


def _multiplied(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    span, number = (left, right) if right.is_number else (right, left)
    if not number.is_number or not (span.is_span or span.kind == "months"):
        return None
    if number.kind != "float":
        return build.apply(at, span.kind, Whole(np.multiply), span.part, converted(build, at, number.part, "int"))
    return None if span.kind == "months" else _resized(build, at, Arithmetic(np.multiply), span, number)


def _resized(build: Builder, at: int, operation: Arithmetic | Divide, span: Operand, number: Operand) -> Core:
    """Return a duration times or over a number, rounded to microseconds."""
    length = converted(build, at, converted(build, at, span.part, "duration"), "float")
    product = build.apply(at, "float", operation, length, converted(build, at, number.part, "float"))
    return build.apply(at, "duration", ToWhole("round"), product)


def _divided(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    if left.is_span and right.is_number:
        return _resized(build, at, Divide(), left, right)
    parts = _two_spans(build, at, left, right)
    if parts is None:
        return None
    return build.apply(at, "float", Divide(), *(converted(build, at, part, "float") for part in parts))


def _floor_divided(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    parts = _two_spans(build, at, left, right)
    return None if parts is None else build.apply(at, "int", FloorDivide(), *parts)


def _left_over(build: Builder, at: int, left: Operand, right: Operand) -> Core | None:
    parts = _two_spans(build, at, left, right)
    return None if parts is None else build.apply(at, parts[0].kind, Modulo(), *parts)


def _two_spans(build: Builder, at: int, left: Operand, right: Operand) -> list[Core] | None:
    kind = common((left.kind, right.kind))
    if kind not in ("days", "duration"):
        return None
    return [converted(build, at, operand.part, kind) for operand in (left, right)]


def _raised(_build: Builder, _at: int, _left: Operand, _right: Operand) -> None:
    return None


_RULES: dict[str, Callable[[Builder, int, Operand, Operand], Core | None]] = {
    "+": _added,
    "-": _subtracted,
    "*": _multiplied,
    "/": _divided,
    "//": _floor_divided,
    "%": _left_over,
    "**": _raised,
}


def _hint(sign: str, left: Operand, right: Operand) -> str:
    number = left if left.is_number else right if right.is_number else None
    other = right if number is left else left
    if number is None:
        return _hint_without_numbers(sign, left, right)
    if other.kind == "text":
        return _hint_for_text(sign, number, other)
    if sign in ("+", "-"):
        return f"Write days({number.text}), or hours, minutes, seconds, weeks, months or years, instead of {number.text}."
    if other.kind == "months":
        return f"Multiply months by whole numbers: round({number.text})."
    return "Subtract two times, and divide the duration by days(1), to get a number."


def _hint_for_text(sign: str, number: Operand, other: Operand) -> str:
    if other.literal is not None and other.literal.strip().replace(".", "", 1).isdecimal():
        return f"Write {other.literal.strip()} without quotes."
    if sign == "+":
        return f"Write concat({other.text}, {number.text}) to join them as text."
    return "Use numbers on both sides."


def _hint_without_numbers(sign: str, left: Operand, right: Operand) -> str:
    if left.is_time and right.is_time:
        return "Subtract times to get a duration; add days(n) to get a time."
    if "text" in (left.kind, right.kind):
        return "Write concat(…) to join texts." if sign == "+" else "Use numbers, times or durations."
    return "Divide a duration by days(1), hours(1) or minutes(1) to get a number."
