"""The schema that a model knows: what the messages of its conversation come to."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.conversation.ask import tell_current
from datagen_chat.conversation.attempt import attempt
from datagen_chat.conversation.extract import meant
from datagen_chat.conversation.session import Json
from datagen_chat.llm.base import Message, Reply


def known(messages: Sequence[Message]) -> Json:
    """Return the schema that a model's replies and what it was told since come to; None where there is none."""
    draft: Json = None
    for message in messages:
        draft = None if tell_current(None) in message.text else _after(draft, message)
    return draft


def _after(draft: Json, message: Message) -> Json:
    """Return the schema after a message; a person's own JSON changes nothing, unlike what the program tells a model."""
    found = () if message.role == "system" else meant(message.text)
    if not found or not (found[-1].is_labelled or (message.role == "assistant" and found[-1].is_meant)):
        return draft
    tried = attempt(found, Reply(message.text), draft)
    return draft if tried.dataset is None else tried.draft
