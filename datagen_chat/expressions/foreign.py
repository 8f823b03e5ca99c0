"""Calls, conversions and methods as SQL, pandas and Python write them, in our words; only where they can mean one thing."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import cast

from datagen_chat.expressions.nodes import Binary, Call, Case, Comparison, IsNull, Literal, Name, Node

_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_PARTS = ("year", "quarter", "month", "day", "hour", "minute", "second")
_LENGTHS = tuple(f"{unit}s" for unit in _UNITS)
_LENGTH_OF = {name: f"{unit}s" for unit in _UNITS for name in (unit, f"{unit}s")}


def length_of(word: str) -> str | None:
    """Return the function that makes durations of a unit in singular or plural.

    >>> length_of("DAY")
    'days'
    """
    return _LENGTH_OF.get(word.lower())


def own_call(call: Call) -> Node:
    """Return a call in our words; one that is ours, or that nobody knows, comes back as it is."""
    rewrite = _CALLS.get(call.name)
    return (rewrite(call) if rewrite else None) or call


def part_of(name: str, time: Node, at: int) -> Node | None:
    """Return what `extract(name from time)` asks for; None where databases differ, or it is no part."""
    part = name.lower()
    if part == "isodow":
        return Binary("+", Call("dow", (time,), at), Literal(1, "int", at), at)
    if part in ("doy", "dayofyear"):
        return _day_of_year(Call("dayofyear", (time,), at))
    return Call(part, (time,), at) if part in _PARTS else None


def converted_to(name: str, sizes: tuple[Node, ...], value: Node, at: int) -> Node | None:
    """Return a value as a type of databases; None for types that not all of them make in the same way."""
    made = _TYPES.get(name.lower())
    if made in ("date", "datetime", "concat"):
        return Call(made, (value,), at)
    if made is None or len(sizes) == 1:
        return None
    return Call("round", (value, sizes[1]), at) if sizes else Binary("*", value, Literal(1.0, "float", at), at)


def method(value: Node, name: str, arguments: tuple[Node, ...] | None, at: int) -> Node | None:
    """Return `value.name(arguments)`, or `value.name` where there are none, in our words."""
    if name == "days" and arguments is None:
        return Call("floor", (Binary("/", value, Call("days", (Literal(1, "int", at),), at), at),), at)
    if name == "total_seconds" and arguments == ():
        return Binary("/", value, Call("seconds", (Literal(1, "int", at),), at), at)
    if arguments is None:
        return None
    function, count = _METHODS.get(name, ("", -1))
    return Call(function, (value, *arguments), at) if len(arguments) == count else None


_METHODS = {
    "lower": ("lower", 0),
    "upper": ("upper", 0),
    "strip": ("trim", 0),
    "date": ("date", 0),
    "replace": ("replace", 2),
    "startswith": ("starts_with", 1),
}

_TYPES = {"date": "date"}
_TYPES |= dict.fromkeys(("timestamp", "datetime", "timestamptz"), "datetime")
_TYPES |= dict.fromkeys(("text", "varchar", "char", "string", "str"), "concat")
_TYPES |= dict.fromkeys(("float", "double", "real", "numeric", "decimal"), "float")


def _unit(node: Node) -> Node:
    """Return a unit that stands without quotes in them."""
    is_bare = isinstance(node, Name) and node.table is None and node.column.lower() in (*_LENGTH_OF, "quarter")
    return Literal(cast("Name", node).column.lower(), "text", node.at) if is_bare else node


def _is_unit(node: Node) -> bool:
    node = _unit(node)
    return isinstance(node, Literal) and isinstance(node.value, str) and node.value.lower() in (*_LENGTH_OF, "quarter")


def _difference(call: Call) -> Node | None:
    """Return datediff(unit, a, b), or date_diff(b, a, UNIT), which counts the other way round where the unit has no quotes."""
    if len(call.arguments) != 3:
        return None
    first, second, third = call.arguments
    if _is_unit(first):
        return Call("date_diff", (_unit(first), second, third), call.at)
    return Call("date_diff", (_unit(third), second, first), call.at) if isinstance(third, Name) and _is_unit(third) else None


def _truncated(call: Call) -> Node | None:
    return Call("date_trunc", (_unit(call.arguments[0]), call.arguments[1]), call.at) if len(call.arguments) == 2 else None


def _moved(call: Call) -> Node | None:
    """Return dateadd(unit, n, time), or date_add(time, interval n unit)."""
    sign = "-" if call.name.endswith("sub") else "+"
    if len(call.arguments) == 3 and _is_unit(call.arguments[0]):
        unit, count, time = call.arguments
        length = length_of(str(cast("Literal", _unit(unit)).value))
        return Binary(sign, time, Call(length, (count,), call.at), call.at) if length else None
    if len(call.arguments) == 2 and _is_length(call.arguments[1]):
        return Binary(sign, *call.arguments, call.at)
    return None


def _is_length(node: Node) -> bool:
    return isinstance(node, Call) and node.name in _LENGTH_OF


def _duration(call: Call) -> Node | None:
    """Return timedelta(days=2, hours=n) as days(2) + hours(n)."""
    made: list[Call] = []
    for argument in call.arguments:
        match argument:
            case Comparison(signs=("==",), operands=(Name(table=None, column=unit), count)) if unit in _LENGTHS:
                made.append(Call(unit, (count,), argument.at))
            case _:
                return None
    return reduce(lambda total, each: Binary("+", total, each, call.at), made[1:], cast("Node", made[0])) if made else None


def _chosen(call: Call) -> Node | None:
    """Return if(c, a, d, b, otherwise) as one choice."""
    count = len(call.arguments)
    if count < 3 or count % 2 == 0:
        return None
    pairs = tuple(zip(call.arguments[:-1:2], call.arguments[1::2], strict=True))
    return Case(None, pairs, call.arguments[-1], call.at)


def _is_missing(call: Call) -> Node | None:
    return IsNull(call.arguments[0], False, call.at) if len(call.arguments) == 1 else None


def _missing_or(call: Call) -> Node | None:
    return Call("coalesce", call.arguments, call.at) if len(call.arguments) == 2 else _is_missing(call)


def _day_of_year(call: Call) -> Node | None:
    if len(call.arguments) != 1:
        return None
    year = Literal("year", "text", call.at)
    begin = Call("date_trunc", (year, call.arguments[0]), call.at)
    days = Call("date_diff", (Literal("day", "text", call.at), begin, call.arguments[0]), call.at)
    return Binary("+", days, Literal(1, "int", call.at), call.at)


def _named_part(call: Call) -> Node | None:
    if len(call.arguments) != 2 or not isinstance(part := call.arguments[0], Literal):
        return None
    return part_of(str(part.value), call.arguments[1], call.at)


_CALLS: dict[str, Callable[[Call], Node | None]] = {
    "datediff": _difference,
    "date_diff": _difference,
    "date_trunc": _truncated,
    "date_part": _named_part,
    "timedelta": _duration,
    "relativedelta": _duration,
    "if": _chosen,
    "iif": _chosen,
    "iff": _chosen,
    "multiif": _chosen,
    "isnull": _missing_or,
    "is_null": _is_missing,
    "dayofyear": _day_of_year,
    "day_of_year": _day_of_year,
}
_CALLS |= dict.fromkeys(("dateadd", "date_add", "timestampadd", "datesub", "date_sub"), _moved)
