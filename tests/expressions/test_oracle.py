"""Expressions on columns give what Python gives row by row: its numbers, dates and texts, and None for null."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from datagen_chat.expressions import Expression, parse
from datagen_chat.expressions.kinds import Kind
from tests.expressions.samples import COLUMNS, ROWS, TIMES, evaluated, plain, type_of

Row = dict[str, Any]
Function = Callable[..., Any]
DAY = timedelta(days=1)
LARGEST = 2**63
SPRING = datetime(2024, 3, 1, 6, tzinfo=UTC)


class Part(NamedTuple):
    """The text of an expression, and what Python makes of it in a row."""

    code: str
    value: Callable[[Row], Any]


def strict(function: Function, *parts: Part) -> Callable[[Row], Any]:
    """Return a function's value: null where an argument is, or where there is none in the range."""

    def value(row: Row) -> Any:
        found = [part.value(row) for part in parts]
        if None in found:
            return None
        try:
            return bounded(function(*found))
        except (ArithmeticError, ValueError):
            return None

    return value


def bounded(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, timedelta):
        return None if bounded(value // timedelta(microseconds=1)) is None else value
    if isinstance(value, int) and not -LARGEST <= value < LARGEST:
        return None
    return value


def of(pattern: str, function: Function, *parts: Part) -> Part:
    return Part(pattern.format(*(part.code for part in parts)), strict(function, *parts))


def first_known(*parts: Part) -> Part:
    def value(row: Row) -> Any:
        return next((found for part in parts if (found := part.value(row)) is not None), None)

    return Part(f"coalesce({', '.join(part.code for part in parts)})", value)


def extreme(name: str, *parts: Part) -> Part:
    def value(row: Row) -> Any:
        known = [found for part in parts if (found := part.value(row)) is not None]
        return (min if name == "min" else max)(known) if known else None

    return Part(f"{name}({', '.join(part.code for part in parts)})", value)


def choice(pattern: str, condition: Part, then: Part, otherwise: Part) -> Part:
    codes = condition.code, then.code, otherwise.code
    return Part(pattern.format(*codes), lambda row: (then if condition.value(row) else otherwise).value(row))


def unless_equal(left: Part, right: Part) -> Part:
    def value(row: Row) -> Any:
        found, other = left.value(row), right.value(row)
        return None if found is not None and found == other else found

    return Part(f"nullif({left.code}, {right.code})", value)


def both(left: Part, right: Part) -> Part:
    def value(row: Row) -> Any:
        found = [left.value(row), right.value(row)]
        return False if False in found else None if None in found else True

    return Part(f"(({left.code}) and ({right.code}))", value)


def either(left: Part, right: Part) -> Part:
    def value(row: Row) -> Any:
        found = [left.value(row), right.value(row)]
        return True if True in found else None if None in found else False

    return Part(f"(({left.code}) or ({right.code}))", value)


def is_null(part: Part) -> Part:
    return Part(f"({part.code} is null)", lambda row: part.value(row) is None)


def column(name: str) -> Part:
    return Part(name, lambda row: row[name])


def literal(value: Any) -> Part:
    return Part(f"({value!r})" if isinstance(value, int | float) else repr(value), lambda _: value)


def rounded(value: float, places: int) -> float:
    scale = 10.0 ** abs(places)
    whole = round(value * scale) if places >= 0 else round(value / scale)
    return whole / scale if places >= 0 else whole * scale


def micro(value: float, unit: int) -> timedelta:
    return timedelta(microseconds=round(value * float(unit)))


def midnight(value: date) -> datetime:
    return datetime.combine(value, time(), TIMES[0].tzinfo)


def is_true(left: Any, sign: str, right: Any) -> bool:
    comparisons: dict[str, bool] = {
        "==": left == right, "!=": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }  # fmt: skip
    return comparisons[sign]


CONDITIONS = ("if({0}, {1}, {2})", "({1} if {0} else {2})", "({0} ? {1} : {2})", "CASE WHEN {0} THEN {1} ELSE {2} END")
KINDS: tuple[Kind, ...] = ("int", "float", "bool", "text", "datetime", "date", "duration", "days")


@cache
def one_of(*choices: Any) -> SearchStrategy[Any]:
    """Return how to draw one of several; making this anew for every draw would take most of the time."""
    return st.sampled_from(choices)


@cache
def parts(kind: Kind, depth: int) -> SearchStrategy[Part]:
    """Return how to draw an expression of a kind, at most so deep."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Part:
        makers = LEAVES[kind] if depth == 0 else LEAVES[kind] + DEEP[kind] + [any_choice]
        made: Part = draw(one_of(*makers))(draw, kind, depth)
        return made

    return drawn()


def below(draw: st.DrawFn, depth: int, *kinds: Kind) -> list[Part]:
    return [draw(parts(kind, max(depth - 1, 0))) for kind in kinds]


def any_choice(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
    condition, then, otherwise = below(draw, depth, "bool", kind, kind)
    make = draw(one_of("if", "coalesce", "min", "max", "nullif"))
    if make == "if":
        return choice(draw(one_of(*CONDITIONS)), condition, then, otherwise)
    if make == "coalesce":
        return first_known(then, otherwise)
    return unless_equal(then, otherwise) if make == "nullif" else extreme(make, then, otherwise)


def from_columns(*names: str) -> Any:
    return lambda draw, kind, depth: column(draw(one_of(*names)))


def from_values(values: SearchStrategy[Any]) -> Any:
    return lambda draw, kind, depth: literal(draw(values))


def from_functions(*choices: tuple[str, Function, tuple[Kind, ...]]) -> Any:
    def make(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
        pattern, function, kinds = draw(one_of(*choices))
        return of(pattern, function, *below(draw, depth, *kinds))

    return make


def compared(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
    sign, kind = draw(one_of("==", "!=", "<", "<=", ">", ">=")), draw(one_of(*KINDS))
    left, right = below(draw, depth, kind, kind)
    return of(f"({{0}} {sign} {{1}})", lambda a, b: is_true(a, sign, b), left, right)


def combined(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
    left, right, other = below(draw, depth, "bool", "bool", draw(one_of(*KINDS)))
    made = draw(one_of("and", "or", "null", "not"))
    if made == "null":
        return is_null(other)
    if made == "not":
        return of("(not {0})", lambda a: not a, left)
    return both(left, right) if made == "and" else either(left, right)


def chained(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
    kind = draw(one_of(*KINDS))
    first, second, third = below(draw, depth, kind, kind, kind)
    value = both(of("", operator.lt, first, second), of("", operator.le, second, third)).value
    return Part(f"({first.code} < {second.code} <= {third.code})", value)


def listed_in(draw: st.DrawFn, kind: Kind, depth: int) -> Part:
    kind = draw(one_of(*KINDS))
    first, second, third = below(draw, depth, kind, kind, kind)
    value = either(of("", operator.eq, first, second), of("", operator.eq, first, third)).value
    return Part(f"({first.code} in ({second.code}, {third.code}))", value)


small = st.integers(-9, 9)
LEAVES: dict[Kind, list[Any]] = {
    "int": [from_columns("i", "n"), from_values(small)],
    "float": [from_columns("x", "y"), from_values(st.sampled_from([0.5, 2.0, -3.25, 1e3, 1e-3]))],
    "bool": [from_columns("b", "c")],
    "text": [from_columns("s", "u", "w"), from_values(st.sampled_from(["Gold", "", "x", "é1"]))],
    "datetime": [from_columns("t", "v"), lambda *_: Part("datetime('2024-03-01T06:00:00Z')", lambda _: SPRING)],
    "date": [from_columns("d"), lambda *_: Part("date('2024-02-29')", lambda _: date(2024, 2, 29))],
    "duration": [from_functions(("hours({0})", lambda a: micro(a, 3_600_000_000), ("tiny",)))],  # type: ignore[arg-type]
    "days": [from_functions(("days({0})", lambda a: a, ("tiny",)))],  # type: ignore[arg-type]
    "tiny": [from_values(st.integers(-500, 500))],  # type: ignore[dict-item]
}  # fmt: skip
DEEP: dict[Kind, list[Any]] = {
    "int": [
        from_functions(
            ("({0} + {1})", lambda a, b: a + b, ("int", "int")),
            ("({0} - {1})", lambda a, b: a - b, ("int", "int")),
            ("({0} * {1})", lambda a, b: a * b, ("int", "int")),
            ("({0} // {1})", lambda a, b: a // b, ("int", "int")),
            ("({0} % {1})", lambda a, b: a % b, ("int", "int")),
            ("(-{0})", lambda a: -a, ("int",)),
            ("abs({0})", abs, ("int",)),
            ("({0} ** 3)", lambda a: a**3, ("int",)),
            ("({0} + {1})", lambda a, b: int(a) + b, ("bool", "int")),
            ("round({0})", round, ("float",)),
            ("floor({0})", math.floor, ("float",)),
            ("ceil({0})", math.ceil, ("float",)),
            ("length({0})", len, ("text",)),
            ("year({0})", lambda a: a.year, ("datetime",)),
            ("month({0})", lambda a: a.month, ("date",)),
            ("day({0})", lambda a: a.day, ("datetime",)),
            ("hour({0})", lambda a: a.hour, ("datetime",)),
            ("minute({0})", lambda a: a.minute, ("datetime",)),
            ("second({0})", lambda a: a.second, ("datetime",)),
            ("dow({0})", lambda a: a.weekday(), ("date",)),
            ("dow({0})", lambda a: a.weekday(), ("datetime",)),
            ("date_diff({0}, {1})", lambda a, b: (b.date() - a.date()).days, ("datetime", "datetime")),
            ("date_diff('year', {0}, {1})", lambda a, b: b.year - a.year, ("date", "datetime")),
            ("date_diff('hour', {0}, {1})", lambda a, b: hours(b) - hours(a), ("datetime", "datetime")),
            ("({0} // {1})", lambda a, b: a // b, ("duration", "duration")),
        )
    ],
    "float": [
        from_functions(
            ("({0} + {1})", lambda a, b: a + b, ("float", "float")),
            ("({0} - {1})", lambda a, b: float(a) - b, ("int", "float")),
            ("({0} * {1})", lambda a, b: a * b, ("float", "float")),
            ("({0} * {1})", lambda a, b: float(a) * b, ("int", "float")),
            ("({0} / {1})", lambda a, b: a / b, ("float", "float")),
            ("({0} / {1})", lambda a, b: float(a) / float(b), ("int", "int")),
            ("({0} // {1})", lambda a, b: a // b, ("float", "float")),
            ("({0} % {1})", lambda a, b: a % b, ("float", "float")),
            ("(-{0})", lambda a: -a, ("float",)),
            ("abs({0})", abs, ("float",)),
            ("sqrt({0})", math.sqrt, ("float",)),
            ("({0} ** 2)", lambda a: a * a, ("float",)),
            ("round({0}, 2)", lambda a: rounded(a, 2), ("float",)),
            ("round({0}, -2)", lambda a: rounded(a, -2), ("float",)),
            ("({0} / {1})", lambda a, b: micros(a) / micros(b), ("duration", "duration")),
            ("({0} / {1})", lambda a, b: float(a) / float(b), ("days", "days")),
        )
    ],
    "bool": [
        compared,
        combined,
        chained,
        listed_in,
        from_functions(
            ("({0} < {1})", lambda a, b: float(a) < b, ("int", "float")),
            ("({0} == {1})", lambda a, b: a == b, ("bool", "int")),
            ("({0} < {1})", lambda a, b: midnight(a) < b, ("date", "datetime")),
            ("({0} >= '2024-01-01')", lambda a: a >= datetime(2024, 1, 1, tzinfo=TIMES[0].tzinfo), ("datetime",)),
            ("({0} > {1})", lambda a, b: span(a) > b, ("days", "duration")),
            ("starts_with({0}, 'G')", lambda a: a.startswith("G"), ("text",)),
            ("ends_with({0}, 'd')", lambda a: a.endswith("d"), ("text",)),
            ("contains({0}, 'l')", lambda a: "l" in a, ("text",)),
            ("({0} not in ('Gold', 'x'))", lambda a: a not in ("Gold", "x"), ("text",)),
            ("({0} between {1} and {2})", lambda a, b, c: b <= a <= c, ("int", "tiny", "tiny")),  # type: ignore[arg-type]
        ),
    ],
    "text": [
        from_functions(
            ("lower({0})", str.lower, ("text",)),
            ("upper({0})", str.upper, ("text",)),
            ("trim({0})", str.strip, ("text",)),
            ("left({0}, 2)", lambda a: a[:2], ("text",)),
            ("right({0}, 3)", lambda a: a[-3:], ("text",)),
            ("substring({0}, 2, 2)", lambda a: a[1:3], ("text",)),
            ("substring({0}, 3)", lambda a: a[2:], ("text",)),
            ("replace({0}, 'l', 'LL')", lambda a: a.replace("l", "LL"), ("text",)),
            ("concat({0}, '-', {1})", lambda a, b: f"{a}-{b}", ("text", "int")),
            ("({0} || {1} || 'x')", lambda a, b: f"{a}{b}x", ("text", "text")),
            ("({0} + {1})", lambda a, b: a + b, ("text", "text")),
            ("concat({0}, {1})", lambda a, b: f"{str(a).lower()}{b}", ("bool", "text")),
            ("concat({0})", lambda a: f"{a.year:04}-{a.month:02}-{a.day:02}", ("date",)),
            ("concat({0})", lambda a: a.replace(microsecond=0, tzinfo=None).isoformat() + "Z", ("datetime",)),
        )
    ],
    "datetime": [
        from_functions(
            ("({0} + {1})", lambda a, b: a + b, ("datetime", "duration")),
            ("({0} - {1})", lambda a, b: a - b * DAY, ("datetime", "days")),
            ("({0} + {1})", lambda a, b: midnight(a) + b, ("date", "duration")),
            ("datetime({0})", midnight, ("date",)),
            ("({0} + months({1}))", lambda a, b: months_later(a, b), ("datetime", "tiny")),  # type: ignore[arg-type]
            ("date_trunc('month', {0})", lambda a: a.replace(day=1, hour=0, minute=0, second=0, microsecond=0), ("datetime",)),
            ("date_trunc('hour', {0})", lambda a: a.replace(minute=0, second=0, microsecond=0), ("datetime",)),
        )
    ],
    "date": [
        from_functions(
            ("({0} + {1})", lambda a, b: a + b * DAY, ("date", "days")),
            ("({0} - {1})", lambda a, b: a - b * DAY, ("date", "days")),
            ("({0} - years({1}))", lambda a, b: months_later(a, -12 * b), ("date", "tiny")),  # type: ignore[arg-type]
            ("date({0})", lambda a: a.date(), ("datetime",)),
            ("date_trunc('week', {0})", lambda a: a - a.weekday() * DAY, ("date",)),
            ("date_trunc('quarter', {0})", lambda a: a.replace(month=a.month - (a.month - 1) % 3, day=1), ("date",)),
        )
    ],
    "duration": [
        from_functions(
            ("({0} - {1})", lambda a, b: a - b, ("datetime", "datetime")),
            ("({0} + {1})", lambda a, b: a + span(b), ("duration", "days")),
            ("({0} * {1})", lambda a, b: a * b, ("duration", "tiny")),  # type: ignore[arg-type]
            ("({0} / 7)", lambda a: timedelta(microseconds=round(micros(a) / 7)), ("duration",)),
            ("({0} * 0.3)", lambda a: timedelta(microseconds=round(micros(a) * 0.3)), ("duration",)),
            ("({0} % {1})", lambda a, b: a % b, ("duration", "duration")),
            ("abs({0})", abs, ("duration",)),
            ("(-{0})", lambda a: -a, ("duration",)),
        )
    ],
    "days": [
        from_functions(
            ("({0} - {1})", lambda a, b: (a - b).days, ("date", "date")),
            ("weeks({0})", lambda a: 7 * a, ("tiny",)),  # type: ignore[arg-type]
            ("({0} + {1})", lambda a, b: a + b, ("days", "days")),
            ("({0} * {1})", lambda a, b: a * b, ("days", "tiny")),  # type: ignore[arg-type]
        )
    ],
    "tiny": [],  # type: ignore[dict-item]
}


def span(days: int) -> timedelta:
    if not -LARGEST <= days * 86_400_000_000 < LARGEST:
        raise OverflowError
    return days * DAY


def micros(value: timedelta) -> float:
    return float(value // timedelta(microseconds=1))


def hours(value: datetime) -> int:
    return plain(value) // 3_600_000_000  # type: ignore[no-any-return]


def months_later(value: Any, months: int) -> Any:
    month = value.year * 12 + value.month - 1 + months
    year, month = month // 12, month % 12 + 1
    lengths = [31, 28 + (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return value.replace(year=year, month=month, day=min(value.day, lengths[month - 1]))


def check(kind: Kind, part: Part) -> None:
    assume(not goes_wrong_everywhere(part.code))
    made_kind, values, _ = evaluated(part.code)
    rows = [{name: held[row] for name, (_, held) in COLUMNS.items()} for row in range(ROWS)]
    assert made_kind == kind
    assert values == [plain(part.value(row)) for row in rows], part.code


def goes_wrong_everywhere(code: str) -> bool:
    """Return whether constants alone go wrong, which is a problem before there are rows."""
    expression = parse(code)
    assert isinstance(expression, Expression)
    found = expression.understand(type_of)
    return isinstance(found, tuple) and all(problem.code == "expression-value" for problem in found)


@pytest.mark.parametrize("kind", KINDS)
def test_expressions_mean_what_python_means_row_by_row(kind: Kind) -> None:
    @settings(max_examples=60)
    @given(parts(kind, 3))
    def holds(part: Part) -> None:
        check(kind, part)

    holds()
