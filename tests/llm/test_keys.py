"""Keys: each goes to its own vendor and nowhere else, and none shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.llm.address import parse
from datagen_chat.llm.base import Message, ProviderError
from datagen_chat.llm.connect import connect
from datagen_chat.llm.keys import key_for, variables
from datagen_chat.llm.redaction import HIDDEN, Secret, redact, secrets_in
from tests.fakes.answers import Fails, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import CANARY, PROTOCOLS, hear, live

# Everything that the vendors' packages are known to read from the environment and could send to whomever they talk to.
CANARIES = {
    name: f"canary-{number}-{name.lower()}"
    for number, name in enumerate(
        [
            "OPENAI_API_KEY",
            "OPENAI_ADMIN_KEY",
            "OPENAI_ORG_ID",
            "OPENAI_PROJECT_ID",
            "OPENAI_WEBHOOK_SECRET",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "ANTHROPIC_WEBHOOK_SIGNING_KEY",
        ]
    )
} | {
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer canary-custom\nX-Extra: canary-extra",
    "ANTHROPIC_CUSTOM_HEADERS": "authorization: Bearer canary-custom\nX-Api-Key: canary-extra",
    "OPENAI_BASE_URL": "http://198.51.100.7/canary",
    "ANTHROPIC_BASE_URL": "http://198.51.100.7/canary",
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("has_key", [True, False])
def test_no_vendors_key_reaches_another_address(protocol: Protocol, has_key: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    environment = {**CANARIES, **({"DATAGEN_API_KEY": CANARY} if has_key else {})}
    with Server([Says()]) as server:
        provider = live(server, protocol, environment)
        assert hear(provider).text == "Hello."
        provider.served()
    sent = " ".join(f"{request.path} {request.headers} {request.body.decode()}" for request in server.requests)
    assert "canary-" not in sent.replace(CANARY, "")
    assert [request.headers.get("authorization") for request in server.requests] == [
        f"Bearer {CANARY}" if has_key else None
    ] * 2
    assert not any(
        name.startswith(("x-stainless", "openai-", "idempotency")) for request in server.requests for name in request.headers
    )


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("anthropic:m", "ANTHROPIC_API_KEY"),
        ("openai:m", "OPENAI_API_KEY"),
        ("openai@https://api.openai.com/v1:m", "OPENAI_API_KEY"),
        ("openai@https://eu.api.openai.com/v1:m", "OPENAI_API_KEY"),
        ("openai@http://api.openai.com/v1:m", "DATAGEN_API_KEY"),  # not encrypted, so it may be anybody
        ("openai@https://api.openai.com.evil.example/v1:m", "DATAGEN_API_KEY"),
        ("openai@https://evilapi.openai.com.example/v1:m", "DATAGEN_API_KEY"),
        ("openai@https://notapi.openai.com/v1:m", "DATAGEN_API_KEY"),
        ("anthropic@https://api.openai.com:m", "DATAGEN_API_KEY"),
        ("openai@https://api.anthropic.com/v1:m", "DATAGEN_API_KEY"),
        ("openai@http://gpu-box:8000/v1:m", "DATAGEN_API_KEY_GPU_BOX_8000"),
    ],
)
def test_an_address_gets_the_key_that_is_meant_for_it(name: str, variable: str) -> None:
    every = {**CANARIES, "DATAGEN_API_KEY": "canary-any", "DATAGEN_API_KEY_GPU_BOX_8000": "canary-box"}
    key = key_for(parse(name), every)
    assert key is not None
    assert key.reveal() == every[variable]


def test_ollama_is_given_no_key_that_is_not_its_own() -> None:
    assert key_for(parse("ollama:m"), {"DATAGEN_API_KEY": "canary", **CANARIES}) is None
    assert variables(parse("ollama:m"))[0] == "DATAGEN_API_KEY_LOCALHOST_11434"


@pytest.mark.parametrize("name", ["openai:gpt", "anthropic:claude"])
def test_without_a_key_it_says_which_variable_to_set(name: str) -> None:
    with pytest.raises(ProviderError) as caught:
        connect(parse(name), {"DATAGEN_API_KEY": "x"})
    assert caught.value.kind == "key"
    assert name.split(":")[0].upper() + "_API_KEY" in caught.value.hint


@pytest.mark.parametrize("key", ["canary key", "canary\r\nX-Evil: 1", "canary-é", "canary\x00"])
def test_what_cannot_be_a_key_is_not_sent_and_not_shown(key: str) -> None:
    with pytest.raises(ProviderError) as caught:
        connect(parse("openai:gpt"), {"OPENAI_API_KEY": key})
    assert "canary" not in str(caught.value)


def test_a_key_on_an_open_road_is_noted() -> None:
    environment = {"DATAGEN_API_KEY": CANARY}
    notes = {
        name: [n.code for n in connect(parse(name), environment).notes]
        for name in ("openai@http://10.0.0.5/v1:m", "openai@http://localhost:1/v1:m", "openai@https://10.0.0.5/v1:m")
    }
    assert list(notes.values()) == [["key-in-clear"], [], []]


def test_an_address_in_the_environment_that_is_not_used_is_noted() -> None:
    [noted] = connect(parse("openai:gpt"), {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": "http://proxy:8000/v1"}).notes
    assert (noted.code, "openai@http://proxy:8000/v1:gpt" in noted.hint) == ("address-not-used", True)


def test_a_key_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    assert [repr(secret), str(secret), f"{secret}", f"{[secret]}"] == [HIDDEN, HIDDEN, HIDDEN, f"[{HIDDEN}]"]


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-AbCdEf0123456789",
        "sk-proj-AbCdEf0123456789_-x",
        "Incorrect API key provided: sk-abcde***********wxyz.",
        "Authorization: Bearer AbCdEf0123456789",
        "{'x-api-key: AbCdEf0123456789'}",
        "https://h/?api_key=AbCdEf0123456789&x=1",
        "http://user:AbCdEf0123456789@host/",
        "gsk_AbCdEf0123456789AbCdEf",
        "hf_AbCdEf0123456789AbCdEf",
        "AIzaSyAbCdEf0123456789AbCdEf0123456789x",
        "eyJhbGciOiJI.eyJzdWIiOiIx.AbCdEf0123456789",
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str) -> None:
    hidden = redact(text)
    assert HIDDEN in hidden
    assert "AbCdEf0123456789" not in hidden
    assert "wxyz" not in hidden


@pytest.mark.parametrize(
    "text", ["a sketch of task-lists", "order_item.sku", "sk-8", "risk-averse customers", "The key is wrong."]
)
def test_words_are_left_alone(text: str) -> None:
    assert redact(text) == text


@given(st.text(min_size=8, max_size=40).filter(lambda text: len(text.strip()) >= 8), st.text(), st.text())
def test_a_known_secret_never_remains(secret: str, before: str, after: str) -> None:
    assert secret.strip() not in redact(before + secret + after, [secret]).replace(HIDDEN, "\x00")


def test_keys_are_known_by_the_names_of_their_variables() -> None:
    environment = {
        **CANARIES,
        "PATH": "/usr/bin:/bin",
        "MONKEY_BUSINESS": "bananas-for-all",
        "DATAGEN_API_KEY_HOST": "canary-host",
    }
    found = secrets_in(environment)
    assert {
        environment[name]
        for name in ("OPENAI_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_WEBHOOK_SECRET", "DATAGEN_API_KEY_HOST")
    } <= set(found)
    assert not {"/usr/bin:/bin", "bananas-for-all"} & set(found)


def test_a_server_that_repeats_the_key_does_not_spread_it() -> None:
    with Server([Fails(401, f'Bad key "{CANARY}"')]) as server:
        failure = hear(live(server, "openai"), [Message("user", "?")]).failure
    assert f'Bad key "{HIDDEN}"' in str(failure)
