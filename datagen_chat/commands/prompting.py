"""What a model is told before the first request: the whole prompt, or its short form where that would fill the window."""

from __future__ import annotations

from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.llm.base import Provider
from datagen_chat.llm.budget import Metered
from datagen_chat.llm.estimate import tokens_of

_SHARE = 0.5


def is_compact_for(provider: Provider) -> bool:
    """Return whether a model is told the short form, as far as its window is known."""
    return isinstance(provider, Metered) and tokens_of(system_prompt()) > _SHARE * provider.window


def prompt_for(provider: Provider) -> str:
    """Return the prompt for a model."""
    return system_prompt(is_compact_for(provider))


def shorter_prompt(prompt: str, provider: Provider) -> str | None:
    """Return the short form of the prompt where a window turned out to be too small for the whole one."""
    return system_prompt(True) if prompt == system_prompt() and is_compact_for(provider) else None
