"""A provider made of a Python function: what tests, demonstrations and programs of one's own converse with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, Reply, Streamed, heeding
from datagen_chat.llm.cancellation import Cancellation


@dataclass(frozen=True, slots=True)
class Script:
    """A provider that answers with what `answer` returns; a plain text is a reply that was finished.

    >>> from datagen_chat.llm.base import read
    >>> echo = Script(lambda messages: messages[-1].text)
    >>> read(echo.stream([Message("user", "500 customers")])).text
    '500 customers'
    """

    answer: Callable[[Sequence[Message]], str | Reply]
    name: str = "script"

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the reply to these messages."""
        reply = self.answer(messages)
        yield from heeding((Reply(reply) if isinstance(reply, str) else reply).events(), cancellation)
