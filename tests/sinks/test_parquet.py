"""Parquet as other readers see it: every layout and every width, and what the footer says."""

from __future__ import annotations

import math
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyarrow import parquet

from datagen_chat.sinks.base import ColumnShape, TableShape
from datagen_chat.sinks.parquet.packing import delta, pack, packed_run, width_of
from datagen_chat.values import Numbers, Text, Values, words_array

EDGES = (1, 2, 7, 8, 9, 32, 33, 34, 128, 129, 130, 161, 257, 5000)
"""Numbers of rows around those that Parquet's blocks of bits hold."""
SPREADS = (0, 1, 2, 3, 5, 15, 16, 200, 255, 256, 5000, 2**23, 2**24, 2**31, 2**32, 2**40, 2**50, 2**56, 2**62)
UNITS = (1, 10**6, 60 * 10**6, 3600 * 10**6, 86_400 * 10**6)


def written(folder: Path, kit: SimpleNamespace, columns: dict[ColumnShape, Values]) -> Path:
    rows = len(next(iter(columns.values())))
    block = {column.name: values for column, values in columns.items()}
    kit.write("parquet", folder, TableShape("t", tuple(columns), rows), [[block]])
    return folder / "t.parquet"


def chunk(folder: Path, kit: SimpleNamespace, column: ColumnShape, values: Values) -> Any:
    """Return what the footer says of the only column of a table."""
    return parquet.read_metadata(written(folder, kit, {column: values})).row_group(0).column(0)


def cells(column: ColumnShape, values: Values) -> pa.Array:
    """Return values as Arrow makes them of Python's."""
    if isinstance(values, Text):
        words = values.words.to_pylist()
        plain = [words[code] for code in values.codes] if values.codes is not None else words
        type_ = pa.string()
    else:
        plain, type_ = values.data.tolist(), column.arrow_type
    valid = [True] * len(plain) if values.valid is None else values.valid
    return pa.array([cell if held else None for cell, held in zip(plain, valid, strict=True)], type_)


def many(rows: int, is_nullable: bool) -> dict[ColumnShape, Values]:
    """Return columns of every type, layout and width."""
    draws = np.random.default_rng(rows)
    columns: dict[ColumnShape, Values] = {}

    def add(column: ColumnShape, data: NDArray[Any], words: pa.StringArray | None = None) -> None:
        valid = draws.random(rows) < 0.7 if is_nullable else None
        columns[column] = Numbers(data, valid) if words is None else Text(words, data, valid)

    for spread in SPREADS:
        numbers = draws.integers(-3, spread - 3, rows, endpoint=True)
        add(ColumnShape(f"int {spread}", "int", is_nullable), numbers)
        add(ColumnShape(f"key {spread}", "int", is_nullable, layout="sorted"), np.sort(numbers))
    for unit in UNITS:
        add(ColumnShape(f"time {unit}", "datetime", is_nullable, ticks=unit), draws.integers(-9, 40_000, rows) * unit)
    for spread in (1, 366, 3000, 100_000):
        add(ColumnShape(f"day {spread}", "date", is_nullable), draws.integers(-1, spread, rows))
    for size in (1, 2, 3, 17, 300, 5000):
        words, codes = words_array([f"{'wörd' * (word % 4)}{word}" for word in range(size)]), draws.integers(0, size, rows)
        add(ColumnShape(f"category {size}", "string", is_nullable, layout="category"), codes, words)
        add(ColumnShape(f"text {size}", "string", is_nullable), codes, words)
    add(ColumnShape("float", "float", is_nullable), draws.random(rows))
    add(ColumnShape("few floats", "float", is_nullable), draws.integers(0, 3, rows) / 2)
    add(ColumnShape("flag", "bool", is_nullable), draws.random(rows) < 0.3)
    return columns


