"""`datagen chat` with a model: in a terminal turn by turn, in a pipe one turn.

The prompt stands before what a turn needs is imported; that happens while a person types.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from datagen_chat.commands.connecting import Connector, draw_notes
from datagen_chat.commands.places import check_writable, data_folder, new_session, private_folder, refused, sessions
from datagen_chat.commands.stopping import interruptible, stopping, unstopped
from datagen_chat.commands.telling import in_commands
from datagen_chat.llm.address import Address, parse
from datagen_chat.llm.base import Provider, ProviderError
from datagen_chat.llm.choice import WAYS_ON, choose
from datagen_chat.llm.redaction import redact, secrets_in
from datagen_chat.problems import DatagenError, Problem, ProblemsError, shown
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen, stderr, stdout

if TYPE_CHECKING:
    from datagen_chat.commands.slash import Desk
    from datagen_chat.commands.talk import Result, Talk
    from datagen_chat.conversation.turns import Conversation
    from datagen_chat.terminal.keyboard import Keyboard

FAILED, STILL_INVALID, ASKED, INTERRUPTED = 3, 4, 5, 130
_DECLINED = ("refusal", "filter")
_MESSAGE_BYTES = 1 << 20
_COMMAND = re.compile(r"/[a-z]+(?=\s|\Z)")


def run(options: argparse.Namespace, recorded: Conversation | None = None) -> int:
    """Hold a conversation with a model; a recorded one goes on."""
    is_piped = options.say is not None or not (sys.stdin.isatty() and sys.stdout.isatty())
    screen = stderr() if is_piped else stdout()
    path, known = _transcript(options), recorded
    if options.resume:
        from datagen_chat.commands.opening import kept

        known = kept(path)
        elsewhere = "" if options.transcript else "; others are taken up with --transcript FILE --resume"
        screen.say((f"This goes on in {one_line(str(path))}{elsewhere}.", "dim"), hang=2)
    record = None if options.record is None else Path(options.record)
    connector = Connector(screen, os.environ, options.max_cost, record)
    name = options.model or (_model_of(known, path) if known is not None and options.resume else None)
    connector, address = _chosen(name, connector, is_piped=is_piped)
    provider = connector.connect(address)
    opened = partial(_opened, options, connector, provider, path, known)
    if is_piped:
        with _telling(screen):
            return _answer_once(opened().talk, options)
    with unstopped():
        return _converse(Later(opened, partial(connector.prepare, address)), connector, provider, options, known)


def _model_of(known: Conversation, path: Path) -> str | None:
    """Return the name of the model that a conversation was held with, None where it does not say.

    Raises:
        ProblemsError: something else stands there.
    """
    name = known.meta.get("model")
    if name is None or isinstance(name, str):
        return name
    message = f"{path} names no model that it was held with: {shown(name)} is no name."
    raise ProblemsError([Problem("", "bad-model-name", message, "Name the model to go on with: --model NAME")])


def _transcript(options: argparse.Namespace) -> Path:
    """Return where the conversation is kept.

    Raises:
        ProblemsError: the last one is to be taken up, and there is none; or a new one would take the place of another, or
            cannot be written.
    """
    if options.transcript is not None:
        path = Path(options.transcript)
        if not options.resume and _is_taken(path):
            hint = "Name another file, or go on with the conversation in it: add --resume."
            raise ProblemsError([Problem("", "in-the-way", f"{path} is there already.", hint)])
        if not options.resume:
            check_writable(private_folder(path.parent))
        return path
    folder = private_folder(data_folder(os.environ))
    if not options.resume:
        return new_session(folder)
    last = next(iter(sessions(folder)), None)
    if last is None:
        raise ProblemsError([Problem("", "no-session", "There is no conversation to take up.", "Start one: datagen chat")])
    return last


def _is_taken(path: Path) -> bool:
    """Return whether something is there that a conversation would take the place of.

    Raises:
        OutputError: nothing can be there.
    """
    try:
        return path.exists() and (not path.is_file() or path.stat().st_size > 0)
    except OSError as error:
        raise refused(error, path) from None


def _chosen(name: str | None, connector: Connector, *, is_piped: bool) -> tuple[Connector, Address]:
    """Return the model that is meant, and what connects it.

    Raises:
        ProviderError: there is none, or only one that a person should be asked about, and nobody is there.
    """
    if name is not None:
        return connector, parse(name)
    try:
        choice = choose(connector.environment)
    except ProviderError as error:
        if is_piped or error.kind != "unconnected":
            raise
        choice = None
    if choice is not None and not choice.is_offer:
        draw_notes(connector.screen, choice.notes)
        return connector, choice.address
    if choice is not None and is_piped:
        hint = f"A server on this machine has one: --model {choice.address.name}\n{WAYS_ON}"
        raise ProviderError("No language model is chosen.", "unconnected", hint)
    from datagen_chat.commands.offering import offer

    return offer(connector, choice)


def _opened(
    options: argparse.Namespace, connector: Connector, provider: Provider, path: Path, known: Conversation | None
) -> Desk:
    """Return the desk at which the conversation is held."""
    from datagen_chat.commands import opening
    from datagen_chat.commands.slash import Desk

    talk = opening.begun(options, provider, connector.screen, path, connector.environment)
    if known is not None:
        opening.take_up(talk, known)
    if options.schema is not None:
        opening.take_schema(talk, options.schema)
    begun = talk.session.versions.current
    return Desk(talk, connector.another, connector.environment, keyed=connector.with_key, saved=begun)


class Later:
    """A desk that is opened in another thread once that is begun, or by whoever asks for it first; `then` follows it."""

    def __init__(self, opened: Callable[[], Desk], then: Callable[[], None]) -> None:
        self._opened, self._then = opened, then
        self._lock = threading.Lock()
        self._desk: Desk | None = None

    def begin(self) -> None:
        """Begin to open it."""
        threading.Thread(target=self._prepare, daemon=True).start()

    def get(self) -> Desk:
        """Return it."""
        with self._lock:
            self._desk = self._desk or self._opened()
            return self._desk

    @property
    def opened(self) -> Desk | None:
        """The desk, None as long as nobody needed it."""
        return self._desk

    def _prepare(self) -> None:
        with suppress(DatagenError, OSError):  # whoever asks for it is told
            self.get()
            self._then()


def _converse(
    later: Later, connector: Connector, provider: Provider, options: argparse.Namespace, known: Conversation | None
) -> int:
    from datagen_chat.terminal.keyboard import Typed

    screen, environment = connector.screen, connector.environment
    hide = partial(redact, secrets=secrets_in(environment))
    history = private_folder(data_folder(environment)) / "history"
    keyboard = Typed(history, partial(_complete, later), hide, styled=screen.is_styled, shown=later.begin)
    screen.say(("datagen", "bold"), f" — {one_line(provider.name)}")
    screen.say(("Say what data you need. /help lists what else there is; Ctrl-D leaves.", "dim"))
    if known is not None or options.schema is not None or options.message is not None:
        screen.blank()
        with _telling(screen):
            desk = later.get()
        if options.message is not None:
            _take(desk, options.message)
        return _turns(later, keyboard, screen, desk.talk.unsaid)
    return _turns(later, keyboard, screen)


def _complete(later: Later, before: str) -> Iterable[str]:
    from datagen_chat.commands.slash import complete

    return complete(later.get(), before)


def _turns(later: Later, keyboard: Keyboard, screen: Screen, unsaid: str = "") -> int:
    while True:
        screen.measure()
        screen.blank()
        try:
            with interruptible():
                line = keyboard.read(unsaid)
        except KeyboardInterrupt:
            if keyboard.entered is None:
                raise
            unsaid = keyboard.entered
            continue
        if line is None:
            return _left(later, screen)
        screen.measure()
        with stopping() as cancellation:
            desk = later.get()
        if keyboard.is_stopped() or cancellation.is_cancelled:
            unsaid = line
            continue
        desk.talk.view.is_typed = True
        _take(desk, line.strip())
        if desk.is_left:
            return _left(later, screen)
        unsaid = desk.talk.unsaid


def _left(later: Later, screen: Screen) -> int:
    """Say where the conversation is kept, and whether its schema stands in no file of its own; return the exit code."""
    desk = later.opened
    if desk is None or not desk.talk.journal.turns or not desk.talk.keeper.path.exists():
        return 0
    path, current = desk.talk.keeper.path, desk.talk.session.versions.current
    if current is not None and current is not desk.saved:
        screen.say(("The schema was not saved to a file of its own; it is in the conversation.", "dim"), hang=2)
    is_last = path == next(iter(sessions(data_folder(desk.environment))), None)
    how = ["datagen", "chat", *([] if is_last else ["--transcript", str(path)]), "--resume"]
    screen.command("The conversation is kept in", str(path))
    screen.command("To go on with it:", shlex.join(how))
    return 0


def _take(desk: Desk, line: str) -> None:
    """Take what a person entered: a command, or a request."""
    desk.talk.view.told = in_commands
    with _telling(desk.talk.screen):
        _follow(desk, line)


def _telling(screen: Screen) -> AbstractContextManager[None]:
    """Say within this block what takes seconds because it is taken out of Faker for the first time."""
    from datagen_chat.commands.gathering import telling

    return telling(screen)


def _follow(desk: Desk, line: str) -> None:
    from datagen_chat.commands.slash import obey

    if _COMMAND.match(line):
        desk.talk.unsaid = ""
        desk.talk.screen.blank()
        obey(desk, line)
    elif line:
        _offer_more(desk.talk, desk.talk.say(line))


def _offer_more(talk: Talk, result: Result) -> None:
    """Say how to go on after a turn that led to no schema."""
    if result == "rejected":
        talk.screen.say(("/retry asks once more, /edit opens the schema; or say it in other words.", "dim"), hang=2)
    elif result == "failed" and talk.failure is not None and talk.failure.kind not in ("cancelled", "key"):
        talk.screen.say(("/retry asks again.", "dim"))


def _answer_once(talk: Talk, options: argparse.Namespace) -> int:
    """Hold one turn: the schema goes to standard output, everything else to standard error."""
    from datagen_chat.schema.canonical import dump

    result = talk.say(_message(options))
    current = talk.session.versions.current
    if result == "accepted" and current is not None:
        sys.stdout.write(dump(current.draft) + "\n")
    if result == "prose" and (talk.is_empty or talk.stop in _DECLINED):
        return FAILED
    return _code(result, talk.failure)


def _message(options: argparse.Namespace) -> str:
    from datagen_chat.commands.slash import COMMANDS

    said = options.say if options.say is not None else options.message
    text = (_piped() if said is None else str(said)).strip()
    if not text:
        hint = 'Say what data you need: datagen chat -m "a shop with customers and orders"'
        raise ProblemsError([Problem("", "no-message", "The message is missing.", hint)])
    found = [match[0] for line in text.splitlines() if (match := _COMMAND.match(line.strip())) and match[0] in COMMANDS]
    if found:
        message = f"{found[0]} is a command of a conversation in a terminal; here it would go to the model as words."
        raise ProblemsError([Problem("", "command", message, "Start datagen chat in a terminal, and enter it there.")])
    return text


def _piped() -> str:
    """Return what is piped in, "" where nothing is.

    Raises:
        ProblemsError: it is no text, or too much.
    """
    from datagen_chat.commands.files import read_bytes
    from datagen_chat.conversation.document import MESSAGE, decoded

    data = read_bytes("-", _MESSAGE_BYTES)
    return decoded(data, _MESSAGE_BYTES, meant=MESSAGE) if data.strip() else ""


def _code(result: Result, failure: ProviderError | None) -> int:
    if failure is not None and (result != "accepted" or failure.kind == "cancelled"):
        return INTERRUPTED if failure.kind == "cancelled" else FAILED
    return {"accepted": 0, "rejected": STILL_INVALID}.get(result, ASKED)
