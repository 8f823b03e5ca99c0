"""Cases held with scripted replies, for tests of graders and logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datagen_chat.commands.eval import drawn
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.evaluation.cases import Case
from datagen_chat.evaluation.entry import Entry, Grade
from datagen_chat.evaluation.grading import Bench, graded
from datagen_chat.evaluation.holding import Held, hold
from datagen_chat.llm.base import Message, ProviderError, Reply
from datagen_chat.llm.script import Script

BENCH = Bench(Trial(42), drawn)
FIND = {
    "customer": {"table": ["client", "customer"]},
    "order": {"table": ["order", "purchase"]},
    "amount": {"column": ["total", "amount"], "of": "order", "kind": "number"},
    "link": {"link": "order", "to": "customer"},
}


def case(*turns: Any, **more: Any) -> Case:
    """Return a case about a shop."""
    said = [turn if isinstance(turn, dict) else {"say": turn} for turn in turns or ("a shop",)]
    return Case.model_validate({"id": "shop", "tags": ["shop"], "turns": said, "find": FIND, **more})


def held(asked: Case, *replies: str | Reply | ProviderError, max_repairs: int = 2, bench: Bench = BENCH) -> Held:
    """Return the conversation of a case in which these replies are given, one after the other."""
    left = list(replies)

    def answer(_messages: Sequence[Message]) -> str | Reply:
        next_ = left.pop(0)
        if isinstance(next_, ProviderError):
            raise next_
        return next_

    return hold(asked, Session(Settings(bench.seed, max_repairs)), lambda _turn, _said: Script(answer), bench.trial)


def entry(asked: Case, *replies: str | Reply | ProviderError, max_repairs: int = 2, bench: Bench = BENCH) -> Entry:
    """Return what the graders say of it."""
    return graded(held(asked, *replies, max_repairs=max_repairs, bench=bench), bench, "live", "script", 0, "", ())


def grade(grader: str, asked: Case, *replies: str | Reply | ProviderError, max_repairs: int = 2) -> Grade:
    """Return what one grader says of it."""
    found = entry(asked, *replies, max_repairs=max_repairs).grade(grader)
    assert found is not None
    return found
