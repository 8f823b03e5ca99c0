"""Locales that are not shipped: taken out of Faker once, and said while it lasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen_chat.commands.gathering import gather_locales
from datagen_chat.faking.store import DATA, cache_folder
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.terminal.screen import Screen
from tests.cli.test_session import left, prompt, session
from tests.conversation.replies import reply
from tests.fakes.answers import Says
from tests.fakes.server import Server
from tests.faking.test_coherence import column, schema
from tests.terminal.screens import Memory

KOREAN = schema(column("work", "job", locale="ko_KR"))


@pytest.fixture(autouse=True)
def no_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def told(dataset: Dataset, *, is_terminal: bool = True) -> str:
    file = Memory(is_terminal=is_terminal)
    gather_locales(dataset, Screen(file, width=100, styled=False))
    return file.getvalue()


def test_the_first_use_of_a_locale_that_is_not_shipped_is_said_while_it_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    dataset = read(KOREAN).valid()

    first = told(dataset)

    assert "Taking job of ko_KR out of Faker; it is kept for the next time" in first
    assert first.endswith("\r\x1b[K")
    assert [path.parent.name for path in cache_folder().rglob("*.gz")] == ["ko_KR"]
    assert told(dataset) == ""


def test_a_method_of_a_locale_of_which_another_one_is_kept_is_said_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "Taking job of ko_KR out of Faker" in told(read(KOREAN).valid())
    both = read(schema(column("work", "job", locale="ko_KR"), column("place", "city", locale="ko_KR"))).valid()
    shown = told(both)
    assert "Taking city of ko_KR out of Faker" in shown
    assert "Taking job" not in shown
    assert told(both) == ""


def test_arguments_that_no_shipped_data_is_for_are_said_in_any_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    dataset = read(schema(column("code", "bothify", args={"text": "??-##"}))).valid()
    assert "Taking bothify of en_US out of Faker" in told(dataset)
    assert told(dataset) == ""


def test_a_conversation_says_what_is_taken_out_of_faker_for_its_schema_and_for_a_command(tmp_path: Path) -> None:
    korean = column("work", "job", locale="ko_KR")
    with Server() as server:
        server.script.append(Says(reply(schema(korean))))
        child = session(tmp_path, "--model", server.name("openai"), XDG_CACHE_HOME=str(tmp_path / "cache"))
        prompt(child)
        child.send("people and their work\r")
        shown = prompt(child)
        assert "Taking job of ko_KR out of Faker; it is kept for the next time" in shown
        assert shown.index("Taking job") < shown.index("Schema 1: ")
        child.send("/set customer.work.generator.faker.method city\r")
        assert "Taking city of ko_KR out of Faker" in prompt(child)
        child.send("/sample\r")
        assert "Taking" not in prompt(child)
        assert left(child) == 0


def test_nothing_is_said_of_shipped_locales_nor_outside_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert told(read(schema(column("work", "job", locale="sv_SE"))).valid()) == ""
    assert told(read(KOREAN).valid(), is_terminal=False) == ""


def test_the_locales_of_known_countries_are_taken_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    country = {"name": "country", "type": "string", "generator": {"choice": {"choices": ["DE", "KR", "nowhere"]}}}

    assert "job of ko_KR" in told(read(schema(country, column("work", "job", locale_from="country"))).valid())


def test_the_readme_counts_the_shipped_locales() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

    assert len(list(DATA.glob("grammars.*.json.xz"))) == 16
    assert "Sixteen locales of `faker` are shipped." in readme
