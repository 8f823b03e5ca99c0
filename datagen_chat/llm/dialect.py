"""What the protocols have in common: a request, what a server was found not to take, and how a library's stream is read."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from datagen_chat.frozen import dataclass
from datagen_chat.llm.address import Address
from datagen_chat.llm.base import Finished, Message, Streamed, TextDelta
from datagen_chat.llm.failures import garbled
from datagen_chat.problems import shown

if TYPE_CHECKING:
    import httpx2


_END = object()
_MOST_TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class Habits:
    """What a server was found to take: the limit of a reply under which name and how high, and what it does not take at all."""

    limit: int | None = None
    limit_name: str = "max_completion_tokens"
    refuses: frozenset[str] = frozenset()


class Dialect(Protocol):
    """A protocol, spoken by its vendor's library over a client that is given."""

    def habits(self, limit: int | None) -> Habits:
        """Return what servers are first asked for."""

    def events(
        self, http: httpx2.Client, address: Address, habits: Habits, messages: Sequence[Message]
    ) -> Generator[Streamed, None, None]:
        """Yield the reply to these messages; an end without a reason is `cut`."""

    def learned(self, habits: Habits, words: str) -> tuple[Habits, str] | None:
        """Return what a server takes after it refused a request in these words, and what changed; None if nothing does."""

    def prepare(self, http: httpx2.Client, address: Address) -> None:
        """Import what the first request needs; the packages import the most of it when it is first used."""

    def errors(self) -> tuple[type[Exception], ...]:
        """Return what the library raises when a call fails."""


def decoded(stream: Iterable[Any], address: Address) -> Generator[Any, None, None]:
    """Yield what a library makes of a stream.

    Raises:
        ProviderError: the library stumbled, because this is not its protocol.
    """
    chunks, is_empty = iter(stream), True
    while True:
        stumbled = ""
        try:
            chunk = next(chunks, _END)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            stumbled = type(error).__name__
        if stumbled:
            raise garbled(address, f"what it sends cannot be read ({stumbled})")
        if chunk is _END:
            break
        if chunk is not None:  # "null" says nothing
            is_empty = False
            yield chunk
    if is_empty:
        raise garbled(address, "it sent no reply")


def whole_characters(events: Iterable[Streamed]) -> Iterator[Streamed]:
    """Yield the events of a reply; a character that a server cut in two, half of it in each of two pieces, is whole again."""
    half = ""
    for event in events:
        if isinstance(event, TextDelta):
            said = _joined(half, event.text)
            half = said[-1] if "\ud800" <= said[-1:] <= "\udbff" else ""
            if said != half:
                yield TextDelta(said.removesuffix(half))
        else:
            if isinstance(event, Finished) and half:
                yield TextDelta(half)
            yield event


def _joined(half: str, text: str) -> str:
    """Return a text after the half of a character that came before it."""
    if half and "\udc00" <= text[:1] <= "\udfff":
        return (half + text[0]).encode("utf-16", "surrogatepass").decode("utf-16") + text[1:]
    return half + text


def sendable(text: str) -> str:
    """Return a text that can be sent: bytes of the terminal that were no characters become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_of(value: Any, name: str) -> str:
    """Return a text of an object that a library made of whatever it was sent, empty where there is none."""
    found = getattr(value, name, None)
    return found if isinstance(found, str) else ""


def piece_of(found: Any, address: Address) -> str:
    """Return what a piece of a reply says: a text, or the texts of parts, as some servers of thinking models send it.

    Raises:
        ProviderError: it is something else, such as a number for a text of digits; to pass over it would change the reply.
    """
    parts = found if isinstance(found, list) else [found]
    texts = [part.get("text") if isinstance(part, dict) and isinstance(found, list) else part for part in parts]
    odd = next((text for text in texts if text is not None and not isinstance(text, str)), None)
    if odd is not None:
        raise garbled(address, f"a piece of its reply is no text but {shown(odd, 40)}")
    return "".join(filter(None, texts))


def count_of(value: Any, name: str) -> int:
    """Return a count of such an object, 0 where there is none, or one that no call can have."""
    found = getattr(value, name, None)
    return found if type(found) is int and 0 < found <= _MOST_TOKENS else 0
