"""Formulas of a wanted type over the columns that a row can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.frozen import dataclass

# What makes null of what is not: a divisor that is zero, a logarithm of what is below it, a number beyond all bounds.
_FAILING = ("/", "%", "sqrt(", "log(", "exp(", "nullif(", "**")


@dataclass(frozen=True, slots=True)
class Source:
    """A column that a row can read, by the name by which it does.

    `outcomes` are all its values where they are known; `is_drawn` says that it is a number of the row itself, drawn from a law.
    """

    name: str
    type: str
    nullable: bool = False
    outcomes: tuple[Any, ...] = ()
    is_drawn: bool = False


def formula(chance: Chance, sources: Sequence[Source], wanted: str) -> tuple[str, bool]:
    """Return a formula of a type, and whether it may be null."""
    code = _MAKERS[wanted](chance, sources, chance.between(1, 2))
    read = [source for source in sources if source.name in code]
    return code, any(source.nullable for source in read) or any(word in code for word in _FAILING)


def _pick(chance: Chance, sources: Sequence[Source], types: Sequence[str], otherwise: Sequence[str]) -> str:
    fitting = [source.name for source in sources if source.type in types]
    return chance.pick(otherwise if not fitting or chance.one_in(4) else fitting)


def _number(chance: Chance, sources: Sequence[Source], depth: int) -> str:
    if depth == 0:
        return _pick(chance, sources, ("int", "float"), ["1", "2.5", "0", "100", "0.01", "-3"])
    one, other = _number(chance, sources, depth - 1), _number(chance, sources, depth - 1)
    shapes = (
        f"{one} + {other}", f"({one}) * ({other})", f"({one}) - ({other})", f"({one}) / ({other})", f"({one}) % 7",
        f"({one}) // ({other})", f"round({one}, 1)", f"floor({one})", f"abs({one})", f"sqrt(abs({one}))", f"log({one})",
        f"min({one}, {other})", f"max({one}, {other}, 5)", f"coalesce({one}, {other})", f"exp(min({one}, 9))",
        f"if({_truth(chance, sources, depth - 1)}, {one}, {other})", f"length({_text(chance, sources, depth - 1)})",
        f"date_diff('day', {_time(chance, sources, 0)}, {_time(chance, sources, 0)})", f"month({_time(chance, sources, 0)})",
        f"({_time(chance, sources, 0)} - {_time(chance, sources, 0)}) / hours(1)", f"nullif({one}, 1)", f"({one}) ** 2",
        f"CASE WHEN {one} > {other} THEN 1 ELSE {one} END",
    )  # fmt: skip
    return chance.pick(shapes)


def _truth(chance: Chance, sources: Sequence[Source], depth: int) -> str:
    if depth == 0:
        return _pick(chance, sources, ("bool",), ["true", "false", "1 < 2"])
    one, other = _number(chance, sources, depth - 1), _number(chance, sources, depth - 1)
    text, truth = _text(chance, sources, depth - 1), _truth(chance, sources, depth - 1)
    shapes = (
        f"({one}) < ({other})", f"({one}) between 0 and 10", f"({one}) == ({other})", f"({one}) in (1, 2, 3)",
        f"{text} == 'red'", f"{text} in ('red', 'green')", f"{text} < 'm'", f"starts_with({text}, 'r')", f"not ({truth})",
        f"({truth}) and ({one}) > 1", f"({truth}) or {text} is null",
        f"{_time(chance, sources, 0)} < {_time(chance, sources, 0)}",
    )  # fmt: skip
    return chance.pick(shapes)


def _text(chance: Chance, sources: Sequence[Source], depth: int) -> str:
    if depth == 0:
        return _pick(chance, sources, ("string",), ["'red'", "''", "'Ä b'"])
    one, other = _text(chance, sources, depth - 1), _text(chance, sources, depth - 1)
    shapes = (
        f"concat({one}, '-', {other})", f"upper({one})", f"lower(trim({one}))", f"substring({one}, 1, 2)", f"left({one}, 3)",
        f"replace({one}, 'e', '')", f"coalesce({one}, 'none')", f"if({_truth(chance, sources, depth - 1)}, {one}, {other})",
        f"concat({one}, {_number(chance, sources, depth - 1)})",
    )  # fmt: skip
    return chance.pick(shapes)


def _time(chance: Chance, sources: Sequence[Source], depth: int) -> str:
    if depth == 0:
        return _pick(chance, sources, ("datetime",), ["date('2024-02-01')"])
    one, number = _time(chance, sources, depth - 1), _number(chance, sources, 0)
    shapes = (
        f"{one} + days(2)", f"{one} + hours(min(abs({number}), 99))", f"{one} - days(1)", f"date_trunc('month', {one})",
        f"{one} + months(1)", f"coalesce({one}, date('2024-03-05'))", f"{one} + minutes(0.5)",
    )  # fmt: skip
    return chance.pick(shapes)


_MAKERS: dict[str, Callable[[Chance, Sequence[Source], int], str]] = {
    "int": _number,
    "float": _number,
    "bool": _truth,
    "string": _text,
    "datetime": _time,
    "date": _time,
}
