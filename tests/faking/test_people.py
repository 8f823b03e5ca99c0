"""One person in each row: names are those of Faker's lists, and what is written of a person agrees."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from faker.utils.text import slugify

from datagen_chat.draws import key
from datagen_chat.faking.build import LOCALES
from datagen_chat.faking.groups import Person
from datagen_chat.faking.people import people_of
from datagen_chat.faking.real import generator
from datagen_chat.faking.roles import Gender, owner_of, owners_of_contact
from datagen_chat.faking.source import Source
from datagen_chat.faking.speakers import speaking
from datagen_chat.values import arrow

ROWS = 1000
SHIPPED = ("en_US", *LOCALES)
LASTS = ("last_names", "last_names_female", "last_names_male", "unisex_last_names")
GROUP = key(5, "group")


def source(method: str, locale: str = "en_US", gender: Gender | None = None, **args: Any) -> Source:
    return speaking(method, locale, args, Person("", gender), (GROUP, key(5, method)))


def texts(method: str, locale: str = "en_US", gender: Gender | None = None, rows: int = ROWS, **args: Any) -> list[str]:
    found: list[str] = arrow(source(method, locale, gender, **args).sample(range(rows)), pa.string()).to_pylist()
    return found


def listed(locale: str, name: str) -> set[str]:
    """Return Faker's own list of names, the first of each pair where names come with their spelling."""
    person = generator(locale).provider("faker.providers.person")
    found = getattr(person, f"{name.replace('names', 'name')}_pairs", None) or getattr(person, name, ())
    return {entry if isinstance(entry, str) else entry[0] for entry in found}


def written(locale: str, name: str) -> str:
    """Return a name as Faker's own provider of user names writes it."""
    person = generator(locale).provider("faker.providers.person")
    pairs = [*getattr(person, "first_name_pairs", ()), *getattr(person, "last_name_pairs", ())]
    romanized = {pair[0]: pair[2].lower() for pair in pairs}
    if name in romanized:
        return romanized[name]
    internet = generator(locale).provider("faker.providers.internet")
    return str(slugify(internet._to_ascii(name.lower()), allow_unicode=True))


@pytest.mark.parametrize("locale", SHIPPED)
def test_whole_names_hold_the_first_and_the_last_name_of_their_row(locale: str) -> None:
    for first, last, whole in zip(*(texts(method, locale) for method in ("first_name", "last_name", "name")), strict=True):
        assert whole.count(first) >= 1, (first, whole)
        assert whole.replace(first, "", 1).count(last) >= 1, (last, whole)


@pytest.mark.parametrize("locale", SHIPPED)
def test_addresses_are_written_from_the_names_of_their_row(locale: str) -> None:
    columns = [texts(method, locale, rows=400) for method in ("first_name", "last_name", "email", "company_email", "user_name")]
    for first, last, *addresses in zip(*columns, strict=True):
        given, family = written(locale, first), written(locale, last)
        expected = {given[:1] + family, given, given + family, family + given}
        for address in addresses:
            assert address.partition("@")[0].rstrip("0123456789") in expected, (first, last, address)


@pytest.mark.parametrize("locale", SHIPPED)
def test_names_are_those_of_fakers_lists(locale: str) -> None:
    firsts = listed(locale, "first_names") | listed(locale, "first_names_female") | listed(locale, "first_names_male")
    lasts = {word for name in LASTS for word in listed(locale, name)}

    assert set(texts("first_name", locale)) <= firsts
    assert set(texts("last_name", locale)) <= lasts


@pytest.mark.parametrize("locale", ["ru_RU", "es_CL", "ko_KR"])
def test_people_of_other_locales_agree_too(locale: str) -> None:
    for first, last, whole in zip(
        *(texts(method, locale, rows=300) for method in ("first_name", "last_name", "name")), strict=True
    ):
        assert first in whole
        assert last in whole.replace(first, "", 1)


def test_what_always_follows_a_last_name_belongs_to_it() -> None:
    names = texts("last_name", "is_IS", rows=300)

    assert all(name.endswith(("dóttir", "son")) for name in names)
    assert all(last in whole for last, whole in zip(names, texts("name", "is_IS", rows=300), strict=True))


@pytest.mark.parametrize(("method", "gender"), [("first_name_female", "female"), ("first_name_male", "male")])
@pytest.mark.parametrize("locale", ["en_US", "pl_PL", "zh_CN"])
def test_a_gender_binds_the_first_name_and_what_is_made_from_it(locale: str, method: str, gender: Gender) -> None:
    names = texts("first_name", locale, gender)

    assert set(names) <= set(texts(method, locale, gender)) <= listed(locale, method.replace("name", "names"))
    assert all(name in whole for name, whole in zip(names, texts("name", locale, gender), strict=True))


