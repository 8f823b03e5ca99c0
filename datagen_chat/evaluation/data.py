"""All rows of a schema, made twice, and a database that answers questions about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.frozen import dataclass
from datagen_chat.problems import DatagenError
from datagen_chat.sinks import sink
from datagen_chat.sinks.base import WHOLE, Block, Part, TableShape, TableWriter

if TYPE_CHECKING:
    from datagen_chat.conversation.session import Version
    from datagen_chat.verify.claims import Finding
    from datagen_chat.verify.locked import Locked

_OTHER_BLOCK_ROWS = 10_007  # a prime: it cuts every table elsewhere than the usual block does


@dataclass(frozen=True, slots=True)
class Data:
    """The rows of a schema; `database` is None where they were not made, and `left_out` or `error` says why.

    `failed` is what the schema claims and the data does not keep; `hashes` are those of the tables, made in two ways.
    """

    database: Locked | None = None
    failed: tuple[Finding, ...] = ()
    hashes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    left_out: str = ""
    error: str = ""


@contextmanager
def made(version: Version | None, seed: int, most: int) -> Iterator[Data]:
    """Yield the data of a schema, as long as it has no more rows than `most`."""
    if version is None:
        yield Data(left_out="there is no schema")
    elif version.preview.total.rows > most:
        yield Data(left_out=f"it would have about {version.preview.total.rows:,} rows")
    else:
        with TemporaryDirectory(prefix="datagen-eval-") as folder:
            yield from _asked(version, seed, Path(folder))


def _asked(version: Version, seed: int, folder: Path) -> Iterator[Data]:
    from datagen_chat.verify.data import find_data
    from datagen_chat.verify.locked import locked
    from datagen_chat.verify.opened import opened
    from datagen_chat.verify.run import verify

    dataset = version.dataset
    try:
        hashes = _written(version, seed, folder), _hashes(version, seed)
    except (DatagenError, OSError) as error:
        yield Data(error=" ".join(str(error).split())[:300])
        return
    failed = verify(dataset, folder).failed
    data = find_data(folder, [table.id for table in dataset.nodes])
    with opened(data, dataset.nodes) as tables, locked(tables.statements, tables.files) as database:
        yield Data(database, failed, hashes)


def _written(version: Version, seed: int, folder: Path) -> tuple[str, ...]:
    plan, target = Plan(version.dataset, seed), sink("parquet")
    writer = target.create(folder, dataset_shape(plan))
    written = write_plan(plan, writer, parallel=False)
    writer.close()
    return tuple(table.digest for table in written)


def _hashes(version: Version, seed: int) -> tuple[str, ...]:
    written = write_plan(Plan(version.dataset, seed), _Nowhere(), parallel=True, workers=2, block_rows=_OTHER_BLOCK_ROWS)
    return tuple(table.digest for table in written)


class _Nowhere:
    """A dataset that is written to no file."""

    def table(self, _shape: TableShape, _part: Part = WHOLE) -> TableWriter:
        return self

    def write(self, _block: Block) -> None: ...

    def files(self, _table: str, _parts: int = 1) -> Sequence[str]:
        return ()

    def close(self) -> None: ...

    def abort(self) -> None: ...
