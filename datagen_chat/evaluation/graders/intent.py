"""Whether the schema and the data are what the person asked for."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.evaluation.cases import Expectation
from datagen_chat.evaluation.data import Data
from datagen_chat.evaluation.entry import Grade, State, failed, left_out, passed
from datagen_chat.evaluation.finding import Finder, NotFoundError
from datagen_chat.evaluation.graders.base import Evidence, Met
from datagen_chat.evaluation.holding import Held
from datagen_chat.preview import Preview
from datagen_chat.verify.checks import holds, wanted
from datagen_chat.verify.locked import RefusedError

NAME = "intent"


def grade(evidence: Evidence) -> Grade:
    """Return whether all expectations of the case hold."""
    looked = evidence.met
    known = [one for one in looked if one.state != "left out"]
    wrong = [one for one in known if one.state == "failed"]
    if wrong:
        return failed(NAME, f'{len(wrong)} of {len(known)} expectations fail: "{wrong[0].what}" {wrong[0].reason}')
    if not known:
        return left_out(NAME, looked[0].reason if looked else "the case expects nothing")
    return passed(NAME, f"{len(known)} of {len(looked)} expectations")


def met(held: Held, data: Data) -> tuple[Met, ...]:
    """Return what becomes of each expectation; without a schema none holds, unless there was to be none."""
    case, version = held.case, held.version
    if version is None:
        state: State = "failed" if case.ends == "accepted" else "left out"
        return tuple(Met(one.what, state, "There is no schema.") for one in case.expect)
    finder = Finder(version.dataset, case.find)
    return tuple(_met(one, finder, version.preview, data) for one in case.expect)


def _met(expectation: Expectation, finder: Finder, preview: Preview, data: Data) -> Met:
    try:
        wrong = next(_wrong(expectation, finder, preview, data), "")
    except NotFoundError as error:
        return Met(expectation.what, "failed", f"But {error}.")
    if expectation.sql is not None and data.database is None and not data.error:
        return Met(expectation.what, "left out", f"The data was not made: {data.left_out}.")
    return Met(expectation.what, "failed" if wrong else "passed", wrong)


def _wrong(expectation: Expectation, finder: Finder, preview: Preview, data: Data) -> Iterator[str]:
    """Yield why an expectation does not hold.

    Raises:
        NotFoundError: what it speaks of is not there.
    """
    if expectation.gone is not None:
        yield from _still_there(expectation, finder)
    elif expectation.sql is not None:
        yield from _answered(expectation, finder.sql(expectation.sql), data)
    elif expectation.found:
        for name in expectation.found:
            finder.name(name)
    else:
        count = (
            len(finder.dataset.nodes) if expectation.rows is None else preview.counts[finder.table(expectation.rows).id].rows
        )
        yield from _compared(expectation, "", (count,))


def _still_there(expectation: Expectation, finder: Finder) -> Iterator[str]:
    assert expectation.gone is not None
    try:
        yield f"{finder.whole(expectation.gone)} is there."
    except NotFoundError:
        return


def _answered(expectation: Expectation, sql: str, data: Data) -> Iterator[str]:
    if data.error:
        yield "The data could not be made."
    elif data.database is not None:
        try:
            row = data.database.ask(sql)
        except RefusedError as error:
            yield f"It cannot be asked: {error}"
            return
        yield from _compared(expectation, sql, row)


def _compared(expectation: Expectation, sql: str, row: tuple[object, ...] | None) -> Iterator[str]:
    check = expectation.check(sql or "SELECT 1")
    if not holds(check, row):
        found = "no row" if row is None else row[0]
        yield f"Wanted {wanted(check)}, found {found}."
