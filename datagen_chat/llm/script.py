"""A provider made of a Python function: what tests, demonstrations and programs of one's own converse with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from datagen_chat.llm.base import Finished, Message, Reply, TextDelta


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

    def stream(self, messages: Sequence[Message]) -> Iterator[TextDelta | Finished]:
        """Yield the reply to these messages."""
        reply = self.answer(messages)
        yield from (Reply(reply) if isinstance(reply, str) else reply).events()
