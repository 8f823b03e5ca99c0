"""Generators: what a column can be made by, one file each."""

from datagen_chat.generators.base import Generator
from datagen_chat.words import Vocabulary

GENERATORS: Vocabulary[Generator] = Generator.registry

__all__ = ["GENERATORS", "Generator"]
