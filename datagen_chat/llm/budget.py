"""What calls cost, and the limit that stops before the next one."""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, field, replace
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Finished, Message, Provider, ProviderError, ReasoningDelta, Streamed, TextDelta, Usage
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.estimate import tokens_in, tokens_of
from datagen_chat.llm.prices import OWN, Prices, dollars


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent: calls, tokens and dollars.

    `estimated` calls ended before the server counted their tokens, so that ours stand for them; the price of `unpriced` ones is
    not known, and `cost` is without them.
    """

    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float = 0.0
    estimated: int = 0
    unpriced: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.calls + other.calls,
            self.usage + other.usage,
            self.cost + other.cost,
            self.estimated + other.estimated,
            self.unpriced + other.unpriced,
        )

    def __sub__(self, other: Spent) -> Spent:
        return self + Spent(-other.calls, Usage() - other.usage, -other.cost, -other.estimated, -other.unpriced)

    @property
    def written(self) -> dict[str, Any]:
        """What was spent as it is written down: plain values, without those that are zero."""
        values = {"calls": self.calls, **asdict(self.usage), "cost": self.cost}
        values |= {"estimated": self.estimated, "unpriced": self.unpriced}
        return {name: value for name, value in values.items() if value}

    @property
    def dollars(self) -> str:
        """What was spent as it is shown: a dash when no price is known, and never less than was spent without saying so."""
        if self.unpriced and not self.cost:
            return dollars(None)
        return ("at least " if self.unpriced else "about " if self.estimated else "") + dollars(self.cost)


def spent_of(written: object) -> Spent:
    """Return what was spent as it was written down; nothing where something else stands there.

    >>> spent_of(Spent(2, Usage(10, output=3), 0.25).written) == Spent(2, Usage(10, output=3), 0.25)
    True
    >>> spent_of({"calls": -1}) == spent_of("much") == Spent()
    True
    """
    if not isinstance(written, dict):
        return Spent()
    counts = {name: written.get(name, 0) for name in ("calls", "estimated", "unpriced", *Usage.__slots__)}
    cost = written.get("cost", 0.0)
    if not all(type(count) is int and count >= 0 for count in counts.values()):
        return Spent()
    if type(cost) not in (int, float) or not 0 <= cost < math.inf:
        return Spent()
    usage = Usage(**{name: counts.pop(name) for name in Usage.__slots__})
    return Spent(usage=usage, cost=float(cost), **counts)


class Metered:
    """A provider that counts what another one costs: every call, whether it fails, is cancelled, or asks for a correction."""

    def __init__(self, provider: Provider, prices: Prices, max_cost: float | None = None, spent: Spent | None = None) -> None:
        self.name = provider.name
        self.spent = spent or Spent()
        self._provider = provider
        self._prices = prices
        self._max_cost = max_cost
        self._too_long: int | None = None

    @property
    def window(self) -> int:
        """How many tokens the model can read and write in one call; a request that was too long tells more of it."""
        known = self._prices.window(self.name)
        return known if self._too_long is None else min(known, self._too_long)

    def fills(self, messages: Sequence[Message], share: float = 0.7) -> bool:
        """Return whether these messages take more than a share of the window, so that their history must be shortened."""
        return tokens_in(messages) > share * self.window

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield what the other provider yields.

        Raises:
            ProviderError: the call would cost more than is left to spend, or what the other provider raises.
        """
        self._check(messages)
        usage: Usage | None = None
        said: list[str] = []
        try:
            usage = yield from self._heard(self._provider.stream(messages, cancellation), said)
        except ProviderError as error:
            usage = error.usage
            if error.kind == "context":
                self._too_long = min(self.window, error.window or tokens_in(messages))
            raise
        finally:  # a stream that its user closes must be paid as well
            self._count(messages, "".join(said), usage)

    def _heard(self, events: Iterator[Streamed], said: list[str]) -> Generator[Streamed, None, Usage | None]:
        usage = None
        for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                said.append(event.text)
            elif isinstance(event, Finished):
                usage = event.usage
            yield event
        return usage

    def _count(self, messages: Sequence[Message], said: str, usage: Usage | None) -> None:
        counted = usage or Usage(input=tokens_in(messages), output=tokens_of(said))
        cost = self._prices.cost(self.name, counted) if counted != Usage() else 0.0
        self.spent = replace(
            self.spent,
            calls=self.spent.calls + 1,
            usage=self.spent.usage + counted,
            cost=self.spent.cost + (cost or 0.0),
            estimated=self.spent.estimated + (usage is None),
            unpriced=self.spent.unpriced + (cost is None),
        )

    def _check(self, messages: Sequence[Message]) -> None:
        if self._max_cost is None:
            return
        least = self._prices.cost(self.name, Usage(input=tokens_in(messages)))
        if least is None:
            message = f"What {self.name} costs is not known, so that a limit of {dollars(self._max_cost)} cannot be kept."
            price = json.dumps({"models": {self.name: {"rates": [{"input": 2, "output": 10}]}}})
            hint = f"Write its price in dollars per million tokens into a file, such as {price}, and name that in {OWN}."
            raise ProviderError(message, "budget", hint)
        if self.spent.cost + least > self._max_cost:
            message = f"The next call would go beyond {dollars(self._max_cost)}; {self.spent.dollars} is spent."
            raise ProviderError(message, "budget", "Raise --max-cost to go on.")
