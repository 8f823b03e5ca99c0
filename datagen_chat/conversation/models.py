"""The provider that a name means: a model at an address, a recorded conversation, or arbitrary schemas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import Provider, ProviderError
from datagen_chat.llm.clock import Clock
from datagen_chat.llm.connect import connect
from datagen_chat.llm.replay import Replay


def provider(address: Address, environment: Mapping[str, str], *, clock: Clock | None = None) -> Provider:
    """Return the provider for an address.

    Raises:
        ProviderError: there is no key for it, no model is named, or no recording is to be read.
    """
    if address.protocol == "replay":
        return recorded(Path(address.model), address.name)
    if address.protocol == "random":
        from datagen_chat.arbitrary.model import Arbitrary  # it makes schemas, and their rows
        from datagen_chat.conversation.known import known

        return Arbitrary(int(address.model), known)
    if not address.model:
        raise ProviderError(f"{address.name} names no model.", "model", f"List them: datagen models --model {address.name}")
    return connect(address, environment, clock=clock)


def recorded(path: Path, name: str) -> Replay:
    """Return a provider that answers as the model did in the conversations of a transcript, one after the other.

    Raises:
        ProviderError: the file cannot be read, or holds no replies.
    """
    from datagen_chat.conversation.document import CONVERSATION, decoded  # a model that can be asked needs none of it
    from datagen_chat.conversation.transcript import parse

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProviderError(f"The recording {path} cannot be read: {error.strerror}.", "recording") from None
    exchanges = [
        exchange for found in parse(decoded(content, meant=CONVERSATION)).conversations for exchange in found.exchanges()
    ]
    if not any(exchange.replies for exchange in exchanges):
        hint = "A turn begins with **User:** or **LLM:** at the start of a line."
        raise ProviderError(f"There are no replies in {path}.", "recording", hint)
    return Replay(exchanges, name)
