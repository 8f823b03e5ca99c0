"""Every format, the same rows."""

from __future__ import annotations

import csv
import json
import math
import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from datagen_chat.problems import OutputError
from datagen_chat.sinks import FORMATS, sink
from datagen_chat.sinks.base import UNIT_ROWS, ColumnShape, DatasetShape, Part, TableShape, ranges
from datagen_chat.sinks.digest import digest_of_batches
from datagen_chat.sinks.read import read_table
from datagen_chat.values import Numbers, Text, words_array

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DUCKDB_TYPES = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}


def instant(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def as_duckdb(shape: TableShape, rows: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    """Return rows as DuckDB hands them to Python."""
    kinds = {
        "datetime": lambda n: (EPOCH + timedelta(microseconds=n)).replace(tzinfo=None),
        "date": lambda n: date(1970, 1, 1) + timedelta(days=n),
    }
    columns = [
        [None if cell is None else kinds.get(column.type, lambda n: n)(cell) for cell in rows[column.name]]
        for column in shape.columns
    ]
    return list(zip(*columns, strict=True))


def test_nasty_values_read_back_as_they_were_given(format_: str, tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    files = kit.write(format_, tmp_path, shape, [[kit.block_of(shape, rows)]])
    assert kit.read(format_, tmp_path, shape, files) == rows


def test_what_is_read_back_has_the_digest_of_what_was_given(
    format_: str, tmp_path: Path, nasty: Any, kit: SimpleNamespace
) -> None:
    shape, rows = nasty
    block = kit.block_of(shape, rows)
    files = kit.write(format_, tmp_path, shape, [[block]])
    assert digest_of_batches(read_table(tmp_path, format_, shape, files), shape) == kit.digest(shape, [block])


def test_what_is_read_back_has_the_types_of_its_shape(format_: str, tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    files = kit.write(format_, tmp_path, shape, [[kit.block_of(shape, rows)]])
    assert all(batch.schema == shape.arrow_schema for batch in read_table(tmp_path, format_, shape, files))


def test_a_table_without_rows_is_written_and_read(format_: str, tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape = TableShape("empty", nasty[0].columns, 0)
    files = kit.write(format_, tmp_path, shape, [[]])
    assert kit.read(format_, tmp_path, shape, files) == {column.name: [] for column in shape.columns}


@pytest.mark.parametrize("parted", [name for name in FORMATS if name != "duckdb"])
def test_parts_that_are_written_at_once_read_back_in_order(parted: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    shape = TableShape("t", (ColumnShape("id", "int"),), 4000)
    dataset = sink(parted).create(tmp_path, DatasetShape("d", (shape,)))
    writers = [dataset.table(shape, Part(index, 4)) for index in range(4)]

    def run(index: int) -> None:
        writers[index].write({"id": Numbers(np.arange(1000) + index * 1000)})
        writers[index].close()

    threads = [threading.Thread(target=run, args=(index,)) for index in (3, 1, 0, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    dataset.close()
    files = dataset.files("t", 4)
    assert list(files) == [f"t/part-0000{index}.{parted}" for index in range(4)]
    assert kit.read(parted, tmp_path, shape, files)["id"] == list(range(4000))


def test_duckdb_reads_the_csv(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("csv", tmp_path, shape, [[kit.block_of(shape, rows)]])
    types = {column.name: DUCKDB_TYPES[column.type] for column in shape.columns}
    options = "header=true, delim=',', quote='\"', escape='\"', columns=?, allow_quoted_nulls=false"
    query = f"SELECT * FROM read_csv(?, {options})"
    assert duckdb.connect().execute(query, [str(tmp_path / "order.csv"), types]).fetchall() == as_duckdb(shape, rows)


@pytest.mark.parametrize("is_told_apart", [True, False])
def test_duckdb_tells_an_empty_text_from_a_null_in_csv_when_it_is_asked_to(
    is_told_apart: bool, tmp_path: Path, kit: SimpleNamespace
) -> None:
    shape = TableShape("order", (ColumnShape("id", "int"), ColumnShape("text", "string", nullable=True)), 3)
    kit.write("csv", tmp_path, shape, [[kit.block_of(shape, {"id": [1, 2, 3], "text": ["", None, "x"]})]])
    options = ", allow_quoted_nulls=false" if is_told_apart else ""
    read = duckdb.connect().execute(f"SELECT text FROM read_csv('{tmp_path}/order.csv'{options})").fetchall()
    assert read == [("" if is_told_apart else None,), (None,), ("x",)]


def test_duckdb_reads_the_json_lines(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("jsonl", tmp_path, shape, [[kit.block_of(shape, rows)]])
    types = {column.name: DUCKDB_TYPES[column.type] for column in shape.columns}
    query = "SELECT * FROM read_json(?, format='newline_delimited', columns=?)"
    assert duckdb.connect().execute(query, [str(tmp_path / "order.jsonl"), types]).fetchall() == as_duckdb(shape, rows)


def test_duckdb_reads_the_parquet(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("parquet", tmp_path, shape, [[kit.block_of(shape, rows)]])
    casts = ", ".join(f'"{c.name}"' + ("::TIMESTAMP" if c.type == "datetime" else "") for c in shape.columns)
    connection = duckdb.connect()
    assert connection.execute(f"SELECT {casts} FROM '{tmp_path}/order.parquet'").fetchall() == as_duckdb(shape, rows)


def test_pandas_reads_the_csv(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("csv", tmp_path, shape, [[kit.block_of(shape, rows)]])
    frame = pd.read_csv(
        tmp_path / "order.csv", keep_default_na=False, na_values={"order": [""], "amount": [""]}, dtype={"order": "Int64"}
    )
    assert frame["order"].astype(object).where(frame["order"].notna(), None).tolist() == rows["order"]
    assert frame["text"].tolist() == [cell or "" for cell in rows["text"]]
    assert [None if math.isnan(cell) else cell for cell in frame["amount"]] == rows["amount"]
    assert pd.to_datetime(frame["at"].iloc[4]) == pd.Timestamp("2023-11-14T22:13:20Z")


def test_pythons_csv_reader_sees_the_same_text(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("csv", tmp_path, shape, [[kit.block_of(shape, rows)]])
    with (tmp_path / "order.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file, strict=True))
    assert [row["text"] for row in read] == [cell or "" for cell in rows["text"]]
    assert [row["label"] for row in read] == [cell or "" for cell in rows["label"]]


def test_json_lines_are_strict_json_with_every_key(tmp_path: Path, nasty: Any, kit: SimpleNamespace, never: Any) -> None:
    shape, rows = nasty
    kit.write("jsonl", tmp_path, shape, [[kit.block_of(shape, rows)]])
    text = (tmp_path / "order.jsonl").read_bytes().decode("utf-8")
    read = [json.loads(line, parse_constant=never) for line in text.removesuffix("\n").split("\n")]
    for column in ("id", "order", "amount", "cents", "ratio", "text", "label", "flag", "last"):
        assert [row[column] for row in read] == rows[column]
    assert [row["at"] for row in read[:3]] == ["1970-01-01T00:00:00.000000Z", None, "1969-12-31T23:59:59.999999Z"]
    assert all(type(row["order"]) is int for row in read if row["order"] is not None)


def test_csv_looks_as_people_expect(tmp_path: Path, kit: SimpleNamespace) -> None:
    columns = (
        ColumnShape("id", "int"), ColumnShape("price", "float", decimals=2), ColumnShape("name", "string", True),
        ColumnShape("paid", "bool"), ColumnShape("at", "datetime", ticks=3_600_000_000), ColumnShape("day", "date"),
    )  # fmt: skip
    shape = TableShape("t", columns, 3)
    rows = {
        "id": [1, -20_000, 10_000_000],
        "price": [12.5, -0.07, 1200.0],
        "name": ["Ann", None, 'a "b", c'],
        "paid": [True, False, True],
        "at": [instant("2024-01-01T00:00:00Z"), instant("1969-12-31T23:00:00Z"), instant("2024-02-29T13:00:00Z")],
        "day": [19_723, -1, 0],
    }
    kit.write("csv", tmp_path, shape, [[kit.block_of(shape, rows)]])
    assert (tmp_path / "t.csv").read_text() == (
        "id,price,name,paid,at,day\n"
        "1,12.5,Ann,true,2024-01-01T00:00:00Z,2024-01-01\n"
        "-20000,-0.07,,false,1969-12-31T23:00:00Z,1969-12-31\n"
        '10000000,1200.0,"a ""b"", c",true,2024-02-29T13:00:00Z,1970-01-01\n'
    )


def test_json_refuses_numbers_that_it_has_no_words_for(tmp_path: Path, kit: SimpleNamespace) -> None:
    shape = TableShape("t", (ColumnShape("x", "float"),), 2)
    with pytest.raises(OutputError, match="x holds inf"):
        kit.write("jsonl", tmp_path, shape, [[kit.block_of(shape, {"x": [1.0, math.inf]})]])


@pytest.mark.parametrize("name", ["parquet", "csv", "duckdb"])
def test_other_formats_keep_numbers_that_are_not_finite(name: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    shape = TableShape("t", (ColumnShape("x", "float", decimals=2),), 4)
    block = kit.block_of(shape, {"x": [1.0, math.inf, -math.inf, math.nan]})
    files = kit.write(name, tmp_path, shape, [[block]])
    assert digest_of_batches(read_table(tmp_path, name, shape, files), shape) == kit.digest(shape, [block])


def test_a_pool_that_changes_between_blocks_keeps_its_words(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    pools = [["a", "b"], ["b", "a", "c"], ["d"], ["a", "b"], ["e", "e", "a"]]
    blocks = [{"word": Text(words_array(pool), np.arange(len(pool), dtype=np.int8))} for pool in pools]
    blocks.append({"word": Text(words_array(["f", "a", "f"]))})
    shape = TableShape("t", (ColumnShape("word", "string", layout="category"),), 14)
    files = kit.write(format_, tmp_path, shape, [blocks])
    assert kit.read(format_, tmp_path, shape, files)["word"] == [word for pool in pools for word in pool] + ["f", "a", "f"]


def test_a_pool_of_many_words_is_written_like_a_small_one(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    pool = [f'word, "{number}"' for number in range(5000)]
    shape = TableShape("t", (ColumnShape("word", "string"),), 40_000)
    codes = np.arange(40_000, dtype=np.uint16) % 5000
    files = kit.write(format_, tmp_path, shape, [kit.cut({"word": Text(words_array(pool), codes)}, [20_000, 20_000])])
    assert kit.read(format_, tmp_path, shape, files)["word"] == pool * 8


def test_codes_of_nulls_may_point_nowhere(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    columns = (ColumnShape("id", "int"), ColumnShape("a", "string", True, layout="category"), ColumnShape("b", "string", True))
    shape = TableShape("t", columns, 2)
    nothing = Text(words_array([]), np.array([7, -1], np.int8), np.array([False, False]))
    files = kit.write(format_, tmp_path, shape, [[{"id": Numbers(np.arange(2)), "a": nothing, "b": nothing}]])
    assert kit.read(format_, tmp_path, shape, files) == {"id": [0, 1], "a": [None, None], "b": [None, None]}


def test_numbers_under_nulls_do_not_show(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    columns = (ColumnShape("id", "int"), ColumnShape("x", "float", True, decimals=2), ColumnShape("at", "datetime", True))
    shape, valid = TableShape("t", columns, 2), np.array([True, False])
    hidden = {
        "id": Numbers(np.arange(2)),
        "x": Numbers(np.array([1.5, np.nan]), valid),
        "at": Numbers(np.array([0, -(2**63)]), valid),
    }
    files = kit.write(format_, tmp_path, shape, [[hidden]])
    assert kit.read(format_, tmp_path, shape, files) == {"id": [0, 1], "x": [1.5, None], "at": [0, None]}


def test_the_callers_arrays_may_be_used_again(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    numbers, codes, mask = np.arange(100), np.zeros(100, np.int8), np.ones(100, np.bool_)
    columns = (
        ColumnShape("n", "int", True),
        ColumnShape("a", "string", True, layout="category"),
        ColumnShape("b", "string", True),
    )
    shape, words = TableShape("t", columns, 200), words_array(["x", "y"])
    dataset = sink(format_).create(tmp_path, DatasetShape("d", (shape,)))
    writer = dataset.table(shape)
    for step in (0, 1):
        numbers[:], codes[:], mask[:] = step, step, step == 1
        writer.write({"n": Numbers(numbers, mask), "a": Text(words, codes, mask), "b": Text(words, codes, mask)})
    numbers[:], codes[:], mask[:] = 9, 0, False
    writer.close()
    files = dataset.files("t")
    dataset.close()
    expected = {"n": [None] * 100 + [1] * 100, "a": [None] * 100 + ["y"] * 100, "b": [None] * 100 + ["y"] * 100}
    assert kit.read(format_, tmp_path, shape, files) == expected


def test_an_unknown_format_is_a_problem_with_the_nearest_name() -> None:
    with pytest.raises(OutputError) as caught:
        sink("parket")
    assert caught.value.problems[0].code == "unknown-format"
    assert "parquet" in caught.value.problems[0].hint


def test_ranges_cover_all_rows_from_unit_to_unit() -> None:
    for rows in (0, 1, UNIT_ROWS, UNIT_ROWS + 1, 10 * UNIT_ROWS - 1):
        for count in (1, 2, 3, 7):
            parts = ranges(rows, count)
            assert [number for part in parts for number in (part.start, part.stop)][:: len(parts) * 2 - 1] == [0, rows]
            assert all(before.stop == after.start for before, after in pairwise(parts))
            assert all(part.start % UNIT_ROWS == 0 for part in parts)
            assert len(parts) <= count


def test_parts_are_about_equal() -> None:
    sizes = [len(part) for part in ranges(10 * UNIT_ROWS, 3)]
    assert max(sizes) - min(sizes) <= UNIT_ROWS


def test_categories_are_categories_in_pandas(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    shape, rows = nasty
    kit.write("parquet", tmp_path, shape, [[kit.block_of(shape, rows)]])
    assert isinstance(pd.read_parquet(tmp_path / "order.parquet")["label"].dtype, pd.CategoricalDtype)


def test_row_groups_are_units_whatever_the_blocks(tmp_path: Path, kit: SimpleNamespace) -> None:
    from pyarrow import parquet

    shape = TableShape("t", (ColumnShape("id", "int", layout="sequence"),), UNIT_ROWS + 5)
    block = {"id": Numbers(np.arange(UNIT_ROWS + 5))}
    kit.write("parquet", tmp_path, shape, [kit.cut(block, [100_000, 100_000, 62_149])])
    meta = parquet.read_metadata(tmp_path / "t.parquet")
    assert [meta.row_group(index).num_rows for index in range(meta.num_row_groups)] == [UNIT_ROWS, 5]
    assert meta.row_group(0).column(0).statistics.max == UNIT_ROWS - 1
    assert "DELTA_BINARY_PACKED" in meta.row_group(0).column(0).encodings


def test_fields_without_nulls_say_so(tmp_path: Path, nasty: Any, kit: SimpleNamespace) -> None:
    from pyarrow import parquet

    shape, rows = nasty
    kit.write("parquet", tmp_path, shape, [[kit.block_of(shape, rows)]])
    schema = parquet.read_schema(tmp_path / "order.parquet")
    assert [field.nullable for field in schema] == [column.nullable for column in shape.columns]
    assert schema.field("at").type == pa.timestamp("us", tz="UTC")


def test_a_database_compares_times_with_plain_literals(tmp_path: Path, kit: SimpleNamespace) -> None:
    shape = TableShape("order", (ColumnShape("placed", "datetime"),), 2)
    rows = {"placed": [instant("2024-12-31T23:59:59Z"), instant("2025-01-01T00:00:00Z")]}
    kit.write("duckdb", tmp_path, shape, [[kit.block_of(shape, rows)]])
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM \"order\" WHERE placed >= '2025-01-01'").fetchall() == [(1,)]


@pytest.mark.parametrize(("zone", "equal"), [("UTC", 2), ("America/New_York", 0)])
def test_instants_of_a_database_equal_those_of_parquet_in_the_zone_of_utc(
    zone: str, equal: int, tmp_path: Path, kit: SimpleNamespace
) -> None:
    shape = TableShape("order", (ColumnShape("placed", "datetime"),), 2)
    block = kit.block_of(shape, {"placed": [instant("2024-12-31T23:59:59Z"), instant("2025-01-01T00:00:00Z")]})
    for name in ("duckdb", "parquet"):
        kit.write(name, tmp_path, shape, [[block]])
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        joined = f"SELECT count(*) FROM \"order\" JOIN '{tmp_path}/order.parquet' USING (placed)"
        assert connection.execute(joined).fetchall() == [(equal,)]


def test_a_database_refuses_nulls_where_none_may_be(tmp_path: Path, kit: SimpleNamespace) -> None:
    shape = TableShape("t", (ColumnShape("id", "int"),), 1)
    kit.write("duckdb", tmp_path, shape, [[kit.block_of(shape, {"id": [1]})]])
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("INSERT INTO t VALUES (NULL)")


def test_tables_of_a_database_may_be_written_at_once(tmp_path: Path, kit: SimpleNamespace) -> None:
    shapes = tuple(TableShape(f"t{index}", (ColumnShape("id", "int"),), 5000) for index in range(3))
    dataset = sink("duckdb").create(tmp_path, DatasetShape("Shop: the 2nd!", shapes))

    def run(shape: TableShape) -> None:
        writer = dataset.table(shape)
        for start in range(0, 5000, 500):
            writer.write({"id": Numbers(np.arange(start, start + 500))})
        writer.close()

    threads = [threading.Thread(target=run, args=(shape,)) for shape in shapes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    dataset.close()
    assert [path.name for path in tmp_path.iterdir()] == ["Shop_the_2nd.duckdb"]
    for shape in shapes:
        assert kit.read("duckdb", tmp_path, shape, ["Shop_the_2nd.duckdb"])["id"] == list(range(5000))
