"""Probability laws: what `distribution` can draw from, one file each."""

from datagen_chat.laws.base import Law
from datagen_chat.words import Vocabulary

LAWS: Vocabulary[Law] = Law.registry

__all__ = ["LAWS", "Law"]