@pytest.mark.parametrize("part", ["first", "last"])
def test_names_are_as_frequent_as_in_faker(part: str) -> None:
    person: Any = generator("en_US").provider("faker.providers.person")
    rows = 60_000
    if part == "last":
        weights: dict[str, float] = dict(person.last_names)
    else:
        weights = Counter()
        for names in (person.first_names_female, person.first_names_male):
            total = sum(names.values())
            weights.update({name: weight / total for name, weight in names.items()})
    total = sum(weights.values())
    counts = Counter(texts(f"{part}_name", rows=rows))

    # Pearson's statistic over the names expected five times or more; its mean is their number, its variance twice that.
    common = {name: weight / total * rows for name, weight in weights.items() if weight / total * rows >= 5}
    found = sum((counts[name] - expected) ** 2 / expected for name, expected in common.items())
    assert found < len(common) + 5 * math.sqrt(2 * len(common))


def test_half_of_the_people_are_women() -> None:
    person: Any = generator("en_US").provider("faker.providers.person")
    only_female = set(person.first_names_female) - set(person.first_names_male)
    only_male = set(person.first_names_male) - set(person.first_names_female)
    counts = Counter(
        "f" if name in only_female else "m" if name in only_male else "" for name in texts("first_name", rows=20_000)
    )

    # Names of both genders are left out: half of each, and so few that they move the share by less than its error.
    share = counts["f"] / (counts["f"] + counts["m"])
    assert abs(share - 0.5) < 5 * 0.5 / math.sqrt(20_000) + 0.02


@pytest.mark.parametrize("method", ["first_name", "last_name", "name", "email", "company_email", "user_name"])
@pytest.mark.parametrize("locale", ["en_US", "ja_JP"])
def test_a_persons_cells_depend_on_their_row_alone(method: str, locale: str) -> None:
    column = source(method, locale)
    scattered = np.array([70_001, 3, 65_536, 3, 12])

    rows = [arrow(column.sample(range(row, row + 1)), pa.string())[0].as_py() for row in scattered.tolist()]

    assert arrow(column.sample(scattered), pa.string()).to_pylist() == rows
    assert arrow(column.sample(range(0)), pa.string()).to_pylist() == []


def test_addresses_take_the_domain_that_is_asked_for() -> None:
    assert {text.partition("@")[2] for text in texts("email", domain="Shop.example")} == {"shop.example"}
    assert {text.partition("@")[2] for text in texts("email")} == {"example.com", "example.net", "example.org"}
    assert not {"example.com", "example.org"} & {text.partition("@")[2] for text in texts("email", safe=False)}
    assert {text.partition("@")[2] for text in texts("free_email")} == {"gmail.com", "yahoo.com", "hotmail.com"}


def test_forms_whose_names_do_not_stand_alone_are_left_out() -> None:
    assert not any("-" in name for name in texts("name", "it_IT"))
    assert any(" " in part for part in people_of("es_ES").firsts), "a name of two words is one name"


@pytest.mark.parametrize(
    ("column", "role", "table", "owner"),
    [
        ("name", "whole", "customer", ""),
        ("full_name", "whole", "customer", ""),
        ("customer_name", "whole", "customers", ""),
        ("agent_name", "whole", "support_agent", ""),
        ("company_name", "whole", "companies", ""),
        ("sender_name", "whole", "parcel", "sender"),
        ("author", "whole", "book", "author"),
        ("firstName", "first", "user", ""),
        ("billing_last_name", "last", "order", "billing"),
        ("middle_name", "first", "person", "middle_name"),
        ("maiden_name", "last", "person", "maiden_name"),
        ("recipient_email", "contact", "parcel", "recipient"),
        ("x", "first", "t", "x"),
    ],
)
def test_a_column_tells_whose_name_it_holds(column: str, role: Any, table: str, owner: str) -> None:
    assert owner_of(column, role, table) == owner


@pytest.mark.parametrize(
    ("column", "named", "owner"),
    [
        ("email", {""}, ""),
        ("email", {"contact"}, "contact"),
        ("email", {"sender", "recipient"}, ""),
        ("work_email", {""}, ""),
        ("username", {"contact"}, "contact"),
        ("sender_email", {"", "sender"}, "sender"),
        ("sender_email", {""}, "sender"),
        ("personal_email", set(), ""),
    ],
)
def test_an_address_goes_with_the_name_that_it_belongs_to(column: str, named: set[str], owner: str) -> None:
    assert owners_of_contact(column, "order", named) == owner
