"""What a person at the prompt can do about an error, in the commands that stand there."""

from __future__ import annotations

from datagen_chat.llm.base import ProviderError


def in_commands(error: ProviderError) -> str:
    """Return the hint of an error as it is for somebody in a conversation, who need not leave it.

    >>> in_commands(ProviderError("No.", "payment", "Add credit there, or choose another model with --model."))
    'Add credit there, or choose another model with /model.'
    >>> in_commands(ProviderError("No.", "key", "Set OPENAI_API_KEY to a key for it."))
    '/key takes one for this conversation, /key NAME one for another model. For all: Set OPENAI_API_KEY to a key for it.'
    """
    hint = error.hint.replace("with --model", "with /model")
    here = "/key takes one for this conversation, /key NAME one for another model."
    return f"{here} For all: {hint}" if error.kind == "key" else hint
