"""Columns of a table that speak of a person, as a schema writes them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.values import arrow

ROWS = 200
COUNTRIES = {"name": "country", "type": "string", "generator": {"choice": {"choices": ["Germany", "JP", "es_MX"]}}}


def column(name: str, method: str, /, unique: bool = False, **arguments: Any) -> dict[str, Any]:
    made = {"name": name, "type": "string", "generator": {"faker": {"method": method, **arguments}}}
    return made | ({"unique": True} if unique else {})


def schema(*columns: dict[str, Any], rows: int = ROWS, table: str = "customer") -> dict[str, Any]:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    node = {"id": table, "kind": "entity", "pk": "id", "rows": rows, "columns": [key, *columns]}
    return {"version": "1.0", "metadata": {"name": "people"}, "nodes": [node]}


def made(*columns: dict[str, Any], seed: int = 1, **options: Any) -> dict[str, list[str]]:
    draft = schema(*columns, **options)
    [node] = draft["nodes"]
    rows = Plan(read(draft).valid(), seed).tables[node["id"]].rows(range(node["rows"]))
    return {each["name"]: arrow(rows.values(each["name"]), pa.string()).to_pylist() for each in columns}


def test_columns_of_a_table_speak_of_the_same_person() -> None:
    data = made(column("first_name", "first_name"), column("last_name", "last_name"), column("name", "name"))

    assert all(first in name and last in name for first, last, name in zip(*data.values(), strict=True))


def test_people_with_other_prefixes_are_other_people() -> None:
    data = made(column("sender_name", "name"), column("recipient_name", "name"), column("recipient_last_name", "last_name"))

    assert all(last in name for last, name in zip(data["recipient_last_name"], data["recipient_name"], strict=True))
    assert sum(a == b for a, b in zip(data["sender_name"], data["recipient_name"], strict=True)) < ROWS / 20


def test_an_address_goes_with_the_only_name_of_its_table() -> None:
    data = made(
        column("contact_last_name", "last_name", locale="sv_SE"), column("email", "email", locale="sv_SE"), table="supplier"
    )

    heads = [email.partition("@")[0].rstrip("0123456789") for email in data["email"]]
    plain = [(last, head) for last, head in zip(data["contact_last_name"], heads, strict=True) if last.isascii()]
    # A quarter of the addresses hold the first name alone: five standard errors around it.
    assert abs(sum(last.lower() in head for last, head in plain) / len(plain) - 0.75) < 5 * (0.75 * 0.25 / len(plain)) ** 0.5


@pytest.mark.parametrize(
    ("name", "address"), [("name", "e"), ("n", "e"), ("student", "post"), ("name", "uni_email"), ("n", "login")]
)
def test_an_address_is_that_of_the_only_person_whatever_the_columns_are_called(name: str, address: str) -> None:
    method = "user_name" if address == "login" else "email"
    data = made(column(name, "name"), column(address, method))

    assert share_of_names(data[name], data[address]) > 0.9


@pytest.mark.parametrize(
    ("first", "last", "whole"), [("fi", "la", "name"), ("vorname", "nachname", "student"), ("a", "b", "c")]
)
def test_names_are_those_of_the_only_person_whatever_the_columns_are_called(first: str, last: str, whole: str) -> None:
    data = made(column(first, "first_name"), column(whole, "name"), column(last, "last_name"))

    assert all(a in name and b in name for a, name, b in zip(*data.values(), strict=True))


@pytest.mark.parametrize(
    ("names", "address"),
    [
        (("sender_name", "receiver_name"), "e"),
        (("a", "b"), "e"),
        (("sender_name",), "receiver_email"),
        (("name", "manager_name"), "manager_email"),
    ],
)
def test_an_address_that_goes_with_no_name_is_of_somebody_else(names: tuple[str, ...], address: str) -> None:
    data = made(*(column(name, "name") for name in names), column(address, "email"))

    assert share_of_names(data[names[0]], data[address]) < 0.1


def test_a_further_name_beside_first_and_last_is_somebody_elses() -> None:
    data = made(column("first_name", "first_name"), column("last_name", "last_name"), column("emergency_contact", "name"))

    assert sum(last in name for _, last, name in zip(*data.values(), strict=True)) < ROWS / 10


def share_of_names(names: list[str], addresses: list[str]) -> float:
    """Return the share of rows whose address holds the first or the last name, five letters of it at least."""
    pairs = [
        ([part for part in name.lower().replace("'", "").split() if len(part) >= 5 and part.isascii()], address)
        for name, address in zip(names, addresses, strict=True)
    ]
    told = [any(part in address for part in parts) for parts, address in pairs if len(parts) > 1]
    return sum(told) / len(told)


def test_two_addresses_of_a_person_differ() -> None:
    data = made(column("email", "email"), column("work_email", "company_email"), column("backup_email", "email"))

    assert data["email"] != data["backup_email"]


def test_another_column_leaves_names_as_they_are() -> None:
    alone = made(column("name", "name"))["name"]

    assert made(column("email", "email"), column("name", "name"), column("first_name", "first_name"))["name"] == alone
    assert (
        made(column("first_name", "first_name"))["first_name"]
        == made(column("last_name", "last_name"), column("first_name", "first_name"))["first_name"]
    )


def test_names_differ_between_tables_and_seeds() -> None:
    here = made(column("name", "name"))["name"]

    assert made(column("name", "name"), table="driver")["name"] != here
    assert made(column("name", "name"), seed=2)["name"] != here


def test_a_row_takes_the_person_of_its_country() -> None:
    columns = [column(name, name, locale_from="country") for name in ("first_name", "last_name", "name")]
    data = made(COUNTRIES, *columns)

    assert all(first in name and last in name for _, first, last, name in zip(*data.values(), strict=True))


def test_people_made_case_by_case_agree_too() -> None:
    def by_country(name: str) -> dict[str, Any]:
        locales = {"Germany": "de_DE", "JP": "ja_JP", "es_MX": "es_MX"}
        when = {country: {"faker": {"method": name, "locale": locale}} for country, locale in locales.items()}
        return {"name": name, "type": "string", "generator": {"case": {"on": "country", "when": when}}}

    data = made(COUNTRIES, by_country("first_name"), by_country("last_name"), by_country("name"))

    assert all(first in name and last in name for _, first, last, name in zip(*data.values(), strict=True))


def test_columns_that_need_not_agree_do_not() -> None:
    data = made(column("first_name", "first_name"), column("name", "name", coherent=False))

    assert sum(first in name for first, name in zip(*data.values(), strict=True)) < ROWS / 10


def test_a_woman_has_a_womans_names() -> None:
    data = made(column("first_name", "first_name_female"), column("name", "name"), column("email", "email"))

    assert all(first in name for first, name in zip(data["first_name"], data["name"], strict=True))


def test_a_unique_first_name_is_said_not_to_agree() -> None:
    draft = schema(column("first_name", "first_name", unique=True), column("email", "email"))

    [problem] = read(draft).problems

    assert (problem.at, problem.code, problem.severity) == (
        "/nodes/0/columns/1/generator/faker/method",
        "people-not-coherent",
        "note",
    )


def test_unique_names_that_need_not_agree_do_not_repeat_either() -> None:
    names = made(column("name", "name", unique=True, coherent=False), column("email", "email"), rows=5000)["name"]

    assert len(set(names)) == 5000
