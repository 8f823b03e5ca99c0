"""A whole session with the real program on a pseudo-terminal: what a person does in it, and how it is left."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from datagen_chat.conversation.transcript import parse
from tests.cli.running import command
from tests.cli.test_talk import RIGHT, WRONG, sessions, settings
from tests.conversation.replies import SHOP, reply
from tests.fakes.answers import Fails, Says
from tests.fakes.server import Server

CHECK = {"name": "nine", "requirement": "nine customers", "sql": "SELECT count(*) FROM customer", "equals": 9}
FIRST, LAST = (
    r"\x1b\[\?2004h(?:\x1b\[\?1l)?\x1b\[\?25l",
    "\x1b[?12l\x1b[?25h",
)  # what prompt_toolkit writes when a prompt begins, and when it stands


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


def session(home: Path, *arguments: str, size: tuple[int, int] = (40, 100), **more: str) -> pexpect.spawn:
    words = command("chat", *arguments)
    environment = settings(home, **more)
    return pexpect.spawn(
        words[0], words[1:], env=environment, encoding="utf-8", timeout=60, dimensions=size, cwd=home, echo=False
    )


def prompt(child: pexpect.spawn) -> str:
    """Wait until the prompt stands, and return what was drawn before it."""
    child.expect(FIRST)
    shown = str(child.before)
    child.expect_exact(LAST)
    return shown


def left(child: pexpect.spawn) -> int | None:
    """Leave as soon as the prompt stands again, and return the exit code."""
    child.send("/quit\r")
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_a_dataset_is_designed_from_the_greeting_to_its_files(server: Server, tmp_path: Path) -> None:
    server.script += [
        Says("How many customers?"),
        Says(reply(WRONG)),
        Says(reply(RIGHT)),
        Says(reply({"checks": [CHECK]})),
        Says(reply({"nodes": [{"id": "customer", "rows": 9}]}, before="Nine it is.")),
    ]
    child = session(tmp_path, "--model", server.name("openai"))
    assert "Say what data you need" in prompt(child)
    child.send("a shop\r")
    assert "How many customers?" in prompt(child)
    child.send("four\r")
    shown = prompt(child)
    assert "Asked again (1)." in shown
    assert "Schema 1: " in shown
    child.send("it must be nine\r")
    shown = prompt(child)
    assert "nine customers: " in shown
    assert "4 instead of 9" in shown
    assert "Nine it is." in shown
    assert "The check holds." in shown
    child.send("/sample customer 2\r")
    assert "the first 2 of 9 rows" in prompt(child)
    child.send("/undo\r")
    assert "rows 9 → 4" in prompt(child)
    child.send("/redo\r")
    assert "rows 4 → 9" in prompt(child)
    child.send("/generate out --format csv\r")
    assert "27 rows" in prompt(child)
    assert len((tmp_path / "out" / "order.csv").read_text().splitlines()) == 19
    assert left(child) == 0
    [path] = sessions(tmp_path)
    [kept] = parse(path.read_text("utf-8")).conversations
    assert [turn.text for turn in kept.turns if turn.role == "command"] == ["/undo", "/redo", "/generate out --format csv"]


def test_two_hundred_pasted_lines_arrive_as_they_are(server: Server, tmp_path: Path) -> None:
    server.script.append(Says("Fine."))
    lines = "\n".join(f"{number}: naïve café — 数据 \\ \"'" for number in range(200))
    child = session(tmp_path, "--model", server.name("openai"))
    prompt(child)
    child.send(f"\x1b[200~{lines}\x1b[201~")
    child.send("\r")
    child.expect_exact("Fine.")
    assert left(child) == 0
    assert server.requests[0].json["messages"][-1]["content"] == lines


def test_what_is_pasted_while_a_reply_streams_is_the_next_request(server: Server, tmp_path: Path) -> None:
    server.script += [Says("Let me think.\n" * 20, delay=0.02), Says("Fine.")]
    lines = "\n".join(f"{number}: {'x' * 100}" for number in range(100))  # more than a terminal keeps of a line
    child = session(tmp_path, "--model", server.name("openai"))
    prompt(child)
    child.send("a shop\r")
    child.expect_exact("Let me think.")
    child.send(f"\x1b[200~{lines}\x1b[201~\r")
    child.expect_exact("Fine.")
    assert left(child) == 0
    assert [said(request.json) for request in server.requests] == ["a shop", lines]


def test_the_width_is_taken_anew_when_the_terminal_changes(server: Server, tmp_path: Path) -> None:
    server.script += [Says("word " * 60), Says("word " * 60)]
    child = session(tmp_path, "--model", server.name("openai"), NO_COLOR="1")
    prompt(child)
    child.send("a\r")
    wide = [line for line in prompt(child).splitlines() if "word word" in line]
    child.setwinsize(40, 50)
    prompt(child)  # it is drawn again
    child.send("b\r")
    narrow = [line for line in prompt(child).splitlines() if "word word" in line]
    assert max(map(len, narrow)) <= 50 < max(map(len, wide)) <= 100
    assert left(child) == 0


@pytest.mark.parametrize("columns", [40, 200])
def test_no_line_is_wider_than_the_terminal(server: Server, tmp_path: Path, columns: int) -> None:
    server.script += [Says(reply(SHOP, before="word " * 60)), Says(reply({"nodes": [{"id": "customer", "rows": -1}]}))]
    child = session(tmp_path, "--model", server.name("openai"), "--max-repairs", "0", size=(40, columns), NO_COLOR="1")
    prompt(child)
    shown = ""
    for line in ("a shop", "less", "/help", "/versions", "/cost", "/generate out"):
        child.send(f"{line}\r")
        shown += prompt(child)
    assert left(child) == 0
    lines = [plain(line) for line in shown.splitlines() if not line.startswith("  datagen ")]  # commands are to be copied
    assert max(map(len, lines)) <= columns
    assert "Schema 1: Shop" in shown


def plain(line: str) -> str:
    """Return what stays of a line that was drawn over: passing lines begin with a return and an erasure."""
    return (
        line.rpartition("\x1b[K")[2].rpartition("\r")[2].rpartition("\x1b[0m")[2]
        if "\x1b[K" in line
        else line.partition("\x1b")[0]
    )


def test_a_terminal_that_can_do_nothing_is_talked_to(server: Server, tmp_path: Path) -> None:
    server.script.append(Says(reply(SHOP)))
    child = session(tmp_path, "--model", server.name("openai"), TERM="dumb")
    child.expect_exact("You   ")
    child.send("a shop\r")
    child.expect_exact("Schema 1: Shop")
    child.expect_exact("You   ")
    assert "\x1b[3" not in child.before
    assert left(child) == 0


def test_ctrl_c_leaves_a_terminal_that_can_do_nothing_when_pressed_twice(server: Server, tmp_path: Path) -> None:
    child = session(tmp_path, "--model", server.name("openai"), TERM="dumb")
    child.expect_exact("You   ")
    child.send("some words")
    child.expect_exact("some words")
    child.sendintr()
    child.expect_exact("You   ")
    shown, is_left = "", False
    for _ in range(30):  # it may be pressed before the terminal hands on every key
        child.sendintr()
        is_left = child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0
        if is_left:
            shown = str(child.before)
            break
    assert is_left
    child.close()
    assert "Ctrl-C once more leaves." in shown
    assert (child.exitstatus, server.requests) == (0, [])


@pytest.mark.parametrize("terminal", ["dumb", "xterm"])
def test_ctrl_c_right_after_enter_stops_what_was_entered(server: Server, tmp_path: Path, terminal: str) -> None:
    server.script.append(Says("One."))
    child = session(tmp_path, "--model", server.name("openai"), TERM=terminal)
    child.expect_exact("You   ")
    child.send("first words\r\x03")  # in one piece, before the terminal makes a signal of it
    child.expect_exact("first words")
    child.expect_exact("first words")  # it stands there again
    assert server.requests == []
    child.send(" again\r")
    child.expect_exact("One.")
    assert left(child) == 0
    assert said(server.requests[0].json) == "first words again"


def test_what_was_said_comes_back_from_the_history_and_the_editor(server: Server, tmp_path: Path) -> None:
    server.script += [Says("One."), Says("Two."), Says("Three.")]
    child = session(tmp_path, "--model", server.name("openai"))
    prompt(child)
    child.send("first words\r")
    child.expect_exact("One.")
    assert left(child) == 0
    child = session(tmp_path, "--model", server.name("openai"), EDITOR="sed -i s/first/other/", VISUAL="")
    prompt(child)
    child.send("\x1b[A\x1b[A")  # the last one was how the other session was left
    child.expect_exact("first words")
    child.send("\x18\x05")
    child.expect_exact("other words")
    child.send("\r")
    child.expect_exact("Two.")
    assert left(child) == 0
    assert [said(request.json) for request in server.requests] == ["first words", "other words"]


def said(body: Any) -> str:
    return str(body["messages"][-1]["content"])


def test_ctrl_c_twice_in_a_stream_stops_it_and_keeps_the_request(server: Server, tmp_path: Path) -> None:
    server.script += [Says(reply(SHOP)), Says("Let me think\n", ending="stall"), Says("Fine.")]
    child = session(tmp_path, "--model", server.name("openai"), "a shop")
    prompt(child)
    child.send("nine customers\r")
    child.expect_exact("Let me think")
    child.sendintr()
    child.sendintr()
    child.expect_exact("The reply was stopped.")
    child.expect_exact("nine customers")  # it stands at the prompt again
    child.expect_exact(LAST)
    child.send(" please\r")
    child.expect_exact("Fine.")
    child.send("/versions\r")
    child.expect_exact("1: Shop")
    assert left(child) == 0
    assert said(server.requests[-1].json) == "nine customers please"


def test_ctrl_c_ends_the_wait_for_a_server_that_is_asked_too_often(server: Server, tmp_path: Path) -> None:
    server.script += [Fails(429, "Slow down.", headers={"Retry-After": "50"}), Says("Fine.")]
    child = session(tmp_path, "--model", server.name("openai"))
    prompt(child)
    child.send("a shop\r")
    child.expect(r"asked again in \d+ s")  # it stands there for fifty seconds
    child.sendintr()
    child.expect_exact("The reply was stopped.")
    child.expect_exact("a shop")
    child.send("\r")
    child.expect_exact("Fine.")
    assert left(child) == 0


def test_after_a_kill_the_request_that_was_not_answered_stands_at_the_prompt(server: Server, tmp_path: Path) -> None:
    server.script += [Says(reply(SHOP)), Says("Let me think\n", ending="stall"), Says("Nine.")]
    child = session(tmp_path, "--model", server.name("openai"), "a shop")
    prompt(child)
    child.send("nine customers\r")
    child.expect_exact("Let me think")
    child.kill(signal.SIGKILL)
    child.wait()
    child = session(tmp_path, "--resume")
    child.expect_exact("2 requests so far")
    child.expect_exact("Schema 1: ")
    child.expect_exact("nine customers")
    child.expect_exact(LAST)
    child.send("\r")
    child.expect_exact("Nine.")
    assert left(child) == 0
    assert [message["content"] for message in server.requests[-1].json["messages"][1:]] == [
        "a shop",
        reply(SHOP),
        "nine customers",
    ]
    assert len(sessions(tmp_path)) == 1


def test_a_key_is_given_within_a_conversation_and_leaving_says_where_that_is(server: Server, tmp_path: Path) -> None:
    server.script += [Fails(401, "Incorrect API key provided.", "authentication_error"), Says(reply(SHOP))]
    child = session(tmp_path, "--model", server.name("openai"))
    prompt(child)
    child.send("a shop\r")
    child.expect_exact("/key takes one")
    prompt(child)
    child.send("/key\r")
    child.expect_exact("Key: ")
    child.send("canary-of-a-key\r")
    child.expect_exact("The key is taken")
    shown = str(child.before)
    prompt(child)
    child.send("/retry\r")
    child.expect_exact("Shop — 2 tables")
    prompt(child)
    child.send("/quit\r")
    child.expect(pexpect.EOF)
    [path] = sessions(tmp_path)
    assert "not saved" in child.before
    assert str(path) in child.before
    assert "datagen chat --resume" in child.before
    assert server.requests[-1].headers["authorization"] == "Bearer canary-of-a-key"
    assert "canary-of" not in shown
    assert not any("canary-of" in file.read_text("utf-8", "replace") for file in tmp_path.rglob("*") if file.is_file())


def test_without_a_key_a_model_is_named_or_a_key_is_pasted_that_nobody_sees(server: Server, tmp_path: Path) -> None:
    server.script.append(Says("Fine."))
    key = "sk-ant-canary0123456789abcdef"
    child = session(tmp_path, DATAGEN_MODEL="", ANTHROPIC_API_KEY="", OPENAI_API_KEY="")
    child.expect_exact("Paste a key")
    child.expect_exact("Model or key: ")
    child.send("anthropic:some-model\r")
    child.expect_exact("There is no key for anthropic. Paste it here.")
    child.expect_exact("Model or key: ")
    child.send("gsk_somebodyelses0123456789\r")
    child.expect_exact("is no vendor of models")
    shown = str(child.before)
    child.expect_exact("Model or key: ")
    child.send(f"{key}\r")
    child.expect_exact("datagen")
    shown += str(child.before)
    child.expect_exact("anthropic:some-model")
    child.send(f"/model {server.name('openai')}\r")
    child.send(f"my key is {key}\r")
    child.expect_exact("Fine.")
    assert left(child) == 0
    assert "canary" not in shown
    assert "somebodyelses" not in shown
    assert key in said(server.requests[0].json)
    assert not any("canary" in path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file())
