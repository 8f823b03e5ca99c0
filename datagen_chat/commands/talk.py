"""A conversation with a model, turn by turn: what is asked, drawn, counted and written down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Literal

from datagen_chat.conversation.events import Event, ReplyFinished, TurnEnded
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.turn import Step
from datagen_chat.llm.base import Provider, ProviderError, TextDelta, cancelled
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen

Result = Literal["prose", "accepted", "rejected", "failed"]
Keep = Callable[[Journal], None]


@dataclass
class Talk:
    """A conversation as it is now; a turn replaces its session and its journal."""

    session: Session
    provider: Provider
    view: LiveView
    screen: Screen
    keep: Keep
    journal: Journal
    last_request: str = ""
    failure: ProviderError | None = None

    def say(self, request: str) -> Result:
        """Hold one turn, and return how it ended; when it failed, the session is as it was."""
        self.last_request, self.failure = request, None
        before, said, result = self._spent, list[str](), None
        try:
            with stopping() as cancellation, closing(converse(self.session, request, self.provider, cancellation)) as events:
                for event in events:
                    self._hear(event, said)
                    result = event.outcome if isinstance(event, TurnEnded) else result
        except (ProviderError, KeyboardInterrupt) as error:
            self._fail(error if isinstance(error, ProviderError) else cancelled(), "".join(said))
        self._count(before)
        self.keep(self.journal)
        return result or "failed"

    def steer(self, step: Step, **meta: object) -> None:
        """Take up what a person did to the schema."""
        self.session = step.session
        for event in step.events:
            self.view.draw(event)
        self.journal = self.journal.add("command", getattr(step.events[0], "line", ""), **meta)
        self.keep(self.journal)

    def _hear(self, event: Event, said: list[str]) -> None:
        if isinstance(event, TextDelta):
            said.append(event.text)
        elif isinstance(event, ReplyFinished):
            said.clear()
        elif isinstance(event, TurnEnded):
            self.session = event.session
        self.journal = self.journal.hear(event)
        self.view.draw(event)

    def _fail(self, error: ProviderError, said: str) -> None:
        self.failure = error
        self.view.failed(error)
        self.journal = self.journal.fail(str(error), error.kind, said)

    @property
    def _spent(self) -> Spent | None:
        return self.provider.spent if isinstance(self.provider, Metered) else None

    def _count(self, before: Spent | None) -> None:
        """Say what the turn took."""
        after = self._spent
        if after is None or before is None or after.usage == before.usage:
            return
        read, written = after.usage.prompt - before.usage.prompt, after.usage.output - before.usage.output
        words = [f"{read:,} tokens read", f"{written:,} written"]
        if after.unpriced < after.calls:
            words.append(f"{after.dollars} so far")
        self.screen.blank()
        self.screen.say((" · ".join(words), "dim"))


@contextmanager
def stopping() -> Iterator[Cancellation]:
    """Yield what Ctrl-C cancels within this block; a second one raises KeyboardInterrupt."""
    cancellation = Cancellation()

    def interrupted(_signal: int, _frame: object) -> None:
        if cancellation.is_cancelled:
            raise KeyboardInterrupt
        # In a thread of its own: this may have interrupted the very code that holds the cancellation's lock.
        threading.Thread(target=cancellation.cancel, daemon=True).start()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield cancellation
    finally:
        signal.signal(signal.SIGINT, before)
