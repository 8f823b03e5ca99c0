"""`datagen models`, as its users run it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import command, datagen, environment, loaded
from tests.fakes.answers import Fails, Lists, Protocol
from tests.fakes.server import Server
from tests.llm.asking import CANARY, PROTOCOLS

MODELS = [{"id": "tiny"}, {"id": "large\x1b]0;x\x07", "max_model_len": 131072, "max_input_tokens": 131072}]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_address_shows_what_it_serves(protocol: Protocol) -> None:
    with Server([Lists(MODELS), Lists(MODELS)]) as server:
        shown = datagen("models", "--model", server.name(protocol, ""))
        listed = datagen("models", "--json", "--model", server.name(protocol, ""))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "serves 2 models." in shown.stdout
    assert "131,072" in shown.stdout
    assert "\x1b" not in shown.stdout
    documents = {found["model"]: found for found in json.loads(listed.stdout)}
    assert documents[server.name(protocol, "tiny")] == {
        "model": server.name(protocol, "tiny"),
        "window": None,
        "input": None,
        "output": None,
    }
    assert documents[server.name(protocol, "large\x1b]0;x\x07")]["window"] == 131072


def test_where_nothing_answers_it_says_so_and_exits_with_3() -> None:
    done = datagen("models", "--model", "openai@http://127.0.0.1:9/v1")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Nothing answers at http://127.0.0.1:9/v1." in " ".join(done.stderr.split())
    assert "Start the server" in done.stderr


def test_a_key_that_is_wrong_is_told_and_not_shown() -> None:
    run = [*command("models", "--model")]
    with Server([Fails(401, f"Incorrect API key provided: {CANARY}")]) as server:
        done = subprocess.run(
            [*run, server.name("openai", "")],
            env=environment(DATAGEN_API_KEY=CANARY),
            capture_output=True,
            text=True,
            check=False,
        )
        assert CANARY in server.requests[0].headers["authorization"]
    assert done.returncode == 3
    assert "wants a key" in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_a_name_that_is_none_exits_with_2() -> None:
    done = datagen("models", "--model", "claude-sonnet-5-5")
    assert done.returncode == 2
    assert "anthropic:claude-sonnet-5-5" in done.stderr


def test_without_a_key_it_says_how_to_set_one(tmp_path: Path) -> None:
    bare = {name: value for name, value in environment().items() if not name.endswith("_API_KEY")}
    done = subprocess.run([*command("models", "--model", "openai")], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Set OPENAI_API_KEY" in done.stderr


def test_no_vendors_package_is_imported_for_a_list() -> None:
    with Server() as server:
        code, modules = loaded("models", "--model", server.name("openai", ""))
    assert code == 0
    assert modules & {"openai", "anthropic", "pandas", "faker"} == set()
