"""What a model designed in conversation runs as it is, and the data keeps what the schema promises."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from datagen_chat.conversation.events import SchemaAccepted, TurnEnded
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.transcript import parse
from datagen_chat.schema.model import Dataset
from datagen_chat.shipped import folder
from datagen_chat.verify.run import verify
from tests.acceptance.database import broken_promises, failed_checks, generated

FOLDER = Path(__file__).parents[1] / "data" / "conversations"
SCHEMAS = {"01-ecommerce": 3, "02-saas": 2, "03-iot": 2, "07-logistics": 1, "08-gaming": 2, "09-university": 1}
EVERY = [(name, number) for name, count in SCHEMAS.items() for number in range(count)]


@cache
def accepted(name: str) -> tuple[Dataset, ...]:
    """Return the schemas that the loop accepted, in the order of the conversation."""
    [conversation] = parse((FOLDER / f"{name}.md").read_text("utf-8")).conversations
    return tuple(event.version.dataset for event in replay(Session(), conversation) if isinstance(event, SchemaAccepted))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_of_the_conversation_is_accepted(name: str) -> None:
    [conversation] = parse((FOLDER / f"{name}.md").read_text("utf-8")).conversations
    ends = [event.outcome for event in replay(Session(), conversation) if isinstance(event, TurnEnded)]
    assert "rejected" not in ends
    assert ends.count("accepted") == SCHEMAS[name]


@pytest.mark.parametrize(("name", "number"), EVERY)
def test_the_data_keeps_what_the_schema_promises(name: str, number: int, tmp_path: Path) -> None:
    dataset = accepted(name)[number]
    _, database = generated(dataset, tmp_path)
    assert list(broken_promises(dataset, database)) == []
    assert list(failed_checks(dataset, database)) == []
    if number == SCHEMAS[name] - 1:
        assert verify(dataset, tmp_path).failed == ()


SHIPPED = {path.stem: path for path in sorted(folder("transcripts").glob("*.md"))}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_data_of_a_shipped_conversation_keeps_what_its_schemas_promise(name: str, tmp_path: Path) -> None:
    conversations = parse(SHIPPED[name].read_text("utf-8")).conversations
    events = [event for conversation in conversations for event in replay(Session(), conversation)]
    datasets = [event.version.dataset for event in events if isinstance(event, SchemaAccepted)]
    assert datasets
    for number, dataset in enumerate(datasets):
        assert dataset.checks
        _, database = generated(dataset, tmp_path / str(number))
        assert list(broken_promises(dataset, database)) == []
        assert list(failed_checks(dataset, database)) == []
    assert verify(datasets[-1], tmp_path / str(len(datasets) - 1)).failed == ()
