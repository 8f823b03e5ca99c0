import datetime
import re

import numpy as np
import pyarrow as pa
import pytest

from datagen_chat.draws import key
from datagen_chat.faking import method, method_in, methods, source
from datagen_chat.faking.pooled import Pooled
from datagen_chat.values import arrow

TYPES = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us"),
    "date": pa.date32(),
}
PYTHON = {"string": str, "int": int, "float": float, "bool": bool, "datetime": datetime.datetime, "date": datetime.date}
LOCALES = ["ar_AA", "cs_CZ", "de_DE", "es_ES", "hi_IN", "ja_JP", "ko_KR", "pl_PL", "th_TH", "zh_CN"]
EVERYWHERE = [
    "city",
    "country",
    "day_of_week",
    "email",
    "iban",
    "name",
    "phone_number",
    "sentence",
    "ssn",
    "street_address",
    "text",
    "zipcode",
]
VECTORISED = [
    "address", "ascii_email", "boolean", "bs", "catch_phrase", "city", "color_name", "company", "company_email", "country",
    "country_code", "credit_card_number", "currency_code", "date", "date_of_birth", "date_time", "domain_name", "ean13",
    "email", "file_name", "first_name", "first_name_female", "first_name_male", "free_email", "hex_color", "iban", "ipv4",
    "isbn13", "job", "language_name", "last_name", "last_name_female", "last_name_male", "latitude", "license_plate",
    "longitude", "mac_address", "mime_type", "name", "name_female", "name_male", "paragraph", "phone_number", "postcode",
    "pyfloat", "pyint", "safe_email", "sentence", "ssn", "state", "state_abbr", "street_address", "street_name", "text",
    "timezone", "url", "user_name", "uuid4", "word", "zipcode",
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(methods()))
def test_every_method_makes_values_of_its_kind(name: str) -> None:
    made = source(name, "en_US", {}, key(3, name))
    column = arrow(made.sample(range(12)), TYPES[made.kind])

    assert made.kind == method(name).kind
    assert len(column) == 12
    assert all(type(value) in (PYTHON[made.kind], type(None)) for value in column.to_pylist())


@pytest.mark.parametrize("locale", LOCALES)
def test_common_methods_work_in_other_locales(locale: str) -> None:
    for name in EVERYWHERE:
        assert method_in(name, locale), name
        made = source(name, locale, {}, key(3, name))
        column = arrow(made.sample(np.array([5, 1, 5])), TYPES[made.kind]).to_pylist()
        assert column[0] == column[2]
        assert all(column), name


@pytest.mark.parametrize("name", VECTORISED)
def test_the_common_methods_need_no_call_of_faker(name: str) -> None:
    assert not isinstance(source(name, "en_US", {}, key(0)), Pooled)


def said(name: str, locale: str = "en_US", rows: int = 400, **args: object) -> list[str]:
    made = source(name, locale, args, key(5, name))
    return arrow(made.sample(range(rows)), TYPES[made.kind]).to_pylist()


def test_umlauts_are_written_out_where_faker_does_so() -> None:
    assert any("ß" in name or "ü" in name for name in said("last_name", "de_DE"))
    assert all(address.isascii() for address in said("email", "de_DE", 2000))
    assert any("ue" in address for address in said("email", "de_DE", 2000))


