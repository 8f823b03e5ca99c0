"""What is recorded is played through the same loop as the chat, and the scoreboard in the README is what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from datagen_chat.commands.eval import drawn
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.transcript import parse
from datagen_chat.evaluation.cases import read_cases
from datagen_chat.evaluation.entry import Entry, Grade
from datagen_chat.evaluation.graders import OURS
from datagen_chat.evaluation.grading import Bench
from datagen_chat.evaluation.markdown import refreshed
from datagen_chat.evaluation.playing import calls_of
from datagen_chat.evaluation.scoreboard import summed
from datagen_chat.evaluation.suites import Choice, offline
from datagen_chat.llm.recording import Call, read_calls
from datagen_chat.llm.redaction import redact
from datagen_chat.shipped import folder

EVALS = folder("evals")
DATA = Path(__file__).parents[1] / "data"
LARGE = {
    "01-ecommerce": "shop-three-turns",
    "02-saas": "saas-payments",
    "03-iot": "sensors-daily-curve",
    "07-logistics": "parcels-dashboard",
    "08-gaming": "game-retention",
    "09-university": "university-semesters",
}
EXAMPLES = ("example-shop", "example-saas", "example-sensors")


def recorded(case: str, model: str) -> Sequence[Call]:
    return read_calls((EVALS / "recordings" / case / f"{model}.jsonl").read_text("utf-8"))


def said(calls: Sequence[Call]) -> list[tuple[str, str]]:
    """Return what was asked last and what was replied, of each call."""
    return [(call.asked.messages[-1].text, "".join(call.deltas)) for call in calls]


def test_what_is_recorded_plays_to_its_end_and_comes_to_what_the_readme_says() -> None:
    """`make evals` writes the scoreboard again. One test, because it plays everything."""
    entries = [job.run() for job in offline(Bench(Trial(42), drawn), Choice(), EVALS, folder("transcripts"))]
    assert [(entry.case, entry.model, entry.error) for entry in entries if entry.error] == []
    assert [one for one in failures(entries) if one[2].grader in OURS] == []
    assert [one for one in failures(entries) if one[1] == "transcript"] == []
    assert {(entry.cost, entry.seconds) for entry in entries} == {(None, None)}
    text = (EVALS / "README.md").read_text("utf-8")
    assert refreshed(text, summed(entries)) == text


def failures(entries: Sequence[Entry]) -> list[tuple[str, str, Grade]]:
    return [(entry.case, entry.model, grade) for entry in entries for grade in entry.grades if grade.state == "failed"]


@pytest.mark.parametrize(("file", "case"), LARGE.items())
def test_a_recording_of_the_large_model_is_what_its_conversation_says(file: str, case: str) -> None:
    [conversation] = parse((DATA / "conversations" / f"{file}.md").read_text("utf-8")).conversations
    calls = recorded(case, "large-model")
    assert said(calls) == said(calls_of(conversation, case, "large-model"))
    assert {call.asked.parameters["source"] for call in calls} == {"one pass"}


def test_the_recordings_of_the_example_are_what_the_document_says() -> None:
    conversations = parse((DATA / "example_conversation.md").read_text("utf-8")).conversations
    for conversation, case in zip(conversations, EXAMPLES, strict=True):
        assert said(recorded(case, "example-document")) == said(calls_of(conversation, case, "example-document"))


def test_raw_replies_of_local_models_are_recorded_byte_for_byte() -> None:
    known = {path.read_text("utf-8") for path in (DATA / "replies").glob("*.txt")}
    found = {
        "".join(call.deltas)
        for case in ("shop-one-line", "shop-price-range")
        for path in (EVALS / "recordings" / case).glob("*.s42.jsonl")
        for call in read_calls(path.read_text("utf-8"))
    }
    assert found == known


def test_the_cases_say_what_was_said_when_they_were_recorded() -> None:
    """What looks like a key is not recorded."""
    cases = {case.id: {redact(turn.say) for turn in case.turns} for case in read_cases(EVALS / "cases")}
    for path in (EVALS / "recordings").glob("*/*.jsonl"):
        first = read_calls(path.read_text("utf-8"))[0]
        assert first.asked.messages[-1].text in cases[path.parent.name]
