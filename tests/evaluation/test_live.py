"""The command with a live model, over a real socket: what is asked is logged, recorded, counted, taken up and graded again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.evaluation.log import read_log
from datagen_chat.llm.recording import read_calls
from tests.cli.running import Done, datagen
from tests.conversation.replies import SHOP, reply, shop
from tests.evaluation.held import FIND
from tests.fakes.answers import Answer, Fails, Says
from tests.fakes.server import Request, Server

GOOD, QUESTION = reply(SHOP), "How many customers should there be?"
WRONG = reply(shop(nodes__0__columns__1__generator={"gaussian": {}}))
KEY = "canary-3f1d9a77c2"  # it looks like no key, so that only its value can give it away
SHOP_CASE: dict[str, Any] = {
    "id": "shop",
    "tags": ["shop"],
    "turns": [{"say": "a shop"}],
    "facts": [{"about": ["customers"], "say": "Four customers."}],
    "find": FIND,
    "expect": [{"what": "There are four customers.", "sql": "SELECT count(*) FROM {customer}", "equals": 4}],
}
CLINIC = {"id": "clinic", "tags": ["health"], "turns": [{"say": "a clinic"}]}


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    (tmp_path / "cases").mkdir()
    for one in (SHOP_CASE, CLINIC):
        (tmp_path / "cases" / f"{one['id']}.json").write_text(json.dumps(one))
    return tmp_path


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def asks(server: Server, evals: Path, *more: object) -> Done:
    return datagen("eval", "--folder", evals, "--live", "--model", server.name("openai"), "--log", evals / "log.jsonl", *more)


def grades(evals: Path, name: str = "log.jsonl") -> dict[tuple[str, int], dict[str, str]]:
    entries = read_log(evals / name).entries
    return {(entry.case, entry.epoch): {grade.grader: grade.state for grade in entry.grades} for entry in entries}


def by_request(**answers: Answer) -> Callable[[Request], Answer]:
    """Return a server's answers by a word of the last request."""

    def answer(request: Request) -> Answer:
        last = request.json["messages"][-1]["content"]
        return next((said for word, said in answers.items() if word in last), Says(GOOD))

    return answer


def test_a_live_run_is_recorded_and_replays_to_the_same_grades(server: Server, evals: Path) -> None:
    server.script.extend([Says(WRONG), Says(GOOD), Says(QUESTION), Says(GOOD)])
    done = asks(server, evals, "--record", evals / "recordings", "--format", "json")
    assert done.returncode == 0, done.stderr
    [live] = json.loads(done.stdout)
    assert live["counts"]["calls"] == 4
    assert [entry["case"] for entry in live["entries"]] == ["clinic", "shop"]
    assert live["seconds"] > 0
    asked = len(server.requests)

    replayed = datagen("eval", "--folder", evals, "--suite", "recordings", "--format", "json")
    assert replayed.returncode == 0, replayed.stderr
    [recorded] = json.loads(replayed.stdout)
    assert [entry["grades"] for entry in recorded["entries"]] == [entry["grades"] for entry in live["entries"]]
    assert (recorded["seconds"], recorded["cost"], recorded["counts"]["drifted"]) == (None, None, 0)
    assert len(server.requests) == asked


def test_the_person_answers_what_the_model_asks(server: Server, evals: Path) -> None:
    server.script.extend([Says(QUESTION), Says(GOOD)])
    assert asks(server, evals, "--case", "shop").returncode == 0
    assert server.requests[-1].json["messages"][-1] == {"role": "user", "content": "Four customers."}
    assert grades(evals)["shop", 0]["intent"] == "passed"


def test_a_model_that_does_badly_is_a_result_and_no_failure(server: Server, evals: Path) -> None:
    server.otherwise = Says("I cannot help with that.")
    done = asks(server, evals)
    assert done.returncode == 0
    assert grades(evals)["shop", 0]["valid"] == "failed"


def test_an_interrupted_run_goes_on_with_what_is_left(server: Server, evals: Path) -> None:
    server.otherwise = by_request(**{"a shop": Fails(401, "Incorrect API key.", "authentication_error")})
    done = asks(server, evals, "--epochs", 2)
    assert done.returncode == 3
    assert "--resume" in done.stderr
    assert set(grades(evals)) == {("clinic", 0)}

    with (evals / "log.jsonl").open("a") as log:
        log.write('{"suite": "live", "case": "shop", "gra')  # as a power cut leaves it
    server.otherwise = Says(GOOD)
    before = len(server.requests)
    assert datagen("eval", "--resume", evals / "log.jsonl").returncode == 0
    assert set(grades(evals)) == {(case, epoch) for case in ("clinic", "shop") for epoch in (0, 1)}
    assert len([one for one in server.requests[before:] if one.method == "POST"]) == 3


