"""What expressions give on columns: by hand where Python does not say it, and however the columns are held."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.engine.columns import round_half_even
from datagen_chat.expressions import Expression, Meaning, parse
from datagen_chat.expressions.kernels.texts import joined_rows
from datagen_chat.instants import DAY, parse_instant
from datagen_chat.values import Numbers, Text, Values
from datagen_chat.words import ColumnType
from tests.expressions.samples import COLUMNS, MORE_WORDS, ROWS, VALUES, WORDS, evaluated, listed, made, meaning, texts

Columns = dict[str, tuple[ColumnType, Values]]


def on(code: str, **columns: tuple[ColumnType, Values]) -> tuple[list[Any], dict[str, int]]:
    """Return an expression's values on columns of one's own, and what went wrong."""
    expression = parse(code)
    assert isinstance(expression, Expression), expression
    understood = expression.understand(lambda _, name: columns[name][0])
    assert isinstance(understood, Meaning), understood
    mishaps: dict[str, int] = {}
    rows = len(next(iter(columns.values()))[1])
    return listed(understood.compile()(lambda _, name: columns[name][1], rows, mishaps.__setitem__)), mishaps


def whole(*values: int | None) -> tuple[ColumnType, Values]:
    return "int", Numbers(np.array([value or 0 for value in values]), known(values))


def floats(*values: float | None) -> tuple[ColumnType, Values]:
    return "float", Numbers(np.array([value or 0.0 for value in values]), known(values))


def known(values: tuple[Any, ...]) -> Any:
    return np.array([value is not None for value in values]) if None in values else None


def instant(text: str) -> int:
    return parse_instant(text)


def test_a_row_that_divides_by_zero_is_null_and_counted() -> None:
    values, mishaps = on("a / b", a=whole(6, 1, 0, None), b=whole(3, 0, 0, 0))
    assert values == [2.0, None, None, None]
    assert mishaps == {"division by zero": 2}


@pytest.mark.parametrize(
    ("code", "mishap"),
    [
        ("1 // a", "division by zero"),
        ("1 % a", "division by zero"),
        ("a ** -1", "division by zero"),
        ("days(1) / a", "division by zero"),
        ("sqrt(a - 1)", "the square root of a negative number"),
        ("log(a)", "the logarithm of zero or of a negative number"),
        ("log10(a)", "the logarithm of zero or of a negative number"),
        ("(a - 2) ** 0.3", "a broken power of a negative number"),
        ("9223372036854775807 - a + 1", "a number too large to hold"),
        ("1e308 * (10 - a)", "a number too large to hold"),
        ("exp(800 - a)", "a number too large to hold"),
        ("round(1e300 - a)", "a number too large to hold"),
        ("days(1e9 - a)", "a number too large to hold"),
        ("date('9999-12-31') + days(1 + a)", "a time outside the years 1 to 9999"),
        ("datetime('0001-01-01') - hours(1 + a)", "a time outside the years 1 to 9999"),
        ("date('2024-01-01') + years(9000 + a)", "a time outside the years 1 to 9999"),
        ("replace(concat('zzzzzzzzzzzzzzzz', a), 'z', '" + "y" * 1000 + "')", "a text of more than 10000 bytes"),
    ],
)
def test_what_has_no_value_is_null_and_named(code: str, mishap: str) -> None:
    values, mishaps = on(code, a=whole(0, None))
    assert values == [None, None]
    assert mishaps == {mishap: 1}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("if(b == 0, 0, a / b)", {}),
        ("case when b = 0 then 0 when a / b > 1 then 1 else 2 end", {}),
        ("b != 0 and a / b > 1", {}),
        ("b == 0 or a / b > 1", {}),
        ("coalesce(a / b, 0)", {}),
        ("(a / b) is null", {}),
        ("if(a / b > 1, 1, 2)", {"division by zero": 2}),
        ("min(a / b, 1)", {"division by zero": 2}),
        ("if(b == 0, a / b, 1)", {"division by zero": 2}),
        ("concat(a / b)", {"division by zero": 2}),
        ("a / b + sqrt(b - 1)", {"division by zero": 0, "the square root of a negative number": 2}),
        ("round(a / b, 2) * 1e308 * 1e308 ", {"division by zero": 2, "a number too large to hold": 1}),
    ],
)
def test_only_what_spoils_or_decides_a_row_is_counted(code: str, expected: dict[str, int]) -> None:
    assert on(code, a=whole(6, 1, 0), b=whole(3, 0, 0))[1] == {name: rows for name, rows in expected.items() if rows}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a and b", [True, False, None, False, False, False, None, False, None]),
        ("a or b", [True, True, True, True, False, None, True, None, None]),
        ("not a", [False, False, False, True, True, True, None, None, None]),
        ("if(a, 1, 0)", [1, 1, 1, 0, 0, 0, 0, 0, 0]),
        ("a == b", [True, False, None, False, True, None, None, None, None]),
        ("a and null", [None, None, None, False, False, False, None, None, None]),
        ("min(a, b)", [True, False, True, False, False, False, True, False, None]),
    ],
)
def test_truth_has_three_values(code: str, expected: list[bool | None]) -> None:
    def column(values: list[bool | None]) -> tuple[ColumnType, Values]:
        # What stands behind a null must not count, whatever it is.
        return "bool", Numbers(np.array([value is not False for value in values]), known(tuple(values)))

    values: list[bool | None] = [True, False, None]
    assert on(code, a=column([v for v in values for _ in "abc"]), b=column(values * 3))[0] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("date('2024-01-31') + months(1)", instant("2024-02-29T00:00Z") // DAY),
        ("date('2024-03-31') - months(1)", instant("2024-02-29T00:00Z") // DAY),
        ("date('2024-02-29') + years(1)", instant("2025-02-28T00:00Z") // DAY),
        ("datetime('2024-01-31T10:00:00Z') + months(13)", instant("2025-02-28T10:00Z")),
        ("datetime('2024-01-31 10:00')", instant("2024-01-31T10:00Z")),
        ("datetime('2024-01-31T10:00:00.25+02:00')", instant("2024-01-31T08:00:00.25Z")),
        ("date('2024-01-31') + days(0.999)", instant("2024-01-31T23:58:33.6Z")),
        ("date_diff('month', date('2024-01-31'), date('2024-02-01'))", 1),
        ("date_diff('week', date('2024-01-07'), date('2024-01-08'))", 1),
        ("date_diff('quarter', date('2024-03-31'), date('2024-04-01'))", 1),
        ("date_diff('years', date('2023-12-31'), date('2022-01-01'))", -1),
        ("date_diff('minute', '2024-01-01T00:00:59Z', '2024-01-01T00:01:00Z')", 1),
        ("date_trunc('week', date('2024-01-03'))", instant("2024-01-01T00:00Z") // DAY),
        ("date_trunc('quarter', '2024-06-30')", instant("2024-04-01T00:00Z") // DAY),
        ("dow(date('2024-01-01'))", 0),
        ("dow('2024-01-07')", 6),
        ("quarter('2024-12-31')", 4),
        ("hours(36) / days(1)", 1.5),
        ("round(2.5)", 2),
        ("round(-3.5)", -4),
        ("round(1250, -2)", 1200),
        ("7 // -2", -4),
        ("7 % -2", -1),
        ("-7.5 % 2", 0.5),
        ("2 ** 62", 2**62),
        ("0 ** 0", 1),
        ("0.0 ** 0", 1.0),
        ("(-2) ** 3.0", -8.0),
        ("(-8) ** -3", -1 / 512),
        ("log(exp(1))", 1.0),
        ("log10(1000)", 3.0),
        ("exp(-1000)", 0.0),
        ("concat(1, ' ', 2.50, ' ', 3.0, ' ', true, ' ', '2024-01-01')", "1 2.5 3 true 2024-01-01"),
        ("concat(date('2024-01-01'), ' ', datetime('2024-01-01T06:00:00.5Z'))", "2024-01-01 2024-01-01T06:00:00Z"),
        ("upper('straße é')", "STRAẞE É"),
        ("length('äß€😀')", 4),
        ("substring('äß€😀x', 3, 2)", "€😀"),
        ("right('äß€😀', 2)", "€😀"),
        ("right('ab', 0)", ""),
        ("right('ab', 5)", "ab"),
        ("substring('ab', 5)", ""),
        ("trim('  a b\t')", "a b"),
        ("'a' < 'ä' and 'Z' < 'a'", True),
        ("coalesce(null, null, 3)", 3),
        ("min(2, null, 1)", 1),
        ("max('a', 'b', null)", "b"),
        ("if(null, 1, 2)", 2),
        ("3 in (1, 2, 3, 4, 5, 6, 7, 8, 9.5)", True),
        ("true == 1 and false < 0.5", True),
    ],
)
def test_constants_give(code: str, expected: Any) -> None:
    found, values, mishaps = evaluated(code)
    assert values == [expected] * ROWS
    assert isinstance(values[0], type(expected)), found
    assert not mishaps


@pytest.mark.parametrize("how", ["small", "large", "none"])
@pytest.mark.parametrize("other", ["small", "large", "none"])
@pytest.mark.parametrize(
    "code",
    [
        "a == b", "a != 'Gold'", "a < b", "b >= 'gold'", "upper(a) == upper(b)", "concat(a, '-', b)",
        "concat('<', lower(a), '>')",
        "a in ('Gold', 'silver')", "b not in ('1', '2', '3', '4', '5', '6', '7', '8', 'Gold')", "if(a == 'Gold', b, a)",
        "case a when 'Gold' then 1 when 'silver' then 2 else 3 end", "coalesce(b, a)", "min(a, b)", "max(a, b, 'm')",
        "length(b)",
        "nullif(a, b)", "replace(a, 'o', '00')", "starts_with(b, 'G')", "if(length(a) > 4, upper(b), 'short')", "a || b || a",
    ],
)  # fmt: skip
def test_it_does_not_matter_how_text_is_held(code: str, how: str, other: str) -> None:
    plain, _ = on(code, a=("string", texts(WORDS, "none")), b=("string", texts(MORE_WORDS, "none")))
    assert on(code, a=("string", texts(WORDS, how)), b=("string", texts(MORE_WORDS, other)))[0] == plain


CODES = [
    "round(i * x, 2)", "if(b, s, u)", "t + days(n)", "coalesce(y, i / n)", "concat(s, i)", "n ** 2 - n",
    "case when c then s end",
    "min(x, y)", "min(s, w)", "b and c", "v - t > days(1)", "s in ('a', 'Gold')", "log(x) + exp(y)", "date_trunc('month', t)",
    "nullif(s, 'Gold')", "upper(w)", "'constant'", "1", "null", "true", "if(c, null, 'x')", "max(1, i, 2.5)",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_row_does_not_depend_on_the_rows_beside_it(code: str) -> None:
    evaluate, whole_column = meaning(code).compile(), made(code)
    for start, stop in ((0, 0), (0, 1), (1, 2), (3, 4), (2, 7), (7, ROWS)):
        index = np.arange(start, stop)
        part = evaluate(lambda _, name, index=index: VALUES[name].take(index), stop - start)  # type: ignore[misc]
        assert len(part) == stop - start
        assert listed(part) == whole_column[start:stop]


@pytest.mark.parametrize("code", CODES)
def test_columns_stay_as_they_were(code: str) -> None:
    before = {name: listed(values) for name, values in VALUES.items()}
    made(code)
    assert {name: listed(values) for name, values in VALUES.items()} == before


def test_a_part_that_stands_twice_is_read_and_made_once() -> None:
    read: list[str] = []

    def values(_: str | None, name: str) -> Values:
        read.append(name)
        return VALUES[name]

    meaning("(i + n) * (i + n) - (i + n)").compile()(values, ROWS)
    assert sorted(read) == ["i", "n"]


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20), st.integers(0, 6))
def test_rounding_gives_the_float_that_a_column_of_so_many_decimals_has(values: list[float], places: int) -> None:
    data = np.array(values)
    assert on(f"round(x, {places})", x=("float", Numbers(data)))[0] == round_half_even(data, places).tolist()


def test_a_product_of_cents_rounds_to_the_cent_that_python_gives() -> None:
    prices = np.arange(1, 5000) / 100
    [values] = [on("round(q * p, 2)", q=("int", Numbers(np.arange(1, 5000) % 9)), p=("float", Numbers(prices)))[0]]
    assert values == [round(q * p, 2) + 0.0 for q, p in zip((np.arange(1, 5000) % 9).tolist(), prices.tolist(), strict=True)]


def test_selected_constants_keep_one_pool_for_all_blocks() -> None:
    evaluate = meaning("if(i > 2, 'a', if(i > 0, 'b', 'c'))").compile()
    first, second = (evaluate(lambda _, name: VALUES[name], ROWS) for _ in range(2))
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert first.words is second.words
    assert first.words.to_pylist() == ["a", "b", "c"]


def test_texts_made_of_texts_do_not_grow_without_bound() -> None:
    code = "s"
    for _ in range(40):
        code = f"concat({code}, {code})" if len(code) < 4000 else code
    values, mishaps = on(code, s=("string", texts(["a" * 50, "b", None], "small")))
    assert values[0] is None
    assert mishaps == {"a text of more than 10000 bytes": 1}


@given(st.data())
def test_texts_too_large_for_one_pool_are_joined_in_pieces(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 9))
    some = st.lists(st.sampled_from(["a", "bb", "", "é"]), min_size=rows, max_size=rows)
    columns = [data.draw(some), data.draw(some), ["-"]]
    held = [texts(column, data.draw(st.sampled_from(["small", "large", "none"]))) for column in columns]
    skipped = np.array(data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)))
    expected = ["" if skip else f"{a}{b}-" for a, b, skip in zip(columns[0], columns[1], skipped.tolist(), strict=True)]
    assert joined_rows(held, rows, skipped, most=data.draw(st.integers(0, 40))).to_pylist() == expected


def test_nothing_is_infinite_or_no_number() -> None:
    """Overflows are looked for late; whatever is done to one before must not hide it."""
    big = floats(1e308, -1e308, 1.0)
    hidden = ["x - x", "1 / x", "min(x, 5)", "round(x, 2) * 0", "if(x > 0, 1.0, 2.0)", "-x", "abs(x) // 1", "sqrt(abs(x))"]
    for code in (part.replace("x", "(x * 10)") for part in hidden):
        values, mishaps = on(code, x=big)
        assert all(value is None or math.isfinite(value) for value in values), code
        assert mishaps == {"a number too large to hold": 2}, code


def test_every_sample_column_is_used_by_some_test() -> None:
    assert {name for code in CODES for _, name in meaning(code).compile().columns()} | {"d"} == set(COLUMNS)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("date_diff(d, e)", [5, -19]),
        ("date_diff('day', e, d) * 2", [-10, 38]),
        ("max(date_diff('day', d, e), 0)", [5, 0]),
        ("(d - e) / days(1)", [-5, 19]),
    ],
)
def test_a_difference_leaves_the_dates_as_they_were(code: str, expected: list[int]) -> None:
    days, others = Numbers(np.array([10, 20])), Numbers(np.array([15, 1]))
    assert on(code, d=("date", days), e=("date", others))[0] == expected
    assert (days.data.tolist(), others.data.tolist()) == ([10, 20], [15, 1])
