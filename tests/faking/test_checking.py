import re
import subprocess
import sys
from typing import Any

import pytest

from datagen_chat.faking import check, locale_for, locales, method_in, methods
from datagen_chat.schema.read import read
from tests.engine.test_keys import of, table

MISTAKES: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    ("fullname", "en_US", {}, "/method", "unknown-faker-method", "name"),
    ("firstName", "en_US", {}, "/method", "unknown-faker-method", "first_name"),
    ("fake.email_address", "en_US", {}, "/method", "unknown-faker-method", "email"),
    ("zip", "en_US", {}, "/method", "unknown-faker-method", "postcode"),
    ("words", "en_US", {}, "/method", "unknown-faker-method", "word"),
    ("cpf", "en_US", {}, "/method", "unknown-faker-method", "pt_BR"),
    ("seed", "en_US", {}, "/method", "unknown-faker-method", ""),
    ("binary", "en_US", {}, "/method", "unknown-faker-method", "sha256"),
    ("profile", "en_US", {}, "/method", "unknown-faker-method", "name, job, company"),
    ("state", "zh_TW", {}, "/method", "unknown-faker-method", 'Set locale to "en_US"'),
    ("name", "germany", {}, "/locale", "unknown-faker-locale", "de_DE"),
    ("name", "de-DE", {}, "/locale", "unknown-faker-locale", "de_DE"),
    ("name", "xx_XX", {}, "/locale", "unknown-faker-locale", ""),
    ("name", "en_UK", {}, "/locale", "unknown-faker-locale", "en_GB"),
    ("name", "et", {}, "/locale", "unknown-faker-locale", "et_EE"),
    ("name", "", {}, "/locale", "unknown-faker-locale", "en_US"),
    ("email", "en_US", {"domian": "x.org"}, "/args/domian", "unknown-faker-argument", "domain"),
    ("name", "en_US", {"a/b": 1}, "/args/a~1b", "unknown-faker-argument", "no arguments"),
    ("pyint", "en_US", {"min_value": "1"}, "/args/min_value", "bad-faker-argument", "integer"),
    ("pyint", "en_US", {"min_value": True}, "/args/min_value", "bad-faker-argument", "integer"),
    ("pyint", "en_US", {"min_value": 9, "max_value": 3}, "/args", "bad-faker-argument", "min_value"),
    ("date_between", "en_US", {"start_date": "2024-02-01", "end_date": "-2y"}, "/args", "bad-faker-argument", "end_date"),
    ("date_between", "en_US", {"start_date": "2025-06-01", "end_date": "today"}, "/args", "bad-faker-argument", "start_date"),
    ("date_time_between", "en_US", {"start_date": "+1d"}, "/args/start_date", "bad-faker-argument", "end_date"),
    ("future_date", "en_US", {"end_date": "-3d"}, "/args/end_date", "bad-faker-argument", "end_date"),
    ("iso8601", "en_US", {"end_datetime": "1960-01-01"}, "/args/end_datetime", "bad-faker-argument", "end_datetime"),
    ("ipv4", "en_US", {"private": "yes"}, "/args/private", "bad-faker-argument", "boolean"),
    ("date_between", "en_US", {"start_date": "last summer"}, "/args/start_date", "bad-faker-argument", "start_date"),
    ("country_code", "en_US", {"representation": "alpha-9"}, "/args/representation", "bad-faker-argument", ""),
    ("sentence", "en_US", {"nb_words": 10**9}, "/args/nb_words", "faker-argument-too-large", "5000"),
    ("numerify", "en_US", {"text": "#" * 5000}, "/args/text", "faker-argument-too-large", "1000"),
    ("pystr_format", "en_US", {"string_format": "{{zip}}"}, "/args/string_format", "bad-faker-argument", "{{method}}"),
    ("image_url", "en_US", {"placeholder_url": "{width:9999999}"}, "/args/placeholder_url", "bad-faker-argument", ""),
    ("date", "en_US", {"pattern": "%999999d"}, "/args/pattern", "bad-faker-argument", "%Y-%m-%d"),
    ("random_int", "en_US", {"min": 10**19, "max": 10**19 + 5}, "/args", "bad-faker-argument", "min"),
    ("random_int", "en_US", {"min": 0, "max": 10**30}, "/args", "bad-faker-argument", "max"),
    ("pybool", "en_US", {"truth_probability": 101}, "/args/truth_probability", "bad-faker-argument", "truth_probability"),
    ("coordinate", "en_US", {"center": 1e300}, "/args/center", "bad-faker-argument", "radius"),
    ("pyfloat", "en_US", {"left_digits": -3}, "/args/left_digits", "bad-faker-argument", "left_digits"),
    ("pyfloat", "en_US", {"min_value": 0, "max_value": 1, "right_digits": 400}, "/args", "bad-faker-argument", "right_digits"),
    ("pydecimal", "en_US", {"min_value": 1, "max_value": 3, "right_digits": -4}, "/args", "bad-faker-argument", "min_value"),
    ("pydecimal", "en_US", {"min_value": 1e300}, "/args/min_value", "bad-faker-argument", "left_digits"),
    ("pydecimal", "en_US", {"left_digits": 400}, "/args/left_digits", "faker-argument-too-large", "300"),
    ("file_path", "en_US", {"depth": 5000}, "/args/depth", "faker-argument-too-large", "100"),
    ("md5", "en_US", {"raw_output": True}, "/args/raw_output", "bad-faker-argument", "raw_output"),
    ("password", "en_US", {"digits": False, "upper_case": False, "lower_case": False, "special_chars": False}, "/args",
     "bad-faker-argument", "length"),
    ("postcode_in_state", "en_US", {"state_abbr": "Texas"}, "/args/state_abbr", "bad-faker-argument", "state_abbr"),
    ("ean", "en_US", {"prefixes": ["400", "x"]}, "/args/prefixes", "bad-faker-argument", "prefixes"),
    ("random_element", "en_US", {"elements": ["a", None]}, "/args/elements", "bad-faker-argument", "array"),
    ("text", "en_US", {"max_nb_chars": 10, "ext_word_list": ["a" * 10]}, "/args/ext_word_list", "bad-faker-argument", "larger"),
    ("text", "en_US", {"max_nb_chars": 25, "ext_word_list": ["a" * 10]}, "/args/ext_word_list", "bad-faker-argument", "larger"),
    ("text", "en_US", {"ext_word_list": ["a" * 60, "b" * 90]}, "/args/ext_word_list", "bad-faker-argument", "shorter"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "locale", "args", "at", "code", "hint"), MISTAKES, ids=[row[0] + row[3] for row in MISTAKES])
