"""Tokens and dollars: every call counts, no price is guessed, and a limit stops before the next call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datagen_chat.llm.base import Finished, Message, ProviderError, Reply, Usage
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.choice import DEFAULTS
from datagen_chat.llm.estimate import tokens_in, tokens_of
from datagen_chat.llm.prices import Prices, Rate, Row, dollars, prices, shipped
from datagen_chat.llm.script import Script
from datagen_chat.problems import ProblemsError
from tests.fakes.answers import Answer, Fails, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import PROTOCOLS, QUESTION, live

ROOT = Path(__file__).parents[2]
CHEAP = Prices("2026-01-01", {"script": Row(1000, None, (Rate(2.0, 0.2, 2.5, 10.0),))}, {})
USAGE = Usage(input=100_000, cache_read=200_000, cache_write=40_000, output=30_000, reasoning=10_000)


def scripted(*replies: str | Reply) -> Script:
    left = list(replies)
    return Script(lambda _: left.pop(0))


def test_a_call_costs_what_the_vendors_page_says() -> None:
    """By hand, for Claude Sonnet 5.5: 0.1 × $2 + 0.2 × $0.20 + 0.04 × $2.50 + 0.03 × $10; thinking is part of the output."""
    assert shipped().cost("anthropic:claude-sonnet-5-5", USAGE) == pytest.approx(0.2 + 0.04 + 0.1 + 0.3)


def test_long_prompts_cost_what_their_own_rate_says() -> None:
    """OpenAI: from 272 000 tokens of prompt on, input and cache cost twice as much and output half as much again."""
    table = shipped()
    short, long = Usage(input=272_000, output=1_000_000), Usage(input=272_001, output=1_000_000)
    assert table.cost("openai:gpt-6.2-sol", short) == pytest.approx(0.544 + 10)
    assert table.cost("openai:gpt-6.2-sol", long) == pytest.approx(2 * 0.544004 / 1 * 1 + 15, abs=1e-3)


def test_a_price_that_nobody_knows_is_a_dash_and_never_nought() -> None:
    table = shipped()
    for name in ("openai:gpt-99", "openai@http://x/v1:gpt-6.2-sol", "ollama:llama3", "openai:gpt-6-luna"):
        cost = table.cost(name, Usage(input=300_000, output=5))
        assert (cost, dollars(cost)) == (None, "—")


def test_a_dated_name_is_the_model_of_that_name() -> None:
    table = shipped()
    assert table.row("anthropic:claude-haiku-4-5-20251001") == table.row("anthropic:claude-haiku-4-5") != Row()
    assert table.row("openai:gpt-5.5-2026-04-23") == table.row("openai:gpt-5.5") != Row()


def test_the_shipped_table_is_whole() -> None:
    table = shipped()
    assert len(table.date) == len("2026-01-01")
    for name, row in table.models.items():
        for rate in row.rates:
            assert 0 < rate.cache_read <= rate.input <= rate.cache_write <= rate.output, name
    for name in DEFAULTS.values():
        assert table.row(name).rates, f"{name} is chosen by itself, so its price is known"
    assert {table.window(name) for name in ("ollama:x", "openai@http://x/v1:y", "nobody:z")} == {32_768}


def test_a_users_own_prices_come_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    rate = {"input": 0, "cache_read": 0, "cache_write": 0, "output": 1}
    own.write_text(json.dumps({"models": {"ollama:llama3": {"rates": [rate], "window": 9000}}, "windows": {"ollama": 4096}}))
    table = prices({"DATAGEN_PRICES": str(own)})
    assert table.cost("ollama:llama3", Usage(input=5, output=2_000_000)) == 2.0
    assert (table.window("ollama:llama3"), table.window("ollama:other")) == (9000, 4096)
    short = {"models": {"ollama:llama3": {"rates": [{"input": 2, "output": 10}]}}}
    own.write_text(json.dumps(short))
    assert prices({"DATAGEN_PRICES": str(own)}).cost("ollama:llama3", Usage(1, 1_000_000, 1_000_000, 0)) == 4.000002
    assert table.cost("anthropic:claude-sonnet-5-5", USAGE) == shipped().cost("anthropic:claude-sonnet-5-5", USAGE)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[" * 100_000,
        "[]",
        '{"models": {"a": {"rates": [{"input": 2}]}}}',
        '{"models": {"a": {"rates": [{"input": -2, "output": 1, "cache_read": 0, "cache_write": 0}]}}}',
        '{"models": {"a": {"rates": [{"input": true, "output": 1, "cache_read": 0, "cache_write": 0}]}}}',
        '{"models": {"a": {"rates": [{"input": Infinity, "output": 1, "cache_read": 0, "cache_write": 0}]}}}',
        '{"models": {"a": {"window": "large"}}}',
        '{"models": {"a": {"widow": 5}}}',
        '{"models": {"a": []}}',
        '{"models": {}, "windows": {"a": 0}}',
    ],
)
def test_prices_that_are_none_are_problems(tmp_path: Path, content: str) -> None:
    own = tmp_path / "prices.json"
    own.write_text(content)
    with pytest.raises(ProblemsError) as caught:
        prices({"DATAGEN_PRICES": str(own)})
    assert {problem.code for problem in caught.value.problems} <= {"bad-prices", "unknown-key"}
    with pytest.raises(ProblemsError):
        prices({"DATAGEN_PRICES": str(tmp_path / "missing.json")})


def test_calls_add_up() -> None:
    meter = Metered(scripted(Reply("a", usage=USAGE), Reply("b", usage=USAGE)), CHEAP)
    for _ in range(2):
        list(meter.stream(QUESTION))
    assert (meter.spent.calls, meter.spent.usage) == (2, USAGE + USAGE)
    assert (meter.spent.cost, meter.spent.dollars) == (pytest.approx(1.28), "$1.28")


def test_a_call_that_nobody_counted_is_estimated_and_says_so() -> None:
    meter = Metered(scripted("word " * 1000), CHEAP)
    list(meter.stream(QUESTION))
    assert meter.spent.estimated == 1
    assert 900 <= meter.spent.usage.output <= 1100
    assert meter.spent.dollars.startswith("about $0.0")


def test_a_stream_that_its_user_closes_is_paid() -> None:
    meter = Metered(scripted("one\ntwo\nthree\n"), CHEAP)
    stream = meter.stream(QUESTION)
    next(iter(stream))
    stream.close()  # type: ignore[attr-defined] - a generator
    assert (meter.spent.calls, meter.spent.estimated, meter.spent.usage.output > 0) == (1, 1, True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("answer", "is_paid"),
    [(Says("partial", ending="cut"), True), (Fails(401, "no"), False), (Says("partial", ending="error"), True)],
)
def test_a_failure_costs_what_was_said_before_it(protocol: Protocol, answer: Answer, is_paid: bool) -> None:
    with Server([answer]) as server:
        meter = Metered(live(server, protocol), CHEAP)
        with pytest.raises(ProviderError):
            list(meter.stream(QUESTION))
    assert (meter.spent.calls, meter.spent.usage.prompt > 0, meter.spent.usage.output > 0) == (1, is_paid, is_paid)


def test_a_limit_stops_before_the_next_call() -> None:
    half = Reply("a", usage=Usage(output=50_000))  # 50 cents
    meter = Metered(scripted(half, half, half), CHEAP, max_cost=0.9)
    list(meter.stream(QUESTION))
    list(meter.stream(QUESTION))
    with pytest.raises(ProviderError) as caught:
        list(meter.stream(QUESTION))
    assert (caught.value.kind, meter.spent.calls, meter.spent.cost) == ("budget", 2, 1.0)
    assert "$1.00 is spent" in str(caught.value)


def test_a_request_that_alone_costs_more_than_is_left_is_not_sent() -> None:
    meter = Metered(scripted("never"), CHEAP, max_cost=0.001)
    with pytest.raises(ProviderError):
        list(meter.stream([Message("user", "word " * 1000)]))  # $0.002
    assert meter.spent == Spent()


def test_a_limit_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(ProviderError) as caught:
        list(Metered(scripted("never"), Prices("", {}, {}), max_cost=5.0).stream(QUESTION))
    assert (caught.value.kind, "DATAGEN_PRICES" in caught.value.hint) == ("budget", True)


def test_what_was_spent_says_what_it_leaves_out() -> None:
    assert Spent(1, cost=0.5).dollars == "$0.5000"
    assert Spent(2, cost=0.5, unpriced=1).dollars == "at least $0.5000"
    assert Spent(2, unpriced=2).dollars == "—"
    assert Spent().dollars == "$0.00"


def test_a_meter_passes_on_what_it_is_given() -> None:
    cancellation = Cancellation()
    meter = Metered(scripted(Reply("a\nb\n", usage=USAGE)), CHEAP)
    assert list(meter.stream(QUESTION, cancellation))[-1] == Finished("end", USAGE)
    assert meter.name == "script"


def test_the_history_is_shortened_when_seven_tenths_of_the_window_are_full() -> None:
    meter = Metered(scripted(), CHEAP)  # a window of 1 000
    assert not meter.fills([Message("user", "word " * 650)])
    assert meter.fills([Message("user", "word " * 750)])


# Tokens as counted with the vocabulary that came with anthropic 0.34.0, the last one that was published.
COUNTED = {
    "tests/data/iot.json": 660,
    "tests/data/saas.json": 1093,
    "tests/data/ecommerce.json": 1241,
}
TEXTS = {
    "私はデータベースに五百人の顧客と千件の注文が必要です。注文には日付と合計金額があります。" * 20: 880,
    "Мне нужна база данных с пятьюстами клиентами и тысячей заказов за последний год." * 20: 760,
    "Ich brauche eine Datenbank mit fünfhundert Kunden und Bestellungen; die Straßen heißen größtenteils Hauptstraße."
    * 20: 720,
    '{"a":[1,2,3.25,{"b":null,"c":true}],"customer_id":12345678}' * 50: 1350,
    "2024-01-15T08:30:00,customer_42,199.99,true\n" * 100: 2300,
}


@pytest.mark.parametrize("path", COUNTED)
def test_the_tokens_of_a_schema_are_estimated_within_a_tenth(path: str) -> None:
    assert tokens_of((ROOT / path).read_text("utf-8")) == pytest.approx(COUNTED[path], rel=0.1)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_other_texts_are_estimated_within_three_tenths(text: str) -> None:
    """Which keeps clear of the six tenths at which a prompt is believed to have been cut."""
    assert tokens_of(text) == pytest.approx(TEXTS[text], rel=0.3)


def test_messages_are_more_than_their_texts() -> None:
    assert tokens_in([]) == 0
    assert tokens_in([Message("user", "one")] * 3) > 3 * tokens_of("one")
