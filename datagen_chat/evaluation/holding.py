"""A case's conversation held: the person's turns through the same loop as in the chat, whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from datagen_chat.conversation.events import Event, Outcome, Prose, ReplyFinished, SchemaAccepted, TurnEnded
from datagen_chat.conversation.loop import Trial, converse
from datagen_chat.conversation.session import Session, Version
from datagen_chat.conversation.steer import shorten
from datagen_chat.evaluation.cases import Budget, Case
from datagen_chat.evaluation.person import Person
from datagen_chat.evaluation.recorded import ProviderOf
from datagen_chat.llm.base import Finished, Message, Provider, ProviderError, Streamed, Usage
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.estimate import tokens_in

ROUNDS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Round:
    """One turn: what was said, what happened, and the session after it.

    `turn` is the place of the case's turn, None where the person answered from what they know.
    """

    request: str
    turn: int | None
    events: tuple[Event, ...]
    before: Session
    after: Session
    outcome: Outcome | None = None

    @property
    def prose(self) -> str:
        """What the model said besides schemas."""
        return "\n\n".join(event.text for event in self.events if isinstance(event, Prose))

    @property
    def accepted(self) -> tuple[Version, ...]:
        """The schemas that were accepted in it."""
        return tuple(event.version for event in self.events if isinstance(event, SchemaAccepted))


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that was held; `error` is what broke it off."""

    case: Case
    rounds: tuple[Round, ...]
    questions: int = 0
    error: ProviderError | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, in its order."""
        return tuple(event for one in self.rounds for event in one.events)

    @property
    def version(self) -> Version | None:
        """The schema in the end."""
        return self.rounds[-1].after.versions.current if self.rounds else None

    @property
    def usage(self) -> Usage | None:
        """The tokens of all replies, None where nobody counted them."""
        counted = [event.reply.usage for event in self.events if isinstance(event, ReplyFinished) and event.reply.usage]
        return sum(counted, Usage()) if counted else None


class OverBudgetError(ProviderError):
    """A case would take more than it may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "budget")


@dataclass
class _Allowance:
    """What is left of a case's budget."""

    budget: Budget
    calls: int = 0
    tokens: int = 0

    def check(self) -> None:
        if self.calls >= self.budget.calls:
            raise OverBudgetError(f"The case allows {self.budget.calls} calls, and a further one is needed.")
        if self.tokens >= self.budget.tokens:
            raise OverBudgetError(f"The case allows {self.budget.tokens:,} tokens; {self.tokens:,} are used.")


@dataclass(frozen=True, slots=True)
class _Allowed:
    """A provider within a case's budget."""

    provider: Provider
    allowance: _Allowance

    @property
    def name(self) -> str:
        return self.provider.name

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        self.allowance.check()
        self.allowance.calls += 1
        for event in self.provider.stream(messages, cancellation):
            if isinstance(event, Finished):
                usage = event.usage or Usage(input=tokens_in(messages))
                self.allowance.tokens += usage.prompt + usage.output
            yield event


@dataclass
class _Heard:
    """The events of a turn as they come, so that nothing is lost where it breaks off."""

    session: Session
    events: list[Event] = field(default_factory=list)
    outcome: Outcome | None = None

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, TurnEnded):
            self.session, self.outcome = event.session, event.outcome


Fills = Callable[[Sequence[Message]], bool]
"""What says whether messages fill a model's window, so that their history must be shortened."""


def hold(case: Case, session: Session, answers: ProviderOf, trial: Trial | None = None, fills: Fills | None = None) -> Held:
    """Return the conversation of a case, from the first turn to the last, or to where it broke off."""
    rounds, allowance, person = list[Round](), _Allowance(case.budget), Person(case).begin()
    while person.request is not None and len(rounds) < ROUNDS_LIMIT:
        if fills is not None and session.history and fills(session.messages):
            session = shorten(session)
        provider = _Allowed(answers(len(rounds) + 1, person.request), allowance)
        heard, error = _Heard(session), None
        try:
            for event in converse(session, person.request, provider, trial=trial):
                heard.hear(event)
        except ProviderError as raised:
            error = raised
        rounds.append(Round(person.request, person.turn, tuple(heard.events), session, heard.session, heard.outcome))
        if error is not None or heard.outcome is None:
            return Held(case, tuple(rounds), person.asked, error)
        session = heard.session
        person = person.hear(heard.outcome, rounds[-1].prose)
    return Held(case, tuple(rounds), person.asked)
