"""`datagen chat --from-transcript … --check` and `--update`: recorded results beside what the same replies come to now."""

from __future__ import annotations

import argparse
import os
import shlex
import stat
from collections.abc import Sequence
from pathlib import Path

from datagen_chat.commands.places import put
from datagen_chat.commands.recorded import chosen, conversations_in, session_for, text_of
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.noting import note_results
from datagen_chat.conversation.results import Difference, Results, differences, found_in, recorded_in
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.problems import OutputError, Problem, ProblemsError
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen, stdout

DIFFERENT = 6
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def run(options: argparse.Namespace) -> int:
    """Show what differs from the recorded results, and with `--update` record what there is now."""
    name = options.from_transcript
    text, screen = text_of(name), stdout()
    wanted = chosen(conversations_in(text, name), options.conversation)
    found = [_found(conversation, options.seed) for conversation in wanted]
    if not options.update:
        _check_is_recorded(wanted, name)
    parted = [list(differences(recorded_in(held), now)) for held, now in zip(wanted, found, strict=True)]
    for conversation, some in zip(wanted, parted, strict=True):
        _draw(screen, conversation, some)
    different = sum(map(len, parted))
    many = sum(len(results) for now in found for results in now.values())
    if options.update:
        _update(text, found, options)
        changed = f"{_count(different, 'reply')} changed" if different else "nothing changed"
        screen.say(f"{one_line(name)}: {_count(many, 'result')} recorded, {changed}.", hang=2)
        return 0
    if not different:
        screen.say(("✓ ", "green"), f"{one_line(name)}: {_count(many, 'result')}, all as recorded.", hang=2)
        return 0
    come = "comes" if different == 1 else "come"
    screen.say((f"{one_line(name)}: {_count(different, 'reply')} {come} to something else now.", "bold red"), hang=2)
    screen.command("If they are as they should be:", shlex.join(["datagen", "chat", "--from-transcript", name, "--update"]))
    return DIFFERENT


def _found(conversation: Conversation, seed: int) -> Results:
    session = session_for(conversation, seed)
    trial = None if conversation.meta.get("tried") is False else Trial(session.settings.seed)
    return found_in(session, conversation, trial)


def _check_is_recorded(conversations: Sequence[Conversation], name: str) -> None:
    """Refuse a transcript without results: there is nothing to compare with.

    Raises:
        ProblemsError: it has none.
    """
    if not any(results for conversation in conversations for results in recorded_in(conversation).values()):
        hint = f"Record them first: {shlex.join(['datagen', 'chat', '--from-transcript', name, '--update'])}"
        raise ProblemsError([Problem("", "no-results", f"There are no recorded results in {name}.", hint)])


def _update(text: str, found: Sequence[Results], options: argparse.Namespace) -> None:
    """Write the results into their file, in one step.

    Raises:
        ProblemsError: it is no file, or has no place for them.
    """
    path, left, number = Path(options.from_transcript), iter(found), 0
    if not path.is_file():
        raise OutputError([Problem("", "in-the-way", f"{path} is no file that could be written again.", "Name a file.")])
    mode = stat.S_IMODE(path.stat().st_mode)
    if not (mode & _WRITABLE and os.access(path, os.W_OK)):  # a new file is put in its place, which the folder would allow
        message = f"{path} is read-only, so that nothing is recorded in it."
        raise OutputError([Problem("", "read-only", message, "Allow writing to it, or leave out --update.")])
    results: list[Results | None] = []
    for conversation in parse(text).conversations:
        number += bool(conversation.turns)
        is_wanted = bool(conversation.turns) and options.conversation in (None, number)
        results.append(next(left) if is_wanted else None)
    put(path.resolve(), note_results(text, results), mode)


def _draw(screen: Screen, conversation: Conversation, some: Sequence[Difference]) -> None:
    for difference in some:
        title = one_line(conversation.title[:200] or "untitled")
        screen.say((f"{title}, reply {difference.reply}:", "bold"), hang=2)
        for mark, style, lines in (("-", "red", difference.recorded), ("+", "green", difference.found)):
            for line in lines:
                for part in line.split("\n"):
                    screen.say((f"{mark} {one_line(part)}", style), indent=2, hang=4)


def _count(number: int, word: str) -> str:
    return f"1 {word}" if number == 1 else f"{number:,} {word.removesuffix('y')}{'ies' if word.endswith('y') else 's'}"
