"""The whole language: the richest schema of a recorded conversation, at two sizes, and where the time goes.

`python -m evals.throughput.language [ROWS]` prints the shares of the time alone. Datagen runs alone: a row for each day that a
player stays, times that follow each other within it, and sums of the rows below are no few lines of SQL.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .check import Counted
from .measure import Cost, cost_of
from .registry import MOST_ROWS, Place
from .workload import shown_size

SCHEMA = Path(__file__).with_name("gaming.json")
ROWS_PER_PLAYER, PLAYERS_PER_PAYER = 41.9, 10
SIZES, WORKERS = (1_000_000, 10_000_000), (1, 2)
QUICK_SIZES = (100_000,)
SHARES_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class LanguageRun:
    """What some workers did at one size."""

    size: int  # the rows of all tables that were asked for, about
    workers: int
    costs: tuple[Cost, ...]
    counted: Counted

    @property
    def seconds(self) -> float:
        """The median wall time."""
        return median(cost.wall_seconds for cost in self.costs)

    @property
    def cpu_seconds(self) -> float:
        """The median processor time of all threads."""
        return median(cost.cpu_seconds for cost in self.costs)

    @property
    def peak_bytes(self) -> int:
        """The median of the peaks of resident memory."""
        return round(median(cost.peak_bytes for cost in self.costs))

    @property
    def row(self) -> list[str]:
        """The figures as cells of a table."""
        rate = [f"{count / self.seconds / 1e6:.2f}" for count in (self.counted.rows, self.counted.cells)]
        figures = [f"{self.seconds:.2f}", *rate, f"{self.peak_bytes / 1e6:.0f}", f"{self.cpu_seconds:.2f}"]
        return [f"{shown_size(self.size)}, workers: {self.workers}", *figures]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the time goes into making the columns of one generator, and what a value takes."""

    generator: str
    share: float
    nanoseconds: float


def schema_of(rows: int) -> dict[str, Any]:
    """Return the schema with about so many rows in all tables together."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text())
    players = round(rows / ROWS_PER_PLAYER)
    wanted = {"player": players, "payer": players // PLAYERS_PER_PAYER}
    for node in schema["nodes"]:
        if node["id"] in wanted:
            node["rows"] = wanted[node["id"]]
    return schema


def measure_language(
    place: Place, sizes: Sequence[int], runs: int, scratch: Path, tell: Callable[[str], None]
) -> list[LanguageRun]:
    """Return what one worker and two did at each size; they take turns."""
    assert place.datagen is not None
    found: dict[tuple[int, int], list[Cost]] = {(size, workers): [] for size in sizes for workers in WORKERS}
    counted = {}
    for _ in range(runs):
        for (size, workers), costs in found.items():
            schema, folder = scratch / f"language-{size}.json", scratch / "output"
            schema.write_text(json.dumps(schema_of(size)))
            options = ["--seed", "42", "--workers", str(workers), "--max-rows", MOST_ROWS]
            costs.append(cost_of([*place.datagen, "generate", str(schema), "-o", str(folder), *options]))
            counted[size] = _counted(folder)
            shutil.rmtree(folder)
            tell(f"language, {shown_size(size)}, workers: {workers}: {costs[-1].wall_seconds:.2f} s")
    return [LanguageRun(size, workers, tuple(costs), counted[size]) for (size, workers), costs in found.items()]


def _counted(folder: Path) -> Counted:
    manifest, columns = json.loads((folder / "manifest.json").read_text()), _columns()
    rows = {table["name"]: table["rows"] for table in manifest["tables"]}
    return Counted(sum(rows.values()), sum(count * columns[name] for name, count in rows.items()))


def _columns() -> dict[str, int]:
    return {node["id"]: len(node["columns"]) for node in schema_of(0)["nodes"]}


def time_shares(rows: int) -> list[Share]:
    """Return where the time goes while all columns are made in their order, without encoding or files, the most first.

    What a column reads of other tables counts as its own time.
    """
    from datagen_chat.engine.memory import keep_freed_memory
    from datagen_chat.engine.plan import Plan
    from datagen_chat.schema.read import read

    keep_freed_memory()
    plan, spent, cells = Plan(read(schema_of(rows)).valid(), seed=42), Counter[str](), Counter[str]()
    for table in plan.tables.values():
        words = {column.name: column.generator.word for column in table.table.columns}
        for numbers in _blocks(table.row_count):
            block = table.rows(numbers)
            for name, word in words.items():
                begin = time.process_time()
                block.values(name)
                spent[word] += time.process_time() - begin
                cells[word] += len(numbers)
    whole = sum(spent.values())
    return [Share(word, seconds / whole, seconds / cells[word] * 1e9) for word, seconds in spent.most_common()]


def _blocks(rows: int) -> Iterator[range]:
    from datagen_chat.engine.run import BLOCK_ROWS

    yield from (range(start, min(start + BLOCK_ROWS, rows)) for start in range(0, rows, BLOCK_ROWS))


def main() -> None:
    """Print the shares."""
    for each in time_shares(int(sys.argv[1]) if sys.argv[1:] else SHARES_ROWS):
        print(f"{each.generator:16} {each.share:6.1%} {each.nanoseconds:7.1f} ns a value")


if __name__ == "__main__":
    main()
