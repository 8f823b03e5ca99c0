"""The real program in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ECOMMERCE = ROOT / "tests" / "data" / "ecommerce.json"
EXAMPLE = ROOT / "tests" / "data" / "example_conversation.md"

_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "DATAGEN_DEBUG")
}


def environment(**more: str) -> Mapping[str, str]:
    """Return an environment in which this clone is what is run, and a warning is an error."""
    return {**_ENVIRONMENT, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}


def command(*arguments: object, flags: tuple[str, ...] = ()) -> list[str]:
    """Return the command line of the program."""
    return [sys.executable, *flags, "-m", "datagen_chat", *map(str, arguments)]


def datagen(*arguments: object, cwd: Path | None = None, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; warnings are errors."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        command(*arguments), input=stdin, cwd=cwd, env=environment(**more), capture_output=True, timeout=120, check=False
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def loaded(*arguments: object) -> tuple[int, set[str]]:
    """Return the exit code of a run, and the top-level modules that it imported."""
    options: dict[str, Any] = {"env": environment(), "capture_output": True, "text": True, "timeout": 120, "check": False}
    done = subprocess.run(command(*arguments, flags=("-X", "importtime")), **options)
    names = (line.rpartition("|")[2].strip() for line in done.stderr.split("\n") if line.startswith("import time:"))
    return done.returncode, {name.split(".")[0] for name in names}
