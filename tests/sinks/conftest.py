"""Tables of Python values, and writing and reading them in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from datagen_chat.sinks import sink
from datagen_chat.sinks.base import Block, ColumnShape, DatasetShape, Part, TableShape
from datagen_chat.sinks.columns import part_of
from datagen_chat.sinks.digest import TableDigest
from datagen_chat.sinks.read import read_table
from datagen_chat.values import Numbers, Text, Values, words_array

FORMATS = ("parquet", "csv", "jsonl", "duckdb")
DTYPES: dict[str, Any] = {"float": np.float64, "bool": np.bool_}

Rows = dict[str, list[Any]]


def values_of(column: ColumnShape, cells: Sequence[Any]) -> Values:
    """Return Python values as what an engine would hand over; a category as codes into its sorted words."""
    valid = None if None not in cells else np.array([cell is not None for cell in cells])
    if column.type != "string":
        return Numbers(np.array([0 if cell is None else cell for cell in cells], DTYPES.get(column.type, np.int64)), valid)
    if column.layout != "category":
        return Text(words_array([cell or "" for cell in cells]), None, valid)
    pool = sorted({cell for cell in cells if cell is not None})
    codes = np.array([0 if cell is None else pool.index(cell) for cell in cells], np.int16)
    return Text(words_array(pool), codes, valid)


def block_of(shape: TableShape, rows: Rows) -> Block:
    return {column.name: values_of(column, rows[column.name]) for column in shape.columns}


def cut(block: Block, sizes: Iterable[int]) -> list[Block]:
    """Return a block in pieces of these sizes."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append({name: part_of(values, start, start + size) for name, values in block.items()})
        start += size
    return pieces


def write(format_: str, folder: Path, shape: TableShape, parts: Sequence[Sequence[Block]]) -> list[str]:
    """Write a table whose every part is a list of blocks, and return its files."""
    folder.mkdir(parents=True, exist_ok=True)
    dataset = sink(format_).create(folder, DatasetShape("shop", (shape,)))
    for index, blocks in enumerate(parts):
        table = dataset.table(shape, Part(index, len(parts)))
        try:
            for block in blocks:
                table.write(block)
            table.close()
        except BaseException:
            table.abort()
            dataset.abort()
            raise
    files = list(dataset.files(shape.name, len(parts)))
    dataset.close()
    return files


def read(format_: str, folder: Path, shape: TableShape, files: Sequence[str]) -> Rows:
    """Return the rows of a table as Python values; times as integers since 1970."""
    rows: Rows = {column.name: [] for column in shape.columns}
    for batch in read_table(folder, format_, shape, files):
        for column, array in zip(shape.columns, batch.columns, strict=True):
            plain = {"datetime": "int64", "date": "int32"}.get(column.type)
            rows[column.name] += (array.cast(plain) if plain else array).to_pylist()
    return rows


def digest(shape: TableShape, blocks: Iterable[Block]) -> str:
    hashed = TableDigest(shape)
    for block in blocks:
        hashed.update(block)
    return hashed.hexdigest()


@pytest.fixture(params=FORMATS)
def format_(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    return SimpleNamespace(values_of=values_of, block_of=block_of, cut=cut, write=write, read=read, digest=digest)


NASTY_TEXT = [
    "plain", "", None, " lead", "trail ", " ", 'quo"te', '"', '""', "com,ma", "line\nfeed", "car\rriage", "both\r\n", "tab\t",
    "back\\slash", "emoji 🙂", "ümläut", "nul\x00inside", "\x01\x1f\x7f", "NULL", "null", "NaN", "NA", "123", "-1.50", "true",
    "2024-01-01", "#x", "'", ";|", "\u2028", "{}", "\ufeff", "=1+1",
]  # fmt: skip
NASTY_INTS = [
    0,
    None,
    1,
    -1,
    9,
    10,
    9999,
    10_000,
    10_001,
    99_999_999,
    100_000_000,
    2**31,
    2**32,
    2**53 + 1,
    10**18,
    2**63 - 1,
    -(2**63),
]
NASTY_FLOATS = [
    0.0, None, 1.0, -1.0, 0.1, 0.30000000000000004, -12.34, 12.3, 1e10, 123456789.01, 1e15, 1e16, 1e22, 1.7976931348623157e308,
    -2.2250738585072014e-308, 5e-324, 1e-7, 123456.789, 99.99, 0.01, -0.01,
]  # fmt: skip
NASTY_CENTS = [
    0.0, None, 1.0, -1.0, 0.1, -12.34, 12.3, 99.99, 0.01, -0.01, 10_000.0, 1e15, 123456789.01, -1e300, 0.001, 90071992547409.9,
]  # fmt: skip
NASTY_TIMES = [
    0, None, -1, 1, 1_700_000_000_000_000, -62_135_596_800_000_000, 253_402_300_799_999_999, -86_400_000_000, 1_000, 59_999_999,
]  # fmt: skip
NASTY_DAYS = [0, None, -1, 1, 19_700, -719_162, 2_932_896, 11_016]


@pytest.fixture(scope="session")
def nasty() -> tuple[TableShape, Rows]:
    """A table with everything that is hard to write, and its rows."""
    columns = {
        ColumnShape("id", "int", layout="sequence"): list(range(60)),
        ColumnShape("order", "int", True): NASTY_INTS,
        ColumnShape("amount", "float", True): NASTY_FLOATS,
        ColumnShape("cents", "float", True, decimals=2): NASTY_CENTS,
        ColumnShape("ratio", "float", True, decimals=6): [0.123456, 0.12, -0.000001, None, 1234.5, 0.5],
        ColumnShape("text", "string", True): NASTY_TEXT,
        ColumnShape("label", "string", True, layout="category"): NASTY_TEXT,
        ColumnShape("flag", "bool", True): [True, None, False],
        ColumnShape("at", "datetime", True): NASTY_TIMES,
        ColumnShape("hour", "datetime", True, ticks=3_600_000_000): [3_600_000_000 * n for n in (-1, 0, 1, 480_000)]
        + [None, 7],
        ColumnShape("second", "datetime", True, ticks=1_000_000): [1_000_000 * n for n in (-1, 0, 61)] + [None, 1_500_000],
        ColumnShape("day", "date", True): NASTY_DAYS,
        ColumnShape("last", "string", layout="category"): ["a", "b,c", ""],
    }
    rows = {column.name: (cells * 60)[:60] for column, cells in columns.items()}
    return TableShape("order", tuple(columns), 60, "id"), rows


@pytest.fixture
def never() -> Callable[[str], Any]:
    """A function that fails when it is called."""

    def fail(text: str) -> Any:
        raise AssertionError(text)

    return fail
