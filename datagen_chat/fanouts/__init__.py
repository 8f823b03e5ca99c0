"""Fanouts: how many rows each parent row has, one file each."""

from datagen_chat.fanouts.base import Spread
from datagen_chat.words import load_words

load_words(__name__, __path__)

SPREADS: dict[str, type[Spread]] = Spread.registry

__all__ = ["SPREADS", "Spread"]
