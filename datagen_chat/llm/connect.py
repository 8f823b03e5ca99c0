"""From an address and the environment to a provider; the vendors' packages are imported when it is first asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.clock import Clock
from datagen_chat.llm.dialect import Dialect
from datagen_chat.llm.keys import key_for, variables
from datagen_chat.llm.live import Live
from datagen_chat.problems import Problem, note

_ELSEWHERE = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "ollama": "OLLAMA_HOST"}


def connect(
    address: Address,
    environment: Mapping[str, str],
    *,
    clock: Clock | None = None,
    patience: float | None = None,
    limit: int | None = None,
) -> Live:
    """Return the provider for an address; nothing is sent before it is asked.

    `patience` is how many seconds may pass between two pieces of a reply, `limit` how many tokens a reply may have.

    Raises:
        ProviderError: there is no key for it, or it is no address of a live model.
    """
    if address.protocol in ("replay", "random"):
        raise ProviderError(f"{address.name} is no model that can be asked over a network.", "recording")
    key = key_for(address, environment)
    if key is None and not address.is_elsewhere and address.vendor != "ollama":
        names = " or ".join(variables(address))
        raise ProviderError(
            f"There is no key for {address.vendor}.", "key", f"Set {names}, or choose another model with --model."
        )
    notes = tuple(_notes(address, environment, has_key=key is not None))
    return Live(address, _dialect(address), key, clock=clock, patience=patience, limit=limit, notes=notes)


def _dialect(address: Address) -> Dialect:
    if address.protocol == "anthropic":
        from datagen_chat.llm.anthropic import Messages

        return Messages()
    from datagen_chat.llm.openai import ChatCompletions

    return ChatCompletions()


def _notes(address: Address, environment: Mapping[str, str], *, has_key: bool) -> Iterator[Problem]:
    """Yield what should be known before anything is sent."""
    if has_key and not address.is_private:
        hint = "Use https:// where the server has it."
        yield note("", "key-in-clear", f"The key for {address.url} travels unencrypted; anybody on the way can read it.", hint)
    variable = _ELSEWHERE[address.vendor]
    if not address.is_elsewhere and environment.get(variable):
        where = "openai" if address.vendor == "ollama" else address.vendor
        hint = f"To use that address, write {where}@{environment[variable]}:{address.model or 'MODEL'}."
        yield note("", "address-not-used", f"{variable} is set, but {address.name} always means {address.url}.", hint)
