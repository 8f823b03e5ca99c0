"""A log says what it was written with, and reads back as it was written, up to the last whole line."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.evaluation.cases import read_case
from datagen_chat.evaluation.compare import compared
from datagen_chat.evaluation.entry import Entry, failed, left_out, passed
from datagen_chat.evaluation.keeping import keep
from datagen_chat.evaluation.log import Log, Writer, header, read_log
from datagen_chat.llm.base import Finished, Message, Usage
from datagen_chat.llm.recording import Asked, Call, read_calls
from datagen_chat.problems import OutputError, ProblemsError

HEAD = header({"seed": 42, "live": True}, "abc", "2026-11-26T10:00:00+00:00")
TEXTS = st.text(max_size=20)
CALLS = st.builds(
    lambda said, reply: Call(Asked("shop", 0, "m", (Message("user", said),), {"turn": 1}), (reply,), Finished("end", Usage(3))),
    TEXTS,
    TEXTS,
)
GRADES = st.sampled_from([passed("valid", "rung 0"), failed("intent", "No: 3 | 4."), left_out("checks", "none")])
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["live", "recordings"]),
    TEXTS,
    TEXTS,
    st.integers(0, 9),
    st.tuples(TEXTS),
    st.lists(GRADES, max_size=3).map(tuple),
    st.dictionaries(TEXTS, st.integers(0, 99), max_size=2),
    st.none() | st.builds(Usage, st.integers(0, 10**6)),
    st.none() | st.floats(0, 10),
    st.none() | st.floats(0, 10),
    TEXTS,
    TEXTS,
    st.lists(CALLS, max_size=2).map(tuple),
    st.tuples(TEXTS),
)


def written(path: Path, *entries: Entry) -> Log:
    writer = Writer(path)
    writer.begin(HEAD)
    for entry in entries:
        writer.add(entry)
    return read_log(path)


@settings(max_examples=25)
@given(st.lists(ENTRIES, max_size=3))
def test_a_log_reads_back_as_it_was_written(entries: list[Entry]) -> None:
    with TemporaryDirectory() as folder:
        assert written(Path(folder) / "log.jsonl", *entries) == Log(HEAD, tuple(entries))


@pytest.mark.parametrize("torn", ["{", '{"suite": "live"', '{"suite": "live"}' * 9])
def test_a_line_that_was_not_finished_is_no_part_of_a_log_and_is_written_over(tmp_path: Path, torn: str) -> None:
    path, entry = tmp_path / "log.jsonl", Entry("live", "shop")
    written(path, entry)
    with path.open("a") as file:
        file.write(torn)
    assert read_log(path).entries == (entry,)
    Writer(path).take_up()
    Writer(path).add(entry)
    assert read_log(path).entries == (entry, entry)


@pytest.mark.parametrize("text", ["", "no log", "{}\n", "[" * 100_000 + "\n", '{"suite": "live"}\n'])
def test_what_is_no_log_is_a_problem(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    with pytest.raises(ProblemsError):
        read_log(tmp_path / "log.jsonl")


@pytest.mark.parametrize("line", ["{}", "[]", "null", '{"calls": [], "usage": {}, "grades": [{"state": "good"}]}'])
def test_a_line_that_is_no_entry_is_a_problem_that_names_it(tmp_path: Path, line: str) -> None:
    path = tmp_path / "log.jsonl"
    written(path)
    with path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ProblemsError, match="line 2"):
        read_log(path)


def test_a_log_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    written(tmp_path / "log.jsonl", Entry("live", "shop"))
    with pytest.raises(OutputError, match="already"):
        Writer(tmp_path / "log.jsonl").begin(HEAD)
    assert len(read_log(tmp_path / "log.jsonl").entries) == 1


def test_two_logs_of_different_models_pair_by_case_and_epoch() -> None:
    old = Log(HEAD, (Entry("live", "shop", "a", 0, (), (passed("valid"), failed("intent", "No."))), Entry("live", "old", "a")))
    new = Log(HEAD, (Entry("live", "shop", "b", 0, (), (failed("valid", "Bad."), passed("intent"))), Entry("live", "new", "b")))
    found = compared(old, new)
    assert (found.paired, found.only_before, found.only_after) == (1, ("live/old",), ("live/new",))
    assert [(flip.grader, flip.is_better, flip.reason) for flip in found.flips] == [
        ("valid", False, "Bad."),
        ("intent", True, "No."),
    ]


def test_several_models_of_a_suite_pair_each_with_itself() -> None:
    log = Log(HEAD, tuple(Entry("recordings", "shop", model, 0, (), (passed("valid"),)) for model in ("a", "b")))
    assert (compared(log, log).paired, compared(log, log).flips) == (2, ())


def test_a_conversation_that_is_recorded_again_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    def entry(epoch: int, reply: str) -> Entry:
        asked = Asked("shop", epoch, "ollama:m", (Message("user", "a shop"),), {"turn": 1})
        return Entry("live", "shop", "ollama:m", epoch, calls=(Call(asked, (reply,), Finished("end")),))

    for epoch, reply in ((0, "One."), (1, "Two."), (0, "Three.")):
        path = keep(entry(epoch, reply), tmp_path)
    assert path == tmp_path / "shop" / "ollama-m.jsonl"
    assert [call.deltas for call in read_calls(path.read_text())] == [("Three.",), ("Two.",)]
    assert [one.name for one in path.parent.iterdir()] == ["ollama-m.jsonl"]


KEYS = st.sampled_from(["id", "tags", "turns", "say", "find", "expect"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=4),
    max_leaves=8,
)


@given(JSON)
def test_what_is_no_case_is_a_problem_and_never_an_error(value: object) -> None:
    with pytest.raises(ProblemsError):
        read_case(json.dumps([value]), "shop.json")
    with suppress(ProblemsError):
        read_case(
            json.dumps({"id": "shop", "tags": ["shop"], "turns": [{"say": "a"}], "find": value, "expect": value}), "shop.json"
        )
