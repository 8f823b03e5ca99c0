"""What a conversation leaves in files: its transcript, and recorded calls."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen_chat.commands.places import new_session, sessions
from datagen_chat.commands.recordings import recorder
from datagen_chat.commands.sessions import Keeper
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.transcript import parse
from datagen_chat.llm.base import Noted, read
from datagen_chat.problems import ProblemsError
from tests.cli.running import datagen
from tests.cli.test_talk import CANARY, piped
from tests.conversation.replies import SHOP, reply
from tests.fakes.answers import Says
from tests.fakes.server import Server
from tests.llm.asking import QUESTION, live


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


def kept(path: Path) -> list[str]:
    return [turn.text for turn in parse(path.read_text("utf-8")).conversations[0].turns]


def test_what_a_killed_program_left_of_a_session_is_removed_in_time(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    for name, hours in ((".1.md.77", 2), (".2.md.78", 0), ("1.md", 2)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - 3600 * hours,) * 2)
    new_session(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [".2.md.78", "1.md"]


def test_a_transcript_that_another_program_wrote_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "sessions" / "1.md"
    one = Keeper(path, {}, tmp_path)
    first = Journal().add("user", "first")
    assert one.keep(first) is None
    other = Keeper(path, {}, tmp_path)
    assert other.keep(first.add("user", "second")) is None
    elsewhere = one.keep(first.add("user", "third"))
    assert elsewhere == one.path != path
    assert one.keep(first.add("user", "fourth")) is None
    assert (kept(path), kept(one.path)) == (["first", "second"], ["first", "fourth"])
    assert set(sessions(tmp_path)) == {path, one.path}
    assert one.path.stat().st_mode & 0o777 == 0o600


def test_a_transcript_that_was_removed_is_written_again(tmp_path: Path) -> None:
    one = Keeper(tmp_path / "talk.md", {}, tmp_path)
    one.keep(Journal().add("user", "first"))
    one.path.unlink()
    assert one.keep(Journal().add("user", "second")) is None
    assert kept(tmp_path / "talk.md") == ["second"]


def test_calls_are_recorded_for_evals_each_session_as_an_epoch(server: Server, tmp_path: Path) -> None:
    server.script += [Says(reply(SHOP)), Says(f"Your key is {CANARY}.", pieces=4)]
    folder = tmp_path / "recordings" / "shop"
    assert piped(server, tmp_path, "--record", str(folder), "-m", "a shop")[0] == 0
    read(recorder(live(server, "openai"), folder, {"X_API_KEY": CANARY}).stream(QUESTION))
    [file] = folder.iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["case"], line["epoch"], line["model"]) for line in lines] == [
        ("shop", n, server.name("openai")) for n in (0, 1)
    ]
    assert "".join(lines[0]["deltas"]) == reply(SHOP)
    assert lines[1]["deltas"] == ["Your key is [key]."]
    assert CANARY not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_answers_from_here_is_not_recorded_and_that_is_told(tmp_path: Path) -> None:
    where = ("--record", tmp_path / "recordings", "--transcript", tmp_path / "talk.md")
    done = datagen("chat", "--model", "random:1", *where, "-m", "a shop")
    assert (done.returncode, "[not-together]" in done.stderr, list(tmp_path.iterdir())) == (2, True, [])


def test_a_recorded_conversation_becomes_a_case(server: Server, tmp_path: Path) -> None:
    server.script.append(Says(reply(SHOP)))
    assert piped(server, tmp_path, "--record", str(tmp_path / "recordings" / "shop"), "-m", "a shop")[0] == 0
    expected = {"what": "There are two tables.", "tables": True, "equals": 2}
    case = {"id": "shop", "tags": ["mine"], "turns": [{"say": "a shop"}], "expect": [expected]}
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "shop.json").write_text(json.dumps(case))
    done = datagen("eval", "--folder", tmp_path, "--suite", "recordings")
    assert (done.returncode, "1 call ·" in done.stdout, "1 expectation held" in done.stdout) == (0, True, True), done.stdout


def test_a_call_that_cannot_be_recorded_is_noted_and_goes_on(server: Server, tmp_path: Path) -> None:
    server.script.append(Says("Fine."))
    provider = recorder(live(server, "openai"), tmp_path, {})
    [file] = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    events = list(provider.stream(QUESTION))
    assert [event.problem.code for event in events if isinstance(event, Noted)] == ["not-recorded"]
    assert read(iter(events)).text == "Fine."


def test_a_file_that_holds_something_else_is_not_added_to(server: Server, tmp_path: Path) -> None:
    recorder(live(server, "openai"), tmp_path, {})
    [file] = tmp_path.iterdir()
    file.write_text("My notes.\n")
    with pytest.raises(ProblemsError, match="line 1 is no recorded call"):
        recorder(live(server, "openai"), tmp_path, {})
    assert file.read_text() == "My notes.\n"


DAMAGED = {
    "a model without a name": ('"model": "openai@', '"model": 5, "was": "openai@', "bad-model-name"),
    "a seed in quotes": ('"seed": 42', '"seed": "42"', "bad-seed"),
    "a seed beyond all numbers": ('"seed": 42', f'"seed": {"9" * 40}', "bad-seed"),
    "a number that is none": ('"seed": 42', '"seed": 42, "more": NaN', "bad-comment"),
    "a number beyond all numbers": ('"seed": 42', '"seed": 42, "more": 1e999', "bad-comment"),
    "a comment without an end": ('"seed": 42', f'"seed": 42, "more": {"[" * 200}{"]" * 200}', "bad-comment"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_session_is_told_in_words_and_left_as_it_is(server: Server, tmp_path: Path, damage: str) -> None:
    server.script += [Says(reply(SHOP))]
    piped(server, tmp_path, "-m", "a shop")
    [path] = sessions(tmp_path)
    before, after, code = DAMAGED[damage]
    damaged = path.read_text("utf-8").replace(before, after, 1)
    path.write_text(damaged, "utf-8")
    done = datagen(
        "chat", "--transcript", path, "--resume", "-m", "more", *(() if "model" in damage else ("--model", "random:1"))
    )
    assert (done.returncode, f"[{code}]" in done.stderr, path.read_text("utf-8")) == (2, True, damaged)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [('"rows": 4', '"rows": 5', "another schema"), ('"type": "float"', '"type": "flot"', "no schema"), ("", "", "")],
)
def test_a_session_that_comes_to_another_schema_than_before_says_so(
    server: Server, tmp_path: Path, before: str, after: str, said: str
) -> None:
    server.script += [Says(reply(SHOP)), Says("Fine.")]
    piped(server, tmp_path, "-m", "a shop")
    [path] = sessions(tmp_path)
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    told = " ".join(piped(server, tmp_path, "--resume", "-m", "more")[2].split())
    assert ("When this was held" in told, f"there is {said}" in told) == (bool(said), bool(said))
