"""What takes a while before the first row: locales whose data is taken out of Faker for the first time."""

from __future__ import annotations

from datagen_chat.faking import is_at_hand
from datagen_chat.generators.base import words_in
from datagen_chat.generators.faker import Faker
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.terminal.screen import Screen


def gather_locales(dataset: Dataset, screen: Screen) -> None:
    """Take locales that are neither shipped nor kept from before out of Faker, and say so on a line that passes."""
    index, known = Index(dataset), dict[str, bool]()
    for place, column in index.columns.items():
        facts = index.facts(place)
        for word in (word for _, word in words_in(column.generator) if isinstance(word, Faker)):
            for locale in word.locales(facts):
                if not known.setdefault(locale, is_at_hand(locale)):
                    screen.passing(f"Taking {word.method} of {locale} out of Faker; it is kept for the next time …")
                    word.gather(facts, locale)
    screen.passing()
