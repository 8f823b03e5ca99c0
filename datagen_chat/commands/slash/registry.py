"""The registry of commands: what each is called, takes and does; help and completion follow from it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from datagen_chat.commands.stopping import interruptible
from datagen_chat.commands.talk import Talk
from datagen_chat.commands.telling import in_commands
from datagen_chat.conversation.session import Version
from datagen_chat.llm.base import Provider, ProviderError
from datagen_chat.llm.budget import Spent
from datagen_chat.problems import DatagenError, Problem, ProblemsError, did_you_mean, shown
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.problems import draw_problems


class Connecting(Protocol):
    """What connects models with the keys that it knows."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The keys among other variables."""

    def another(self, name: str, spent: Spent | None) -> Provider:
        """Return the provider that a name means, for a conversation that goes on."""

    def with_key(self, variable: str, key: str) -> Connecting:
        """Return what knows one more key."""


@dataclass
class Desk:
    """What commands work with: the conversation, how another model is connected, and what was edited but is no schema yet.

    `listed` are the files of the conversations that were listed last, whose numbers stay what they are on the screen. `keyed`
    returns what connects models with one more key, by its variable, and `saved` is the schema that was last written to a file.
    """

    talk: Talk
    connect: Callable[[str, Spent | None], Provider]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_left: bool = False
    unfinished: str = ""
    listed: tuple[Path, ...] = ()
    keyed: Callable[[str, str], Connecting] | None = None
    saved: Version | None = None

    @property
    def current(self) -> Version:
        """The schema as it is.

        Raises:
            ProblemsError: there is none yet.
        """
        version = self.talk.session.versions.current
        if version is None:
            raise wrong("no-schema", "There is no schema yet.", "Say what data you need, or start with --schema FILE.")
        return version


Run = Callable[[Desk, str], None]
Completing = Callable[[Desk, Sequence[str], str], Iterable[str]]
"""From the words after a command's name, and the one that is being typed, to what that one may become."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, what it takes, what it does, what else its help says, and how its arguments are completed.

    `names` completes them with the names of tables and columns.
    """

    name: str
    takes: str
    about: str
    run: Run
    names: bool = False
    more: str = ""
    completes: Completing | None = None

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.name} {self.takes}".rstrip()


COMMANDS: dict[str, Command] = {}
TOPICS: dict[str, list[Command]] = {"the schema": [], "its changes": [], "files": [], "the conversation": []}
"""The commands by what they concern, in the order of the help."""


class Registering(Protocol):
    """What registers a function as the command of a name."""

    def __call__(
        self, name: str, takes: str, about: str, *, names: bool = False, more: str = "", completes: Completing | None = None
    ) -> Callable[[Run], Run]:
        """Return the decorator that registers a function."""


def topic(title: str) -> Registering:
    """Return what registers the commands of a topic."""
    known = TOPICS[title]

    def named(
        name: str, takes: str, about: str, *, names: bool = False, more: str = "", completes: Completing | None = None
    ) -> Callable[[Run], Run]:
        def register(run: Run) -> Run:
            COMMANDS[name] = Command(name, takes, about, run, names, more, completes)
            known.append(COMMANDS[name])
            return run

        return register

    return named


def obey(desk: Desk, line: str) -> None:
    """Do what a line says that begins with a slash; what is wrong with it is drawn."""
    screen = desk.talk.screen
    name, _, rest = line.strip().partition(" ")
    command = COMMANDS.get(name)
    try:
        if command is None:
            hint = did_you_mean(name, COMMANDS) or "/help lists the commands."
            raise wrong("unknown-command", f"There is no command {shown(name)}.", hint)
        if not command.takes and rest.strip():
            raise wrong("too-many-words", f"{name} takes nothing more.", f"Write {name} alone.")
        with interruptible():
            command.run(desk, rest.strip())
    except ProblemsError as error:
        draw_problems(screen, error.problems)
    except DatagenError as error:
        screen.say((one_line(str(error)), "bold red"), hang=2)
        for line in in_commands(error).splitlines() if isinstance(error, ProviderError) else ():
            screen.say(one_line(line), hang=2)
    except KeyboardInterrupt:
        screen.say(("Interrupted; nothing half-written is left behind.", "yellow"))


def complete(desk: Desk, before: str) -> Iterable[str]:
    """Return the words that may take the place of the last one before the cursor."""
    if not before.startswith("/"):
        return ()
    name, space, rest = before.partition(" ")
    if not space:
        return [known for known in sorted(COMMANDS) if known.startswith(name)]
    command = COMMANDS.get(name)
    *words, last = rest.split(" ")
    known: Iterable[str] = _names(desk.talk.session.versions.current) if command is not None and command.names else ()
    if command is not None and command.completes is not None:
        known = command.completes(desk, [word for word in words if word], last)
    return [word for word in known if word.startswith(last)]


def _names(version: Version | None) -> Iterator[str]:
    """Yield the names of tables, and of columns below their tables."""
    for table in version.dataset.nodes if version else ():
        yield table.id
        yield from (f"{table.id}.{column.name}" for column in table.columns)


def wrong(code: str, message: str, hint: str) -> ProblemsError:
    """Return the error that tells a person what is wrong with a command."""
    return ProblemsError([Problem("", code, message, hint)])


def split(rest: str) -> list[str]:
    """Return the words of what follows a command, quoted ones as one.

    Raises:
        ProblemsError: a quote is not closed.
    """
    try:
        return shlex.split(rest)
    except ValueError:
        raise wrong("open-quote", "A quote is not closed.", "Close it, or leave it out.") from None


def place(said: str, name: str = "") -> Path:
    """Return the file or folder that a person names, "~" as their home; `name` where they name none.

    Raises:
        ProblemsError: a quote is not closed, or no file can be called so.
    """
    words = " ".join(split(said)) or name
    if not _is_possible(words):
        raise wrong("bad-name", f"{shown(words)} cannot be the name of a file.", "Leave out characters that are none.")
    path = Path(words)
    with suppress(RuntimeError):  # "~" of nobody known
        return path.expanduser()
    return path


def _is_possible(name: str) -> bool:
    """Return whether a file can have a name: not that of a stream, without a null, and of characters that can be written."""
    with suppress(UnicodeEncodeError):
        return name != "-" and b"\0" not in os.fsencode(name)
    return False


def table_of(version: Version, name: str) -> str:
    """Return the name of a table, checked.

    Raises:
        ProblemsError: the schema has no such table.
    """
    known = [table.id for table in version.dataset.nodes]
    if name not in known:
        hint = did_you_mean(name, known) or f"Use one of {', '.join(known[:20])}."
        raise wrong("unknown-table", f"There is no table {shown(name)} in this schema.", hint)
    return name
