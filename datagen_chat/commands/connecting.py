"""From the name of a model to the provider that a conversation asks: what it costs is counted, what it says may be recorded."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from datagen_chat.conversation.models import provider as provider_of
from datagen_chat.frozen import dataclass
from datagen_chat.llm.address import Address, parse
from datagen_chat.llm.base import Provider
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.live import Live
from datagen_chat.llm.prices import prices
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.terminal.screen import Screen


@dataclass(frozen=True, slots=True)
class Connector:
    """Connects models with the keys of an environment; `record` is the folder where their calls are recorded."""

    screen: Screen
    environment: Mapping[str, str]
    max_cost: float | None = None
    record: Path | None = None

    def connect(self, address: Address, spent: Spent | None = None) -> Provider:
        """Return a provider that counts what a model costs, from `spent` on.

        Raises:
            ProviderError: there is no key for it, no model is named, or no recording is to be read.
            ProblemsError: its calls cannot be recorded.
        """
        asked = provider_of(address, self.environment)
        if not isinstance(asked, Live):
            if self.record is not None:
                hint = "Leave it out, or name a model that is asked over a network."
                message = f"--record has no effect with {address.name}, which answers from here."
                raise ProblemsError([Problem("", "not-together", message, hint)])
            return asked
        draw_notes(self.screen, asked.notes)
        return Metered(self._recorded(asked), prices(self.environment), self.max_cost, spent)

    def another(self, name: str, spent: Spent | None) -> Provider:
        """Return the provider that a name means, for a conversation that goes on.

        Raises:
            ProblemsError: the name means none.
            ProviderError: there is no key for it, no model is named, or no recording is to be read.
        """
        address = parse(name)
        provider = self.connect(address, spent)
        threading.Thread(target=self.prepare, args=(address,), daemon=True).start()
        return provider

    def prepare(self, address: Address) -> None:
        """Do what takes seconds before the first request: while a person types, for instance, in another thread."""
        asked = provider_of(address, self.environment)
        if isinstance(asked, Live):
            asked.prepare()

    def with_key(self, variable: str, key: str) -> Connector:
        """Return a connector that knows a key, and tells no other program of it."""
        return replace(self, environment={**self.environment, variable: key})

    def _recorded(self, asked: Live) -> Provider:
        if self.record is None:
            return asked
        from datagen_chat.commands.recordings import recorder

        return recorder(asked, self.record, self.environment)


def draw_notes(screen: Screen, notes: Sequence[Problem]) -> None:
    """Draw notes, for which more is imported than a prompt should wait for."""
    if notes:
        from datagen_chat.terminal.problems import draw_notes as draw

        draw(screen, notes)
