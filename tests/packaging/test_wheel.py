"""The wheel holds the package and what ships with it, and works from where it was unpacked."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = "datagen_chat/_shipped"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = folder.glob("datagen_chat-*.whl")
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def names(wheel: zipfile.ZipFile) -> set[str]:
    return set(wheel.namelist())


def files(folder: str, pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern)}


def test_it_holds_every_module_and_says_that_it_is_typed(names: set[str]) -> None:
    assert files("datagen_chat", "*.py") | {"datagen_chat/py.typed"} <= names


def test_it_holds_the_data_that_modules_read(names: set[str]) -> None:
    data = {name for name in files("datagen_chat", "*.*") if "/data/" in name and not name.endswith(".pyc")}
    assert data
    assert data <= names


@pytest.mark.parametrize(("folder", "pattern"), [("prompts", "*.md"), ("transcripts", "*.md"), ("evals", "*.md")])
def test_it_holds_what_ships_with_the_program(names: set[str], folder: str, pattern: str) -> None:
    shipped = {f"{SHIPPED}/{name}" for name in files(folder, pattern)}
    assert shipped
    assert shipped <= names


def test_it_holds_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"datagen_chat"}
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []


def test_it_has_the_command_and_the_licence(wheel: zipfile.ZipFile, names: set[str]) -> None:
    [entry] = [name for name in names if name.endswith(".dist-info/entry_points.txt")]
    assert "datagen = datagen_chat.cli:run_and_leave" in wheel.read(entry).decode()
    [licence] = [name for name in names if name.endswith("/LICENSE")]
    assert wheel.read(licence).decode() == (ROOT / "LICENSE").read_text("utf-8")


def test_unpacked_it_finds_what_ships_with_it(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from datagen_chat.shipped import folder; from datagen_chat.conversation.prompt import system_prompt;"
        "print(folder('transcripts')); print(system_prompt()[:15])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [str(tmp_path / SHIPPED / "transcripts"), "You are a data "]