@pytest.mark.parametrize(("rows", "is_nullable"), list(product(EDGES, (False, True))))
def test_duckdb_and_arrow_read_every_type_layout_and_width(
    rows: int, is_nullable: bool, tmp_path: Path, kit: SimpleNamespace
) -> None:
    columns = many(rows, is_nullable)
    path = written(tmp_path, kit, columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        tables = [connection.sql(f"FROM read_parquet('{path}')").to_arrow_table(), parquet.read_table(path)]
    for table, (column, values) in product(tables, columns.items()):
        expected = cells(column, values)
        assert table[column.name].cast(expected.type).combine_chunks().equals(expected), column


def test_duckdb_reads_what_is_hard_to_write(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    path = written(tmp_path, kit, {column: kit.values_of(column, rows[column.name]) for column in shape.columns})
    got = duckdb.sql(f"SELECT \"order\", amount, text, label, flag, epoch_us(hour) FROM read_parquet('{path}')").fetchall()
    assert got == list(zip(*(rows[name] for name in ("order", "amount", "text", "label", "flag", "hour")), strict=True))


N = 1 << 16
KINDS: dict[str, tuple[ColumnShape, Values, str, float]] = {
    "a sequence": (ColumnShape("x", "int", layout="sequence"), Numbers(np.arange(N)), "DELTA_BINARY_PACKED", 0.05),
    "an ascending key": (ColumnShape("x", "int", layout="sorted"), Numbers(np.arange(N) // 3), "DELTA_BINARY_PACKED", 0.2),
    "a key in no order": (ColumnShape("x", "int"), Numbers(np.arange(N) * 7919 % 99_991), "DELTA_BINARY_PACKED", 3.1),
    "a small number": (ColumnShape("x", "int"), Numbers(np.arange(N) % 11), "RLE_DICTIONARY", 0.51),
    "one number": (ColumnShape("x", "int"), Numbers(np.full(N, 7)), "DELTA_BINARY_PACKED", 0.05),
    "a number of 60 bits": (ColumnShape("x", "int"), Numbers(np.arange(N) * 2**47 % (2**61 - 1)), "PLAIN", 8.01),
    "an hour of a year": (
        ColumnShape("x", "datetime", ticks=3_600_000_000),
        Numbers(np.arange(N) * 7919 % 8784 * 3_600_000_000),
        "RLE_DICTIONARY",
        2 + 8 * 8784 / N + 0.01,
    ),
    "a day of a year": (ColumnShape("x", "date"), Numbers(np.arange(N) * 7919 % 366), "DELTA_BINARY_PACKED", 2.1),
    "a category": (
        ColumnShape("x", "string", layout="category"),
        Text(words_array(["a", "b", "c"]), (np.arange(N) * 7919 % 3).astype(np.int8)),
        "RLE_DICTIONARY",
        0.26,
    ),
    "a float": (ColumnShape("x", "float"), Numbers(np.sqrt(np.arange(N))), "PLAIN", 8.01),
    "text": (ColumnShape("x", "string"), Text(words_array([f"{n * n:09}" for n in range(N)])), "DELTA_LENGTH_BYTE_ARRAY", 9.8),
}


@pytest.mark.parametrize(("column", "values", "encoding", "most"), KINDS.values(), ids=KINDS)
def test_is_stored_as_suits_it_in_few_bytes(
    column: ColumnShape, values: Values, encoding: str, most: float, tmp_path: Path, kit: SimpleNamespace
) -> None:
    found = chunk(tmp_path, kit, column, values)
    assert encoding in found.encodings
    assert found.total_compressed_size / N <= most


def test_what_shrinks_to_less_than_half_is_compressed(tmp_path: Path, kit: SimpleNamespace) -> None:
    text = ColumnShape("x", "string")
    repeated = Text(words_array(["the same words again and again, and a number: "] * N))
    found = chunk(tmp_path, kit, text, repeated)
    assert found.compression == "SNAPPY"
    assert found.total_compressed_size < found.total_uncompressed_size / 2
    random = Numbers(np.random.default_rng(1).random(N))
    assert chunk(tmp_path, kit, ColumnShape("x", "float"), random).compression == "UNCOMPRESSED"


def test_the_footer_tells_nulls_and_the_least_and_greatest(tmp_path: Path, kit: SimpleNamespace) -> None:
    valid = np.array([True, False, True, True])
    columns: dict[ColumnShape, Values] = {
        ColumnShape("int", "int", True): Numbers(np.array([5, -99, -7, 6]), valid),
        ColumnShape("float", "float", True): Numbers(np.array([0.5, -99, 1.5, 0.25]), valid),
        ColumnShape("flag", "bool", True): Numbers(np.array([True, False, True, True]), valid),
        ColumnShape("day", "date", True): Numbers(np.array([0, -99, 1, 2]), valid),
    }
    group = parquet.read_metadata(written(tmp_path, kit, columns)).row_group(0)
    told = [group.column(place).statistics for place in range(group.num_columns)]
    assert [one.null_count for one in told] == [1] * 4
    assert [(one.min, one.max) for one in told[:3]] == [(-7, 6), (0.25, 1.5), (True, True)]
    assert [str(told[3].min), str(told[3].max)] == ["1970-01-01", "1970-01-03"]


def test_the_footer_does_not_rank_what_is_not_a_number(tmp_path: Path, kit: SimpleNamespace) -> None:
    odd = chunk(tmp_path, kit, ColumnShape("x", "float"), Numbers(np.array([1.0, math.nan])))
    assert not odd.statistics.has_min_max


def test_the_footer_leaves_room_for_either_zero(tmp_path: Path, kit: SimpleNamespace) -> None:
    zeros = chunk(tmp_path, kit, ColumnShape("x", "float"), Numbers(np.array([0.0, 0.0])))
    assert math.copysign(1, zeros.statistics.min) == -1
    assert math.copysign(1, zeros.statistics.max) == 1


def test_words_that_no_row_has_are_not_stored(tmp_path: Path, kit: SimpleNamespace) -> None:
    column = ColumnShape("x", "string", layout="category")
    pool = words_array([f"a word that is long enough to be seen {word}" for word in range(10_000)])
    values = Text(pool, np.array([9_999, 3, 9_999]))
    assert chunk(tmp_path, kit, column, values).total_compressed_size < 300
    assert parquet.read_table(tmp_path / "t.parquet")["x"].to_pylist() == [pool[code].as_py() for code in (9_999, 3, 9_999)]


WIDTHS = st.sampled_from([1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64])


@given(width=WIDTHS, data=st.data())
def test_packed_numbers_are_the_digits_of_one_number(width: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, 2**width - 1), min_size=1, max_size=40))
    bits = sum(number << place * width for place, number in enumerate(numbers))
    packed = pack(np.array(numbers, np.uint64), width, 8)
    assert int.from_bytes(packed.tobytes(), sys.byteorder) == bits
    assert len(packed) == -(-len(numbers) // 8) * width


@given(st.integers(0, 2**64 - 1))
def test_a_width_holds_the_number_it_is_chosen_for(most: int) -> None:
    assert most < 2 ** width_of(most)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=300))
def test_differences_add_up_to_the_numbers(numbers: list[int]) -> None:
    data = b"".join(map(bytes, delta(np.array(numbers, np.int64))))
    assert undone(data) == numbers


def undone(data: bytes) -> list[int]:
    """Return the integers of DELTA_BINARY_PACKED, read as slowly as the format's page tells it, to the last byte."""
    at = 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte, at = data[at], at + 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def zigzag() -> int:
        number = varint()
        return number >> 1 ^ -(number & 1)

    block, miniblocks, count, number = varint(), varint(), varint(), zigzag()
    numbers = [number]
    while len(numbers) < count:
        lowest = zigzag()
        widths, at = data[at : at + miniblocks], at + miniblocks
        for width in widths:
            if len(numbers) == count:
                break
            size = block // miniblocks * width // 8
            bits, at = int.from_bytes(data[at : at + size], "little"), at + size
            for place in range(min(block // miniblocks, count - len(numbers))):
                number += lowest + (bits >> place * width & (1 << width) - 1)
                number = (number + 2**63) % 2**64 - 2**63
                numbers.append(number)
    assert at == len(data)
    return numbers


def test_a_packed_run_says_how_many_groups_of_eight_follow() -> None:
    head, bits = packed_run(np.array([1, 0, 1, 1, 0, 0, 0, 0, 1]), 1)
    assert (bytes(head), bytes(bits)) == (bytes([2 << 1 | 1]), bytes([0b1101, 0b1]))


def test_row_groups_of_long_texts_are_shorter_whatever_the_blocks(tmp_path: Path, kit: SimpleNamespace) -> None:
    rows, sizes = 40_000, ([40_000], [9_000, 30_999, 1])
    shape = TableShape("t", (ColumnShape("x", "string"),), rows)
    block = {"x": Text(words_array(["a long text " * 400, "another " * 500]), np.arange(rows) % 2)}
    for place, cut in enumerate(sizes):
        kit.write("parquet", tmp_path / str(place), shape, [kit.cut(block, cut)])
    first, second = (tmp_path / str(place) / "t.parquet" for place in range(2))
    meta = parquet.read_metadata(first)
    groups = [meta.row_group(place).num_rows for place in range(meta.num_row_groups)]
    assert groups == [16_384, 16_384, 7_232]  # 4,400 bytes a row, at least 64 MiB at a multiple of 8,192 rows
    assert first.read_bytes() == second.read_bytes()
    assert parquet.read_table(first)["x"].to_pylist() == [block["x"].words[row % 2].as_py() for row in range(rows)]


def test_few_rows_of_the_longest_texts_make_a_row_group(tmp_path: Path, kit: SimpleNamespace) -> None:
    rows, shape = 300, TableShape("t", (ColumnShape("x", "string"),), 300)
    block = {"x": Text(words_array(["a long text " * 25_000]), np.zeros(rows, np.int8))}
    for place, cut in enumerate(([300], [7, 255, 38])):
        kit.write("parquet", tmp_path / str(place), shape, [kit.cut(block, cut)])
    first, second = (tmp_path / str(place) / "t.parquet" for place in range(2))
    meta = parquet.read_metadata(first)
    groups = [meta.row_group(place).num_rows for place in range(meta.num_row_groups)]
    assert groups == [256, 44]  # 300 kB a row, at least 64 MiB at a power of two
    assert first.read_bytes() == second.read_bytes()
