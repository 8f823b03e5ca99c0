"""What each generator costs: nanoseconds for a value of each column of a schema, without encoding or files.

`python -m evals.throughput.kernels [SCHEMA]`. A column that reads others, an ancestor's key for example, pays for them here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .workload import Size, scaled_schema

BLOCKS, TIMES = 8, 3
SIZE = Size(4_000_000)


@dataclass(frozen=True, slots=True)
class Kernel:
    """One column's cost."""

    column: str
    generator: str
    nanoseconds: float  # a value


def measure_kernels(schema: dict[str, Any]) -> list[Kernel]:
    """Return the cost of each column of a schema, in its order: the median over blocks spread over the table."""
    from datagen_chat.engine.memory import keep_freed_memory
    from datagen_chat.engine.plan import Plan
    from datagen_chat.schema.model import Dataset

    keep_freed_memory()
    plan = Plan(Dataset.model_validate(schema), seed=42)
    return [
        Kernel(
            f"{node['id']}.{column['name']}", _title(column["generator"]), _nanoseconds(plan.tables[node["id"]], column["name"])
        )
        for node in schema["nodes"]
        for column in node["columns"]
    ]


def _title(generator: dict[str, Any]) -> str:
    """Return the word, and which of its kinds.

    >>> _title({"distribution": {"type": "poisson"}}), _title({"faker": {"method": "email"}}), _title({"sequence": {}})
    ('distribution poisson', 'faker email', 'sequence')
    """
    [(word, given)] = generator.items()
    return " ".join([word, *(str(given[kind]) for kind in ("type", "method", "from", "freq") if kind in given)])


def _nanoseconds(table: Any, column: str) -> float:
    sample = table.samplers[column]
    sample(table.rows(next(_blocks(table.row_count))))
    times = []
    for numbers in _blocks(table.row_count):
        for _ in range(TIMES):
            rows = table.rows(numbers)
            begin = time.perf_counter()
            sample(rows)
            times.append((time.perf_counter() - begin) / len(numbers))
    return median(times) * 1e9


def _blocks(rows: int) -> Iterator[range]:
    from datagen_chat.engine.run import BLOCK_ROWS

    step = max(rows // BLOCKS, BLOCK_ROWS)
    for start in range(0, max(rows - BLOCK_ROWS, 0) + 1, step):
        yield range(start, min(start + BLOCK_ROWS, rows))


def main() -> None:
    """Print the cost of each column as JSON."""
    schema = json.loads(Path(sys.argv[1]).read_text()) if sys.argv[1:] else scaled_schema(SIZE)
    print(json.dumps([asdict(kernel) for kernel in measure_kernels(schema)], indent=2))


if __name__ == "__main__":
    main()
