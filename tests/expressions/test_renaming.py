"""References in an expression are renamed where they stand, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given

from datagen_chat.expressions import Expression, parse, rename
from datagen_chat.expressions.nodes import Node
from datagen_chat.expressions.printing import written
from tests.expressions.test_parser import TREES

Reference = tuple[str | None, str]


@pytest.mark.parametrize(
    ("code", "table", "old", "new", "expected"),
    [
        ("qty*price  + qty", None, "qty", "quantity", "quantity*price  + quantity"),
        ("qty + item.qty", None, "qty", "n", "n + item.qty"),
        ("qty + item . qty", "item", "qty", "n", "qty + item.n"),
        ("'qty' || qty", None, "qty", "n", "'qty' || n"),
        ("qty(qty)", None, "qty", "n", "qty(n)"),
        ("round + round(round)", None, "round", "r", "r + round(r)"),
        ("Qty + qty", None, "qty", "n", "Qty + n"),
        ("`end` - end", None, "end", "finish", "finish - finish"),
        ("finish - start", None, "finish", "case", "`case` - start"),
        ("case when a then a else b end", None, "a", "longer", "case when longer then longer else b end"),
        ("qty +", None, "qty", "n", "qty +"),
    ],
)
def test_a_column_is_renamed(code: str, table: str | None, old: str, new: str, expected: str) -> None:
    assert rename(code, lambda owner, name: (owner, new if (owner, name) == (table, old) else name)) == expected


def test_a_table_is_renamed() -> None:
    assert rename("a.x + a + b.a", lambda table, name: ("new" if table == "a" else table, name)) == "new.x + a + b.a"


@given(TREES)
def test_renaming_all_names_renames_exactly_the_names(root: Node) -> None:
    def change(table: str | None, name: str) -> Reference:
        return (None if table is None else f"T_{table}", f"c_{name}")

    code = written(root)
    before, after = parse(code), parse(rename(code, change))
    assert isinstance(before, Expression)
    assert isinstance(after, Expression)
    assert [change(name.table, name.column) for name in before.names] == [(name.table, name.column) for name in after.names]
    assert rename(str(after), lambda table, name: (table and table[2:], name[2:])) == str(before)
