"""Every expression has a kind, and a mistake of kinds is a problem at its column that says what to write instead."""

from __future__ import annotations

import re

import pytest

from datagen_chat.expressions import FUNCTIONS, Expression, parse
from datagen_chat.expressions.functions import ALIASES
from datagen_chat.expressions.kinds import Kind
from datagen_chat.problems import Problem
from tests.expressions.samples import COLUMNS, VALUES, meaning, type_of


def problems(code: str) -> tuple[Problem, ...]:
    found = parse(code)
    assert isinstance(found, Expression), found
    understood = found.understand(type_of, list(COLUMNS))
    return understood if isinstance(understood, tuple) else ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("i + n", "int"),
        ("i / n", "float"),
        ("i // n", "int"),
        ("i % n", "int"),
        ("i + x", "float"),
        ("b + b", "int"),
        ("b * x", "float"),
        ("-b", "int"),
        ("i ** 2", "int"),
        ("i ** -1", "float"),
        ("2 ** i", "float"),
        ("pow(x, 2)", "float"),
        ("round(x)", "int"),
        ("round(x, 0)", "float"),
        ("round(i, 2)", "int"),
        ("floor(x)", "int"),
        ("t - v", "duration"),
        ("t - d", "duration"),
        ("d - d", "days"),
        ("d + days(i)", "date"),
        ("d + days(x)", "datetime"),
        ("d + hours(24)", "datetime"),
        ("days(i) + d", "date"),
        ("d + weeks(2) - months(i)", "date"),
        ("t + months(1)", "datetime"),
        ("t + years(i) + days(0.5)", "datetime"),
        ("d + (d - d)", "date"),
        ("d - '2024-01-01'", "days"),
        ("d - '2024-01-01T00:00:00Z'", "duration"),
        ("(t - v) / days(1)", "float"),
        ("(t - v) / 2", "duration"),
        ("(t - v) // hours(1)", "int"),
        ("(t - v) % days(1)", "duration"),
        ("2 * days(1)", "days"),
        ("days(1) * 0.5", "duration"),
        ("months(2) * 3 + years(1)", "months"),
        ("abs(d - d)", "days"),
        ("i == 1", "bool"),
        ("b == 1", "bool"),
        ("t > '2024-01-01'", "bool"),
        ("d between '2024-01-01' and t", "bool"),
        ("s || u", "text"),
        ("s + '!'", "text"),
        ("s || i", "text"),
        ("b || c", "bool"),
        ("if(b, i, x)", "float"),
        ("if(b, d, t)", "datetime"),
        ("if(b, d, '2024-01-01')", "date"),
        ("if(b, null, 'x')", "text"),
        ("if(b, c, 0)", "int"),
        ("case when b then 1 end", "int"),
        ("coalesce(v, t, '2024-01-01')", "datetime"),
        ("min(t, '2024-06-01T00:00:00Z')", "datetime"),
        ("max(s, u)", "text"),
        ("nullif(s, '')", "text"),
        ("length(s)", "int"),
        ("year(d)", "int"),
        ("date_diff('month', d, t)", "int"),
        ("date_trunc('month', d)", "date"),
        ("date_trunc('hour', t)", "datetime"),
        ("date(t)", "date"),
        ("datetime(d)", "datetime"),
        ("null", "null"),
        ("i + null", "int"),
        ("if(b, null, null)", "null"),
        ("concat(i, ' ', x, ' ', b, ' ', d, ' ', t)", "text"),
    ],
)
def test_the_kind_of(code: str, kind: Kind) -> None:
    assert meaning(code).kind == kind


