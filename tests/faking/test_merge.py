import numpy as np
import pyarrow as pa

from datagen_chat.draws import key
from datagen_chat.faking import source
from datagen_chat.faking.merge import ByLocale, merge
from datagen_chat.values import Numbers, Text, arrow, words_array


def test_parts_come_to_their_places_with_their_nulls() -> None:
    few = Text(words_array(["a", "b"]), np.array([1, 0], np.int8), np.array([True, False]))
    plain = Text(words_array(["x"]))

    merged = merge([(np.array([2, 0]), few), (np.array([1]), plain)], 3)

    assert arrow(merged, pa.string()).to_pylist() == [None, "x", "b"]


def test_numbers_merge_too() -> None:
    parts = [(np.array([1]), Numbers(np.array([5]))), (np.array([0, 2]), Numbers(np.array([6, 7]), np.array([True, False])))]

    assert arrow(merge(parts, 3), pa.int64()).to_pylist() == [6, 5, None]


def test_each_row_takes_the_source_of_its_locale() -> None:
    german, default = (source("name", locale, {}, key(1, locale)) for locale in ("de_DE", "en_US"))
    mixed = ByLocale({7: german}, default)
    codes = np.array([7, 0, 7, 3], np.int8)

    found = arrow(mixed.sample(range(100, 104), codes), pa.string()).to_pylist()

    ours, theirs = (arrow(each.sample(range(100, 104)), pa.string()).to_pylist() for each in (german, default))
    assert found == [ours[0], theirs[1], ours[2], theirs[3]]
    assert mixed.kind == "string"
    assert len(mixed.sample(range(0), np.array([], np.int8))) == 0
