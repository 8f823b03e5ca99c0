"""Which model is used when nobody names one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.choice import choose
from datagen_chat.llm.local import PLACES, SECONDS, Found, Place, found
from datagen_chat.problems import ProblemsError
from tests.fakes.answers import Answer, Fails, Hangs, Lists
from tests.fakes.server import Server

OLLAMA = Found(PLACES[0], ("llama3.2:3b", "qwen3"))
STUDIO = Found(PLACES[1], ("gemma",))


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"ANTHROPIC_API_KEY": "a"}, "anthropic:claude-sonnet-5-5"),
        ({"OPENAI_API_KEY": "o"}, "openai:gpt-6.2-sol"),
        ({"OPENAI_API_KEY": "o", "ANTHROPIC_API_KEY": " "}, "openai:gpt-6.2-sol"),
        ({"DATAGEN_MODEL": "ollama:x", "OPENAI_API_KEY": "o"}, "ollama:x"),
    ],
)
def test_the_environment_decides(environment: dict[str, str], name: str) -> None:
    choice = choose(environment, look=lambda: pytest.fail("nobody has to look"))
    assert (choice.address.name, choice.is_offer, choice.notes) == (name, False, ())


def test_two_keys_are_not_chosen_between_in_silence() -> None:
    choice = choose({"OPENAI_API_KEY": "o", "ANTHROPIC_API_KEY": "a"}, look=lambda: ())
    [noted] = choice.notes
    assert (choice.address.vendor, noted.code) == ("anthropic", "several-keys")
    assert "--model openai:gpt-6.2-sol" in noted.hint


def test_a_server_on_this_machine_is_offered() -> None:
    choice = choose({}, look=lambda: (OLLAMA, STUDIO))
    assert (choice.address.name, choice.is_offer, choice.others) == ("ollama:llama3.2:3b", True, ("ollama:qwen3",))
    assert choose({}, look=lambda: (STUDIO,)).address.name == "openai@http://localhost:1234/v1:gemma"


def test_without_any_it_names_three_ways_on_and_what_works_without() -> None:
    with pytest.raises(ProviderError) as caught:
        choose({}, look=lambda: ())
    assert caught.value.kind == "unconnected"
    for way in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "ollama", "openai@http://", "--from-transcript", "generate"):
        assert way in caught.value.hint


def test_a_wrong_name_in_the_environment_is_a_problem() -> None:
    with pytest.raises(ProblemsError):
        choose({"DATAGEN_MODEL": "nonsense"}, look=lambda: ())


@contextmanager
def serving(*answers: Answer) -> Iterator[list[Place]]:
    """Start a server for each of these answers."""
    servers = [Server([answer]) for answer in answers]
    for server in servers:
        server.__enter__()
    try:
        yield [Place(server.port, f"program {number}") for number, server in enumerate(servers)]
    finally:
        for server in servers:
            server.__exit__(None, None, None)


def test_servers_are_found_with_their_models_and_others_are_passed_over() -> None:
    other: list[Answer] = [
        Fails(404, body="<html>"),
        Fails(200, body="<html>hello</html>"),
        Fails(200, body='{"data": "none"}'),
        Fails(200, body="[" * 100_000),
        Fails(200, body='{"data": [{"id": 5}, null, {"id": "nomic-embed-text"}]}'),
        Hangs(closes=True),
    ]
    with serving(Lists([{"id": "b"}, {"id": "text-embedding"}]), *other, Lists([{"id": "a"}])) as places:
        servers = found(places, seconds=5.0)
    assert [(server.place.program, server.models) for server in servers] == [("program 0", ("b",)), ("program 7", ("a",))]


def test_a_server_that_says_nothing_is_not_waited_for_long() -> None:
    with serving(Hangs(), Hangs(), Lists([{"id": "a"}])) as places:
        servers = found(places, seconds=2.0)  # the others hang until they are closed, below
    assert [server.models for server in servers] == [("a",)]
    assert SECONDS <= 0.3


def test_looking_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert found([Place(taken.getsockname()[1], "nobody")]) == ()
    assert threading.active_count() == threads
