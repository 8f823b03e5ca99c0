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
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_grid
from datagen_chat.terminal.schema import numbers, words

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
    return [*(str(number) for number, _ in enumerate(_others(desk), 1)), *completing.files(desk, before, last)]


@command(
    "/resume",
    "[NUMBER or FILE]",
    "list the conversations that are kept, or take up another one",
    more="This one stays in its file, and can be taken up again in the same way.",
    completes=_completed,
)
def _resume(desk: Desk, rest: str) -> None:
    others = list(_others(desk))
    if not rest:
        _draw(desk, others)
        return
    chosen = _meant(others, rest)
    with unstopped():
        desk.talk.keeper = Keeper(chosen.path, desk.environment, data_folder(desk.environment))
        desk.unfinished = ""
        take_up(desk.talk, chosen.conversation)


def _meant(others: Sequence[_Kept], said: str) -> _Kept:
    """Return the conversation that a number of the list means, or a file.

    Raises:
        ProblemsError: there is none.
    """
    if not said.isdecimal():
        path = place(said)
        return _Kept(path, kept(path))
    if not 0 < int(said[:9]) <= len(others):
        raise wrong("unknown-session", f"There is no conversation {shown(said)}.", "/resume lists them.")
    return others[int(said) - 1]


def _others(desk: Desk) -> Iterator[_Kept]:
    """Yield the last conversations besides this one; what cannot be read is left out."""
    paths = (path for path in sessions(data_folder(desk.environment)) if path != desk.talk.keeper.path)
    for path, _ in zip(paths, range(_SHOWN), strict=False):
        with suppress(ProblemsError):
            yield _Kept(path, kept(path))


def _draw(desk: Desk, others: Sequence[_Kept]) -> None:
    screen = desk.talk.screen
    if not others:
        screen.say("There is no other conversation yet.")
        return
    when = [time.strftime("%Y-%m-%d %H:%M", time.localtime(one.path.stat().st_mtime)) for one in others]
    requests = [str(sum(turn.role == "user" for turn in one.conversation.turns)) for one in others]
    titles = [one_line(one.conversation.title)[:_LONGEST_TITLE] or "untitled" for one in others]
    columns = [words("", [str(number) for number, _ in enumerate(others, 1)]), words("last", when)]
    draw_grid(screen, [*columns, numbers("requests", requests), words("it began with", titles)])
    screen.blank()
    screen.say(("/resume NUMBER takes one up.", "dim"))
