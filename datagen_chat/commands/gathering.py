"""What takes a while before the first row: locales whose data is taken out of Faker for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from datagen_chat.faking import announced, ships
from datagen_chat.generators.base import words_in
from datagen_chat.generators.faker import Faker
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.terminal.screen import Screen


@contextmanager
def telling(screen: Screen) -> Iterator[None]:
    """Say on a line that passes what is taken out of Faker within this block."""

    def told(method: str, locale: str) -> None:
        screen.passing(f"Taking {method} of {locale} out of Faker; it is kept for the next time …")

    with announced(told):
        try:
            yield
        finally:
            screen.passing()


def gather_locales(dataset: Dataset, screen: Screen) -> None:
    """Take what is neither shipped nor kept from before out of Faker, before threads need it, and say so."""
    index = Index(dataset)
    with telling(screen):
        for place, column in index.columns.items():
            facts = index.facts(place)
            for word in (word for _, word in words_in(column.generator) if isinstance(word, Faker)):
                for locale in word.locales(facts):
                    if word.args or not ships(locale):
                        word.gather(facts, locale)
