"""Cases held with a live model: every call is recorded, counted and timed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.evaluation.cases import Case
from datagen_chat.evaluation.entry import Entry
from datagen_chat.evaluation.grading import Bench, graded
from datagen_chat.evaluation.holding import OverBudgetError, hold
from datagen_chat.evaluation.recorded import TURN, abridge
from datagen_chat.llm.base import Message, Provider, ProviderError, Streamed
from datagen_chat.llm.budget import Metered
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.clock import Clock
from datagen_chat.llm.recording import Call, Recorder

LIVE = "live"
_FOR_ALL = ("address", "budget", "cancelled", "key", "model", "payment", "unconnected")


@dataclass(frozen=True, slots=True)
class Asking:
    """A model to be asked: how often it may correct itself, by which prompt, and what must not be written down."""

    provider: Metered
    clock: Clock
    max_repairs: int = 2
    is_compact: bool = False
    secrets: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, object]:
        """What is recorded with every call."""
        prompt = "compact" if self.is_compact else "full"
        return {"max_repairs": self.max_repairs, "prompt": prompt, "advice": True, "source": "live"}


@dataclass
class _Timed:
    """A provider whose calls are timed."""

    provider: Provider
    clock: Clock
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.provider.name

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        begun = self.clock.now()
        try:
            yield from self.provider.stream(messages, cancellation)
        finally:
            self.seconds += self.clock.now() - begun


@dataclass(frozen=True)
class Talk:
    """A case to be held with a live model, and graded."""

    bench: Bench
    to_hold: Case
    asking: Asking
    epoch: int = 0
    suite: str = field(default=LIVE, init=False)

    @property
    def case(self) -> str:
        """The case's name."""
        return self.to_hold.id

    @property
    def model(self) -> str:
        """The model's name."""
        return self.asking.provider.name

    def run(self) -> Entry:
        """Return the entry; the model is asked.

        Raises:
            ProviderError: there was no reply, for a reason that every other case would meet as well.
        """
        asking, calls = self.asking, list[Call]()
        timed = _Timed(asking.provider, asking.clock)
        before = asking.provider.spent

        def answers(turn: int, _said: str) -> Recorder:
            parameters = {**asking.parameters, "seed": self.bench.seed, TURN: turn}
            return Recorder(
                timed,
                lambda call: calls.append(abridge(call)),
                _now,
                case=self.case,
                epoch=self.epoch,
                parameters=parameters,
                secrets=asking.secrets,
            )

        settings = Settings(self.bench.seed, asking.max_repairs, advice=True)
        session = Session(settings, system_prompt(asking.is_compact))
        held = hold(self.to_hold, session, answers, self.bench.trial, asking.provider.fills)
        if held.error is not None and _is_of_all(held.error, calls):
            raise held.error
        entry = graded(held, self.bench, LIVE, self.model, self.epoch, "live", calls)
        after = asking.provider.spent
        is_priced = after.unpriced == before.unpriced
        return replace(entry, cost=after.cost - before.cost if is_priced else None, seconds=timed.seconds)


def _is_of_all(error: ProviderError, calls: Sequence[Call]) -> bool:
    """Return whether every other case would meet the same failure, as where nothing answers at all."""
    if isinstance(error, OverBudgetError):
        return False
    return error.kind in _FOR_ALL or (error.kind == "network" and not calls)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def talks(bench: Bench, cases: Sequence[Case], asking: Asking, epochs: int) -> Iterator[Talk]:
    """Yield every case as often as there are epochs; an epoch is over before the next one begins."""
    yield from (Talk(bench, case, asking, epoch) for epoch in range(epochs) for case in cases)
