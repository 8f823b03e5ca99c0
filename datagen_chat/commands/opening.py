"""A conversation as it begins: with nothing, with a schema, or where another one ended.

Importing this takes longer than all else before the prompt, so it is done while a person types.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from datagen_chat import __version__
from datagen_chat.commands.files import read_bytes, read_schema
from datagen_chat.commands.places import data_folder
from datagen_chat.commands.prompting import prompt_for
from datagen_chat.commands.sessions import Keeper
from datagen_chat.commands.talk import Talk
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.document import CONVERSATION, decoded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.resume import restore, written_schema
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.steer import adopt
from datagen_chat.conversation.transcript import lines_of, parse, written_from
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.base import Provider
from datagen_chat.llm.budget import spent_of
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.schema.canonical import schema_hash
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen

MAX_REPAIRS, SEED = 2, 42
_MOST_BYTES = 256 << 20
_LOST = "There was no reply."


def begun(options: argparse.Namespace, provider: Provider, screen: Screen, path: Path, environment: Mapping[str, str]) -> Talk:
    """Return a conversation in which nothing was said yet."""
    repairs = MAX_REPAIRS if options.max_repairs is None else options.max_repairs
    session = Session(Settings(options.seed, repairs, advice=not options.no_advice), prompt_for(provider))
    meta = {"model": provider.name, "seed": options.seed, "max_repairs": repairs, "datagen": __version__}
    trial = None if options.no_try else Trial(options.seed)
    journal = Journal(meta=meta if trial else {**meta, "tried": False})
    keeper = Keeper(path, environment, data_folder(environment))
    return Talk(session, provider, LiveView(screen), screen, keeper, journal, trial=trial)


def kept(path: Path) -> Conversation:
    """Return the conversation that was kept in a file, which will be written again when it goes on.

    Raises:
        ProblemsError: there is none, or the file holds more, which would be lost then.
    """
    text = decoded(read_bytes(str(path), _MOST_BYTES), _MOST_BYTES, meant=CONVERSATION)
    conversations = parse(text).conversations
    if not conversations:
        hint = "Go on with another file: --from-transcript FILE --continue"
        raise ProblemsError([Problem("", "no-conversation", f"There is no conversation in {path}.", hint)])
    if written_from(lines_of(text)) != 0 or len(conversations) > 1:
        message = f"{path} is not a conversation that was kept here, or holds several; it would be written over."
        hint = f"To go on in a file of its own: {shlex.join(['datagen', 'chat', '--from-transcript', str(path), '--continue'])}"
        raise ProblemsError([Problem("", "not-kept", message, hint)])
    return conversations[0]


def take_up(talk: Talk, known: Conversation) -> None:
    """Go on where a conversation ended; a request that was not answered is to be said again."""
    settings = talk.session.settings
    if settings.seed == SEED:
        settings = replace(settings, seed=known.seed(SEED))
    talk.session = restore(Session(settings, talk.session.prompt), known)
    ours = {key: value for key, value in talk.journal.meta.items() if key != "spent"}
    meta = {**known.meta, **ours, "seed": settings.seed}
    talk.journal = Journal(known.title, known.turns, meta)
    talk.trial = None if talk.trial is None else Trial(settings.seed)
    talk.forget(spent_of(known.meta.get("spent")))
    talk.view.recall(talk.session, known)
    _tell_other_schema(talk, known)
    if known.turns and known.turns[-1].role == "user":
        talk.unsaid = known.turns[-1].text
        talk.journal = talk.journal.fail(_LOST, "lost", "")


def _tell_other_schema(talk: Talk, known: Conversation) -> None:
    """Say so where the conversation had come to another schema: its text was changed since, or another version held it."""
    written, current = written_schema(known), talk.session.versions.current
    if written is None or (current is not None and schema_hash(current.draft) == written):
        return
    held = one_line(str(known.meta.get("datagen", "")))[:40]
    by = f" (datagen {held})" if held and held != __version__ else ""
    now = "no schema" if current is None else "another schema"
    message = f"When this was held{by}, it came to a schema that it does not come to now: there is {now}."
    talk.screen.say((message, "yellow"), hang=2)


def take_schema(talk: Talk, name: str) -> None:
    """Begin with the schema of a file."""
    document = read_schema(name, talk.screen, strict=False)
    step = adopt(talk.session, document.valid(), document.draft, f"--schema {name}")
    talk.steer(step, schema=document.draft)
