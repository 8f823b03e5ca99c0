"""Errors as the command line tells them, and the exit code that stands for each."""

from __future__ import annotations

from typing import Any

from datagen_chat.conversation.ask import causes
from datagen_chat.llm.base import ProviderError
from datagen_chat.problems import DatagenError, ProblemsError
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.problems import draw_problems
from datagen_chat.terminal.screen import stderr

WRONG_INPUT, NO_REPLY = 2, 3


def report(error: DatagenError) -> int:
    """Say what is wrong on standard error, and return the exit code."""
    screen = stderr()
    if not isinstance(error, ProblemsError):
        screen.say(("datagen: ", "bold"), (one_line(str(error)), "bold red"), hang=2)
        for line in error.hint.splitlines() if isinstance(error, ProviderError) else ():
            screen.say(one_line(line), hang=2)
        return NO_REPLY if isinstance(error, ProviderError) else WRONG_INPUT
    name: str | None = getattr(error, "name", None)
    draft: Any = getattr(error, "draft", None)
    if name is not None:
        found = len(causes(error.problems))
        what = "1 problem" if found == 1 else f"{found:,} problems"
        screen.say((f"{one_line(name)} is not a valid schema: {what}.", "bold"), hang=2)
        screen.blank()
    draw_problems(screen, error.problems, draft)
    return WRONG_INPUT
