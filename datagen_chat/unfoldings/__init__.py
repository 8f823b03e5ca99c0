"""Unfoldings: what makes a fact's rows instead of a fanout, one file each."""

from datagen_chat.unfoldings.base import Unfolding
from datagen_chat.words import Vocabulary

UNFOLDINGS: Vocabulary[Unfolding] = Unfolding.registry

__all__ = ["UNFOLDINGS", "Unfolding"]
