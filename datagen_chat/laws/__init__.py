"""Probability laws: what `distribution` can draw from, one file each."""

from datagen_chat.laws.base import Law
from datagen_chat.words import load_words

load_words(__name__, __path__)

LAWS: dict[str, type[Law]] = Law.registry

__all__ = ["LAWS", "Law"]
