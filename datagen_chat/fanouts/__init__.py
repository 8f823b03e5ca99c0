"""Fanouts: how many rows each parent row has, one file each."""

from datagen_chat.fanouts.base import Spread
from datagen_chat.words import Vocabulary

SPREADS: Vocabulary[Spread] = Spread.registry

__all__ = ["SPREADS", "Spread"]
