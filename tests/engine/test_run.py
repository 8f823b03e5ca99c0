"""Writing a plan: the same content whoever writes it, and nothing left running when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import BLOCK_ROWS, TRIED_SHARE, Written, write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.sinks import FORMATS, sink
from datagen_chat.sinks.digest import digest_of_batches
from tests.conftest import SCHEMAS, draft

PlanOf = Callable[..., Plan]


def write(plan: Plan, folder: Path, format_: str = "parquet", **options: Any) -> tuple[Written, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    target = sink(format_)
    writer = target.create(folder, dataset_shape(plan))
    written = write_plan(plan, writer, parallel=target.parallel, **options)
    writer.close()
    for table in written:
        paths = [folder / file for file in writer.files(table.shape.name, table.parts)]
        assert digest_of_batches(target.read(paths, table.shape), table.shape) == table.digest
    return written


def hashes(written: tuple[Written, ...]) -> dict[str, str]:
    return {table.shape.name: table.digest for table in written}


@pytest.mark.parametrize("format_", sorted(FORMATS))
@pytest.mark.parametrize("name", SCHEMAS)
def test_every_format_holds_the_same_content(plan_of: PlanOf, tmp_path: Path, name: str, format_: str) -> None:
    plan = plan_of(draft(name))
    assert hashes(write(plan, tmp_path / "a", format_)) == hashes(write(plan, tmp_path / "b", "parquet"))


@pytest.mark.parametrize("block_rows", [1, 997, 1 << 20])
def test_blocks_of_any_size_give_the_same_content(plan_of: PlanOf, tmp_path: Path, block_rows: int) -> None:
    plan = plan_of(draft("ecommerce"))
    usual = hashes(write(plan, tmp_path / "usual"))
    assert hashes(write(plan, tmp_path / "other", block_rows=block_rows)) == usual


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_two_workers_write_parts_with_the_same_content(plan_of: PlanOf, tmp_path: Path, format_: str) -> None:
    plan = plan_of(_wide(2_200_000))
    one, two = tmp_path / "one", tmp_path / "two"
    assert hashes(write(plan, one, format_, workers=1)) == hashes(write(plan, two, format_, workers=2))
    assert sorted(path.name for path in (two / "event").iterdir()) == [f"part-0000{part}.{format_}" for part in (0, 1)]
    assert (one / f"event.{format_}").is_file()
    assert (two / f"host.{format_}").is_file()


def test_a_table_of_long_texts_is_shared_sooner_than_one_of_numbers(plan_of: PlanOf, tmp_path: Path) -> None:
    number = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    mails = [{"name": name, "type": "string", "generator": {"faker": {"method": "email"}}} for name in ("work", "home")]
    tables = [
        {"id": name, "kind": "entity", "pk": "id", "rows": 300_000, "columns": [number, *more]}
        for name, more in {"person": mails, "thing": []}.items()
    ]
    plan = plan_of({"version": "1.0", "metadata": {"name": "texts"}, "nodes": tables})
    one, two = write(plan, tmp_path / "one", workers=1), write(plan, tmp_path / "two", workers=2)
    assert hashes(one) == hashes(two)
    assert len(list((tmp_path / "two" / "person").iterdir())) == 2
    assert (tmp_path / "two" / "thing.parquet").is_file()


def test_blocks_of_long_texts_are_shorter(plan_of: PlanOf, tmp_path: Path) -> None:
    text = {"faker": {"method": "text", "args": {"max_nb_chars": 5000}}}
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {"start": 1}}},
        {"name": "review", "type": "string", "generator": text},
    ]
    note = {"id": "note", "kind": "entity", "pk": "id", "rows": 12_000, "columns": columns}
    plan = plan_of({"version": "1.0", "metadata": {"name": "Notes"}, "nodes": [note]})
    sizes: list[int] = []
    written = write(plan, tmp_path, progress=lambda _table, rows: sizes.append(rows))
    assert sum(sizes) == written[0].shape.rows
    assert sizes[0] == BLOCK_ROWS // TRIED_SHARE
    # About 4,900 bytes a text: 2**13 of them are more than 2**25 bytes, 2**12 are not.
    assert sizes[1] == (1 << 12) - sizes[0]
    assert set(sizes[2:-1]) == {1 << 12}


def test_no_block_of_the_longest_texts_takes_much_memory(plan_of: PlanOf, tmp_path: Path) -> None:
    text = {"faker": {"method": "paragraph", "args": {"nb_sentences": 3000, "variable_nb_sentences": False}}}
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {"start": 1}}},
        {"name": "essay", "type": "string", "generator": text},
    ]
    note = {"id": "note", "kind": "entity", "pk": "id", "rows": 400, "columns": columns}
    sizes: list[int] = []
    write(
        plan_of({"version": "1.0", "metadata": {"name": "Notes"}, "nodes": [note]}),
        tmp_path,
        progress=lambda _, n: sizes.append(n),
    )
    assert max(sizes) * 100_000 < 2**25  # about 30 characters a sentence


def test_another_seed_gives_another_content(plan_of: PlanOf, tmp_path: Path) -> None:
    first, second = (hashes(write(plan_of(draft("iot"), seed), tmp_path / str(seed))) for seed in (1, 2))
    assert first["reading"] != second["reading"]


def test_progress_counts_every_row_once(plan_of: PlanOf, tmp_path: Path) -> None:
    plan, seen = plan_of(draft("ecommerce")), dict[str, int]()

    def progress(table: str, rows: int) -> None:
        seen[table] = seen.get(table, 0) + rows

    write(plan, tmp_path, progress=progress, block_rows=100)
    assert seen == {table.name: table.row_count for table in plan.tables.values()}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_writer_stops_all_workers_and_its_error_is_raised(plan_of: PlanOf, tmp_path: Path, workers: int) -> None:
    plan = plan_of(_wide(2_200_000))
    target = sink("parquet")
    writer = target.create(tmp_path, dataset_shape(plan))
    calls = 0

    def progress(_table: str, _rows: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise OSError(28, "No space left on device")

    before = threading.active_count()
    with pytest.raises(OSError, match="No space left"):
        write_plan(plan, writer, parallel=True, workers=workers, progress=progress)
    assert threading.active_count() == before
    assert calls < 10


def _wide(rows: int) -> dict[str, Any]:
    number = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    return {
        "version": "1.0",
        "metadata": {"name": "wide"},
        "nodes": [
            {"id": "host", "kind": "entity", "pk": "id", "rows": 30_000, "columns": [number]},
            {
                "id": "event",
                "kind": "fact",
                "pk": "id",
                "parents": ["host"],
                "rows": rows,
                "fanout": {"distribution": "poisson", "lambda": 10},
                "columns": [
                    number,
                    {"name": "host_id", "type": "int", "generator": {"lookup": {"from": "host.id"}}},
                    {"name": "level", "type": "string", "generator": {"choice": {"choices": ["low", "high"]}}},
                ],
            },
        ],
    }
