"""Templates: columns as text in the formats that Python has for them, and texts that never repeat where a column never does."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.engine.plan import Plan
from datagen_chat.instants import DAY, SECOND
from datagen_chat.schema.read import read
from datagen_chat.templates.formats import writer_of
from datagen_chat.templates.joining import RowJoiner
from datagen_chat.templates.parser import Place, TemplateError, parse
from datagen_chat.values import Numbers, Text, Values, words_array
from datagen_chat.words import ColumnType
from tests.engine.test_rows import listed
from tests.statistics.test_generators import table

PlanOf = Callable[..., Plan]
EPOCH = datetime.datetime(1970, 1, 1)


def written(values: Values, type_: ColumnType, spec: str = "", places: int | None = None) -> list[str]:
    """Return values as a template of nothing but them writes them."""
    parts = writer_of(Place(None, "x", spec), type_, places)(values)
    found: list[str] = RowJoiner().join(parts, len(values)).to_pylist()
    return found


INTS = st.lists(
    st.integers(-(2**63), 2**63 - 1) | st.integers(-20_000, 20_000) | st.integers(0, 10**9), min_size=1, max_size=20
)


@pytest.mark.parametrize("spec", ["", "d", "05", "012", "7", ",", ",d", "20,", ".2f", ",.1f", "012.3f"])
@settings(max_examples=40)
@given(INTS)
def test_whole_numbers_are_written_as_python_writes_them(spec: str, numbers: list[int]) -> None:
    wanted = [format(Decimal(number) if "f" in spec else number, spec) for number in numbers]
    assert written(Numbers(np.array(numbers, np.int64)), "int", spec) == wanted


@pytest.mark.parametrize("places", [0, 1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("spec", ["{}", ",{}", "014{}", "9{}"])
@settings(max_examples=25)
@given(st.lists(st.integers(-(10**18), 10**18) | st.integers(-(10**12), 10**12) | st.integers(-1000, 1000), min_size=1))
def test_decimals_are_written_as_python_writes_them(places: int, spec: str, units: list[int]) -> None:
    numbers = [unit / 10**places for unit in units]
    wanted = [format(number, spec.format(f".{places}f")) for number in numbers]
    data = Numbers(np.array(numbers, np.float64))
    assert written(data, "float", spec.format(f".{places}f")) == wanted
    if spec == "{}":
        assert written(data, "float", "", places) == wanted


def test_a_number_is_written_alike_whatever_stands_beside_it() -> None:
    assert written(Numbers(np.array([1.5, 2.0**70, -2.25])), "float", ".2f") == ["1.50", "1.1805916207174113e+21", "-2.25"]


def test_a_float_of_unknown_decimals_is_written_as_short_as_can_be() -> None:
    numbers = np.array([0.1, 2.0, -0.0, 1e-7, 123456.789])
    assert written(Numbers(numbers), "float") == ["0.1", "2", "0", "1e-7", "123456.789"]


TIMES = st.lists(st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)), min_size=1, max_size=10)
SPECS = ["%Y-%m-%d", "%Y%m%d", "%d.%m.%y %H:%M:%S", "%j", "%I:%M %p", "%a %d %b", "%A, %d %B", "100%% %H"]


@pytest.mark.parametrize("spec", SPECS)
@settings(max_examples=40)
@given(TIMES)
def test_times_are_written_as_python_writes_them(spec: str, times: list[datetime.datetime]) -> None:
    data = np.array([(time - EPOCH) // datetime.timedelta(microseconds=1) for time in times], np.int64)
    wanted = [time.replace(microsecond=0).strftime(spec.replace("%Y", f"{time.year:04}")) for time in times]
    assert written(Numbers(data), "datetime", spec) == wanted
    if "%H" not in spec and "%I" not in spec:
        assert written(Numbers(data // DAY), "date", spec) == wanted


def test_times_without_a_format_are_written_as_the_language_does() -> None:
    assert written(Numbers(np.array([0, 31 * DAY + 5 * SECOND])), "datetime") == [
        "1970-01-01T00:00:00Z",
        "1970-02-01T00:00:05Z",
    ]
    assert written(Numbers(np.array([0, 31])), "date") == ["1970-01-01", "1970-02-01"]
    assert written(Numbers(np.array([True, False])), "bool") == ["true", "false"]


@pytest.mark.parametrize("spec", ["upper", "lower", "title", "capitalize", ".1", ".3"])
@pytest.mark.parametrize("is_coded", [True, False])
def test_text_is_changed_as_python_changes_it(spec: str, is_coded: bool) -> None:
    words = ["anna maria", "Österreich", "x", "", "ÉCOLE 7"]
    text = Text(words_array(words), np.arange(len(words)) if is_coded else None)
    wanted = [word[: int(spec[1])] if spec[0] == "." else getattr(word, spec)() for word in words]
    assert written(text, "string", spec) == wanted


WORDS = st.lists(st.text(max_size=5), min_size=1, max_size=6)


@settings(max_examples=200)
@given(data=st.data())
def test_parts_are_joined_row_by_row(data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 12))
    parts: list[Any] = []
    wanted = [""] * rows
    for _ in range(data.draw(st.integers(1, 5))):
        kind = data.draw(st.sampled_from(["same", "codes", "words"]))
        if kind == "same":
            parts.append(data.draw(st.text(max_size=4)))
            column = [parts[-1]] * rows
        elif kind == "codes":
            pool = data.draw(WORDS)
            codes = np.array(data.draw(st.lists(st.integers(0, len(pool) - 1), min_size=rows, max_size=rows)), np.int8)
            parts.append(Text(words_array(pool), codes))
            column = [pool[code] for code in codes]
        else:
            column = data.draw(st.lists(st.text(max_size=5), min_size=rows, max_size=rows))
            parts.append(Text(words_array(column)))
        wanted = [before + word for before, word in zip(wanted, column, strict=True)]
    joiner = RowJoiner()
    for _ in range(2):
        joined = joiner.join(parts, rows)
        joined.validate(full=True)
        assert joined.to_pylist() == wanted


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("{name", "template-syntax", "{{"),
        ("name}", "template-syntax", "}}"),
        ("{}", "template-syntax", "Write the name"),
        ("{0} {1}", "template-syntax", "Write the name"),
        ("{price * 2}", "template-syntax", "expression"),
        ("{name.lower()}", "template-syntax", "expression"),
        ("{a.b.c}", "template-syntax", "table.column"),
        ("{name!r}", "template-syntax", "table.column"),
        ("plain", "template-constant", "{name}"),
        ("{{name}}", "template-constant", "{name}"),
        ("{a}" * 51, "template-syntax", "at most 50"),
    ],
)
def test_what_is_no_template_is_named_with_what_to_write_instead(text: str, code: str, hint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(text)
    assert caught.value.code == code
    assert hint in caught.value.hint


@settings(max_examples=200)
@given(st.text(alphabet="{}ab.:[0]%", max_size=30))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except TemplateError as error:
        message, hint = error.message, error.hint
    else:
        message, hint = ".", "x"
        assert len(found.texts) == len(found.places) + 1
    assert message.endswith(".")
    assert hint


COLUMNS = [
    {"name": "name", "type": "string", "generator": {"choice": {"choices": ["Ada", "Bob"]}}},
    {"name": "price", "type": "float", "decimals": 2, "generator": {"choice": {"choices": [12.5, 3, 1000]}}},
    {"name": "n", "type": "int", "generator": {"choice": {"choices": [7, -7]}}},
    {"name": "day", "type": "date", "generator": {"choice": {"choices": ["2024-02-29T00:00:00Z"]}}},
    {"name": "at", "type": "datetime", "generator": {"choice": {"choices": ["2024-02-29T13:05:00Z"]}}},
    {"name": "ok", "type": "bool", "generator": {"bernoulli": {"p": 1}}},
    {"name": "maybe", "type": "string", "nullable": True, "generator": {"choice": {"choices": ["x", None]}}},
]


def with_template(text: str, rows: int = 50, **more: Any) -> dict[str, Any]:
    return table([*COLUMNS, {"name": "text", "type": "string", "generator": {"template": {"format": text}}, **more}], rows)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{name:05}", "template-format"),
        ("{n:upper}", "template-format"),
        ("{price:d}", "template-format"),
        ("{price:.20f}", "template-format"),
        ("{n:0}", "template-format"),
        ("{at:Y-m-d}", "template-format"),
        ("{at:%Q}", "template-format"),
        ("{ok:upper}", "template-format"),
        ("{{name}} {n}", "template-mustache"),
        ("{{ t.name }}", "template-mustache"),
        ("${name} ${price}", "template-dollar"),
        ("{nmae}", "unknown-column"),
        ("{text}", "column-cycle"),
        ("{maybe}", "null-not-allowed"),
    ],
)
def test_a_mistake_in_a_template_is_reported(text: str, code: str) -> None:
    problems = read(with_template(text)).errors
    assert [problem.code for problem in problems] == [code]
    assert all(problem.hint and problem.message.endswith(".") for problem in problems)


@pytest.mark.parametrize(
    ("inner", "codes"),
    [
        ({"template": {"format": "{text}" * 49}}, {"text-too-long"}),
        ({"pattern": {"regex": "("}}, {"pattern-syntax"}),
        ({"template": {"format": "{"}}, {"template-syntax"}),
        ({"faker": {"method": "text", "args": {"max_nb_chars": "many"}}}, {"bad-faker-argument"}),
    ],
)
def test_texts_of_texts_of_texts_are_measured_before_they_are_made(inner: dict[str, Any], codes: set[str]) -> None:
    draft = with_template("{name}" * 49)
    draft["nodes"][0]["columns"] += [
        {"name": "inner", "type": "string", "generator": inner},
        {"name": "outer", "type": "string", "generator": {"template": {"format": "{inner}" * 49}}},
    ]

    assert {problem.code for problem in read(draft).errors} == codes


def test_a_row_reads_its_own_columns(plan_of: PlanOf) -> None:
    text = "{name}|{price}|{n:03}|{day}|{at}|{at:%d.%m.}|{ok}|${price} {{x}}"
    draft = with_template(text)
    assert read(draft).problems == ()
    rows = plan_of(draft).tables["t"].rows(range(50))
    names, prices, numbers = (listed(rows.values(name)) for name in ("name", "price", "n"))
    wanted = [
        f"{name}|{price:.2f}|{n:03}|2024-02-29|2024-02-29T13:05:00Z|29.02.|true|${price:.2f} {{x}}"
        for name, price, n in zip(names, prices, numbers, strict=True)
    ]
    assert listed(rows.values("text")) == wanted


def test_a_null_makes_the_whole_text_null(plan_of: PlanOf) -> None:
    draft = with_template("{name} {maybe}", nullable=True)
    assert read(draft).problems == ()
    rows = plan_of(draft).tables["t"].rows(range(50))
    assert [text is None for text in listed(rows.values("text"))] == [word is None for word in listed(rows.values("maybe"))]


def test_a_row_reads_its_ancestors_and_what_its_keys_point_at(plan_of: PlanOf) -> None:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    cities = {"name": "city", "type": "string", "generator": {"enum_list": {"values": ["Köln", "Bonn", "Jena"]}}}
    price = {"name": "price", "type": "float", "generator": {"lookup": {"from": "t.price"}}}
    at = {"name": "city_id", "type": "int", "generator": {"lookup": {"from": "place.id"}}}
    label = {"name": "label", "type": "string", "generator": {"template": {"format": "{t.name} {price} {place.city} {id}"}}}
    draft = table(COLUMNS, 20)
    place = {"id": "place", "kind": "vocab", "pk": "id", "columns": [key, cities]}
    visit = {"id": "visit", "kind": "fact", "pk": "id", "parents": ["t"], "columns": [key, at, price, label]}
    draft["nodes"] += [place, visit | {"fanout": {"distribution": "poisson", "lambda": 3}}]
    assert read(draft).errors == ()
    plan = plan_of(draft)
    visits = plan.tables["visit"].rows(range(plan.tables["visit"].row_count))
    above = visits.siblings()
    names = [listed(plan.tables["t"].rows(range(20)).values("name"))[k] for k in above.parent[above.family]]
    places = [["Köln", "Bonn", "Jena"][k - 1] for k in listed(visits.values("city_id"))]
    prices, numbers = listed(visits.values("price")), listed(visits.values("id"))
    # A price that is looked up has the decimals of the column that it comes from.
    wanted = [f"{n} {p:.2f} {c} {k}" for n, p, c, k in zip(names, prices, places, numbers, strict=True)]
    assert listed(visits.values("label")) == wanted


def unique(text: str, columns: list[dict[str, Any]], rows: int = 200) -> dict[str, Any]:
    made = {"name": "text", "type": "string", "unique": True, "generator": {"template": {"format": text}}}
    return table([*columns, made], rows)


A_TO_B = {"choice": {"choices": ["a", "b", "-a", "a-"]}}
SMALL = [
    {"name": "word", "type": "string", "generator": A_TO_B},
    {"name": "flat", "type": "string", "generator": {"choice": {"choices": ["aa", "1-"]}}},
    {"name": "num", "type": "int", "generator": {"distribution": {"type": "uniform", "params": {"low": -99, "high": 99}}}},
    {"name": "code", "type": "string", "generator": {"pattern": {"regex": "[ab1]{1,5}"}}},
    {"name": "day", "type": "date", "generator": {"choice": {"choices": ["2024-01-01T00:00:00Z", "2024-11-01T00:00:00Z"]}}},
]
PIECES = ["{id}", "{word}", "{flat}", "{num}", "{code}", "{day}", "-", "x", "{id:03}", "{id:04}{num}"]


@pytest.mark.parametrize("first", PIECES)
def test_a_text_that_is_said_to_be_unique_is_so(plan_of: PlanOf, first: str) -> None:
    accepted = 0
    for rest in product(PIECES, repeat=2):
        draft = unique(first + "".join(rest), SMALL, 60)
        reading = read(draft)
        assert {problem.code for problem in reading.errors} <= {"unique-not-made", "too-few-values", "template-constant"}
        if reading.dataset is not None:
            accepted += 1
            made = listed(plan_of(draft).tables["t"].rows(range(60)).values("text"))
            assert len(set(made)) == 60, (first, rest)
    assert accepted


@pytest.mark.parametrize(
    ("text", "is_unique"),
    [
        ("{id}", True),
        ("s{id}@stud.example-uni.de", True),
        ("{flat}{id}", True),
        ("{word}-{id}", True),
        ("{word}-{id:05d}", True),
        ("{num}{id:05d}", False),
        ("{id}{word}", False),
        ("{id}{num}", False),
        ("{num}{id}", False),
        ("{num}x{id}", True),
        ("{num}{word}", False),
        ("{id:.2f}", False),
        ("{day}{id}", True),
        ("{day:%b}{id}", False),
        ("{word}{id}{word}", False),
    ],
)
def test_a_key_in_a_text_makes_it_unique_where_one_can_tell_it_from_what_stands_beside_it(text: str, is_unique: bool) -> None:
    problems = read(unique(text, SMALL)).errors
    assert [problem.code for problem in problems] == ([] if is_unique else ["unique-not-made"])
    assert all("primary key" in problem.hint for problem in problems)


def test_a_column_that_a_unique_text_rests_on_does_not_repeat_either(plan_of: PlanOf) -> None:
    draft = unique("{code}@example.com", SMALL, 363)
    assert read(draft).problems == ()
    rows = plan_of(draft).tables["t"].rows(range(363))
    # 3 + 9 + 27 + 81 + 243 texts of one to five of three characters
    assert len(set(listed(rows.values("code")))) == 363
    assert len(set(listed(rows.values("text")))) == 363
    [problem] = read(unique("{code}@example.com", SMALL, 364)).errors
    assert problem.code == "too-few-values"
    assert "only 363 different" in problem.message


@pytest.mark.parametrize(("freq", "is_unique"), [("s", True), ("U", False)])
def test_a_time_in_a_text_makes_it_unique_only_where_whole_seconds_tell_it_apart(freq: str, is_unique: bool) -> None:
    window = {"start": "2024-01-01T00:00:00Z", "end": "2024-01-01T01:00:00Z"}
    series = {"datetime_series": {"within": window, "freq": freq}}
    problems = read(unique("at {at}", [{"name": "at", "type": "datetime", "unique": True, "generator": series}])).errors
    assert [problem.code for problem in problems] == ([] if is_unique else ["unique-not-made"])


def test_a_unique_text_can_be_a_key(plan_of: PlanOf) -> None:
    draft = unique("C-{id:05}", SMALL)
    draft["nodes"][0]["pk"] = "text"
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    back = {"name": "t", "type": "string", "generator": {"lookup": {"from": "t.text"}}}
    word = {"name": "word", "type": "string", "generator": {"lookup": {"from": "t.word", "on": "t"}}}
    visit = {"id": "visit", "kind": "entity", "pk": "id", "rows": 30, "columns": [key, back, word]}
    draft["nodes"].append(visit)
    draft["constraints"] = {"foreign_keys": [{"from": "visit.t", "to": "t.text"}]}
    assert read(draft).problems == ()
    plan = plan_of(draft)
    words = dict(zip(*(listed(plan.tables["t"].rows(range(200)).values(name)) for name in ("text", "word")), strict=True))
    visits = plan.tables["visit"].rows(range(30))
    assert [words[key] for key in listed(visits.values("t"))] == listed(visits.values("word"))
