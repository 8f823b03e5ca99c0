"""Repairs: each answers one problem code with one edit that changes spelling, never meaning."""

from datagen_chat.schema.repairs.registry import REPAIRS, Edit, repairs
from datagen_chat.words import load_words

load_words(__name__, __path__)

__all__ = ["REPAIRS", "Edit", "repairs"]