def test_a_log_goes_on_only_with_the_cases_that_it_began_with(server: Server, evals: Path) -> None:
    server.otherwise = Says(GOOD)
    assert asks(server, evals).returncode == 0
    (evals / "cases" / "clinic.json").write_text(json.dumps({**CLINIC, "turns": [{"say": "a hospital"}]}))
    done = datagen("eval", "--resume", evals / "log.jsonl")
    assert (done.returncode, "The cases changed" in done.stderr) == (2, True)


def test_a_log_is_never_overwritten(server: Server, evals: Path) -> None:
    server.otherwise = Says(GOOD)
    assert asks(server, evals, "--case", "clinic").returncode == 0
    before = (evals / "log.jsonl").read_bytes()
    assert asks(server, evals, "--case", "clinic").returncode == 2
    assert (evals / "log.jsonl").read_bytes() == before


def test_a_log_is_graded_again_as_the_cases_are_now_and_compared(server: Server, evals: Path) -> None:
    server.otherwise = Says(GOOD)
    assert asks(server, evals).returncode == 0
    asked = len(server.requests)
    stricter = {**SHOP_CASE, "expect": [{**SHOP_CASE["expect"][0], "equals": 5}]}
    (evals / "cases" / "shop.json").write_text(json.dumps(stricter))
    scored = datagen(
        "eval", "score", evals / "log.jsonl", "--folder", evals, "--log", evals / "again.jsonl", "--format", "json"
    )
    assert scored.returncode == 0, scored.stderr
    [live] = json.loads(scored.stdout)
    assert live["rates"]["intent"]["passed"] == 0
    assert live["seconds"] > 0  # measured when it was live
    assert len(server.requests) == asked

    compared = datagen("eval", "compare", evals / "log.jsonl", evals / "again.jsonl", "--format", "json")
    [flip] = json.loads(compared.stdout)["flips"]
    assert (flip["case"], flip["grader"], flip["before"], flip["after"]) == ("shop", "intent", "passed", "failed")


def test_a_header_says_what_a_run_was_made_with(server: Server, evals: Path) -> None:
    server.otherwise = Says(GOOD)
    assert asks(server, evals, "--case", "clinic", "--seed", 7).returncode == 0
    head = read_log(evals / "log.jsonl").header
    assert head.options["model"] == server.name("openai")
    assert head.options["seed"] == 7
    assert {"python", "duckdb", "numpy", "openai", "platform"} <= set(head.versions)
    assert all(text.startswith("sha256:") for text in head.prompts.values())
    assert head.started.startswith("20")


def test_no_key_gets_into_a_log_or_a_recording(server: Server, evals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.otherwise = Says(f"My key is {KEY}. {GOOD}")
    monkeypatch.setenv("DATAGEN_API_KEY", KEY)
    from datagen_chat.cli import main

    arguments = ["--live", "--case", "clinic", "--model", server.name("openai"), "--log", str(evals / "log.jsonl")]
    assert main(["eval", "--folder", str(evals), *arguments, "--record", str(evals / "recordings")]) == 0
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    written = list(evals.rglob("*.jsonl"))
    assert len(written) == 2
    assert all(KEY not in path.read_text() for path in written)
    assert "[key]" in "".join(read_calls(next((evals / "recordings").rglob("*.jsonl")).read_text())[0].deltas)


def test_a_recording_is_no_live_model(evals: Path) -> None:
    done = datagen("eval", "--folder", evals, "--live", "--model", "replay:transcripts/short.md", "--log", evals / "log.jsonl")
    assert (done.returncode, "no model" in done.stderr) == (3, True)
    assert not (evals / "log.jsonl").exists()


def test_a_limit_of_cost_stops_a_run_before_it_is_passed(server: Server, evals: Path) -> None:
    done = asks(server, evals, "--max-cost", "0.01")
    assert done.returncode == 3
    assert "is not known" in done.stderr
    assert not [request for request in server.requests if request.method == "POST"]
