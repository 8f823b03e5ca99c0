"""A conversation over real sockets in which one call after the other goes wrong: nothing is lost, and the next turn works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen_chat.commands.prompting import prompt_for
from datagen_chat.commands.sessions import Keeper
from datagen_chat.commands.talk import Talk
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.conversation.resume import restore
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.transcript import parse
from datagen_chat.llm.budget import Metered
from datagen_chat.llm.prices import prices
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen
from tests.conversation.replies import SHOP, reply, shop
from tests.fakes.answers import Answer, Fails, Hangs, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import CANARY, PROTOCOLS, live
from tests.terminal.screens import Memory

HALF = reply(shop(nodes__0__rows=7))[:300]
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202egnp.exe [/oops] [link=file:///etc/passwd]x[/link] \x00\x08\ud800"
# What the server answers, and what is shown; in none of these cases is there a schema.
FAULTS: dict[str, tuple[list[Answer], str]] = {
    "cut": ([Says(HALF, ending="cut")], "The reply broke off."),
    "reset": ([Says(HALF, ending="reset")], "The reply broke off."),
    "an error event": ([Says(HALF, ending="error")], "verloaded"),
    "garbage": ([Says(HALF, ending="garbage")], "cannot be read"),
    "a clean end too early": ([Says(HALF, ending="clean"), Says("I cannot.")], "The reply broke off."),
    "truncated": ([Says(HALF, stop="length"), Says("I cannot.")], "ran into the model's limit"),
    "refused": ([Says("I cannot help with that.", stop="refusal")], "I cannot help"),
    "401": ([Fails(401, f"Incorrect API key provided: {CANARY}.", "authentication_error")], "key"),
    "402": ([Fails(402, "Your credit balance is too low.", "billing_error")], "credit"),
    "404": ([Fails(404, "The model `tiny` does not exist.", "not_found_error")], "does not exist"),
    "422": ([Fails(422, body='{"detail": "no"}')], "422"),
    "429": ([Fails(429, "Slow down.", headers={"Retry-After": "2"})] * 4, "Slow down."),
    "500": ([Fails(500, "Internal error.", "api_error")] * 4, "Internal error."),
    "529": ([Fails(529, "Overloaded.", "overloaded_error")] * 4, "Overloaded."),
    "nothing": ([Hangs(closes=True)] * 4, "127.0.0.1"),
    "hostile": ([Says(HOSTILE, pieces=1)], "[/oops]"),
    "one line of megabytes": ([Says("x" * 1000, repeat=3000, pieces=1000)], "xxx"),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_whatever_a_server_does_nothing_is_lost_and_the_next_turn_works(
    server: Server, protocol: Protocol, tmp_path: Path
) -> None:
    file = Memory()
    provider = Metered(live(server, protocol), prices({}))
    keeper = Keeper(tmp_path / "talk.md", {"X_API_KEY": CANARY}, tmp_path)
    start = Session(Settings(max_repairs=2), "You design datasets.")
    talk = Talk(start, provider, LiveView(Screen(file, width=100)), Screen(file, width=100), keeper, Journal())
    server.script.append(Says(reply(SHOP)))
    assert talk.say("a shop") == "accepted"
    for number, (name, (answers, shown)) in enumerate(FAULTS.items(), 1):
        before, history = talk.session.versions, talk.session.history
        file.seek(0)
        file.truncate()
        server.script.extend(answers)
        result = talk.say(f"more: {name}")
        assert result != "accepted", name
        assert shown in " ".join(file.getvalue().split()), name
        assert not server.script, name
        assert talk.session.versions == before, name
        if result == "failed":
            assert talk.session.history == history, name
        server.script.append(Says(reply({"nodes": [{"id": "customer", "rows": 10 + number}]}), slices=5))
        assert talk.say(f"after: {name}") == "accepted", name
        assert talk.session.versions.current is not None
        assert talk.session.versions.current.dataset.table("customer").rows == 10 + number
        [kept] = parse(keeper.path.read_text("utf-8")).conversations
        assert restore(start, kept).versions == talk.session.versions, name
    written = keeper.path.read_text("utf-8")
    assert CANARY not in written
    assert not set("\x1b\x07\x9b\u202e\x00") & set(file.getvalue()) - {"\n"}


def test_a_prompt_that_does_not_fit_is_told_in_short(server: Server, tmp_path: Path) -> None:
    file = Memory()
    screen = Screen(file, width=100)
    provider = Metered(live(server, "openai"), prices({}))
    keeper = Keeper(tmp_path / "talk.md", {}, tmp_path)
    talk = Talk(Session(prompt=prompt_for(provider)), provider, LiveView(screen), screen, keeper, Journal())
    server.script += [Fails(400, "request (12747 tokens) exceeds the available context size (12288 tokens)"), Says(reply(SHOP))]
    assert talk.say("a shop") == "accepted"
    prompts = [request.json["messages"][0]["content"] for request in server.requests]
    assert prompts == [system_prompt(), system_prompt(compact=True)]
    assert "fewer words" not in file.getvalue()
    [kept] = parse(keeper.path.read_text("utf-8")).conversations
    assert restore(Session(prompt=system_prompt(compact=True)), kept) == talk.session


def test_a_conversation_that_a_server_finds_too_long_goes_on_with_the_schema_and_the_requests(
    server: Server, tmp_path: Path
) -> None:
    file = Memory()
    screen = Screen(file, width=100)
    provider = Metered(live(server, "openai"), prices({}))
    keeper = Keeper(tmp_path / "talk.md", {}, tmp_path)
    start = Session(Settings(max_repairs=2), "You design datasets.")
    talk = Talk(start, provider, LiveView(screen), screen, keeper, Journal())
    long = Fails(400, "the request exceeds the available context size (8192 tokens)")
    server.script += [Says(reply(SHOP)), long, Says(reply({"nodes": [{"id": "customer", "rows": 9}]}))]
    talk.say("a shop")
    assert talk.say("nine customers") == "failed"
    talk.retry()
    assert [message["role"] for message in server.requests[-1].json["messages"]] == ["system", "user"]
    last = server.requests[-1].json["messages"][-1]["content"]
    assert "- a shop\n" in last
    assert last.endswith("nine customers")
    [kept] = parse(keeper.path.read_text("utf-8")).conversations
    assert restore(start, kept) == talk.session
