"""Values of which no two are the same, by construction: at any row, however many rows there are."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat import faking
from datagen_chat.draws import key
from datagen_chat.faking.combinations import differ, readable
from datagen_chat.faking.contacts import in_groups, word_hashes
from datagen_chat.faking.grammar import Pool
from datagen_chat.faking.numbering import Repeats, Spread, ranked, scattered
from datagen_chat.faking.source import Kind, Source
from datagen_chat.schema.read import read
from datagen_chat.values import arrow, words_array
from tests.faking.test_coherence import COUNTRIES, column, made, schema

TYPES: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
MANY = 100_000
MOST = 10**12
"""As many rows as a table may have."""


def distinct(method: str, locale: str = "en_US", rows: int = MANY, **args: Any) -> Source:
    return faking.distinct(faking.source(method, locale, args, key(1)), key(2), rows)


def capacity(method: str, locale: str = "en_US", **args: Any) -> int | None:
    return faking.capacity(faking.source(method, locale, args, key(1)))


def values(source: Source, rows: Any) -> pa.Array:
    return arrow(source.sample(rows), TYPES[source.kind])


@pytest.mark.parametrize(
    "method",
    ["address", "bban", "company", "credit_card_number", "date_time", "domain_name", "ean", "hex_color", "iban", "ipv4",
     "ipv4_private", "ipv6", "isbn13", "license_plate", "mac_address", "md5", "msisdn", "phone_number", "sha256", "ssn",
     "street_address", "swift", "url", "uuid1", "uuid4", "uuid7"],
)  # fmt: skip
def test_a_hundred_thousand_values_are_all_different(method: str) -> None:
    assert (capacity(method) or 0) >= MANY
    assert len(values(distinct(method), range(MANY)).unique()) == MANY


@pytest.mark.parametrize(
    ("method", "locale"), [("phone_number", "de_DE"), ("license_plate", "en_GB"), ("company", "ja_JP"), ("iban", "fr_FR")]
)
def test_values_of_other_locales_are_all_different(method: str, locale: str) -> None:
    rows = min(20_000, capacity(method, locale) or 0)

    assert rows > 100
    assert len(values(distinct(method, locale, rows), range(rows)).unique()) == rows


def test_a_few_forms_that_are_longer_than_the_others_are_told_apart_too() -> None:
    found = values(distinct("credit_card_security_code", rows=900), range(900))

    assert len(found.unique()) == 900
    assert {len(code) for code in found.to_pylist()} == {3, 4}


@pytest.mark.parametrize("method", ["color_name", "country", "day_of_month", "job", "random_digit", "state", "city"])
def test_all_values_that_there_are_come_out_once(method: str) -> None:
    rows = capacity(method)
    assert rows is not None

    assert len(values(distinct(method, rows=rows), range(rows)).unique()) == rows


@pytest.mark.parametrize(
    ("method", "args", "count"),
    [
        ("pyint", {"min_value": 1, "max_value": 500}, 500),
        ("random_int", {"min": 0, "max": 100, "step": 5}, 21),
        ("date_between", {"start_date": "2024-01-01", "end_date": "2024-01-31"}, 31),
        ("numerify", {"text": "A-###"}, 1000),
        ("vin", {}, None),
        ("boolean", {}, None),
    ],
)
def test_a_method_knows_how_many_values_it_has(method: str, args: dict[str, Any], count: int | None) -> None:
    assert capacity(method, **args) == count


@pytest.mark.parametrize("method", ["phone_number", "iban", "ipv4", "uuid4", "ssn", "license_plate"])
@settings(max_examples=10, deadline=None)
@given(rows=st.sets(st.integers(0, 10**8 - 1), min_size=2, max_size=300))
def test_scattered_rows_of_a_large_table_differ(method: str, rows: set[int]) -> None:
    found = values(distinct(method, rows=10**8), np.array(sorted(rows), np.int64))

    assert len(found.unique()) == len(rows)


@pytest.mark.parametrize("method", ["phone_number", "iban", "mac_address", "job"])
def test_a_unique_cell_depends_on_its_row_alone(method: str) -> None:
    source = distinct(method, rows=600)
    rows = np.array([599, 3, 17, 3])

    assert values(source, rows).to_pylist() == [values(source, range(row, row + 1))[0].as_py() for row in rows.tolist()]


pools = st.lists(st.text("ab-", max_size=3), min_size=1, max_size=5).map(lambda words: Pool("x", tuple(words)))
forms = st.lists(st.one_of(pools, st.sampled_from(["-", "a", "ab"])), min_size=1, max_size=4)


def said(parts: Any) -> list[str]:
    return ["".join(words) for words in product(*(part.words if isinstance(part, Pool) else (part,) for part in parts))]


@settings(deadline=None)
@given(forms)
def test_what_is_readable_says_each_text_once(parts: list[str | Pool]) -> None:
    texts = said(readable(parts))

    assert len(texts) == len(set(texts)) >= 1


@settings(deadline=None)
@given(forms, forms)
def test_forms_that_differ_have_no_text_in_common(first: list[str | Pool], second: list[str | Pool]) -> None:
    if differ(tuple(first), tuple(second)):
        assert not set(said(first)) & set(said(second))


def test_forms_of_other_separators_differ() -> None:
    digits = Pool("digit", tuple("0123456789"))

    assert differ((digits, "-", digits), (digits, ".", digits))
    assert differ((digits, digits), (digits, digits, digits))
    assert not differ((digits, digits), (digits, digits))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=4), min_size=1, max_size=4), st.lists(st.integers(0, 12), max_size=3))
def test_a_text_has_one_hash_however_it_is_cut(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    other = [text[start:end] for start, end in pairwise(edges)]

    def hashed(pieces: list[str]) -> int:
        multipliers, summands = word_hashes(words_array(pieces))
        total = np.uint64(0)
        with np.errstate(over="ignore"):
            for multiplier, summand in zip(multipliers, summands, strict=True):
                total = total * multiplier + summand
        return int(total)

    assert hashed(words) == hashed(other)


def test_ranks_count_the_equals_before() -> None:
    assert ranked(np.array([7, 5, 7, 7, 5], np.uint64)).tolist() == [0, 0, 1, 2, 1]


@given(stem=st.integers(0, 2**64 - 1))
def test_numbers_of_one_stem_are_different_and_short(stem: int) -> None:
    count = 2500
    numbers = scattered(np.arange(count), np.full(count, stem, np.uint64))

    assert len(set(numbers.tolist())) == count
    assert sorted(map(len, map(str, numbers.tolist()))) == [2] * 90 + [3] * 900 + [4] * (count - 990)


def test_numbers_are_written_in_groups() -> None:
    words = ["", *map(str, range(1, 1000)), *(f"{n:03d}" for n in range(1000))]
    numbers = np.array([0, 7, 42, 999, 1000, 90_210, 123_456_789_012, 100_000_000_001])

    rows = zip(*(codes.tolist() for codes in in_groups(numbers)), strict=True)
    texts = ["".join(words[code] for code in codes) for codes in rows]

    assert texts == ["", "7", "42", "999", "1000", "90210", "123456789012", "100000000001"]


@settings(max_examples=20, deadline=None)
@given(rows=st.sets(st.integers(0, MOST - 1), min_size=2, max_size=200), total=st.sampled_from([MOST, MOST // 3]))
def test_every_row_of_the_largest_table_has_its_number(rows: set[int], total: int) -> None:
    numbers = Spread(key(3), total)(np.array([row % total for row in sorted(rows)], np.int64))

    assert len(set(numbers.tolist())) == len({row % total for row in rows})
    assert len({len(str(number)) for number in numbers.tolist()}) == 1


def test_only_repeated_names_are_numbered_and_each_in_its_own_way() -> None:
    stems = np.array([4, 4, 9, 4, 8], np.uint64)
    is_bare = np.array([False, False, True, False, False])
    numbers = Repeats(5, lambda rows: (stems[rows.start : rows.stop], is_bare[rows.start : rows.stop]))(range(5)).tolist()

    assert [number > 0 for number in numbers] == [False, True, True, True, False]
    assert numbers[1] != numbers[3]


@pytest.mark.parametrize("method", ["email", "user_name", "company_email", "free_email"])
def test_unique_addresses_are_unique_and_look_like_any(method: str) -> None:
    data = made(column("first_name", "first_name"), column("x", method, unique=True), rows=MANY)["x"]
    heads = [text.partition("@")[0] for text in data]

    assert len(set(data)) == MANY
    # Even of a hundred thousand people, nobody shares a name and a form with more than a few hundred others.
    assert max(sum(letter.isdigit() for letter in head) for head in heads) <= 3


def test_unique_addresses_of_many_countries_are_unique() -> None:
    data = made(COUNTRIES, column("email", "email", unique=True, locale_from="country"), rows=20_000)

    assert len(set(data["email"])) == 20_000


def test_more_rows_leave_earlier_addresses_as_they_are() -> None:
    address = column("email", "email", unique=True)

    assert made(address, rows=9000)["email"][:5000] == made(address, rows=5000)["email"]


def test_a_unique_name_is_a_persons_and_never_another_ones() -> None:
    rows = 50_000
    data = made(column("name", "name", unique=True), column("first_name", "first_name"), column("email", "email"), rows=rows)

    assert len(set(data["name"])) == rows
    assert all(first in name for first, name in zip(data["first_name"], data["name"], strict=True))
    assert len(set(made(column("name", "name", unique=True, locale="zh_CN"), rows=40_000)["name"])) == 40_000


def test_all_names_that_there_are_come_out_once() -> None:
    # 51 first names, 30 of men and 21 of women, and 50 last names.
    assert len(set(made(column("name", "name", unique=True, locale="ja_JP"), rows=2550)["name"])) == 2550


@pytest.mark.parametrize(
    ("made_by", "rows", "words"),
    [
        (column("c", "country", unique=True), 1000, ["1000 rows", "243"]),
        (column("c", "first_name", unique=True), 5000, ["5000 rows", "690"]),
        (column("c", "name", unique=True, locale="ja_JP"), 3000, ["3000 rows", "2550"]),
    ],
)
def test_more_rows_than_values_is_a_problem_that_names_both(made_by: dict[str, Any], rows: int, words: list[str]) -> None:
    [problem] = read(schema(made_by, rows=rows)).errors

    assert problem.at == "/nodes/0/columns/1/unique"
    assert all(word in problem.message for word in words)


@pytest.mark.parametrize("method", ["vin", "user_agent", "random_element"])
def test_what_cannot_be_made_unique_is_a_problem(method: str) -> None:
    assert {problem.at for problem in read(schema(column("c", method, unique=True))).errors} == {"/nodes/0/columns/1/unique"}


def test_a_faker_column_can_be_a_key() -> None:
    draft = schema(column("code", "bothify", args={"text": "??-####"}))
    draft["nodes"][0]["pk"] = "code"

    assert read(draft).errors == ()
