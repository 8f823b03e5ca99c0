"""How rows are cut into blocks, and who hashes them, shows nowhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen_chat.sinks.base import UNIT_ROWS, ColumnShape, TableShape, ranges
from datagen_chat.sinks.digest import TableDigest, digest_of_batches
from datagen_chat.sinks.read import read_table
from datagen_chat.values import Numbers, Text, words_array

FILE_FORMATS = ("parquet", "csv", "jsonl")
_INT64 = st.integers(-(2**63), 2**63 - 1)
_TIMES = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
_CENTS = st.integers(-(10**9), 10**9).map(lambda n: n / 100)

CELLS: dict[ColumnShape, st.SearchStrategy[Any]] = {
    ColumnShape("int", "int", True): _INT64,
    ColumnShape("small", "int"): st.integers(-20_000, 20_000),
    ColumnShape("float", "float", True): _FLOATS,
    ColumnShape("cents", "float", True, decimals=2): _CENTS | _FLOATS,
    ColumnShape("millionths", "float", decimals=6): st.integers(-(10**12), 10**12).map(lambda n: n / 10**6),
    ColumnShape("text", "string", True): _TEXT,
    ColumnShape("label", "string", True, layout="category"): st.sampled_from(["a", "b,", "", '"', "ü", "\n"]),
    ColumnShape("flag", "bool", True): st.booleans(),
    ColumnShape("time", "datetime", True): _TIMES,
    ColumnShape("hour", "datetime", ticks=3_600_000_000): st.integers(-100_000, 100_000).map(lambda n: n * 3_600_000_000),
    ColumnShape("day", "date", True): st.integers(-719_162, 2_932_896),
}


@st.composite
def tables(draw: Callable[..., Any]) -> tuple[TableShape, dict[str, list[Any]], list[int]]:
    """Draw a table, its rows, and the sizes of blocks to cut them into."""
    chosen = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=5, unique=True))
    count = draw(st.integers(1, 30))
    columns = (ColumnShape("id", "int", layout="sequence"), *chosen)
    rows: dict[str, list[Any]] = {"id": list(range(count))}
    for column in chosen:
        cell = st.none() | CELLS[column] if column.nullable else CELLS[column]
        rows[column.name] = draw(st.lists(cell, min_size=count, max_size=count))
    edges = sorted({0, count, *draw(st.lists(st.integers(0, count), max_size=4))})
    return TableShape("t", columns, count), rows, np.diff(edges).tolist()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(table=tables())
def test_any_table_has_the_same_bytes_however_it_is_cut_and_reads_back(table: Any, kit: SimpleNamespace) -> None:
    shape, rows, sizes = table
    block = kit.block_of(shape, rows)
    expected = kit.digest(shape, [block])
    assert kit.digest(shape, kit.cut(block, sizes)) == expected
    for format_ in FILE_FORMATS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (whole,) = kit.write(format_, folder / "whole", shape, [[block]])
            (pieces,) = kit.write(format_, folder / "pieces", shape, [kit.cut(block, sizes)])
            assert (folder / "whole" / whole).read_bytes() == (folder / "pieces" / pieces).read_bytes()
            assert kit.read(format_, folder / "whole", shape, [whole]) == rows
            assert digest_of_batches(read_table(folder / "whole", format_, shape, [whole]), shape) == expected


@pytest.fixture(scope="module")
def large() -> tuple[TableShape, dict[str, Any]]:
    """A table of more than one unit, and its only block."""
    count = UNIT_ROWS + 70_001
    draws = np.random.default_rng(1)
    block = {
        "id": Numbers(np.arange(count)),
        "price": Numbers(draws.integers(0, 10**6, count) / 100, draws.random(count) < 0.9),
        "label": Text(words_array(["x", "y,", "z"]), draws.integers(0, 3, count).astype(np.int8)),
        "name": Text(words_array([f"n{n}" for n in range(50_000)]), draws.integers(0, 50_000, count)),
    }
    columns = (
        ColumnShape("id", "int", layout="sequence"),
        ColumnShape("price", "float", True, decimals=2),
        ColumnShape("label", "string", layout="category"),
        ColumnShape("name", "string"),
    )
    return TableShape("t", columns, count), block


SIZES = {"small": 1000, "usual": 65_536, "odd": 99_991, "large": 300_000}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", FILE_FORMATS)
def test_files_of_many_rows_have_the_same_bytes_for_any_block_size(
    name: str, size: int, tmp_path: Path, large: Any, kit: SimpleNamespace
) -> None:
    shape, block = large
    (whole,) = kit.write(name, tmp_path / "whole", shape, [[block]])
    sizes = [min(size, shape.rows - start) for start in range(0, shape.rows, size)]
    (pieces,) = kit.write(name, tmp_path / "pieces", shape, [kit.cut(block, sizes)])
    assert (tmp_path / "whole" / whole).read_bytes() == (tmp_path / "pieces" / pieces).read_bytes()


def test_workers_merge_to_the_digest_of_one(format_: str, tmp_path: Path, large: Any, kit: SimpleNamespace) -> None:
    shape, block = large
    first, second = (kit.cut(block, [len(part)]) for part in ranges(shape.rows, 2))
    rest = kit.cut(block, [UNIT_ROWS, shape.rows - UNIT_ROWS])[1:]
    ahead, behind = TableDigest(shape), TableDigest(shape, UNIT_ROWS)
    for piece in first:
        ahead.update(piece)
    for piece in rest:
        behind.update(piece)
    behind.merge(ahead)
    assert len(second) == 1
    files = kit.write(format_, tmp_path, shape, [[block]])
    assert (
        behind.hexdigest()
        == kit.digest(shape, [block])
        == digest_of_batches(read_table(tmp_path, format_, shape, files), shape)
    )


def test_a_digest_misses_no_unit(large: Any) -> None:
    shape, block = large
    behind = TableDigest(shape, UNIT_ROWS)
    behind.update({name: values.take(np.arange(10)) for name, values in block.items()})
    with pytest.raises(ValueError, match="missing"):
        behind.hexdigest()


def test_a_digest_starts_at_a_unit(large: Any) -> None:
    with pytest.raises(ValueError, match="unit"):
        TableDigest(large[0], 1000)


CHANGES: dict[str, tuple[ColumnShape, list[Any], list[Any]]] = {
    "a number": (ColumnShape("x", "int"), [1, 2], [1, 3]),
    "the order of rows": (ColumnShape("x", "int"), [1, 2], [2, 1]),
    "one row more": (ColumnShape("x", "int"), [0], [0, 0]),
    "null for zero": (ColumnShape("x", "int", True), [0, 1], [None, 1]),
    "another null": (ColumnShape("x", "int", True), [None, 0], [0, None]),
    "null for empty text": (ColumnShape("x", "string", True), ["", "a"], [None, "a"]),
    "where texts meet": (ColumnShape("x", "string"), ["ab", "c"], ["a", "bc"]),
    "a category": (ColumnShape("x", "string", layout="category"), ["a", "b"], ["a", "a"]),
    "the words of codes": (ColumnShape("x", "string", layout="category"), ["a", "b"], ["a", "c"]),
    "the last bit of a float": (ColumnShape("x", "float"), [0.3], [0.30000000000000004]),
}


@pytest.mark.parametrize(("column", "before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_digest_changes_with(column: ColumnShape, before: list[Any], after: list[Any], kit: SimpleNamespace) -> None:
    shape = TableShape("t", (column,), 2)
    assert kit.digest(shape, [kit.block_of(shape, {"x": before})]) != kit.digest(shape, [kit.block_of(shape, {"x": after})])


def test_a_digest_sees_words_and_not_codes(kit: SimpleNamespace) -> None:
    for layout in ("category", "plain"):
        shape = TableShape("t", (ColumnShape("x", "string", True, layout=layout),), 3)
        valid = np.array([True, True, False])
        ways = [
            Text(words_array(["a", "b"]), np.array([0, 1, 0], np.int8), valid),
            Text(words_array(["b", "unused", "a"]), np.array([2, 0, 2], np.int64), valid),
            Text(words_array(["a", "b", "hidden"]), None, valid),
        ]
        assert len({kit.digest(shape, [{"x": way}]) for way in ways}) == 1


def test_a_digest_knows_one_zero(kit: SimpleNamespace) -> None:
    shape = TableShape("t", (ColumnShape("x", "float"),), 1)
    assert kit.digest(shape, [kit.block_of(shape, {"x": [0.0]})]) == kit.digest(shape, [kit.block_of(shape, {"x": [-0.0]})])
