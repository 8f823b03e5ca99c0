"""An accepted schema tried out: all of its rows are made, and its checks are asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from datagen_chat.conversation.events import Tried, TriedCheck
from datagen_chat.conversation.session import Version
from datagen_chat.engine.estimate import magnitude
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.problems import DatagenError
from datagen_chat.sinks import sink

MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries schemas with a seed; those with more rows than `most` are left alone."""

    seed: int
    most: int = MOST_ROWS

    def __call__(self, version: Version, cancellation: Cancellation | None = None) -> Tried:
        """Return what the data says to the checks of a schema; one without checks is not made."""
        from datagen_chat.verify.checks import checks_of

        count = sum(1 for _ in checks_of(version.dataset))
        many = "1 check was" if count == 1 else f"{count} checks were"
        if not count:
            return Tried(())
        if version.preview.total.rows > self.most:
            return Tried((), f"{many} not tried: the data has more than {magnitude(self.most)} rows.")
        try:
            return Tried(tuple(_asked(version, self.seed, cancellation or Cancellation())))
        except _StoppedError:
            return Tried((), f"{many} not tried: it was stopped. /check tries them.")
        except (DatagenError, OSError) as error:
            return Tried((), f"{many} not tried, because the data could not be made: {' '.join(str(error).split())[:300]}")


class _StoppedError(DatagenError):
    """Somebody stopped a trial."""


def _asked(version: Version, seed: int, cancellation: Cancellation) -> Iterator[TriedCheck]:
    from datagen_chat.verify.checks import checks_of
    from datagen_chat.verify.run import tried_checks

    said = {check.name: check.requirement or "" for _, check in checks_of(version.dataset)}

    def go_on() -> None:
        if cancellation.is_cancelled:
            raise _StoppedError

    with TemporaryDirectory(prefix="datagen-") as folder:
        _write(version, seed, Path(folder), go_on)
        for one in tried_checks(version.dataset, Path(folder)):
            go_on()
            claim = one.claim
            assert one.state != "skipped"
            yield TriedCheck(claim.place, said.get(claim.place, ""), claim.sql, one.state, one.wanted, one.found)


def _write(version: Version, seed: int, folder: Path, go_on: Callable[[], None]) -> None:
    plan, target = Plan(version.dataset, seed), sink("parquet")
    writer = target.create(folder, dataset_shape(plan))
    try:
        write_plan(plan, writer, parallel=False, progress=lambda _table, _rows: go_on())
        writer.close()
    except BaseException:
        writer.abort()
        raise
