import math
from collections import Counter
from random import Random

import numpy as np
import pytest

from datagen_chat.draws import key
from datagen_chat.faking import source
from datagen_chat.faking.guide import CELLS, guide
from datagen_chat.faking.real import caller, generator
from datagen_chat.values import Numbers, Text

ROWS = 60_000


def texts(name: str, locale: str = "en_US", rows: int = ROWS, **args: object) -> list[str]:
    found = source(name, locale, args, key(11, name)).sample(range(rows))
    assert isinstance(found, Text)
    words = found.words.to_pylist()
    return words if found.codes is None else [words[code] for code in found.codes.tolist()]


def chi_square(counts: Counter[str], shares: dict[str, float], rows: int) -> tuple[float, float]:
    """Return the statistic over the words expected at least five times, and its bound at five standard deviations."""
    common = {word: share for word, share in shares.items() if share * rows >= 5}
    rest = 1 - sum(common.values())
    found = sum((counts[word] - share * rows) ** 2 / (share * rows) for word, share in common.items())
    if rest * rows >= 5:
        found += (rows - sum(counts[word] for word in common) - rest * rows) ** 2 / (rest * rows)
    freedom = len(common)
    return found, freedom + 5 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("name", ["first_name", "last_name"])
@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_names_are_as_frequent_as_in_faker(name: str, locale: str) -> None:
    weights = getattr(generator(locale).provider("faker.providers.person"), name + "s")
    listed = Counter(weights) if not isinstance(weights, dict) else weights
    total = sum(listed.values())

    found, bound = chi_square(Counter(texts(name, locale)), {word: n / total for word, n in listed.items()}, ROWS)

    assert found < bound


def test_forms_are_as_frequent_as_their_weights() -> None:
    formats = generator("en_US").provider("faker.providers.address").address_formats
    share = formats[next(form for form in formats if "street_address" in form)] / sum(formats.values())

    plain = sum(", " in text.rpartition("\n")[2] for text in texts("address"))

    # Five standard errors of a share.
    assert abs(plain / ROWS - share) < 5 * math.sqrt(share * (1 - share) / ROWS)


@pytest.mark.parametrize(
    "name",
    [
        "address",
        "catch_phrase",
        "city",
        "company",
        "email",
        "license_plate",
        "name",
        "paragraph",
        "phone_number",
        "sentence",
        "text",
        "url",
    ],
)
def test_texts_are_as_long_as_those_of_faker(name: str) -> None:
    call = caller(name, "en_US", {})
    real = np.array([len(call(Random(n))) for n in range(1500)])
    ours = np.array([len(text) for text in texts(name, rows=20_000)])

    # Five standard errors of the difference of two means.
    assert abs(real.mean() - ours.mean()) < 5 * math.hypot(real.std() / math.sqrt(1500), ours.std() / math.sqrt(20_000))


def test_letters_are_as_frequent_as_those_of_faker() -> None:
    call = caller("email", "en_US", {})
    real = Counter("".join(call(Random(n)) for n in range(3000)))
    ours = Counter("".join(texts("email", rows=30_000)))

    for letter, count in real.items():
        # A letter's count varies a little more than a Poisson count: letters come in words.
        assert abs(count - ours[letter] / 10) < 6 * math.sqrt(2 * count) + 6, letter


def test_coordinates_are_even() -> None:
    found = source("latitude", "en_US", {}, key(1)).sample(range(ROWS))
    assert isinstance(found, Numbers)

    assert abs(found.data.mean()) < 5 * 180 / math.sqrt(12 * ROWS)
    assert found.data.min() >= -90
    assert found.data.max() <= 90


def test_a_guide_gives_each_option_its_share() -> None:
    shares = np.array([0.5, 0.3, 0.2 - 1e-9, 1e-9])

    counts = np.bincount(guide(shares), minlength=4)

    assert np.abs(counts / CELLS - shares).max() <= 1 / CELLS
    assert counts[3] == 1
