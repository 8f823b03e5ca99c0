"""A simulated person: the turns of a case in their order, and answers from what the case says that the person knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from datagen_chat.conversation.events import Outcome
from datagen_chat.evaluation.cases import Case, Fact
from datagen_chat.frozen import dataclass

AT_WILL = "Whatever you think is reasonable. Please give me the schema."


@dataclass(frozen=True, slots=True)
class Person:
    """A person in the middle of a conversation: how many turns were said, and how often a model has asked.

    `turn` is the place of the turn said last; None when it was an answer from what the person knows.
    """

    case: Case
    said: int = 0
    asked: int = 0
    turn: int | None = None
    request: str | None = None

    def begin(self) -> Person:
        """Return the person who has said the first turn."""
        return self._next()

    def hear(self, outcome: Outcome, words: str) -> Person:
        """Return the person who has answered a reply; `request` is None when there is nothing more to say."""
        if outcome != "prose":
            return self._next()
        asking = replace(self, asked=self.asked + 1)
        if self._is_told_next:
            return asking._next()
        is_over = asking.asked > self.case.budget.questions or (self.case.ends == "question" and self._is_done)
        return replace(asking, turn=None, request=None if is_over else answer(self.case.facts, words))

    @property
    def _is_done(self) -> bool:
        return self.said == len(self.case.turns)

    @property
    def _is_told_next(self) -> bool:
        return not self._is_done and self.case.turns[self.said].answers

    def _next(self) -> Person:
        if self._is_done:
            return replace(self, turn=None, request=None)
        return replace(self, said=self.said + 1, turn=self.said, request=self.case.turns[self.said].say)


def answer(facts: Sequence[Fact], question: str) -> str:
    """Return what a person answers: every fact that the question is about, else that anything will do.

    >>> answer([Fact(about=("how many", "customers"), say="500 customers.")], "How many customers are there?")
    '500 customers.'
    """
    words = " ".join(re.findall(r"\w+", question.lower()))
    known = [fact.say for fact in facts if any(f" {about.lower()} " in f" {words} " for about in fact.about)]
    return " ".join(known) or AT_WILL
