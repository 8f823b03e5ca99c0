"""Modifiers: what can be done to a column's values, one file each."""

from datagen_chat.modifiers.base import Modifier
from datagen_chat.words import Vocabulary

MODIFIERS: Vocabulary[Modifier] = Modifier.registry

__all__ = ["MODIFIERS", "Modifier"]
