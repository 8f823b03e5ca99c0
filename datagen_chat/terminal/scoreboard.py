"""The scoreboard of a run on the terminal, and two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.evaluation.compare import Comparison, Flip
from datagen_chat.evaluation.entry import Entry
from datagen_chat.evaluation.markdown import interval, share
from datagen_chat.evaluation.scoreboard import Rate, Suite
from datagen_chat.llm.prices import dollars
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_grid, draw_rows
from datagen_chat.terminal.schema import numbers, words
from datagen_chat.terminal.screen import Screen

_FAILURES_SHOWN, _FLIPS_SHOWN = 30, 60
_WIDTH = 160
_OF_MODELS = ("first try", "valid", "intent", "conversation")


def draw_suites(screen: Screen, suites: Sequence[Suite]) -> None:
    """Draw the rates of each suite, and what failed in it."""
    for number, suite in enumerate(suites):
        if number:
            screen.blank()
        _draw_suite(screen, suite)


def _draw_suite(screen: Screen, suite: Suite) -> None:
    screen.say((suite.name, "bold"), f" — {_many(len(suite.entries), 'entry', 'entries')}", hang=2)
    screen.blank()
    graded = {grader: rate for grader, rate in suite.rates.items() if rate.graded}
    rates = list(graded.values())
    columns = [
        words("grader", list(graded)),
        numbers("passed", [f"{rate.passed} of {rate.graded}" for rate in rates]),
        numbers("share", [share(rate) for rate in rates]),
        numbers("95 % interval", [interval(rate) for rate in rates]),
    ]
    draw_grid(screen, columns[:3] if screen.is_narrow else columns)
    if len(suite.models) > 1:
        screen.blank()
        _draw_models(screen, suite)
    screen.blank()
    screen.say((_spent(suite), "dim"), hang=2)
    _draw_failures(screen, suite.entries)


def _draw_models(screen: Screen, suite: Suite) -> None:
    """Draw what tells models apart: how often a schema came, at the first try and in the end, and how often it was meant."""
    graders = [grader for grader in _OF_MODELS if suite.rates.get(grader, Rate(0, 0)).graded]
    columns = [numbers(grader, [_of(rates.get(grader)) for rates in suite.models.values()]) for grader in graders]
    draw_rows(screen, [words("model", [one_line(model) for model in suite.models]), *columns], key="model")


def _of(rate: Rate | None) -> str:
    return f"{rate.passed} of {rate.graded}" if rate is not None and rate.graded else "–"


_ONE = {
    "calls": "call",
    "questions": "question",
    "liberties": "liberty",
    "expectations": "expectation",
    "expectations held": "expectation held",
}


def _spent(suite: Suite) -> str:
    """Return what the suite took, as far as it was measured."""
    parts = [f"{count:,} {_ONE.get(what, what) if count == 1 else what}" for what, count in suite.counts.items() if count]
    if suite.usage is not None:
        parts.append(f"{suite.usage.prompt:,} tokens read, {suite.usage.output:,} written")
    if suite.seconds is not None:
        calls = max(suite.counts.get("calls", 0), 1)
        parts += [dollars(suite.cost), f"{suite.seconds:,.0f} s, {suite.seconds / calls:,.1f} s a call"]
    return " · ".join(parts) or "nothing was counted"


def _draw_failures(screen: Screen, entries: Sequence[Entry]) -> None:
    """Draw what failed, one paragraph for each entry: the first grader that found something, and the names of the others."""
    wrong = [(entry, [grade for grade in entry.grades if grade.state == "failed"]) for entry in entries]
    wrong = [(entry, grades) for entry, grades in wrong if grades]
    if wrong:
        screen.blank()
    for entry, (first, *others) in wrong[:_FAILURES_SHOWN]:
        also = f" (also: {', '.join(grade.grader for grade in others)})" if others else ""
        screen.say(
            (one_line(_named(entry.case, entry.model, entry.epoch)), "bold"),
            " — ",
            (first.grader, "red"),
            f": {_short(first.reason)}",
            (also, "dim"),
            hang=2,
        )
    if len(wrong) > _FAILURES_SHOWN:
        screen.say((f"… and {len(wrong) - _FAILURES_SHOWN:,} more; --format json has all of them.", "dim"))


def _short(reason: str) -> str:
    line = one_line(reason)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def draw_comparison(screen: Screen, found: Comparison) -> None:
    """Draw what became different from one run to another."""
    better = sum(flip.is_better for flip in found.flips)
    worse = sum(flip.after == "failed" for flip in found.flips)
    screen.say(
        (f"{_many(found.paired, 'entry', 'entries')} in both: ", "bold"), f"{better} grades better, {worse} worse.", hang=2
    )
    for flip in found.flips[:_FLIPS_SHOWN]:
        _draw_flip(screen, flip)
    if len(found.flips) > _FLIPS_SHOWN:
        screen.say((f"… and {len(found.flips) - _FLIPS_SHOWN:,} more.", "dim"))
    for where, names in (("first", found.only_before), ("second", found.only_after)):
        if names:
            more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
            screen.say((f"Only in the {where}: {one_line(', '.join(names[:5]))}{more}.", "dim"), hang=2)


def _draw_flip(screen: Screen, flip: Flip) -> None:
    style = "green" if flip.is_better else "red" if flip.after == "failed" else "dim"
    name = f"{flip.suite}/{_named(flip.case, flip.model, flip.epoch)}"
    grader = (f" {flip.grader}: ", "bold")
    screen.say((f"{flip.before} → {flip.after} ", style), one_line(name), grader, _short(flip.reason), hang=2)


def _named(case: str, model: str, epoch: int) -> str:
    return case + (f" ({model})" if model else "") + (f" #{epoch + 1}" if epoch else "")


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
