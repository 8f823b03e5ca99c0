"""`datagen chat`: conversations with a model, and recorded ones held again."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datagen_chat.commands.files import read_bytes
from datagen_chat.commands.save import save
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.document import decoded
from datagen_chat.conversation.events import Outcome, SchemaAccepted, TurnEnded
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session, Settings, Version
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.terminal.chat import ChatView
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen, stdout

STILL_INVALID = 4
_RECORDED = {"conversation": "--conversation", "save": "--save", "go_on": "--continue"}
_LIVE = {
    "message": "A message",
    "model": "--model",
    "say": "-m",
    "schema": "--schema",
    "transcript": "--transcript",
    "max_repairs": "--max-repairs",
    "max_cost": "--max-cost",
    "resume": "--resume",
}


@dataclass(frozen=True, slots=True)
class _End:
    """What became of a conversation's last schema, and the last one that was accepted."""

    outcome: Outcome = "prose"
    version: Version | None = None


def run(options: argparse.Namespace) -> int:
    """Hold a conversation with a model, or recorded ones again, and show what every reply comes to."""
    _check_options(options)
    if options.from_transcript is None or options.go_on:
        from datagen_chat.commands import live  # a replay needs none of it

        return live.run(options, _taken_up(options))
    conversations = _chosen(_read(options.from_transcript), options.conversation)
    screen = stdout()
    trial = None if options.no_try else Trial(options.seed)
    view, ends = ChatView(screen), list[_End]()
    for number, conversation in enumerate(conversations):
        if number:
            screen.blank()
            screen.blank()
        ends.append(_replayed(view, conversation, options.seed, trial))
    _finish(screen, [end.version for end in ends if end.version is not None], options)
    return STILL_INVALID if any(end.outcome == "rejected" for end in ends) else 0


def _check_options(options: argparse.Namespace) -> None:
    """Refuse options that would have no effect.

    Raises:
        ProblemsError: some of them do not go together.
    """
    live = [] if options.go_on else [flag for name, flag in _LIVE.items() if getattr(options, name) is not None]
    recorded = [flag for name, flag in _RECORDED.items() if getattr(options, name) is not None]
    if options.from_transcript is not None and live:
        hint = "Leave one of them out: a recorded conversation is held without a model."
        raise ProblemsError([Problem("", "not-together", f"{live[0]} has no effect with --from-transcript.", hint)])
    if options.from_transcript is None and recorded:
        hint = "Add --from-transcript FILE, or leave it out."
        raise ProblemsError([Problem("", "no-transcript", f"{recorded[0]} is for recorded conversations.", hint)])
    if options.resume and (options.from_transcript is not None or options.schema is not None):
        hint = "To take up a conversation in a file: --from-transcript FILE --continue"
        raise ProblemsError([Problem("", "not-together", "--resume takes up the last session, and nothing else.", hint)])
    if options.go_on and options.save is not None:
        raise ProblemsError([Problem("", "not-together", "--save has no effect with --continue.", "Use /save.")])
    if options.message is not None and options.say is not None:
        raise ProblemsError([Problem("", "not-together", "There are two messages.", "Leave one of them out.")])


def _taken_up(options: argparse.Namespace) -> Conversation | None:
    """Return the conversation of a file that is to go on: the one that was chosen, else the last."""
    if not options.go_on:
        return None
    return _chosen(_read(options.from_transcript), options.conversation)[-1]


def _read(name: str) -> Sequence[Conversation]:
    """Return the conversations of a file.

    Raises:
        ProblemsError: the file cannot be read, or holds no conversation.
    """
    conversations = [found for found in parse(decoded(read_bytes(name))).conversations if found.turns]
    if not conversations:
        hint = "A turn begins with **User:** or **LLM:** at the start of a line."
        raise ProblemsError([Problem("", "no-conversation", f"There is no conversation in {name}.", hint)])
    return conversations


def _chosen(conversations: Sequence[Conversation], number: int | None) -> Sequence[Conversation]:
    if number is None:
        return conversations
    if 1 <= number <= len(conversations):
        return [conversations[number - 1]]
    titles = "; ".join(f"{place}: {found.title or 'untitled'}" for place, found in enumerate(conversations[:20], 1))
    message = f"There is no conversation {number}; the file holds {len(conversations)}."
    raise ProblemsError([Problem("", "no-such-conversation", message, f"Choose one of these. {titles}")])


def _replayed(view: ChatView, conversation: Conversation, seed: int, trial: Trial | None) -> _End:
    view.begin(conversation.title)
    end = _End()
    for event in replay(Session(Settings(seed)), conversation, trial):
        view.draw(event)
        if isinstance(event, SchemaAccepted):
            end = _End(end.outcome, event.version)
        if isinstance(event, TurnEnded) and event.outcome != "prose":
            end = _End(event.outcome, end.version)
    return end


def _finish(screen: Screen, versions: Sequence[Version], options: argparse.Namespace) -> None:
    """Save the schemas where that was asked for, and say how to go on."""
    if not versions:
        return
    screen.blank()
    if options.save is None:
        how = shlex.join(["datagen", "chat", "--from-transcript", options.from_transcript, "--save", "schemas"])
        screen.command("To keep the schemas:", how)
        return
    paths = save(versions, Path(options.save))
    for path in paths:
        screen.say(("Saved ", "green"), one_line(str(path)), hang=2)
    how = shlex.join(["datagen", "generate", str(paths[0]), "--seed", str(options.seed), "-o", "output"])
    screen.command("To generate all rows:", how)