@pytest.mark.parametrize(("name", "pattern"), [
    ("uuid4", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ("uuid1", r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ("uuid7", r"0[0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ("md5", r"[0-9a-f]{32}"), ("sha1", r"[0-9a-f]{40}"), ("sha256", r"[0-9a-f]{64}"),
    ("mac_address", r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}"), ("hex_color", r"#[0-9a-f]{6}"),
    ("ipv4", r"(\d{1,3}\.){3}\d{1,3}"), ("ipv4_private", r"(10|172|192)\.\d+\.\d+\.\d+"),
    ("ipv6", r"([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"), ("ssn", r"\d{3}-\d{2}-\d{4}"), ("postcode", r"\d{5}"),
    ("date", r"\d{4}-\d\d-\d\d"), ("time", r"\d\d:\d\d:\d\d"), ("iso8601", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"),
])  # fmt: skip
def test_identifiers_have_their_form(name: str, pattern: str) -> None:
    assert all(re.fullmatch(pattern, text) for text in said(name))


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)) % 10 == 0


def iban(number: str) -> bool:
    return int("".join(str(int(letter, 36)) for letter in number[4:] + number[:4])) % 97 == 1


def ean(number: str) -> bool:
    return sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(reversed(number))) % 10 == 0


def isbn10(number: str) -> bool:
    return sum((10 - n) * "0123456789X".index(digit) for n, digit in enumerate(number)) % 11 == 0


@pytest.mark.parametrize(("name", "locale", "holds"), [
    ("credit_card_number", "en_US", luhn), ("iban", "en_US", iban), ("iban", "de_DE", iban), ("iban", "nl_NL", iban),
    ("ean13", "en_US", ean), ("ean8", "en_US", ean), ("isbn13", "en_US", lambda text: ean(text.replace("-", ""))),
    ("isbn10", "en_US", lambda text: isbn10(text.replace("-", ""))),
    ("aba", "en_US", lambda text: sum(int(d) * (3, 7, 1)[n % 3] for n, d in enumerate(text)) % 10 == 0),
])  # fmt: skip
def test_check_digits_are_right(name: str, locale: str, holds) -> None:
    numbers = said(name, locale, 1000)

    assert [number for number in numbers if not holds(number)] == []
    assert len(set(numbers)) > 990


def test_arguments_have_their_effect() -> None:
    assert all(text.endswith("@shop.example") for text in said("email", domain="shop.example"))
    assert all(len(text) <= 40 for text in said("text", max_nb_chars=40))
    assert {len(text.split()) for text in said("sentence", nb_words=4, variable_nb_words=False)} == {4}
    assert {len(code) for code in said("country_code", representation="alpha-3")} == {3}
    assert set(said("random_element", elements=["x", "y"])) == {"x", "y"}
    assert all(re.fullmatch(r"INV-\d{4}", text) for text in said("numerify", text="INV-####"))
    assert {value % 5 for value in said("pyint", min_value=10, max_value=100, step=5)} == {0}
    assert sum(said("boolean", chance_of_getting_true=90)) > 320
    prices = said("pyfloat", min_value=1, max_value=9, right_digits=2)
    assert all(1 <= price <= 9 and round(price, 2) == price for price in prices)
    assert all(value.startswith(("192.168.", "10.", "172.")) for value in said("ipv4", private=True))


def test_sentences_of_words_that_begin_alike_stand_apart() -> None:
    words = ["apple", "avocado"]
    for text in (*said("paragraph", ext_word_list=words), *said("text", ext_word_list=words, max_nb_chars=90)):
        assert re.fullmatch(r"A\w+( a\w+)*\.( A\w+( a\w+)*\.)*", text), text
    assert all(re.fullmatch(r"A\w+( a\w+)*\.", text) for text in said("text", ext_word_list=words, max_nb_chars=20))


def test_short_texts_end_as_the_sentences_of_their_language_do() -> None:
    assert {text[-1] for text in said("text", "ja_JP", max_nb_chars=20)} == {"。"}
    assert {text[-1] for text in said("text", "en_US", max_nb_chars=20)} == {"."}


def test_days_of_many_centuries_are_all_drawn() -> None:
    years = [int(text[:4]) for text in said("date", pattern="%G-%m-%d", end_datetime="2469-12-31")]

    assert sum(year >= 2370 for year in years) == pytest.approx(80, abs=40)  # a fifth of 400, and five standard errors


def test_relative_times_count_from_the_reference_day() -> None:
    today = datetime.date(2024, 12, 31)
    days = said("date_between", start_date="-7d", end_date="today", rows=2000)
    assert (min(days), max(days)) == (today - datetime.timedelta(7), today)
    assert {day.year for day in said("date_this_year", rows=2000)} == {2024}
    assert {day.month for day in said("date_this_year", rows=2000)} == set(range(1, 13))
    ages = [(today - day).days / 365.25 for day in said("date_of_birth", minimum_age=18, maximum_age=20, rows=2000)]
    assert 18 <= min(ages) <= max(ages) < 21.01
    absolute = said("date_time_between", start_date="2020-03-01", end_date="2020-03-02T12:00:00", rows=2000)
    assert datetime.datetime(2020, 3, 1) <= min(absolute) <= max(absolute) < datetime.datetime(2020, 3, 2, 12)


def test_real_calls_live_on_the_reference_day_too() -> None:
    assert {int(text[-2:]) for text in said("credit_card_expire", rows=300)} <= set(range(25, 36)) | {24}
    assert max(int(text.splitlines()[4][-4:]) for text in said("passport_full", rows=200)) <= 2024
    # Of these numbers' owners the youngest are sixteen.
    assert max(int(number[6:10]) for number in said("ssn", "zh_CN", 300)) <= 2024 - 16
