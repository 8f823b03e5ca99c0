"""The server as a person starts it by hand, and a conversation with it through everything there is."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from datagen_chat.conversation.events import SchemaAccepted, TurnEnded
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.session import Session
from datagen_chat.llm.address import parse
from datagen_chat.llm.base import Message, TextDelta
from datagen_chat.llm.connect import connect
from tests.fakes.answers import Fails, Protocol
from tests.fakes.server import Server
from tests.fakes.tiny import FAULTS, QUESTION
from tests.llm.asking import PROTOCOLS, hear, live

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_asks_a_question_and_then_gives_a_schema_that_is_accepted(protocol: Protocol) -> None:
    with Server() as server:
        provider = live(server, protocol)
        first = list(converse(Session(prompt="You design datasets."), "A shop.", provider))
        assert "".join(event.text for event in first if isinstance(event, TextDelta)) == QUESTION
        assert isinstance(first[-1], TurnEnded)
        assert first[-1].outcome == "prose"
        second = list(converse(first[-1].session, "500 customers, 2024.", provider))
    assert [event.number for event in second if isinstance(event, SchemaAccepted)] == [1]
    assert second[-1].session.usage.output == 2 * 9


@pytest.mark.parametrize("name", [name for name, answer in FAULTS.items() if isinstance(answer, Fails)])
def test_a_fault_can_be_asked_for_by_name(name: str) -> None:
    with Server() as server:
        failure = hear(live(server, "openai"), [Message("user", f"fault:{name}")]).failure
    assert f"({name})" in str(failure)


def test_it_starts_by_hand_and_ends_with_an_interrupt() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tests.fakes.server", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        assert hear(connect(parse(f"openai@{found[0]}/v1:tiny"), {})).text == QUESTION
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
