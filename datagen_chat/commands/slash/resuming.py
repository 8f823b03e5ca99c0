"""What takes up another conversation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from datagen_chat.commands.opening import kept, take_up
from datagen_chat.commands.places import data_folder, sessions
from datagen_chat.commands.sessions import Keeper
from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import Desk, place, topic, wrong
from datagen_chat.commands.stopping import unstopped
from datagen_chat.conversation.turns import Conversation
from datagen_chat.frozen import dataclass
from datagen_chat.problems import ProblemsError, shown
from datagen_chat.terminal.cells import Cell, Ladder
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_grid
from datagen_chat.terminal.schema import numbers, words
from datagen_chat.terminal.screen import Screen

_SHOWN = 15
_LONGEST_TITLE = 60

command = topic("the conversation")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A conversation that can be taken up, and its file."""

    path: Path
    conversation: Conversation


def _completed(desk: Desk, before: Sequence[str], last: str) -> Iterable[str]:
    if before:
        return ()
    many = len(desk.listed or _paths(desk)[:_SHOWN])
    return [*map(str, range(1, many + 1)), "all", *completing.files(desk, before, last)]


@command(
    "/resume",
    "[NUMBER, all or FILE]",
    "list the last conversations or all, or take up another one",
    more="A number is that of the list that was shown last. This one stays in its file, and can be taken up again.",
    completes=_completed,
)
def _resume(desk: Desk, rest: str) -> None:
    if rest in ("", "all"):
        _list(desk, None if rest else _SHOWN)
        return
    chosen = _meant(desk, rest)
    with unstopped():
        desk.talk.keeper = Keeper(chosen.path, desk.environment, data_folder(desk.environment))
        desk.unfinished = ""
        take_up(desk.talk, chosen.conversation)


def _meant(desk: Desk, said: str) -> _Kept:
    """Return the conversation that a number of the list means, or a file.

    Raises:
        ProblemsError: there is none, or it is this one.
    """
    path = place(said)
    if said.isdecimal():
        listed = desk.listed or tuple(one.path for one in _readable(_paths(desk)[:_SHOWN]))
        if not 0 < int(said[:9]) <= len(listed):
            raise wrong("unknown-session", f"There is no conversation {shown(said)}.", "/resume lists them.")
        path = listed[int(said) - 1]
    if path == desk.talk.keeper.path:
        raise wrong("same-session", "This is that conversation.", "/resume lists the others.")
    return _Kept(path, kept(path))


def _paths(desk: Desk) -> list[Path]:
    """Return the files of the conversations besides this one, the last one first."""
    return [path for path in sessions(data_folder(desk.environment)) if path != desk.talk.keeper.path]


def _readable(paths: Sequence[Path]) -> Iterator[_Kept]:
    """Yield the conversations in these files; what cannot be read is left out."""
    for path in paths:
        with suppress(ProblemsError):
            yield _Kept(path, kept(path))


def _list(desk: Desk, most: int | None) -> None:
    """Show the last conversations besides this one, and how many more there are."""
    screen, paths = desk.talk.screen, _paths(desk)
    others = list(_readable(paths[:most]))
    desk.listed = tuple(one.path for one in others)
    if not others:
        screen.say("There is no other conversation yet.")
        return
    _draw(screen, others)
    older = len(paths[:0] if most is None else paths[most:])
    more = f" There {'is 1 older one' if older == 1 else f'are {older:,} older ones'}: /resume all." if older else ""
    screen.blank()
    screen.say((f"/resume NUMBER takes one up.{more}", "dim"), hang=2)


def _draw(screen: Screen, others: Sequence[_Kept]) -> None:
    when = [time.strftime("%Y-%m-%d %H:%M", time.localtime(one.path.stat().st_mtime)) for one in others]
    requests = [str(sum(turn.role == "user" for turn in one.conversation.turns)) for one in others]
    titles = [one_line(one.conversation.title)[:_LONGEST_TITLE] or "untitled" for one in others]
    number = numbers("", [str(number) for number, _ in enumerate(others, 1)])
    about = [] if screen.is_narrow else [words("last", when), numbers("requests", requests)]
    draw_grid(screen, [number, *about, Ladder("it began with", tuple(map(Cell, titles)))])
