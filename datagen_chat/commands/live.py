"""`datagen chat` with a model: in a terminal turn by turn, in a pipe one turn."""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from datagen_chat import __version__
from datagen_chat.commands.files import read_bytes, read_schema
from datagen_chat.commands.sessions import data_folder, keeper, last_session, new_session, private_folder, redactor
from datagen_chat.commands.slash import Desk, complete, obey
from datagen_chat.commands.talk import Result, Talk
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.document import decoded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.models import provider as provider_of
from datagen_chat.conversation.resume import restore
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.steer import adopt
from datagen_chat.conversation.transcript import parse as parse_transcript
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.address import Address, parse
from datagen_chat.llm.base import Provider, ProviderError
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.choice import WAYS_ON, Choice, choose
from datagen_chat.llm.estimate import tokens_of
from datagen_chat.llm.live import Live
from datagen_chat.llm.prices import prices
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.schema.canonical import dump
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.problems import draw_notes
from datagen_chat.terminal.screen import Screen, stderr, stdout

if TYPE_CHECKING:
    from datagen_chat.terminal.keyboard import Keyboard

FAILED, STILL_INVALID, ASKED, INTERRUPTED = 3, 4, 5, 130
COMPACT_SHARE, MAX_REPAIRS, SEED = 0.5, 2, 42
_MESSAGE_BYTES = 1 << 20
_PAUSE_SECONDS = 1.0


def run(options: argparse.Namespace, recorded: Conversation | None = None) -> int:
    """Hold a conversation with a model; a recorded one goes on."""
    is_piped = options.say is not None or not (sys.stdin.isatty() and sys.stdout.isatty())
    screen = stderr() if is_piped else stdout()
    path, known = _transcript(options, os.environ), recorded
    if options.resume:
        known = _kept(path)
    name = options.model or (known.meta.get("model") if known is not None and options.resume else None)
    choice = _chosen(name, screen, is_piped=is_piped)
    draw_notes(screen, choice.notes)
    provider = _connected(choice.address, screen, options.max_cost, is_awaited=not is_piped)
    talk = _begun(options, provider, screen, path)
    if known is not None:
        _take_up(talk, known)
    talk.trial = None if options.no_try else Trial(talk.session.settings.seed)
    if is_piped:
        return _answer_once(talk, options)
    connect = partial(_another, screen, options.max_cost)
    return _converse(Desk(talk, path, connect), options)


def _chosen(name: str | None, screen: Screen, *, is_piped: bool) -> Choice:
    """Return the model that is meant.

    Raises:
        ProviderError: there is none, or only one that a person should be asked about, and nobody is there.
    """
    if name is not None:
        return Choice(parse(name))
    choice = choose(os.environ)
    if choice.is_offer and is_piped:
        hint = f"A server on this machine has one: --model {choice.address.name}\n{WAYS_ON}"
        raise ProviderError("No language model is chosen.", "unconnected", hint)
    if choice.is_offer:
        screen.say(f"Found on this machine: {one_line(choice.address.name)}.", " It is used; Ctrl-D leaves.", hang=2)
        if choice.others:
            screen.say((f"Others there, for --model: {one_line(', '.join(choice.others[:10]))}", "dim"), hang=2)
    return choice


def _connected(
    address: Address, screen: Screen, max_cost: float | None, spent: Spent | None = None, *, is_awaited: bool
) -> Provider:
    """Return a provider that counts what a model costs, from `spent` on; `is_awaited` prepares it while a person types."""
    asked = provider_of(address, os.environ)
    if not isinstance(asked, Live):
        return asked
    draw_notes(screen, asked.notes)
    if is_awaited:
        _soon(asked.prepare)
    return Metered(asked, prices(os.environ), max_cost, spent)


def _soon(prepare: Callable[[], None]) -> None:
    """Prepare a model once the prompt stands: importing its package would delay it."""
    timer = threading.Timer(_PAUSE_SECONDS, prepare)
    timer.daemon = True
    timer.start()


def _another(screen: Screen, max_cost: float | None, name: str, spent: Spent | None) -> Provider:
    return _connected(parse(name), screen, max_cost, spent, is_awaited=True)


def _begun(options: argparse.Namespace, provider: Provider, screen: Screen, path: Path) -> Talk:
    from datagen_chat.conversation.prompt import system_prompt

    is_small = isinstance(provider, Metered) and tokens_of(system_prompt()) > COMPACT_SHARE * provider.window
    repairs = MAX_REPAIRS if options.max_repairs is None else options.max_repairs
    session = Session(Settings(options.seed, repairs), system_prompt(is_small))
    meta = {"model": provider.name, "seed": options.seed, "max_repairs": repairs, "datagen": __version__}
    return Talk(session, provider, LiveView(screen), screen, keeper(path, os.environ).keep, Journal(meta=meta))


