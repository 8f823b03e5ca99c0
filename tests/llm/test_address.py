"""Names of models: every one means an address, or is a problem that says what to write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.llm.address import Address, parse
from datagen_chat.problems import ProblemsError

MEANT = {
    "anthropic:claude-sonnet-5-5": ("anthropic", "https://api.anthropic.com", "claude-sonnet-5-5"),
    "openai:gpt-6.2-sol": ("openai", "https://api.openai.com/v1", "gpt-6.2-sol"),
    "ollama:llama3.2:3b": ("ollama", "http://localhost:11434/v1", "llama3.2:3b"),
    "ollama:": ("ollama", "http://localhost:11434/v1", ""),
    "OLLAMA:qwen": ("ollama", "http://localhost:11434/v1", "qwen"),
    "openai@http://127.0.0.1:8000/v1:qwen": ("openai", "http://127.0.0.1:8000/v1", "qwen"),
    "openai@http://127.0.0.1:8000": ("openai", "http://127.0.0.1:8000/v1", ""),
    "openai@http://127.0.0.1:8000/:a:b": ("openai", "http://127.0.0.1:8000/v1", "a:b"),
    "openai@https://api.groq.com/openai/v1:meta/llama-4": ("openai", "https://api.groq.com/openai/v1", "meta/llama-4"),
    "openai@https://host:qwen3": ("openai", "https://host/v1", "qwen3"),
    "openai@http://[::1]:8000/v1:qwen": ("openai", "http://[::1]:8000/v1", "qwen"),
    "anthropic@http://127.0.0.1:8090/v1:tiny": ("anthropic", "http://127.0.0.1:8090", "tiny"),
    "replay:shop: the first.md": ("replay", "", "shop: the first.md"),
    "random:7": ("random", "", "7"),
}
WRONG = {
    # what was written, the code, a part of what the hint or message says to write instead
    "": ("unknown-vendor", "anthropic:MODEL"),
    "claude-sonnet-5-5": ("missing-vendor", "anthropic:claude-sonnet-5-5"),
    "gpt-5.4": ("missing-vendor", "openai:gpt-5.4"),
    "antropic:claude": ("unknown-vendor", 'Did you mean "anthropic"?'),
    "openai@localhost:8000": ("bad-address", "http://HOST:PORT/v1"),
    "openai@http://": ("bad-address", "http://HOST:PORT/v1"),
    "openai@http://host:99999/v1:m": ("bad-address", "http://HOST:PORT/v1"),
    "openai@http://me:secret@host/v1:m": ("bad-address", "DATAGEN_API_KEY"),
    "openai@http://me@host/v1:m": ("bad-address", "DATAGEN_API_KEY"),
    "openai@http://host/v1?key=1:m": ("bad-address", "DATAGEN_API_KEY"),
    "ollama@http://host:m": ("unknown-protocol", "openai@http://"),
    "replay:": ("missing-file", "replay:FILE"),
    "ollama": ("missing-model", "ollama:MODEL"),
    "random": ("missing-model", "random:SEED"),
    "random:-1": ("bad-seed", "random:7"),
    "openai:a\nb": ("bad-model-name", "openai:MODEL"),
    "openai:" + "x" * 2000: ("bad-model-name", "openai:MODEL"),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_name_means_an_address(name: str) -> None:
    address = parse(name)
    assert (address.vendor, address.url, address.model) == MEANT[name]


@pytest.mark.parametrize("name", WRONG)
def test_a_name_that_means_none_says_what_to_write(name: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse(name)
    [problem] = caught.value.problems
    code, instead = WRONG[name]
    assert problem.code == code
    assert instead in f"{problem.message} {problem.hint}"
    assert "secret" not in problem.message


@given(st.text() | st.from_regex(r"(openai|anthropic)@https?://[a-z0-9.:/@\[\]]{0,30}", fullmatch=True))
def test_any_text_is_an_address_or_a_problem_and_an_address_names_itself(name: str) -> None:
    try:
        address = parse(name)
    except ProblemsError:
        return
    assert parse(address.name) == address


@pytest.mark.parametrize(
    ("url", "is_local", "is_private"),
    [
        ("http://localhost:1/v1", True, True),
        ("http://127.9.9.9/v1", True, True),
        ("http://[::1]:80/v1", True, True),
        ("http://127.0.0.1.evil.example/v1", False, False),
        ("http://10.0.0.5/v1", False, False),
        ("https://10.0.0.5/v1", False, True),
    ],
)
def test_an_address_knows_whether_others_can_read_along(url: str, is_local: bool, is_private: bool) -> None:
    address = Address("openai", url, "m", is_elsewhere=True)
    assert (address.is_local, address.is_private) == (is_local, is_private)
