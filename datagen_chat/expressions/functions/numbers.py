"""Functions of numbers."""

from __future__ import annotations

from datagen_chat.expressions.arithmetic import absolute, power
from datagen_chat.expressions.core import Core
from datagen_chat.expressions.functions.base import Call, function
from datagen_chat.expressions.kernels.numbers import Exponential, Guarded, Rounded, ToWhole
from datagen_chat.expressions.operands import converted
from datagen_chat.rounding import PLACES_LIMIT


@function(
    "round(x[, places])",
    "x as a whole number, or as a float with so many places; halves go to the even one.",
)
def _round(call: Call) -> Core:
    number = call.number(0)
    if len(call) == 1:
        return number if number.kind == "int" else call.build.apply(call.at, "int", ToWhole("round"), number)
    places = call.whole(1, -PLACES_LIMIT, PLACES_LIMIT)
    if number.kind == "int" and places >= 0:
        return number
    rounded = call.build.apply(call.at, "float", Rounded(places), converted(call.build, call.at, number, "float"))
    return rounded if number.kind == "float" else call.build.apply(call.at, "int", ToWhole("round"), rounded)


@function("floor(x)", "The largest whole number that is not above x.")
def _floor(call: Call) -> Core:
    return _to_whole(call, "floor")


@function("ceil(x)", "The smallest whole number that is not below x.", also=("ceiling",))
def _ceil(call: Call) -> Core:
    return _to_whole(call, "ceil")


@function("trunc(x)", "The whole number before the point of x.", also=("int",))
def _trunc(call: Call) -> Core:
    return _to_whole(call, "trunc")


def _to_whole(call: Call, way: str) -> Core:
    number = call.number(0)
    return number if number.kind == "int" else call.build.apply(call.at, "int", ToWhole(way), number)


@function("abs(x)", "A number or duration without its sign.")
def _abs(call: Call) -> Core:
    return absolute(call.build, call.at, call.operands[0])


@function("sqrt(x)", "The square root; null for a negative number.")
def _sqrt(call: Call) -> Core:
    return call.build.apply(call.at, "float", Guarded("sqrt"), call.number(0, "float"))


@function("exp(x)", "e to the power of x.")
def _exp(call: Call) -> Core:
    return call.build.apply(call.at, "float", Exponential(), call.number(0, "float"))


@function("log(x)", "The natural logarithm; null unless x is above 0.", also=("ln",))
def _log(call: Call) -> Core:
    return call.build.apply(call.at, "float", Guarded("log"), call.number(0, "float"))


@function("log10(x)", "The logarithm to base 10; null unless x is above 0.")
def _log10(call: Call) -> Core:
    return call.build.apply(call.at, "float", Guarded("log10"), call.number(0, "float"))


@function("pow(x, y)", "x to the power of y, as x ** y.", also=("power",))
def _pow(call: Call) -> Core:
    return power(call.build, call.at, call.number(0), call.number(1))
