"""Generators: what a column can be made by, one file each."""

from datagen_chat.generators.base import Generator
from datagen_chat.words import load_words

load_words(__name__, __path__)

GENERATORS: dict[str, type[Generator]] = Generator.registry

__all__ = ["GENERATORS", "Generator"]
