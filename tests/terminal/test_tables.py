"""Tables of rows: aligned, never wider than the screen, split or stood on end when they do not fit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from rich.cells import cell_len

from datagen_chat.engine.estimate import Count
from datagen_chat.preview import Sample
from datagen_chat.problems import Problem, note
from datagen_chat.sinks.base import ColumnShape
from datagen_chat.terminal.cells import ladder
from datagen_chat.terminal.problems import draw_problems
from datagen_chat.terminal.schema import draw_sample
from datagen_chat.terminal.screen import Screen
from tests.conversation.replies import SHOP
from tests.terminal.screens import Memory, assert_screen, drawn

SHAPES = (
    ColumnShape("person_id", "int"),
    ColumnShape("name", "string"),
    ColumnShape("city", "string"),
    ColumnShape("born", "date"),
    ColumnShape("seen_at", "datetime"),
    ColumnShape("score", "float", decimals=1),
    ColumnShape("is_active", "bool"),
    ColumnShape("remark", "string"),
    ColumnShape("a_column_with_quite_a_long_name", "int"),
)
ROWS: tuple[tuple[Any, ...], ...] = (
    (1, "Ada Lovelace", "London", date(1815, 12, 10), datetime(2024, 3, 4, 13), 2.25, True, "first of all programmers " * 4, 7),
    (2, "李小龍", "香港", None, datetime(2024, 3, 5), -10.0, False, "two\nlines", 1234567),
    (3, "null", "", date(999, 1, 1), None, None, None, None, 0),
)
PEOPLE = Sample("person", SHAPES, 0, ROWS)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160])
def test_a_wide_table_fits_the_screen(width: int) -> None:
    shown = drawn(lambda screen: draw_sample(screen, PEOPLE, Count(3), "person_id"), width)
    assert max(cell_len(line) for line in shown.split("\n")) <= width
    assert_screen(f"wide-{width}", shown)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160])
def test_every_column_is_shown_at_every_width(width: int) -> None:
    shown = drawn(lambda screen: draw_sample(screen, PEOPLE, Count(3), "person_id"), width)
    assert [shape.name for shape in SHAPES if shape.name[: width // 2 - 3] not in shown] == []


@pytest.mark.parametrize("columns", [1, 60, 1000])
def test_any_number_of_columns_is_drawn(columns: int) -> None:
    many = Sample("t", tuple(ColumnShape(f"c{number}", "int") for number in range(columns)), 5, ((1,) * columns,) * 2)
    for width in (20, 80):
        shown = drawn(lambda screen: draw_sample(screen, many, Count(10**9, is_exact=False), "c0"), width)
        assert f"c{columns - 1}" in shown
        assert max(cell_len(line) for line in shown.split("\n")) <= width


@pytest.mark.parametrize(
    ("sample", "of", "said"),
    [
        (Sample("t", (), 0, ()), Count(0), "no rows"),
        (Sample("t", SHAPES[:1], 0, ((1,),)), Count(1), "1 row"),
        (Sample("t", SHAPES[:1], 0, ((1,), (2,))), Count(2), "all 2 rows"),
        (Sample("t", SHAPES[:1], 0, ((1,), (2,))), Count(2000), "the first 2 of 2,000 rows"),
        (Sample("t", SHAPES[:1], 100, ((1,), (2,))), Count(2000), "rows 100 to 101 of 2,000"),
        (Sample("t", SHAPES[:1], 100, ((1,),)), Count(2000), "row 100 of 2,000"),
        (Sample("t", SHAPES[:1], 0, ((1,), (2,))), Count(123_456_789, is_exact=False), "the first 2 of ≈123,000,000 rows"),
    ],
)
def test_it_says_which_rows_are_shown(sample: Sample, of: Count, said: str) -> None:
    assert drawn(lambda screen: draw_sample(screen, sample, of, "person_id")).split("\n")[0] == f"t  {said}"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([datetime(2024, 1, 1), datetime(2024, 1, 2)], ["2024-01-01", "2024-01-02"]),
        ([datetime(2024, 1, 1, 7), None], ["2024-01-01 07:00", "null"]),
        ([datetime(2024, 1, 1, 7, 0, 5)], ["2024-01-01 07:00:05"]),
        ([datetime(2024, 1, 1, 7, 0, 5, 250_000)], ["2024-01-01 07:00:05.250000"]),
        ([datetime(33, 1, 1)], ["0033-01-01"]),
        ([1.5, 1e300], ["1.5", "1e+300"]),
        (["", "null", "  ", "a\tb"], ['""', '"null"', '"  "', "a b"]),
        ([True, False, None], ["true", "false", "null"]),
        ([10**18], ["1000000000000000000"]),
    ],
)
def test_values_are_short_and_tell_themselves_apart(values: list[Any], shown: list[str]) -> None:
    assert [cell.text for cell in ladder("x", values).cells] == shown


def test_floats_keep_their_decimals() -> None:
    assert [cell.text for cell in ladder("x", [1.0, 2.5], 2).cells] == ["1.00", "2.50"]


def test_floats_without_room_for_decimals_are_short() -> None:
    assert [cell.text for cell in ladder("x", [1e300, -1e16, 1e15], 2).cells] == ["1e+300", "-1e+16", "1000000000000000.00"]


def test_problems_say_where_what_and_what_instead() -> None:
    problems = [
        Problem("/nodes/1/columns/2/type", "not-one-of", '"text" is not allowed as type.', 'Use "string".'),
        *[Problem(f"/nodes/0/columns/{number}", "x", "This is wrong in the same way.", "Do it right.") for number in (0, 1)],
        note("/nodes/0", "n", "Only worth knowing."),
    ]
    assert_screen("problems", drawn(lambda screen: draw_problems(screen, problems, SHOP)))


@pytest.mark.parametrize(
    ("environment", "is_live", "is_styled"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
    ],
)
def test_a_terminal_gets_what_it_can_show(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_live: bool, is_styled: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"COLUMNS": "90", **environment}.items():
        monkeypatch.setenv(name, value)
    screen = Screen(Memory(is_terminal=True))
    assert (screen.is_live, screen.is_styled, screen.width) == (is_live, is_styled, 90)


def test_a_pipe_gets_plain_text_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    file = Memory()
    screen = Screen(file)
    screen.say(("word " * 40, "bold red"))
    assert (screen.width, screen.is_styled) == (80, False)
    assert "\x1b" not in file.getvalue()