def test_a_mistake_is_one_problem_that_says_what_to_write(
    name: str, locale: str, args: dict[str, Any], at: str, code: str, hint: str
) -> None:
    (problem,) = check(name, locale, args)

    assert (problem.at, problem.code) == (at, code)
    assert hint in problem.hint


@pytest.mark.parametrize("name", ["rating", "price", "binary", "profile", "province"])
def test_no_method_is_proposed_that_only_sounds_alike(name: str) -> None:
    (problem,) = check(name, "zh_TW", {})
    assert not re.search(r"itin|upc|nonbinary|prefix|Use one of: pricetag, ", problem.hint)


@pytest.mark.parametrize("more", [{}, {"unique": True}])
@pytest.mark.parametrize("mistake", [{"method": "nosuch"}, {"locale": "germany"}, {"args": {"domian": "x.org"}}])
def test_a_mistake_is_the_only_problem_of_its_column(mistake: dict[str, Any], more: dict[str, Any]) -> None:
    column = of("address", "string", faker={"method": "email"} | mistake) | more
    draft = {"version": "1.0", "metadata": {"name": "x"}, "nodes": [table("person", [column], rows=9)]}
    [problem] = read(draft).errors
    assert problem.code.startswith("unknown-faker-")


@pytest.mark.parametrize(
    ("name", "locale", "args"),
    [
        ("email", "en_US", {"domain": "example.com"}),
        ("date_between", "en_US", {"start_date": "2020-01-01", "end_date": "+3w"}),
        ("date_time_between", "de_DE", {"start_date": "2020-01-01T10:00:00Z", "end_date": 1_700_000_000}),
        ("pyfloat", "en_US", {"min_value": 1, "max_value": 2.5, "right_digits": 2}),
        ("random_element", "en_US", {"elements": ["a", "b"]}),
        ("text", "en_US", {"max_nb_chars": 26, "ext_word_list": ["apple", "pear"]}),
        ("coordinate", "en_US", {"center": 10, "radius": -3}),
        ("ipv4", "en_US", {"private": True}),
        ("date_between", "en_US", {"start_date": "today"}),
        ("zipcode", "de_DE", {}),
        ("pesel", "pl_PL", {}),
    ],
)
def test_what_faker_can_do_is_no_problem(name: str, locale: str, args: dict[str, Any]) -> None:
    assert list(check(name, locale, args)) == []