def _transcript(options: argparse.Namespace, environment: Mapping[str, str]) -> Path:
    """Return where the conversation is kept.

    Raises:
        ProblemsError: the last one is to be taken up, and there is none.
    """
    if options.transcript is not None:
        return Path(options.transcript)
    folder = private_folder(data_folder(environment))
    if not options.resume:
        return new_session(folder)
    last = last_session(folder)
    if last is None:
        raise ProblemsError([Problem("", "no-session", "There is no conversation to take up.", "Start one: datagen chat")])
    return last


def _kept(path: Path) -> Conversation:
    """Return the conversation that was kept last in a file.

    Raises:
        ProblemsError: there is none.
    """
    conversations = parse_transcript(decoded(read_bytes(str(path)))).conversations
    if not conversations:
        hint = "Go on with another file: --from-transcript FILE --continue"
        raise ProblemsError([Problem("", "no-conversation", f"There is no conversation in {path}.", hint)])
    return conversations[-1]


def _take_up(talk: Talk, known: Conversation) -> None:
    """Begin where a conversation ended."""
    seed = known.meta.get("seed")
    settings = talk.session.settings
    if type(seed) is int and settings.seed == SEED:
        talk.session = replace(talk.session, settings=replace(settings, seed=seed))
    talk.session = restore(talk.session, known)
    meta = {**known.meta, **talk.journal.meta, "seed": talk.session.settings.seed}
    talk.journal = Journal(known.title, known.turns, meta)
    talk.view.recall(talk.session, known)


def _take_schema(talk: Talk, name: str) -> None:
    """Begin with the schema of a file."""
    document = read_schema(name, talk.screen, strict=False)
    step = adopt(talk.session, document.valid(), document.draft, f"--schema {name}")
    talk.steer(step, schema=document.draft)


def _converse(desk: Desk, options: argparse.Namespace) -> int:
    from datagen_chat.terminal.keyboard import Typed

    talk, screen = desk.talk, desk.talk.screen
    history = private_folder(data_folder(os.environ)) / "history"
    keyboard = Typed(history, partial(complete, desk), redactor(os.environ), styled=screen.is_styled)
    screen.say(("datagen", "bold"), f" — {one_line(talk.provider.name)}")
    screen.say(("Say what data you need. /help lists what else there is; Ctrl-D leaves.", "dim"))
    if options.schema is not None:
        screen.blank()
        _take_schema(talk, options.schema)
    if options.message is not None:
        _take(desk, options.message)
    talk.view.is_typed = True
    return _turns(desk, keyboard)


def _turns(desk: Desk, keyboard: Keyboard) -> int:
    while not desk.is_left:
        desk.talk.screen.measure()
        desk.talk.screen.blank()
        line = keyboard.read(desk.talk.unsaid)
        if line is None:
            return 0
        _take(desk, line.strip())
    return 0


def _take(desk: Desk, line: str) -> None:
    """Take what a person entered: a command, or a request."""
    if re.match(r"/[a-z]+(?:\s|\Z)", line):
        desk.talk.unsaid = ""
        desk.talk.screen.blank()
        obey(desk, line)
    elif line:
        desk.talk.say(line)


def _answer_once(talk: Talk, options: argparse.Namespace) -> int:
    """Hold one turn: the schema goes to standard output, everything else to standard error."""
    if options.schema is not None:
        _take_schema(talk, options.schema)
    result = talk.say(_message(options))
    current = talk.session.versions.current
    if result == "accepted" and current is not None:
        sys.stdout.write(dump(current.draft) + "\n")
    return _code(result, talk.failure)


def _message(options: argparse.Namespace) -> str:
    said = options.say if options.say is not None else options.message
    text = decoded(read_bytes("-", _MESSAGE_BYTES), _MESSAGE_BYTES) if said is None else str(said)
    if not text.strip():
        raise ProblemsError([Problem("", "no-message", "There is nothing to say.", "Write what data you need.")])
    return text.strip()


def _code(result: Result, failure: ProviderError | None) -> int:
    if failure is not None and (result != "accepted" or failure.kind == "cancelled"):
        return INTERRUPTED if failure.kind == "cancelled" else FAILED
    return {"accepted": 0, "rejected": STILL_INVALID}.get(result, ASKED)
