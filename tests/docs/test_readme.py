"""The README: its commands run, its screen is the program's own, and its tables name what there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from datagen_chat.arguments import command_line
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.llm.address import parse
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.schema.constraints import Constraints
from datagen_chat.sinks import FORMATS
from datagen_chat.unfoldings import UNFOLDINGS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MARKED = re.compile(r"^<!-- (run|file|screen|parse)(?:: (.*?))? -->\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [found.groups() for found in MARKED.finditer(README)]
CUT = "      ⋮"


def run(code: str, language: str, folder: Path) -> str:
    """Return what a block prints; it runs as in a shell whose `datagen` is that of these tests."""
    shell = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else [sys.executable, "-c"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "PYTHONWARNINGS": "error"}
    done = subprocess.run([*shell, code], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "transcripts").symlink_to(ROOT / "transcripts")
    return tmp_path


def test_its_commands_run_one_after_the_other(clone: Path) -> None:
    ran = 0
    for kind, name, language, code in BLOCKS:
        if kind == "file":
            (clone / name).write_text(code, "utf-8")
        elif kind == "run":
            run(code, language, clone)
            ran += 1
    assert ran >= 6
    assert (clone / "output" / "manifest.json").is_file()


def test_its_screen_is_what_the_program_shows(clone: Path) -> None:
    [(command, shown)] = [(name, code) for kind, name, _, code in BLOCKS if kind == "screen"]
    screen = run(command, "sh", clone)
    place = 0
    for piece in shown.strip("\n").split(f"\n{CUT}\n"):
        found = screen.find(f"\n{piece}\n", place)
        assert found >= 0, f"the README shows what `{command}` does not:\n{piece}"
        place = found + len(piece)


def test_its_commands_for_a_model_are_ones_that_the_program_takes() -> None:
    """They are not run: no model is here."""
    lines = [shlex.split(line, comments=True) for kind, _, _, code in BLOCKS if kind == "parse" for line in code.splitlines()]
    commands = [words[1 : words.index(">") if ">" in words else None] for words in lines if words[0] == "datagen"]
    assert len(commands) >= 4
    for words in commands:
        options = command_line().parse_args(words)
        assert options.model is None or parse(options.model).model


def test_every_shell_command_in_it_is_run_or_cannot_be() -> None:
    """Only the two `make` targets at the top stand there without being run or parsed here."""
    fences = len(re.findall(r"^```\w*$", README, re.MULTILINE)) // 2
    assert fences == len(BLOCKS) + 1


def test_its_table_names_every_word() -> None:
    table = README[README.index("| word |") : README.index("Every argument of every word")]
    named = set(re.findall(r"`(\w+)`", table))
    behaviours = ("segment_behavior", "vintage_behavior")
    assert named >= {*GENERATORS, *LAWS, *SPREADS, *MODIFIERS, *UNFOLDINGS, *behaviours}


def test_its_table_of_promises_names_every_constraint() -> None:
    table = README[README.index("| promise |") : README.index("Every argument of every word")]
    constraints = set(Constraints.arguments()) - {"foreign_keys"}
    assert set(re.findall(r"`(\w+)`", table)) >= {*constraints, "checks"}


def test_it_names_every_format() -> None:
    table = README[README.index("| format |") : README.index("| in `manifest.json`")]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(FORMATS)


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_its_exit_codes_are_those_of_the_program(clone: Path) -> None:
    said = run("datagen --help", "sh", clone)
    codes = [code for row in re.findall(r"^\| (\d+(?:, \d+)*) \|", README, re.MULTILINE) for code in row.split(", ")]
    assert {"0", "129", "143"} < set(codes)
    assert all(re.search(rf"\b{code} \w", said) for code in codes)
