"""What one run of a command costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
REASON_LENGTH = 160


class RunFailedError(Exception):
    """The command did not end well; the message says how."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a whole process: from its start to its end, with all that it waited for."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int  # resident memory; of several processes, what they held at once


def cost_of(command: Sequence[str], timeout_seconds: int = 900) -> Cost:
    """Run a command and return what it cost.

    Raises:
        RunFailedError: it could not be started, ended with another status than 0, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="datagen-bench-") as folder:
        result, log = Path(folder, "cost.json"), Path(folder, "log")
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(result), str(log), str(timeout_seconds), *command]
        done = subprocess.run(launcher, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_compiling())
        if not result.exists():
            raise RunFailedError(_last_line(done.stderr) or "could not be started")
        cost = json.loads(result.read_text())
        if cost["status"] != 0:
            killed = cost["wall_seconds"] >= timeout_seconds
            why = f"took more than {timeout_seconds} s" if killed else _last_line(log.read_text(errors="replace"))
            raise RunFailedError(why or f"ended with status {cost['status']}")
    return Cost(cost["wall_seconds"], cost["cpu_seconds"], cost["peak_bytes"])


def _compiling() -> dict[str, str]:
    """Return an environment in which Python keeps what it has compiled, as an installation does."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:REASON_LENGTH] if lines else ""
