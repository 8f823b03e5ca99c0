"""Problems as people read them: the place in words, what is wrong, what to write instead, and where exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from datagen_chat.conversation.ask import causes, places
from datagen_chat.problems import Problem
from datagen_chat.schema.naming import place
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

_SHOWN = 20
_LONGEST = 600


def draw_problems(screen: Screen, problems: Sequence[Problem], draft: Any = None, *, limit: int = _SHOWN) -> None:
    """Draw errors, those of one cause together, at most `limit` causes; `draft` is the document that their places are in."""
    found = causes(problems)
    digits = len(str(min(len(found), limit)))
    for number, cause in enumerate(found[:limit], 1):
        _draw_cause(screen, cause, draft, f"{number:{digits}}. " if len(found) > 1 else "")
    if len(found) > limit:
        more = sum(map(len, found[limit:]))
        screen.say((f"… and {more:,} more problems." if more > 1 else "… and 1 more problem.", "dim"))


def _draw_cause(screen: Screen, cause: Sequence[Problem], draft: Any, number: str) -> None:
    problem, hang = cause[0], len(number)
    if draft is not None:
        screen.say((number, "bold"), (_short(places(draft, cause)), "bold red"), hang=hang)
        screen.say(_short(problem.message), indent=hang)
    else:
        screen.say((number, "bold"), (_short(problem.message), "bold red"), hang=hang)
    if problem.hint:
        screen.say((_short(problem.hint), "green"), indent=hang)
    exact = [
        f"[{problem.code}]",
        *(f"at {problem.at}" for _ in problem.at[:1]),
        *(f"and {len(cause) - 1} more" for _ in cause[1:2]),
    ]
    screen.say((_short(" ".join(exact)), "dim"), indent=hang)


def draw_notes(screen: Screen, problems: Sequence[Problem], draft: Any = None, *, limit: int = _SHOWN, indent: int = 0) -> None:
    """Draw what is only worth knowing, one line each; without a draft, and a place, it is about something else."""
    notes = [problem for problem in problems if not problem.is_error]
    for note in notes[:limit]:
        where = "" if draft is None and not note.at else f"{place(draft, note.at)}: "
        words = f"{where}{note.message} {note.hint}".rstrip()
        screen.say((f"note: {_short(words)}", "dim"), indent=indent, hang=indent + 2)
    if len(notes) > limit:
        screen.say((f"note: {len(notes) - limit:,} more notes.", "dim"), indent=indent)


class Note(Protocol):
    """What happened to some cells, or rows, while they were made."""

    @property
    def place(self) -> str:
        """The column or table."""

    @property
    def message(self) -> str:
        """What happened."""

    @property
    def count(self) -> int:
        """To how many cells or rows."""


def draw_told(screen: Screen, told: Sequence[Note], *, limit: int = _SHOWN) -> None:
    """Draw what happened while rows were made, one line each."""
    for note in told[:limit]:
        screen.say((f"note: {_short(f'{note.place}: {note.message} ({note.count:,} times)')}", "dim"), hang=2)
    if len(told) > limit:
        screen.say((f"note: {len(told) - limit:,} more notes.", "dim"))


def _short(words: str) -> str:
    line = one_line(words)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