@pytest.mark.parametrize(
    ("code", "place", "problem", "hint"),
    [
        ("i + s", 1, "expression-kind", "Write concat(s, i) to join them as text."),
        ("1 + 2 * s", 5, "expression-kind", "Use numbers on both sides."),
        ("i + '5'", 1, "expression-kind", "Write 5 without quotes."),
        ("t + 7", 1, "expression-kind", "Write days(7), or hours, minutes, seconds, weeks, months or years, instead of 7."),
        ("d - i", 1, "expression-kind", "Write days(i), or hours"),
        ("days(1) + i", 1, "expression-kind", "Write days(i), or hours"),
        ("t + d", 1, "expression-kind", "Subtract times to get a duration; add days(n) to get a time."),
        ("t * 2", 1, "expression-kind", "Subtract two times, and divide the duration by days(1), to get a number."),
        ("days(1) * days(2)", 1, "expression-kind", "Divide a duration by days(1), hours(1) or minutes(1)"),
        ("months(1) * 1.5", 1, "expression-kind", "Multiply months by whole numbers: round(1.5)."),
        ("months(x)", 8, "expression-kind", "Write round(x)."),
        ("(t - v) + months(1)", 2, "expression-kind", "Divide a duration by days(1)"),
        ("-s", 2, "expression-kind", "Use - before a number or a duration."),
        ("i == '5'", 1, "expression-kind", "Write 5 without quotes."),
        ("i == 'five'", 1, "expression-kind", "Compare i with a number."),
        ("s == 5", 1, "expression-kind", "Write '5' to compare with text."),
        ("s == b", 1, "expression-kind", "Write 'b' to compare with text."),
        ("b == 'true'", 1, "expression-kind", "Write true without quotes."),
        ("t - v > 30", 1, "expression-kind", "Write days(30) instead of 30, or divide the duration by days(1)."),
        ("t > 2024", 1, "expression-kind", "Compare with a time such as '2024-01-31', or year(t) with a number."),
        ("t > s", 1, "expression-kind", "Put values of one kind on both sides of >."),
        ("t > 'soon'", 5, "expression-value", "Write a time such as '2024-01-31' or '2024-01-31T12:00:00Z'."),
        ("t > '2024-02-30'", 5, "expression-value", "Write a time such as"),
        ("i < null", 1, "expression-kind", "Write i is null."),
        ("i in (1, null)", 10, "expression-kind", "Leave null out, and write i is null beside the list."),
        ("i in (1, 'x')", 1, "expression-kind", "Compare i with a number."),
        ("s in ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 9)", 1, "expression-kind", "Write '9' to compare with text."),
        ("if(b, 'x', 1)", 1, "expression-kind", "Give all of them one kind"),
        ("1 + case when b then 1 when c then 'x' end", 5, "expression-kind", "Give all of them one kind"),
        ("coalesce(s, 0)", 1, "expression-kind", "Give all of them one kind"),
        ("min(i, t)", 1, "expression-kind", "Give all of them one kind"),
        ("if(x, 1, 2)", 4, "expression-kind", "Compare it: x != 0."),
        ("if(s, 1, 2)", 4, "expression-kind", "Compare it: s == …."),
        ("i and b", 1, "expression-kind", "Write i != 0, or coalesce(a, b) for the first value that is not null."),
        ("s || b", 6, "expression-kind", "Put brackets around the texts that are joined, or write concat(…)."),
        ("s || u == 'x'", 6, "expression-kind", "Put brackets around the texts"),
        ("i || n", 1, "expression-kind", "Write i != 0, or coalesce(a, b)"),
        ("qty * 2", 1, "expression-name", "The columns are i, n, x"),
        ("ii * 2", 1, "expression-name", 'Did you mean "i"?'),
        ("row.i * 2", 1, "expression-name", "Write i."),
        ("rond(x)", 1, "expression-function", 'Did you mean "round"?'),
        ("now()", 1, "expression-function", "There is no present"),
        ("datediff(t, v)", 1, "expression-function", "Write date_diff('day', earlier, later)."),
        ("round(x, 2, 3)", 1, "expression-arguments", "Write round(x[, places])."),
        ("max(x)", 1, "expression-arguments", "Write max(a, b, …). The max over many rows"),
        ("if(b, 1)", 1, "expression-arguments", "Write if(condition, then, otherwise)."),
        ("round(x, i)", 10, "expression-kind", "Write such a number, not a column: round(x[, places])."),
        ("round(x, 16)", 10, "expression-kind", ""),
        ("substring(s, 0, 3)", 14, "expression-kind", "Write such a number"),
        ("left(s, -1)", 9, "expression-kind", "Write such a number"),
        ("starts_with(s, u)", 16, "expression-kind", "Write it in quotes."),
        ("replace(s, '', 'x')", 12, "expression-kind", "Write it in quotes."),
        ("lower(i)", 7, "expression-kind", "Write concat(i) to make it text."),
        ("sqrt(s)", 6, "expression-kind", "Write sqrt(x)."),
        ("year(i)", 6, "expression-kind", "Write year(time)."),
        ("hour(d)", 6, "expression-kind", "A date has no time of day"),
        ("date(s)", 6, "expression-kind", "Write date(time)."),
        ("date_diff(t, v, 'day')", 11, "expression-kind", "Write one of 'second', 'minute'"),
        ("date_trunc('fortnight', t)", 12, "expression-kind", "Write one of"),
        ("concat(t - v)", 8, "expression-kind", "Write concat((t - v) / days(1), …)."),
        ("i / 0", 5, "expression-value", "Write another divisor."),
        ("1 + (2 - sqrt(0 - 4))", 10, "expression-value", "Write other numbers."),
        ("x * 1e300 * (1e300 * 1e300)", 14, "expression-value", "Write other numbers."),
    ],
)
def test_a_mistake_of_kinds_is_told_at_its_column(code: str, place: int, problem: str, hint: str) -> None:
    [found] = problems(code)
    assert (found.at, found.code) == ("", problem)
    assert found.message.startswith(f"column {place}: "), found.message
    assert found.hint.startswith(hint), found.hint
    assert found.hint


