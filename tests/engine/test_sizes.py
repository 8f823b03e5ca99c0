"""What a dataset is said to take, beside what its files take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datagen_chat.conversation.events import SchemaAccepted
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.transcript import parse
from datagen_chat.draws import Key
from datagen_chat.engine.estimate import check_size, estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.engine.sizes import parquet_bytes, worker_seconds
from datagen_chat.faking import method, methods, source, usual_texts
from datagen_chat.problems import LimitError
from datagen_chat.schema.model import Dataset
from datagen_chat.shipped import folder
from datagen_chat.sinks import sink
from datagen_chat.values import Text, uncoded

SHIPPED = {path.stem: path for path in sorted(folder("transcripts").glob("*.md"))}
YEAR = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z"}
COLUMNS: dict[str, tuple[str, dict[str, Any]]] = {
    "long text": ("string", {"faker": {"method": "text", "args": {"max_nb_chars": 2000}}}),
    "long paragraph": ("string", {"faker": {"method": "paragraph", "args": {"nb_sentences": 20}}}),
    "text": ("string", {"faker": {"method": "text"}}),
    "sentence": ("string", {"faker": {"method": "sentence", "locale": "de_DE"}}),
    "name": ("string", {"faker": {"method": "name"}}),
    "first name": ("string", {"faker": {"method": "first_name"}}),
    "address": ("string", {"faker": {"method": "address"}}),
    "form": ("string", {"faker": {"method": "bothify", "args": {"text": "??-####-??-####-??-####-??-####"}}}),
    "long pattern": ("string", {"pattern": {"regex": "[a-z]{100}[0-9]{100}"}}),
    "pattern": ("string", {"pattern": {"regex": "(ABC|D)[0-9]{2,12}"}}),
    "few by pattern": ("string", {"pattern": {"regex": "[A-Z]{2}"}}),
    "uuid": ("string", {"uuid": {}}),
    "choice": ("string", {"choice": {"choices": ["new", "paid", "sent"]}}),
    "letter": ("string", {"template": {"format": "Dear {id}, {id}, {id}"}}),
    "template": ("string", {"template": {"format": "Dear customer number {id}, welcome to the shop of things!"}}),
    "joined": ("string", {"expression": {"code": "concat('N', id)"}}),
    "far ints": ("int", {"distribution": {"type": "uniform", "params": {"low": 0, "high": 10**15}}}),
    "ints": ("int", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 10**6}}}),
    "small ints": ("int", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 10}}}),
    "counts": ("int", {"distribution": {"type": "poisson", "params": {"lambda": 3}}}),
    "floats": ("float", {"distribution": {"type": "normal", "params": {"mu": 1000, "sigma": 300}}}),
    "bools": ("bool", {"bernoulli": {"p": 0.3}}),
    "instants": ("datetime", {"datetime_series": {"within": YEAR}}),
    "hours": ("datetime", {"datetime_series": {"within": YEAR, "freq": "H"}}),
    "dates": ("date", {"datetime_series": {"within": YEAR, "freq": "D"}}),
    "sequence": ("int", {"sequence": {"start": 1000}}),
}


def table(type_: str, generator: dict[str, Any], rows: int, *more: dict[str, Any]) -> Dataset:
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "value", "type": type_, "generator": generator},
        *more,
    ]
    node = {"id": "t", "kind": "entity", "pk": "id", "rows": rows, "columns": columns}
    return Dataset.model_validate({"version": "1.0", "metadata": {"name": "t"}, "nodes": [node]})


def written(dataset: Dataset, target: Path) -> dict[str, int]:
    plan = Plan(dataset, 42)
    writer = sink("parquet").create(target, dataset_shape(plan))
    write_plan(plan, writer, parallel=False)
    writer.close()
    return {node.id: sum((target / file).stat().st_size for file in writer.files(node.id)) for node in dataset.nodes}


def assert_near(dataset: Dataset, target: Path) -> None:
    """Assert that no table takes more than twice or less than half of what was said."""
    said, taken = parquet_bytes(dataset, estimate(dataset).rows), written(dataset, target)
    assert {name: (said[name], taken[name]) for name in said if not 0.5 <= said[name] / taken[name] <= 2} == {}


@pytest.mark.parametrize("rows", [3, 20_000])
@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_takes_about_as_many_bytes_as_was_said(name: str, rows: int, tmp_path: Path) -> None:
    assert_near(table(*COLUMNS[name], rows), tmp_path)


@pytest.mark.parametrize("sentences", [2, 20])
def test_a_letter_of_texts_takes_about_as_many_bytes_as_was_said(sentences: int, tmp_path: Path) -> None:
    text = {"faker": {"method": "paragraph", "args": {"nb_sentences": sentences}}}
    letter = {"name": "letter", "type": "string", "generator": {"template": {"format": "Dear {value}, {value}"}}}
    assert_near(table("string", text, 5000, letter), tmp_path)


def test_many_numbers_in_turn_take_next_to_nothing_as_was_said(tmp_path: Path) -> None:
    assert_near(table("int", {"sequence": {"start": 7}}, 1_000_000), tmp_path)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_schema_takes_about_as_many_bytes_as_was_said(name: str, tmp_path: Path) -> None:
    conversations = parse(SHIPPED[name].read_text("utf-8")).conversations
    events = [event for conversation in conversations for event in replay(Session(), conversation)]
    *_, last = (event.version.dataset for event in events if isinstance(event, SchemaAccepted))
    assert_near(last, tmp_path)


def test_the_texts_of_faker_are_about_as_long_as_was_said() -> None:
    """For every method without arguments; a single letter more or less is nothing."""
    for name in sorted(methods()):
        known = method(name)
        if known is None or known.kind != "string" or any(parameter.required for parameter in known.parameters):
            continue
        made = source(name, "en_US", {}, Key(1)).sample(range(300))
        assert isinstance(made, Text)
        mean = sum(len((text or "").encode()) for text in uncoded(made).words.to_pylist()) / 300
        assert mean / 2 - 1 <= usual_texts(name, {})[0] <= 2 * mean + 1, name


def test_a_refusal_and_a_picture_of_a_schema_say_the_same_size() -> None:
    dataset = table("string", {"uuid": {}}, 20_000)
    with pytest.raises(LimitError, match=r"741\.\d kB as Parquet, and take about 1 second;"):
        check_size(dataset, limit=10)
    assert round(parquet_bytes(dataset, {"t": 20_000.0})["t"] / 1000) == 741


def test_numbers_in_turn_take_less_time_than_texts() -> None:
    """A sequence of 100 million rows takes half a second; so many names, a minute."""
    rows = {"t": 1e8}
    assert worker_seconds(table("int", {"sequence": {}}, 10), rows) < 2
    assert 20 < worker_seconds(table("string", {"faker": {"method": "name"}}, 10), rows) < 200
