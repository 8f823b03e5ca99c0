"""What a conversation has taken: kept with it, and gone on from when it is taken up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen_chat.commands.opening import kept, take_up
from datagen_chat.commands.sessions import Keeper
from datagen_chat.commands.slash import Desk
from datagen_chat.commands.talk import Talk
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.session import Session
from datagen_chat.llm.base import Provider, Reply, Usage
from datagen_chat.llm.budget import Metered, Spent, spent_of
from datagen_chat.llm.prices import Prices, Rate, Row
from datagen_chat.llm.script import Script
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen
from tests.cli.desks import say_at
from tests.terminal.screens import Memory

PRICES = Prices("2026-01-01", {"script": Row(100_000, None, (Rate(2.0, 0.2, 2.5, 10.0),))}, {})
USAGE = Usage(input=50_000, output=15_000)  # 0.05 x $2 + 0.015 x $10: a quarter of a dollar
DOLLARS = 0.25


class Run:
    """One run of the program, whose every call takes the same, in a conversation that is kept in a file."""

    def __init__(self, path: Path, *, resumes: bool = False, max_cost: float | None = None) -> None:
        self.file, self.max_cost = Memory(), max_cost
        screen = Screen(self.file, width=100)
        keeper = Keeper(path, {}, path.parent)
        talk = Talk(Session(), self.connect("script", None), LiveView(screen), screen, keeper, Journal())
        self.desk = Desk(talk, self.connect, {"DATAGEN_HOME": str(path.parent)})
        if resumes:
            take_up(talk, kept(path))

    def connect(self, name: str, spent: Spent | None) -> Provider:
        script = Script(lambda _: Reply("How many?", usage=USAGE), name)
        return script if name == "recording" else Metered(script, PRICES, self.max_cost, spent)

    def say(self, *lines: str) -> str:
        """Say or do these things, and return what the last one showed."""
        return say_at(self.desk, self.file, *lines)

    @property
    def spent(self) -> tuple[int, float]:
        """The calls and the dollars of the conversation."""
        return self.desk.talk.spent.calls, self.desk.talk.spent.cost


def test_what_was_spent_goes_on_when_a_conversation_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    assert Run(path).say("a shop", "/cost").startswith("$0.2500 for 1 call\n50,000 tokens read")
    again = Run(path, resumes=True)
    assert again.say("/cost").startswith("$0.2500 for 1 call\n")
    assert "$0.5000 so far" in again.say("and orders")
    assert Run(path, resumes=True).say("/cost").startswith("$0.5000 for 2 calls\n100,000 tokens read")


def test_each_conversation_has_what_it_took_itself(tmp_path: Path) -> None:
    first, second = tmp_path / "first.md", tmp_path / "second.md"
    Run(first).say("a shop", "and orders")
    run = Run(second)
    run.say("a bank")
    assert run.say(f"/resume {first}", "/cost").startswith("$0.5000 for 2 calls\n")
    run.say("and payments")
    assert run.spent == (3, pytest.approx(3 * DOLLARS))
    run.say(f"/resume {second}")
    assert run.spent == (1, pytest.approx(DOLLARS))
    assert spent_of(kept(first).meta["spent"]).calls == 3
    assert spent_of(kept(second).meta["spent"]).calls == 1


def test_another_model_goes_on_from_what_was_spent_and_so_does_one_after_a_recording(tmp_path: Path) -> None:
    run = Run(tmp_path / "talk.md")
    run.say("a shop", "/model script", "and orders")
    assert run.spent == (2, pytest.approx(2 * DOLLARS))
    assert run.say("/model recording", "/cost").startswith("$0.5000 for 2 calls\n")
    run.say("and returns", "/model script", "and stores")
    assert run.spent == (3, pytest.approx(3 * DOLLARS))


def test_a_limit_is_one_of_this_run_whatever_was_spent_before(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    Run(path).say("a shop", "and orders")
    run = Run(path, resumes=True, max_cost=0.2)
    assert "$0.7500 so far" in run.say("and returns")
    assert "would go beyond $0.2000" in run.say("and stores")
    run.say("/model recording", "/model script")
    assert "would go beyond $0.2000" in run.say("and stores")


def test_a_recording_takes_nothing_and_nothing_is_written_of_it(tmp_path: Path) -> None:
    run = Run(tmp_path / "talk.md")
    assert "A recording costs nothing." in run.say("/model recording", "a shop", "/cost")
    assert "spent" not in kept(tmp_path / "talk.md").meta


@pytest.mark.parametrize("written", [None, [], {"calls": "2"}, {"calls": True}, {"cost": float("inf")}, {"input": -1}])
def test_what_is_no_account_is_taken_as_none(written: object) -> None:
    assert spent_of(written) == Spent()


def test_what_is_not_known_of_a_call_is_said_so(tmp_path: Path) -> None:
    run = Run(tmp_path / "talk.md")
    run.desk.talk.provider = Metered(Script(lambda _: Reply("How many?"), "mine"), PRICES)
    assert "about " in run.say("a shop")  # nobody counted the tokens
    assert run.say("/cost").startswith("1 call; what it costs is not known\n")
    assert Spent(2, unpriced=1).dollars == "—"  # nor is it where the other call failed, and cost nothing
    run.desk.talk.provider = Metered(Script(lambda _: Reply("How many?"), "mine"), PRICES, max_cost=1)
    said = run.say("a shop")
    assert '{"models": {"mine": {"rates": [{"input": 2, "output": 10}]}}}' in " ".join(said.split())
