"""Claims asked of data: those of one source together, in one pass over it, and what breaks them row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from datagen_chat.verify.claims import Claim, Finding
from datagen_chat.verify.questions import NoRow, Question
from datagen_chat.verify.reading import reason

if TYPE_CHECKING:
    import duckdb

OFFENDERS = 5
_TOGETHER = 60
"""So many claims are asked in one statement at most."""


def ask(claims: Sequence[Claim], connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield what the data says to each claim that has a question, in the order of the claims."""
    tests = sum(claim.question.tests for claim in claims if claim.question is not None)
    answers = dict(_asked(claims, connection))
    for number, claim in enumerate(claims):
        if claim.question is None:
            yield Finding(claim, "skipped", found=claim.why_not)
        else:
            yield _judged(claim, claim.question, answers[number], tests, connection)


def _asked(claims: Sequence[Claim], connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, tuple[Any, ...] | str]]:
    """Yield the values that each claim needs, or why they cannot be had, by the claim's number."""
    sources: dict[str, list[tuple[int, Question]]] = {}
    for number, claim in enumerate(claims):
        if claim.question is not None:
            sources.setdefault(claim.question.source, []).append((number, claim.question))
    for source, questions in sources.items():
        for some in _batches(questions, _TOGETHER):
            yield from _answered(source, some, connection)


def _batches(questions: Sequence[tuple[int, Question]], size: int) -> Iterator[Sequence[tuple[int, Question]]]:
    for start in range(0, len(questions), size):
        yield questions[start : start + size]


def _answered(
    source: str, questions: Sequence[tuple[int, Question]], connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[int, tuple[Any, ...] | str]]:
    """Yield the values of some questions of one source; where they cannot be asked together, one by one."""
    import duckdb

    measures = [measure for _, question in questions for measure in question.measures]
    try:
        row = connection.execute(f"SELECT {', '.join(measures)} FROM {source}").fetchone()  # noqa: S608 - built of quoted names and literals
    except duckdb.Error as error:
        if len(questions) == 1:
            yield questions[0][0], reason(error)
            return
        for one in questions:
            yield from _answered(source, [one], connection)
        return
    assert row is not None
    place = 0
    for number, question in questions:
        size = len(question.measures)
        yield number, tuple(row[place : place + size])
        place += size


def _judged(
    claim: Claim, question: Question, values: tuple[Any, ...] | str, tests: int, connection: duckdb.DuckDBPyConnection
) -> Finding:
    if isinstance(values, str):
        return Finding(claim, "unusable", found=values)
    answer = question.judge(values, tests)
    if answer.holds or not isinstance(question, NoRow):
        return Finding(claim, "holds" if answer.holds else "fails", answer.wanted, answer.found)
    columns, rows = _offenders(question, connection)
    return Finding(claim, "fails", answer.wanted, answer.found, columns, rows)


def _offenders(question: NoRow, connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """Return some rows that break a claim, as far as they can be read, and the names of their columns."""
    import duckdb

    try:
        found = connection.execute(f"{question.sql} LIMIT {OFFENDERS}")
        return tuple(str(column[0]) for column in found.description or ()), tuple(found.fetchall())
    except duckdb.Error:
        return (), ()


def without(claims: Sequence[Claim], lacking: Mapping[tuple[str, str], str], tables: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return the claims, those skipped that ask for columns or tables that cannot be read, with the reason."""
    return tuple(_with_reason(claim, lacking, tables) for claim in claims)


def _with_reason(claim: Claim, lacking: Mapping[tuple[str, str], str], tables: Mapping[str, str]) -> Claim:
    places = claim.reads or ((claim.table, ""),)
    why = next((reason for place in places if (reason := lacking.get(place) or tables.get(place[0]))), None)
    return claim if why is None or claim.question is None else claim.skipped(why)
