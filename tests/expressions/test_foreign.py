"""Formulas as SQL, pandas and Python write them mean what ours mean; where languages differ, nothing is guessed."""

from __future__ import annotations

import pytest

from datagen_chat.expressions import Expression, parse
from datagen_chat.problems import Problem


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("DATEDIFF(year, born, '2024-01-01')", "date_diff('year', born, '2024-01-01')"),
        ("DATE_DIFF('month', a, b)", "date_diff('month', a, b)"),
        ("DATE_DIFF(later, earlier, DAY)", "date_diff('day', earlier, later)"),
        ("DATEADD(day, n + 1, t)", "t + days(n + 1)"),
        ("DATE_ADD(t, INTERVAL n DAY)", "t + days(n)"),
        ("DATE_SUB(t, INTERVAL 2 MONTH)", "t - months(2)"),
        ("date_trunc(month, t)", "date_trunc('month', t)"),
        ("t + INTERVAL '1 day'", "t + days(1)"),
        ("t + INTERVAL '90' MINUTE", "t + minutes(90)"),
        ("t - interval (n * 2) hours", "t - hours(n * 2)"),
        ("n * INTERVAL '1.5 hours'", "n * hours(1.5)"),
        ("t + 90 days", "t + days(90)"),
        ("t + 1 day <= u", "t + days(1) <= u"),
        ("t + timedelta(days=3, hours=n)", "t + (days(3) + hours(n))"),
        ("t + relativedelta(months=6)", "t + months(6)"),
        ("t::date", "date(t)"),
        ("a + b::date", "a + date(b)"),
        ("x::numeric(10, 2)", "round(x, 2)"),
        ("CAST(n AS double precision) / 60", "n * 1.0 / 60"),
        ("CAST(t AS DATE)", "date(t)"),
        ("CAST(n AS VARCHAR(20)) || 'x'", "concat(n) || 'x'"),
        ("EXTRACT(YEAR FROM t)", "year(t)"),
        ("extract(isodow from t + days(1))", "dow(t + days(1)) + 1"),
        ("date_part('hour', t)", "hour(t)"),
        ("dayofyear(t)", "date_diff('day', date_trunc('year', t), t) + 1"),
        ("DATE '2024-01-31' < t", "date('2024-01-31') < t"),
        ("TIMESTAMP '2024-01-31 12:00:00'", "datetime('2024-01-31 12:00:00')"),
        ("if(a, 1, b, 2, 3)", "case when a then 1 when b then 2 else 3 end"),
        ("IIF(a, 1, 2)", "if(a, 1, 2)"),
        ("isnull(x)", "x is null"),
        ("isnull(x, 0)", "coalesce(x, 0)"),
        ("name.lower() == 'x'", "lower(name) == 'x'"),
        ("customer.name.upper()", "upper(customer.name)"),
        ("name.strip().replace(' ', '.')", "replace(trim(name), ' ', '.')"),
        ("(u - t).days", "floor((u - t) / days(1))"),
        ("(u - t).total_seconds() / 3600", "(u - t) / seconds(1) / 3600"),
        ("t.date()", "date(t)"),
    ],
)
def test_what_other_languages_write_is_read_as_ours(written: str, ours: str) -> None:
    found, wanted = parse(written), parse(ours)
    assert isinstance(found, Expression), found
    assert isinstance(wanted, Expression), wanted
    assert found.root == wanted.root


@pytest.mark.parametrize("name", ["interval", "extract", "cast", "date", "timestamp", "day", "days", "timedelta", "isodow"])
def test_names_of_other_languages_stay_names_of_columns(name: str) -> None:
    found = parse(f"{name} * 2 - {name}")
    assert isinstance(found, Expression)
    assert [(each.table, each.column) for each in found.names] == [(None, name)]


@pytest.mark.parametrize(
    "code",
    [
        "CAST(x AS INT)",  # some databases round, some cut off
        "x::decimal(8)",
        "extract(dow from t)",  # 0 is Sunday in some
        "extract(week from t)",
        "interval '1 day 2 hours'",
        "interval 'x'",
        "interval n",
        "t.strftime('%Y')",
        "t.whatever",
        "(u - t).seconds",
        "a.b.c",
        "cast(x, int)",
        "cast(",
        "extract(",
        "x::",
        "x.",
    ],
)
def test_what_languages_disagree_about_is_a_problem_with_a_hint(code: str) -> None:
    found = parse(code)
    if isinstance(found, Expression):
        assert code == "t.whatever"  # a column of a table
        return
    assert isinstance(found, Problem)
    assert found.hint