def test_every_mistake_is_told_not_only_the_first() -> None:
    found = problems("if(i == 'x' and qq > 1, lower(2), t + 1)")
    assert [problem.message.partition(":")[0] for problem in found] == ["column 4", "column 17", "column 31", "column 35"]


def test_a_mistake_in_a_part_that_stands_twice_is_told_once_for_each_place() -> None:
    assert len(problems("(i + s) * (i + s)")) == 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_takes_and_gives(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.signature.startswith(f"{name}(")
    assert re.fullmatch(r"[A-Za-z\d\[].*\.", function.doc)
    assert set(function.also) <= set(ALIASES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_refuses_too_few_arguments(name: str) -> None:
    arguments = ", ".join(["i"] * (FUNCTIONS[name].least - 1))
    assert [problem.code for problem in problems(f"{name}({arguments})")] == ["expression-arguments"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("i + x", False),
        ("i + n", True),
        ("i / i", False),
        ("coalesce(n, y, 0)", False),
        ("coalesce(n, y)", True),
        ("n is null", False),
        ("if(c, 1, 2)", False),
        ("if(b, n, 2)", True),
        ("case when b then 1 end", True),
        ("case when true then 1 end", False),
        ("min(n, y)", True),
        ("min(n, i)", False),
        ("b and c", True),
        ("nullif(i, 0)", True),
        ("null", True),
        ("null == null", True),
        ("n == null", False),
        ("if(b, null, 1)", True),
        ("coalesce(if(b, null, 1), 0)", False),
        ("u in ('a')", True),
        ("concat(s, n)", True),
    ],
)
def test_it_is_known_whether_an_expression_can_be_null(code: str, expected: bool) -> None:
    assert meaning(code).can_be_null(lambda _, column: VALUES[column].valid is not None) is expected


def test_it_is_known_which_columns_an_expression_reads() -> None:
    assert sorted(meaning("if(1 == 1, i, n) + x * x").compile().columns(), key=str) == [(None, "i"), (None, "x")]
