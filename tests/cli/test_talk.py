"""The program in conversation with a model: on a pseudo-terminal and in a pipe, against the server on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.conversation.transcript import parse, render
from tests.cli.running import command, environment
from tests.conversation.replies import SHOP, reply, shop
from tests.fakes.answers import Fails, Says
from tests.fakes.server import Server

CANARY = "canary-key-51b2e8d07f"
WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
RIGHT = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"choice": {"choices": ["a"]}}}]}]}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


def settings(home: Path, **more: str) -> dict[str, str]:
    kept = {"DATAGEN_HOME": str(home), "DATAGEN_API_KEY": CANARY, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"}
    return {**environment(**kept), **more}


def on_terminal(server: Server, home: Path, *arguments: str) -> pexpect.spawn:
    words = command("chat", "--model", server.name("openai"), *arguments)
    return pexpect.spawn(
        words[0], words[1:], env=settings(home), encoding="utf-8", timeout=60, dimensions=(40, 100), echo=False
    )


def piped(server: Server, home: Path, *arguments: str, stdin: str = "", **more: str) -> tuple[int, str, str]:
    words = command("chat", "--model", server.name("openai"), *arguments)
    done = subprocess.run(
        words, env=settings(home, **more), input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def sessions(home: Path) -> list[Path]:
    return sorted((home / "sessions").glob("*.md"))


def leave(child: pexpect.spawn) -> int | None:
    child.expect("You   ")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_a_conversation_is_held_stopped_taken_up_and_written_down(server: Server, tmp_path: Path) -> None:
    server.script += [
        Says("How many customers?\n\nAnd orders?"),
        Says("Let me think", ending="stall", pieces=20),
        Says(reply(WRONG)),
        Says(reply(RIGHT)),
    ]
    child = on_terminal(server, tmp_path, "a shop")
    child.expect("How many customers")
    child.expect("And orders")
    child.expect("You   ")
    child.send("\x1b[200~four of them\nand two orders\x1b[201~")
    child.send("\r")
    child.expect("Let me")
    child.sendintr()
    child.expect("The reply was stopped")
    child.expect("four of them")  # what was not answered stands there again
    child.send(" each\r")
    child.expect("Asked again")
    child.expect("Schema 1")
    child.expect("written")
    assert leave(child) == 0
    asked = [request.json["messages"][-1]["content"] for request in server.requests]
    assert asked[:3] == ["a shop", "four of them\nand two orders", "four of them\nand two orders each"]
    [path] = sessions(tmp_path)
    [conversation] = parse(path.read_text("utf-8")).conversations
    roles = ["user", "assistant", "user", "result", "user", "assistant", "result", "repair", "assistant", "result"]
    assert [turn.role for turn in conversation.turns] == roles
    assert "Let me think" in conversation.turns[3].text
    assert {file.stat().st_mode & 0o777 for file in (path, tmp_path / "history")} == {0o600}
    assert not any(CANARY in file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())


def test_ctrl_c_clears_a_line_and_leaves_when_pressed_twice_at_an_empty_one(server: Server, tmp_path: Path) -> None:
    child = on_terminal(server, tmp_path)
    child.expect("You   ")
    child.send("some words")
    child.expect("words")
    child.sendintr()
    child.sendintr()
    child.expect("once more leaves")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert server.requests == []


def test_what_a_model_writes_cannot_drive_the_terminal(server: Server, tmp_path: Path) -> None:
    server.script.append(Says("\x1b]52;c;ZXZpbA==\x07\x1b[2J\u202egnp.exe [/oops] \x9b31m\nDone.", pieces=3))
    child = on_terminal(server, tmp_path, "hello")
    child.expect(r"Done\.")
    shown = child.before
    leave(child)
    assert not re.search("\x1b\\]52|\x1b\\[2J|\x07|\u202e|\x9b", shown)
    assert "[/oops]" in shown


def test_a_pipe_gets_the_schema_and_nothing_else(server: Server, tmp_path: Path) -> None:
    server.script.append(Says(reply(SHOP)))
    code, out, told = piped(server, tmp_path, stdin="a shop\n")
    assert (code, json.loads(out)) == (0, SHOP)
    assert "Here it is:" in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([Says("How many?")], 5, "How many?"),
        ([Says(reply(WRONG))] * 3, 4, "gaussian"),
        ([Says(reply(WRONG)), Says(reply(RIGHT))], 0, "Asked again"),
        ([Fails(401, "Incorrect API key", "authentication_error")], 3, "key"),
        ([Says("Here it", ending="cut")], 3, "Here it"),
        ([Says("I cannot help.", stop="refusal")], 3, "I cannot help."),
        ([Says("")], 3, "The reply is empty."),
        ([Says("<think>Bikes?</think>")], 3, "nothing in the reply but thoughts"),
    ],
)
def test_the_exit_code_says_what_became_of_a_piped_message(
    server: Server, tmp_path: Path, answers: list[Says | Fails], code: int, said: str
) -> None:
    server.script += answers
    found, out, told = piped(server, tmp_path, "-m", "a shop")
    assert (found, bool(out)) == (code, code == 0)
    assert said in told


def test_a_piped_conversation_may_begin_with_a_schema(server: Server, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(SHOP))
    server.script.append(Says(reply({"nodes": [{"id": "customer", "rows": 9}]})))
    code, out, _ = piped(server, tmp_path, "--schema", str(tmp_path / "shop.json"), "-m", "nine customers")
    assert (code, json.loads(out)) == (0, shop(nodes__0__rows=9))
    assert json.dumps("customer_id") in server.requests[0].json["messages"][-1]["content"]


@pytest.mark.parametrize("said", ["", " \n"])
def test_nothing_to_say_is_wrong_input(server: Server, tmp_path: Path, said: str) -> None:
    code, _, told = piped(server, tmp_path, stdin=said)
    assert (code, "The message is missing." in told, server.requests) == (2, True, [])


def test_a_command_in_a_pipe_is_refused_and_other_words_with_a_slash_are_not(server: Server, tmp_path: Path) -> None:
    code, _, told = piped(server, tmp_path, stdin="/set customer.rows 5\n")
    assert (code, "/set is a command" in told, server.requests) == (2, True, [])
    assert piped(server, tmp_path, "-m", "/help")[0] == 2
    code, _, told = piped(server, tmp_path, stdin="a gym\n/save x.json\n")
    assert (code, "/save is a command" in told, server.requests) == (2, True, [])
    server.script.append(Says("What is that?"))
    assert piped(server, tmp_path, "-m", "/etc/passwd as a table")[0] == 5


def test_a_transcript_that_cannot_be_written_is_refused_before_the_model_is_asked(server: Server, tmp_path: Path) -> None:
    (tmp_path / "bikes.json").write_text("{}")
    code, out, told = piped(server, tmp_path, "-m", "a shop", "--transcript", str(tmp_path / "bikes.json" / "x.md"))
    assert (code, out, "[not-a-folder]" in told, server.requests) == (2, "", True, [])


def test_a_transcript_whose_name_is_too_long_is_refused(server: Server, tmp_path: Path) -> None:
    code, _, told = piped(server, tmp_path, "-m", "a shop", "--transcript", str(tmp_path / ("n" * 300)))
    assert (code, "too long" in told, "itself" in told, server.requests) == (2, True, False, [])


def test_a_transcript_behind_a_link_is_gone_on_with_and_the_link_stays(server: Server, tmp_path: Path) -> None:
    server.script += [Says("How many?"), Says("Fine.")]
    file, link = tmp_path / "shop.md", tmp_path / "link.md"
    link.symlink_to(file)
    for more in ((), ("--resume",)):
        assert piped(server, tmp_path, "--transcript", str(link), "-m", "a shop", *more)[0] == 5
    assert link.is_symlink()
    assert len(parse(file.read_text("utf-8")).conversations[0].turns) == 4


def test_without_a_model_the_ways_to_one_are_told(tmp_path: Path) -> None:
    without = {name: value for name, value in settings(tmp_path).items() if not name.endswith("_API_KEY")}
    done = subprocess.run(command("chat", "-m", "a shop"), env=without, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "ANTHROPIC_API_KEY" in done.stderr
    assert "--from-transcript" in done.stderr


def test_a_limit_of_cost_stops_before_a_call_of_unknown_price(server: Server, tmp_path: Path) -> None:
    code, _, told = piped(server, tmp_path, "--max-cost", "0.10", "-m", "a shop")
    assert code == 3
    assert "not known" in told
    assert server.requests == []


def test_a_pipe_never_loads_what_only_a_terminal_needs(server: Server, tmp_path: Path) -> None:
    server.script.append(Says("How many?"))
    listing = "import sys; from datagen_chat.cli import main; main(); print(*sys.modules)"
    words = [sys.executable, "-c", listing, "chat", "--model", server.name("openai"), "-m", "a shop"]
    done = subprocess.run(words, env=settings(tmp_path), capture_output=True, text=True, timeout=60, check=True)
    assert "prompt_toolkit" not in done.stdout.split()
    assert sessions(tmp_path)


def test_a_recorded_conversation_goes_on_with_a_model(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "shop.md"
    file.write_text(f"**User:** a shop\n\n**LLM:** {reply(SHOP)}\n")
    before = file.read_bytes()
    server.script.append(Says(reply({"nodes": [{"id": "customer", "rows": 9}]})))
    code, out, _ = piped(server, tmp_path, "--from-transcript", str(file), "--continue", "-m", "nine customers")
    assert (code, json.loads(out)) == (0, shop(nodes__0__rows=9))
    assert file.read_bytes() == before


def test_a_transcript_that_is_there_is_gone_on_with_or_left_alone(server: Server, tmp_path: Path) -> None:
    server.script += [Says("How many?"), Says("Fine.")]
    file = tmp_path / "shop.md"
    asked = ("--transcript", str(file), "-m", "a shop")
    assert piped(server, tmp_path, *asked)[0] == 5
    before = file.read_bytes()
    code, _, told = piped(server, tmp_path, *asked)
    assert (code, "[in-the-way]" in told, file.read_bytes()) == (2, True, before)
    code, _, told = piped(server, tmp_path, "--resume", *asked)
    assert (code, "This goes on in" in told) == (5, True)
    assert [turn.role for turn in parse(file.read_text("utf-8")).conversations[0].turns] == ["user", "assistant"] * 2


@pytest.mark.parametrize("tips", ["# Tips\n\n", ""])
def test_a_file_that_holds_more_than_a_kept_conversation_is_not_written_over(server: Server, tmp_path: Path, tips: str) -> None:
    kept = render(Journal().add("user", "a shop").transcript)
    (tmp_path / "talk.md").write_text(f"{tips}{kept}" if tips else f"{kept}\n{kept}")
    before = (tmp_path / "talk.md").read_bytes()
    code, _, told = piped(server, tmp_path, "--resume", "--transcript", str(tmp_path / "talk.md"), "-m", "more")
    assert (code, "[not-kept]" in told, server.requests) == (2, True, [])
    assert (tmp_path / "talk.md").read_bytes() == before


def test_without_a_session_there_is_nothing_to_take_up(server: Server, tmp_path: Path) -> None:
    code, _, told = piped(server, tmp_path, "--resume", "-m", "go on")
    assert code == 2
    assert "[no-session]" in told


COUNT = {"name": "nine customers", "sql": "SELECT count(*) FROM customer", "equals": 9}


def test_data_is_tried_and_the_model_is_told_what_was_measured(server: Server, tmp_path: Path) -> None:
    server.script += [Says(reply({**SHOP, "checks": [COUNT]})), Says(reply({"nodes": [{"id": "customer", "rows": 9}]}))]
    code, out, told = piped(server, tmp_path, "-m", "nine customers")
    assert (code, json.loads(out)["nodes"][0]["rows"]) == (0, 9)
    assert "nine customers: 4 instead of 9" in told
    assert "The check holds." in told
    assert "must give 9 and gives 4" in server.requests[1].json["messages"][-1]["content"]


def test_data_is_not_tried_where_that_is_not_wanted(server: Server, tmp_path: Path) -> None:
    server.script.append(Says(reply({**SHOP, "checks": [COUNT]})))
    code, _, told = piped(server, tmp_path, "--no-try", "-m", "nine customers")
    assert code == 0
    assert "Checks" not in told
    assert len(server.requests) == 1


def test_a_conversation_that_fills_the_window_goes_on_with_the_schema_and_the_requests(server: Server, tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text(json.dumps({"models": {server.name("openai"): {"window": 4000, "rates": []}}}))
    more = {"DATAGEN_PRICES": str(tmp_path / "prices.json")}
    server.script += [Says(reply(SHOP)), Says("Four.")]
    piped(server, tmp_path, "-m", "a shop", **more)
    code, _, told = piped(server, tmp_path, "--resume", "-m", "how many?", **more)
    assert code == 5
    assert "fills the model's window" in told
    first, last = (request.json["messages"] for request in server.requests)
    assert [message["role"] for message in last] == ["system", "user"]
    assert last[0]["content"] == first[0]["content"] == system_prompt(compact=True)
    assert "- a shop\n" in last[1]["content"]
    assert '"id": "customer"' in last[1]["content"]
    assert last[1]["content"].endswith("how many?")
