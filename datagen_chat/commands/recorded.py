"""`datagen chat --from-transcript`: recorded conversations held again."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from datagen_chat.commands.files import read_bytes
from datagen_chat.commands.gathering import telling
from datagen_chat.commands.save import save
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.document import CONVERSATION, decoded
from datagen_chat.conversation.events import Outcome, SchemaAccepted, TurnEnded
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session, Settings, Version
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.terminal.chat import ChatView
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen, stdout

STILL_INVALID = 4
SEED = 42
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class _End:
    """What became of a conversation's last schema, the last one that was accepted, and the seed of its rows."""

    outcome: Outcome = "prose"
    version: Version | None = None
    seed: int = SEED


def run(options: argparse.Namespace) -> int:
    """Hold recorded conversations again, and show what every reply comes to.

    Raises:
        ProblemsError: the file holds no such conversation, or none with the schema that was to be saved.
    """
    conversations = chosen(conversations_in(text_of(options.from_transcript), options.from_transcript), options.conversation)
    screen = stdout()
    view, ends = ChatView(screen), list[_End]()
    with telling(screen):
        for number, conversation in enumerate(conversations):
            if number:
                screen.blank()
                screen.blank()
            ends.append(_replayed(view, conversation, options))
    _finish(screen, [end for end in ends if end.version is not None], options)
    if any(end.outcome == "rejected" for end in ends):
        return STILL_INVALID
    if options.save is not None and all(end.version is None for end in ends):
        message = f"No reply in {options.from_transcript} holds a schema, so that nothing was saved."
        raise ProblemsError([Problem("", "nothing-to-save", message, "Ask for a schema in the conversation first.")])
    return 0


def taken_up(options: argparse.Namespace) -> Conversation:
    """Return the conversation of a file that is to go on: the one that was chosen, else the last.

    Raises:
        ProblemsError: the file cannot be read, or holds no such conversation.
    """
    name = options.from_transcript
    return chosen(conversations_in(text_of(name), name), options.conversation)[-1]


def text_of(name: str) -> str:
    """Return the text of a transcript.

    Raises:
        ProblemsError: the file cannot be read, or is no text.
    """
    return decoded(read_bytes(name, _MOST_BYTES), _MOST_BYTES, meant=CONVERSATION)


def conversations_in(text: str, name: str) -> Sequence[Conversation]:
    """Return the conversations of a transcript that has this name.

    Raises:
        ProblemsError: it holds none.
    """
    conversations = [found for found in parse(text).conversations if found.turns]
    if not conversations:
        hint = "A turn begins with **User:** or **LLM:** at the start of a line."
        raise ProblemsError([Problem("", "no-conversation", f"There is no conversation in {name}.", hint)])
    return conversations


def chosen(conversations: Sequence[Conversation], number: int | None) -> Sequence[Conversation]:
    """Return the conversation of this number, counted from 1, or all of them.

    Raises:
        ProblemsError: there is none.
    """
    if number is None:
        return conversations
    if 1 <= number <= len(conversations):
        return [conversations[number - 1]]
    titles = "; ".join(f"{place}: {found.title or 'untitled'}" for place, found in enumerate(conversations[:20], 1))
    message = f"There is no conversation {number}; the file holds {len(conversations)}."
    raise ProblemsError([Problem("", "no-such-conversation", message, f"Choose one of these. {titles}")])


def _replayed(view: ChatView, conversation: Conversation, options: argparse.Namespace) -> _End:
    view.begin(conversation.title)
    session = session_for(conversation, options.seed)
    end = _End(seed=session.settings.seed)
    session = replace(session, settings=replace(session.settings, advice=not options.no_advice))
    for event in replay(session, conversation, None if options.no_try else Trial(end.seed)):
        view.draw(event)
        if isinstance(event, SchemaAccepted):
            end = replace(end, version=event.version)
        if isinstance(event, TurnEnded) and event.outcome != "prose":
            end = replace(end, outcome=event.outcome)
    return end


def session_for(conversation: Conversation, seed: int) -> Session:
    """Return the session in which a conversation is held again: with the seed it had, unless another one is asked for."""
    return Session(Settings(conversation.seed(SEED) if seed == SEED else seed))


def _finish(screen: Screen, ends: Sequence[_End], options: argparse.Namespace) -> None:
    """Save the schemas where that was asked for, and say how to go on."""
    if not ends:
        return
    screen.blank()
    if options.save is None:
        how = shlex.join(["datagen", "chat", "--from-transcript", options.from_transcript, "--save", "schemas"])
        screen.command("To keep the schemas:", how)
        return
    files = save([end.version for end in ends if end.version is not None], Path(options.save))
    for saved in files:
        screen.say((f"{saved.verb} ", "green"), one_line(str(saved.path)), hang=2)
    how = shlex.join(["datagen", "generate", str(files[0].path), "--seed", str(ends[0].seed), "-o", "output"])
    screen.command("To generate all rows:", how)
