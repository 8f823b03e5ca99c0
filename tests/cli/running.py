"""The real program in processes of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
ECOMMERCE = ROOT / "tests" / "data" / "ecommerce.json"
EXAMPLE = ROOT / "tests" / "data" / "example_conversation.md"

_APART = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "DATAGEN_DEBUG")
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in _APART}
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [f"datagen_chat.commands.{name}" for name in ("chat", "generate", "report", "sample", "schema", "validate")]
    + ["datagen_chat.report.page", "datagen_chat.verify.run"]
)


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is over."""

    returncode: int
    stdout: str
    stderr: str


def datagen(*arguments: object, cwd: Path | None = None, stdin: bytes = b"") -> Done:
    """Run the program to its end, in a process that was forked from one that has its imports behind it."""
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_bytes(stdin)
        process = _FORKS.Process(target=_run, args=([str(part) for part in arguments], [str(path) for path in streams], cwd))
        process.start()
        process.join(120)
        assert process.exitcode is not None
        return Done(process.exitcode, *(path.read_text("utf-8") for path in streams[1:]))


def _run(arguments: list[str], streams: list[str], cwd: Path | None) -> None:
    from datagen_chat.cli import main

    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, encoding="utf-8") for number, mode in enumerate("rww"))  # noqa: SIM115, PTH123
    for name in _APART:
        os.environ.pop(name, None)
    os.chdir(cwd or ROOT)
    code = main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def command(*arguments: object) -> list[str]:
    """Return the command line of the program."""
    return [sys.executable, "-m", "datagen_chat", *map(str, arguments)]


def environment(**more: str) -> Mapping[str, str]:
    """Return an environment in which this clone is what is run, and a warning is an error."""
    return {**_ENVIRONMENT, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}


_LISTING = """
import json, sys
from datagen_chat.cli import main
try:
    code = main()
except SystemExit as left:
    code = left.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded(*arguments: object) -> tuple[int, set[str]]:
    """Return the exit code of a run, and the modules that it imported: packages of others by their first name, ours in full."""
    options: dict[str, Any] = {"env": environment(), "capture_output": True, "text": True, "timeout": 120, "check": True}
    done = subprocess.run([sys.executable, "-c", _LISTING, *map(str, arguments)], **options)
    code, names = json.loads(done.stderr.splitlines()[-1])
    return code, {name if name.startswith("datagen_chat.") else name.split(".")[0] for name in names}
