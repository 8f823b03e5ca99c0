"""A provider that answers with recorded replies, and never with any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, MissingReplyError, Reply, Streamed, heeding
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.problems import shown


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person asked, and every reply to it in order: more than one where the model was asked to mend its own."""

    request: str
    replies: tuple[Reply, ...]


class Replay:
    """A provider that replays a conversation.

    The recording moves on when the last message is the request of a later exchange; any other message asks for the
    next reply of the same one. So a reply that is no longer asked for is passed over, and one that was never
    recorded is an error, instead of the two sliding into each other's place. A request may come below a paragraph of what
    the model is told with it.
    """

    def __init__(self, exchanges: Sequence[Exchange], name: str = "replay") -> None:
        self.name = name
        self._exchanges = tuple(exchanges)
        self._turn = -1
        self._used = 0

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the recorded reply to these messages.

        Raises:
            MissingReplyError: the recording holds none; the text names the turn.
        """
        reply = self._next(messages[-1].text if messages else "")
        yield from heeding(reply.events(), cancellation)

    def _next(self, request: str) -> Reply:
        later = range(self._turn + 1, len(self._exchanges))
        turn = next((turn for turn in later if _asks(request, self._exchanges[turn].request)), None)
        if turn is not None:
            self._turn, self._used = turn, 0
        self._used += 1
        return self._recorded(request)

    def _recorded(self, request: str) -> Reply:
        if self._turn < 0:
            raise MissingReplyError(f"The recording {self.name} has no turn that asks {shown(request)}.")
        exchange = self._exchanges[self._turn]
        if self._used > len(exchange.replies):
            where = f"turn {self._turn + 1} ({shown(exchange.request, 60)}) of the recording {self.name}"
            raise MissingReplyError(f"There is no reply {self._used} in {where}; it holds {len(exchange.replies)}.")
        return exchange.replies[self._used - 1]


def _asks(message: str, request: str) -> bool:
    """Return whether a message is a request, perhaps below what the model is told with it."""
    return message == request or message.endswith(f"\n\n{request}")
