"""Replace a copy of ROOT/earlier once for each step of a commit, killed by SIGKILL before that step; print how many there are.

The copies are ROOT/0, ROOT/1, ...; in the last one the run came to its end.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datagen_chat.sinks.manifest import ColumnEntry, FileEntry, Manifest, TableEntry
from datagen_chat.sinks.output import Output

FILES = ("orders.csv", "customers/part-00000.csv", "customers/part-00001.csv")
STEPS = (
    (Path, "replace"),
    (Path, "unlink"),
    (Path, "rmdir"),
    (Path, "mkdir"),
    (Path, "write_text"),
    (shutil, "rmtree"),
    (os, "unlink"),
)


def commit(folder: Path, steps: int) -> None:
    with Output(folder, ["orders", "customers"], "csv") as output:
        for file in FILES:
            (output.staging / file).parent.mkdir(exist_ok=True)
            (output.staging / file).write_text("new " + file)
        entries = tuple(FileEntry(file, 4 + len(file)) for file in FILES)
        column = ColumnEntry("id", "int", nullable=False, category=False)
        die_after(steps)
        output.commit(Manifest("shop", "csv", "new", 1, {}, (TableEntry("orders", 1, (column,), entries, "h"),)))


def die_after(steps: int) -> None:
    """Kill this process before one more step than `steps`."""
    left = [steps]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **kwargs)

        return call

    for owner, name in STEPS:
        setattr(owner, name, counted(getattr(owner, name)))


def main(root: Path) -> int:
    for step in range(100):
        shutil.copytree(root / "earlier", root / str(step))
        child = os.fork()
        if child == 0:
            commit(root / str(step), step)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert status == 0
            return step
    raise AssertionError("the commit does not end")


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]))))
