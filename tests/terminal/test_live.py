"""What a person sees while a reply comes in."""

from __future__ import annotations

from itertools import count

import pytest

from datagen_chat.conversation.events import UserSaid
from datagen_chat.llm.base import ReasoningDelta, TextDelta
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen
from tests.conversation.replies import SHOP, reply
from tests.terminal.screens import Memory


def test_a_schema_that_streams_is_one_passing_line_of_the_tables_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    file, ticks = Memory(is_terminal=True), count()
    view = LiveView(Screen(file, width=80, styled=True), seconds=lambda: float(next(ticks)))
    view.draw(UserSaid("a shop"))
    written = reply(SHOP)
    for at in range(0, len(written), 20):
        view.draw(TextDelta(written[at : at + 20]))
    shown = file.getvalue()
    assert "schema: customer(1) …" in shown
    assert "schema: customer(2) order(" in shown
    assert shown.index("schema: customer(1)") < shown.index("schema: customer(2) order(")
    assert "generator" not in shown
    assert "\n" not in shown[shown.index("schema: customer") :]


def test_how_long_a_model_says_nothing_is_shown_until_it_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    file, now = Memory(is_terminal=True), [0.0]
    view = LiveView(Screen(file, width=80, styled=True), seconds=lambda: now[0])
    view.draw(UserSaid("a shop"))
    now[0] = 12.4
    assert view.tick()
    assert "waiting for the model … 12 s" in file.getvalue()
    view.draw(ReasoningDelta("Hm."))
    now[0] = 14.0
    assert view.tick()
    assert "the model is thinking … 14 s" in file.getvalue()
    view.draw(TextDelta("How many?"))
    shown = file.getvalue()
    now[0] = 20.0
    assert not view.tick()
    assert file.getvalue() == shown
