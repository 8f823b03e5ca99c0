"""An accepted schema tried out: all of its rows are made, and its checks are asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from datagen_chat.conversation.events import Tried, TriedCheck
from datagen_chat.conversation.session import Version
from datagen_chat.engine.estimate import magnitude
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_first, write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.frozen import dataclass
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.preview import check_planning
from datagen_chat.problems import DatagenError, shown
from datagen_chat.schema.naming import place
from datagen_chat.sinks import sink
from datagen_chat.sinks.base import DatasetShape

if TYPE_CHECKING:
    from datagen_chat.verify.claims import Finding

MOST_ROWS = 2_000_000
FIRST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries schemas with a seed; of those with more rows than `most`, constraints are tried on the first rows."""

    seed: int
    most: int = MOST_ROWS

    def __call__(self, version: Version, cancellation: Cancellation | None = None) -> Tried:
        """Return what the data says to the checks and constraints of a schema; one that has none is not made."""
        from datagen_chat.verify.run import has_promises

        if not has_promises(version.dataset):
            return Tried(())
        is_part = version.preview.total.rows > self.most
        try:
            tried = tuple(_asked(version, self.seed, cancellation or Cancellation(), is_part=is_part))
        except _StoppedError:
            return Tried((), "The checks were not tried: it was stopped. /check tries them.")
        except (DatagenError, OSError) as error:
            reason = " ".join(str(error).split())[:300]
            return Tried((), f"The checks were not tried, because the data could not be made: {reason}")
        return Tried(tried, _left_out(version, self.most) if is_part else "")


def _left_out(version: Version, most: int) -> str:
    """Return what is not said of data that is too large to be made here."""
    from datagen_chat.verify.checks import checks_of

    count = sum(1 for _ in checks_of(version.dataset))
    large = (
        f"The data has more than {magnitude(most)} rows: its constraints were tried on the first {FIRST_ROWS:,} of each table"
    )
    if not count:
        return f"{large}."
    return f"{large}, {'its check was not' if count == 1 else f'its {count} checks were not'}."


class _StoppedError(DatagenError):
    """Somebody stopped a trial."""


def _asked(version: Version, seed: int, cancellation: Cancellation, *, is_part: bool) -> Iterator[TriedCheck]:
    from datagen_chat.verify.run import promised

    def go_on() -> None:
        if cancellation.is_cancelled:
            raise _StoppedError

    with TemporaryDirectory(prefix="datagen-") as folder:
        (_write_first if is_part else _write)(version, seed, Path(folder), go_on)
        for one in promised(version.dataset, Path(folder), is_part=is_part):
            go_on()
            yield _told(one, version)
    if is_part:
        yield from _unusable(version)


def _unusable(version: Version) -> Iterator[TriedCheck]:
    """Yield the checks that no data could be asked."""
    from datagen_chat.verify.askable import refused
    from datagen_chat.verify.checks import wanted

    for number, reason in refused(version.dataset):
        check = version.dataset.checks[number]
        yield TriedCheck(check.name, check.requirement or "", check.sql, "unusable", wanted(check), reason)


def _told(finding: Finding, version: Version) -> TriedCheck:
    """Return a finding as a conversation tells it."""
    claim = finding.claim
    assert finding.state != "skipped"
    if claim.kind in ("check", "target"):
        said = next((check.requirement or "" for check in version.dataset.checks if check.name == claim.place), "")
        return TriedCheck(claim.place, said, claim.sql, finding.state, finding.wanted, finding.found)
    found = finding.found
    if finding.rows:
        cells = zip(finding.columns, finding.rows[0], strict=True)
        found += f", such as {', '.join(f'{name} {shown(value, 40)}' for name, value in cells)}"
    name, words = place(version.draft, claim.at), f"{claim.place} {claim.requirement}"
    return TriedCheck(name, words, claim.sql, finding.state, finding.wanted, found, is_constraint=True)


def _write(version: Version, seed: int, folder: Path, go_on: Callable[[], None]) -> None:
    """Write all rows."""
    plan, target = Plan(version.dataset, seed), sink("parquet")
    writer = target.create(folder, dataset_shape(plan))
    try:
        write_plan(plan, writer, parallel=False, progress=lambda _table, _rows: go_on())
        writer.close()
    except BaseException:
        writer.abort()
        raise


def _write_first(version: Version, seed: int, folder: Path, go_on: Callable[[], None]) -> None:
    """Write the first rows of each table."""
    check_planning(version.dataset)
    plan, target = Plan(version.dataset, seed), sink("parquet")
    write_first(plan, target.create(folder, DatasetShape("", ())), FIRST_ROWS, lambda _table, _rows: go_on())
