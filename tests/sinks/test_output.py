"""A folder of output is complete, or as it was."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from datagen_chat.problems import OutputError
from datagen_chat.sinks.base import ColumnShape, TableShape
from datagen_chat.sinks.digest import digest_of_batches
from datagen_chat.sinks.manifest import Manifest, table_entry
from datagen_chat.sinks.output import Output, problem_of, read_manifest, recover_output
from datagen_chat.sinks.read import read_table

SHAPE = TableShape("orders", (ColumnShape("id", "int"), ColumnShape("name", "string", True, layout="category")), 3)
ROOT = Path(__file__).parents[2]


def generate(
    kit: SimpleNamespace, folder: Path, start: int = 0, format_: str = "csv", parts: int = 1, table: str = "orders"
) -> Manifest:
    """Write a dataset of one table as a run does."""
    shape = TableShape(table, SHAPE.columns, 3)
    block = kit.block_of(shape, {"id": [start, start + 1, start + 2], "name": ["a", None, "b,"]})
    with Output(folder, [table], format_) as output:
        files = kit.write(format_, output.staging, shape, [[block]] * parts)
        entry = table_entry(shape, kit.digest(shape, [block]), output.staging, files)
        manifest = Manifest("shop", format_, "abc", 42, {"datagen-chat": "0.1.0"}, (entry,))
        output.commit(manifest)
    return manifest


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def code_of(error: pytest.ExceptionInfo[OutputError]) -> str:
    (problem,) = error.value.problems
    assert problem.message
    assert problem.hint
    return problem.code


def test_a_run_leaves_its_files_and_a_manifest_and_nothing_else(tmp_path: Path, kit: SimpleNamespace) -> None:
    manifest = generate(kit, tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == ["manifest.json", "orders.csv"]
    assert read_manifest(tmp_path / "deep" / "out") == manifest


def test_the_manifest_is_enough_to_read_and_prove_the_rows(format_: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    generate(kit, tmp_path, 7, format_)
    (entry,) = read_manifest(tmp_path).tables
    files = [file.path for file in entry.files]
    assert kit.read(format_, tmp_path, entry.shape, files) == {"id": [7, 8, 9], "name": ["a", None, "b,"]}
    assert digest_of_batches(read_table(tmp_path, format_, entry.shape, files), entry.shape) == entry.hash
    assert [file.bytes for file in entry.files] == [(tmp_path / file).stat().st_size for file in files]


def test_the_same_run_gives_the_same_manifest(tmp_path: Path, kit: SimpleNamespace) -> None:
    generate(kit, tmp_path / "a")
    generate(kit, tmp_path / "b")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_new_run_replaces_the_files_of_an_earlier_one(tmp_path: Path, kit: SimpleNamespace) -> None:
    generate(kit, tmp_path, 0, "csv", parts=3)
    assert sorted(tree(tmp_path)) == ["manifest.json"] + [f"orders/part-0000{index}.csv" for index in range(3)]
    generate(kit, tmp_path, 5, "parquet")
    assert sorted(tree(tmp_path)) == ["manifest.json", "orders.parquet"]
    assert not (tmp_path / "orders").exists()


def test_files_that_are_not_ours_stay(tmp_path: Path, kit: SimpleNamespace) -> None:
    generate(kit, tmp_path, 0, "csv", parts=2)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "orders" / "readme").write_text("mine too")
    generate(kit, tmp_path, 5)
    assert sorted(tree(tmp_path)) == ["manifest.json", "notes.txt", "orders.csv", "orders/readme"]


@pytest.mark.parametrize("name", ["orders.csv", "manifest.json", ".datagen-staging/mine"])
def test_a_file_that_is_not_ours_is_in_the_way(name: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path)
    assert code_of(error) in ("in-the-way", "bad-manifest")
    assert tree(tmp_path) == {name: b"mine"}


@pytest.mark.parametrize("name", ["orders", "orders/part-00001.csv", "orders/part-00009.csv"])
def test_parts_do_not_mix_with_files_that_are_not_ours(name: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path, parts=2)
    assert code_of(error) == "in-the-way"
    assert tree(tmp_path) == {name: b"mine"}


def test_nothing_is_written_through_a_link(tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "orders").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path / "out", parts=2)
    assert code_of(error) == "in-the-way"
    assert tree(tmp_path / "elsewhere") == {}


def test_a_manifest_cannot_name_files_outside_its_folder(tmp_path: Path, kit: SimpleNamespace) -> None:
    generate(kit, tmp_path / "out")
    (tmp_path / "precious.csv").write_text("mine")
    document = json.loads((tmp_path / "out" / "manifest.json").read_text())
    document["tables"][0]["files"][0]["path"] = "../precious.csv"
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path / "out")
    assert code_of(error) == "bad-manifest"
    assert (tmp_path / "precious.csv").read_text() == "mine"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_a_run_early_leaves_the_earlier_output(
    failure: type[BaseException], tmp_path: Path, kit: SimpleNamespace
) -> None:
    generate(kit, tmp_path)
    before = tree(tmp_path)

    def fail(output: Output) -> None:
        (output.staging / "orders.csv").write_text("half")
        raise failure

    with pytest.raises(failure), Output(tmp_path, ["orders"], "csv") as output:
        fail(output)
    assert tree(tmp_path) == before


def test_a_run_that_fails_in_a_new_folder_takes_it_away(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bad"), Output(tmp_path / "out", ["orders"], "csv"):
        raise ValueError("bad")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_the_system_refuses_is_a_problem_and_keeps_the_earlier_output(
    format_: str, tmp_path: Path, kit: SimpleNamespace
) -> None:
    generate(kit, tmp_path, 0, format_)
    before = tree(tmp_path)
    shape = TableShape("orders", (ColumnShape("id", "int"), ColumnShape("x", "float")), 100_000)
    block = kit.block_of(shape, {"id": list(range(100_000)), "x": [n / 7 for n in range(100_000)]})
    with pytest.raises(OutputError) as error, largest_file(50_000), Output(tmp_path, ["orders"], format_) as output:
        kit.write(format_, output.staging, shape, [[block]])
    assert code_of(error) == "file-too-large"
    assert ".datagen-staging" not in error.value.problems[0].message
    assert tree(tmp_path) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl"])
def test_a_full_disk_is_a_problem(name: str, tmp_path: Path, kit: SimpleNamespace) -> None:
    def fill(folder: Path) -> None:
        (folder / f"orders.{name}").symlink_to("/dev/full")
        kit.write(name, folder, SHAPE, [[kit.block_of(SHAPE, {"id": [1, 2, 3], "name": ["a", "b", "c"]})]])

    with pytest.raises(OutputError) as error, Output(tmp_path, ["orders"], name) as output:
        fill(output.staging)
    assert code_of(error) == "disk-full"
    assert list(tmp_path.iterdir()) == []


def test_a_path_below_a_file_is_a_problem(tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError) as error:
            generate(kit, folder)
        assert code_of(error) == "not-a-folder"


def test_a_link_that_leads_nowhere_is_called_one(tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path / "out")
    assert code_of(error) == "not-a-folder"
    assert "a link that leads nowhere" in error.value.problems[0].message


def test_a_manifest_of_another_program_is_told_by_what_it_lacks(tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "an app"}')
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path)
    assert code_of(error) == "bad-manifest"
    assert error.value.problems[0].message.endswith("wrote: dataset is missing.")


def test_a_name_that_is_too_long_is_a_problem(tmp_path: Path, kit: SimpleNamespace) -> None:
    with pytest.raises(OutputError) as error:
        generate(kit, tmp_path / ("x" * 300))
    assert code_of(error) == "name-too-long"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EACCES, "no-permission"), (errno.EROFS, "read-only"), (errno.ENOSPC, "disk-full"), (errno.EIO, "cannot-write")],
)
def test_what_the_system_says_becomes_plain_words(number: int, code: str) -> None:
    problem = problem_of(OSError(number, os.strerror(number)), Path("out"))
    assert (problem.code, problem.at) == (code, "")
    assert problem.message.startswith("out cannot be written: ")


def test_tables_that_differ_by_case_are_a_problem(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as error, Output(tmp_path / "out", ["Orders", "orders"], "csv"):
        pass
    assert code_of(error) == "names-differ-by-case"


def test_a_folder_without_output_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as error:
        read_manifest(tmp_path)
    assert code_of(error) == "no-manifest"


def test_a_second_run_into_the_same_folder_is_refused(tmp_path: Path, kit: SimpleNamespace) -> None:
    with Output(tmp_path, ["orders"], "csv"):
        with pytest.raises(OutputError) as error:
            generate(kit, tmp_path)
        assert code_of(error) == "output-busy"
    generate(kit, tmp_path)


def visible(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in tree(folder).items() if not name.startswith(".datagen")}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, kit: SimpleNamespace) -> tuple[Path, int]:
    """Folders of an earlier output, in each of which a new run was killed before another step of its commit."""
    root = tmp_path_factory.mktemp("killed")
    generate(kit, root / "earlier", parts=2)
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(root)]
    finished = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    return root, int(finished.stdout)


def test_a_run_that_is_killed_leaves_the_old_or_the_new_or_says_so(killed: tuple[Path, int]) -> None:
    root, steps = killed
    before, after = tree(root / "earlier"), tree(root / str(steps))
    assert steps > 12
    seen = set()
    for step in range(steps):
        found = visible(root / str(step))
        if "manifest.json" in found:
            assert found in (before, after)
            seen.add(found == after)
        else:
            with pytest.raises(OutputError) as error:
                read_manifest(root / str(step))
            assert code_of(error) == "half-moved"
            seen.add(None)
    assert seen == {True, False, None}


def test_what_a_killed_run_left_is_put_right(killed: tuple[Path, int], tmp_path: Path) -> None:
    root, steps = killed
    before, after = tree(root / "earlier"), tree(root / str(steps))
    for step in range(steps):
        shutil.copytree(root / str(step), tmp_path / str(step))
        recover_output(tmp_path / str(step))
        assert tree(tmp_path / str(step)) in (before, after)


def test_a_run_after_a_killed_one_is_like_any_other(killed: tuple[Path, int], tmp_path: Path, kit: SimpleNamespace) -> None:
    root, steps = killed
    generate(kit, tmp_path / "new", 5, "jsonl")
    for step in range(steps):
        shutil.copytree(root / str(step), tmp_path / str(step))
        generate(kit, tmp_path / str(step), 5, "jsonl")
        assert tree(tmp_path / str(step)) == tree(tmp_path / "new")


def test_a_run_that_is_interrupted_while_it_moves_files_finishes(
    tmp_path: Path, kit: SimpleNamespace, monkeypatch: Any
) -> None:
    generate(kit, tmp_path / "new", 5)
    generate(kit, tmp_path / "out", parts=2)
    replace, calls = Path.replace, []

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        generate(kit, tmp_path / "out", 5)
    assert tree(tmp_path / "out") == tree(tmp_path / "new")


def test_a_move_that_the_system_refuses_is_finished_by_the_next_run(
    tmp_path: Path, kit: SimpleNamespace, monkeypatch: Any
) -> None:
    generate(kit, tmp_path / "new", 5)
    generate(kit, tmp_path / "out", parts=2)
    replace, calls = Path.replace, []

    def refused(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, "broken")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        with pytest.raises(OutputError):
            generate(kit, tmp_path / "out", 5)
    with pytest.raises(OutputError) as error:
        read_manifest(tmp_path / "out")
    assert code_of(error) == "half-moved"
    recover_output(tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "new")


def test_a_lock_of_somebody_elses_file_is_left_alone(tmp_path: Path, kit: SimpleNamespace) -> None:
    (tmp_path / ".datagen-lock").write_text("mine")
    generate(kit, tmp_path)
    assert (tmp_path / ".datagen-lock").read_text() == "mine"
