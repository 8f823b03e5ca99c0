"""The scoreboard in Markdown. For a README it is rates only, which change when the program or the recordings do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from datagen_chat.evaluation.scoreboard import Rate, Rates, Suite
from datagen_chat.llm.prices import dollars

BEGIN, END = "<!-- scoreboard:begin -->\n", "<!-- scoreboard:end -->\n"
_HIDDEN = ("drifted", "mended", "liberties")  # they tell more of the program's wording than of its worth


def markdown(suites: Sequence[Suite], *, whole: bool = False) -> str:
    """Return the scoreboard; the whole one has what was spent, too, and every reason."""
    lines = (line for suite in suites for line in (*_suite(suite), *(_more(suite) if whole else ())))
    return "\n".join(lines).strip() + "\n"


def _suite(suite: Suite) -> Iterator[str]:
    yield from (f"### {suite.name}", "")
    counts = [f"{count:,} {what}" for what, count in suite.counts.items() if what not in _HIDDEN and count]
    yield from (f"{len(suite.entries)} entries" + "".join(f", {count}" for count in counts) + ".", "")
    yield from ("| grader | passed | share | 95 % interval |", "|---|---|---|---|")
    for grader, rate in suite.rates.items():
        if rate.graded:
            yield f"| {grader} | {rate.passed} of {rate.graded} | {share(rate)} | {interval(rate)} |"
    yield ""
    if len(suite.models) > 1:
        yield from _matrix("model", suite.models)
    if len(suite.tags) > 1:
        yield from _matrix("tag", suite.tags)


def _matrix(what: str, rows: Mapping[str, Rates]) -> Iterator[str]:
    graders = list(dict.fromkeys(grader for rates in rows.values() for grader in rates))
    yield f"| {what} | " + " | ".join(graders) + " |"
    yield "|---" * (len(graders) + 1) + "|"
    for name, rates in rows.items():
        yield f"| {name} | " + " | ".join(_short(rates.get(grader)) for grader in graders) + " |"
    yield ""


def _more(suite: Suite) -> Iterator[str]:
    """Yield what a run took, and why entries failed; reasons hold what models and the program said, as code."""
    if suite.usage is not None:
        yield f"Tokens: {suite.usage.prompt:,} read, {suite.usage.output:,} written."
    if suite.seconds is not None:
        yield f"Cost: {dollars(suite.cost)}. Time: {suite.seconds:,.0f} s."
    wrong = [(entry, grade) for entry in suite.entries for grade in entry.grades if grade.state == "failed"]
    if wrong:
        yield from ("", "| case | model | epoch | grader | reason |", "|---|---|---|---|---|")
    for entry, grade in wrong:
        reason = " ".join(grade.reason.replace("|", "¦").replace("`", "'").split())
        yield f"| {entry.case} | {entry.model} | {entry.epoch + 1} | {grade.grader} | `{reason}` |"
    yield ""


def _short(rate: Rate | None) -> str:
    return f"{rate.passed}/{rate.graded}" if rate is not None and rate.graded else "–"


def share(rate: Rate) -> str:
    """Return a share as it is shown.

    >>> share(Rate(3, 4)), share(Rate(0, 0))
    ('75 %', '–')
    """
    return "–" if rate.share is None else f"{100 * rate.share:.0f} %"


def interval(rate: Rate) -> str:
    """Return an interval as it is shown.

    >>> interval(Rate(10, 10))
    '72–100 %'
    """
    bounds = rate.interval
    return "–" if bounds is None else f"{100 * bounds[0]:.0f}–{100 * bounds[1]:.0f} %"


def refreshed(text: str, suites: Sequence[Suite]) -> str:
    """Return a text with the scoreboard between its marks.

    Raises:
        ValueError: the marks are not there.
    """
    head, _, rest = text.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    if not mark:
        raise ValueError("no scoreboard stands between marks there")
    return f"{head}{BEGIN}\n{markdown(suites)}\n{END}{tail}"