def test_checking_does_not_import_faker() -> None:
    program = """
import sys
from datagen_chat.faking import check, locale_for, locales, methods
from datagen_chat.faking import source
from datagen_chat.draws import key
for name in methods():
    assert not list(check(name, "en_US", {})), name
assert list(check("fullname", "en_US", {}))
assert not list(check("date_between", "fr_FR", {"start_date": "-1y"}))
assert not list(check("pyint", "en_US", {"min_value": 1, "max_value": 5}))
assert locale_for("Deutschland") == "de_DE"
for name in ("name", "email", "address", "uuid4", "text", "date_of_birth"):
    source(name, "en_US", {}, key(1)).sample(range(10))
assert "faker" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("country", "locale"),
    [
        ("DE", "de_DE"), ("Germany", "de_DE"), ("Deutschland", "de_DE"), ("United States", "en_US"), ("us", "en_US"),
        ("USA", "en_US"), ("U.S.A.", "en_US"), ("UK", "en_GB"), ("GB", "en_GB"), ("South Korea", "ko_KR"), ("KOR", "ko_KR"),
        ("the Netherlands", "nl_NL"), ("BRASIL", "pt_BR"), ("Türkiye", "tr_TR"), ("pt-BR", "pt_BR"), ("zh_tw", "zh_TW"),
        ("Korea, Republic of", "ko_KR"), ("대한민국", "ko_KR"), ("turkey", "tr_TR"), ("U.K.", "en_GB"), ("América", "en_US"),
        ("中国", "zh_CN"), ("Iran (Islamic Republic of)", "fa_IR"), ("Bosnia & Herzegovina", "bs_BA"), ("Czechia", "cs_CZ"),
        ("German", "de_DE"), ("日本語", "ja_JP"), ("Traditional Chinese", "zh_TW"), ("Brazilian Portuguese", "pt_BR"),
        ("ja", "ja_JP"), ("SV", None), ("Portuguese", None), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_a_country_has_its_locale(country: str, locale: str | None) -> None:
    assert locale_for(country) == locale


@pytest.mark.parametrize("locale", sorted(locale for locale in locales() if "_" in locale))
def test_a_locale_has_itself_and_its_country_has_one(locale: str) -> None:
    _, country = locale.split("_")

    assert locale_for(locale) == locale_for(locale.lower().replace("_", "-")) == locale
    # Faker says AA for all Arab countries, QC for a province, MS for Malaysia.
    assert country in ("AA", "MS", "QC") or (locale_for(country) or "").endswith(f"_{country}")


def test_a_method_is_found_by_its_other_name_where_a_locale_lacks_it() -> None:
    assert method_in("zipcode", "de_DE") == "postcode"
    assert method_in("military_apo", "de_DE") is None
    assert {"name", "cpf"} & methods("pt_BR") == {"name", "cpf"}
