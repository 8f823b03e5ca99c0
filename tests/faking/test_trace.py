from collections import OrderedDict
from random import Random
from typing import Any

import pytest

from datagen_chat.faking.grammar import Branch, Grammar, Pool, from_json, to_json
from datagen_chat.faking.guard import agrees, texts
from datagen_chat.faking.oracle import Untraceable, player
from datagen_chat.faking.trace import Tracer

NAMES = ["Ada", "Bob", "Cy", "Zoë", "Ärne"]


def trace(call: Any) -> Grammar:
    return Tracer(player(call), 20_000).grammar()


def said(grammar: Grammar) -> dict[str, float]:
    found: dict[str, float] = {}
    for text, share in grammar.every():
        found[text] = found.get(text, 0.0) + share
    return found


def test_a_choice_of_words_becomes_a_pool_with_its_weights() -> None:
    weights = OrderedDict(a=3.0, b=1.0)

    grammar = trace(lambda random: "x-" + random.choices(list(weights), weights=list(weights.values()), k=1)[0])

    assert said(grammar) == pytest.approx({"x-a": 0.75, "x-b": 0.25})


def test_a_choice_of_templates_becomes_branches() -> None:
    def call(random: Any) -> str:
        form = random.choices(["{}.{}", "{}"], weights=[0.9, 0.1], k=1)[0]
        return form.format(*(random.choice(NAMES) for _ in range(form.count("{}"))))

    grammar = trace(call)

    assert sorted((round(branch.weight, 6), len(branch.parts)) for branch in grammar.branches) == [(0.1, 1), (0.9, 3)]


def test_templates_whose_digits_stand_elsewhere_are_branches_too() -> None:
    def call(random: Any) -> str:
        form = random.choice(["##-#", "#-##"])
        return "".join(str(random.randint(0, 9)) if letter == "#" else letter for letter in form)

    assert len(trace(call).branches) == 2


def test_a_transform_of_the_whole_text_is_in_the_words() -> None:
    grammar = trace(lambda random: f"{random.choice(NAMES)}@{random.choice(['X', 'Y'])}".lower().replace("ä", "ae"))

    assert grammar.pools[0].words == ("ada", "bob", "cy", "zoë", "aerne")
    assert set(said(grammar)) == {f"{name}@{end}" for name in ("ada", "bob", "cy", "zoë", "aerne") for end in "xy"}


def test_a_wide_number_becomes_groups_of_digits() -> None:
    grammar = trace(lambda random: f"#{random.randint(1, 99999):05d}")

    assert grammar.size() == 99999
    assert max(len(pool.words) for pool in grammar.pools) <= 1000
    assert {text for text, _ in grammar.every()} == {f"#{n:05d}" for n in range(1, 100_000)}


def test_check_digits_are_found_and_reckoned() -> None:
    def call(random: Any) -> str:
        digits = [random.randint(0, 9) for _ in range(8)]
        return "".join(map(str, digits)) + str(sum(n * digit for n, digit in enumerate(digits, 1)) % 10)

    grammar = trace(call)

    assert len(grammar.branches) == 1
    for text in texts(grammar, 300):
        assert int(text[8]) == sum(n * int(digit) for n, digit in enumerate(text[:8], 1)) % 10


def test_a_choice_used_twice_is_one_slot() -> None:
    def call(random: Any) -> str:
        name = random.choice(NAMES)
        return f"{name} {name.lower()}"

    assert set(said(trace(call))) == {f"{name} {name.lower()}" for name in NAMES}


def test_what_depends_on_two_choices_at_once_is_refused_or_right() -> None:
    def call(random: Any) -> str:
        first, second = random.randint(0, 5), random.randint(0, 5)
        return f"{first}{second}{'!' if first == second else ''}"

    grammar = trace(call)

    assert all((text[0] == text[1]) == text.endswith("!") for text, _ in grammar.every())


def test_a_real_number_cannot_be_traced() -> None:
    with pytest.raises(Untraceable):
        trace(lambda random: str(random.random()))


def test_randomness_that_nothing_recorded_is_caught_by_comparison() -> None:
    hidden = iter(Random(1).choices("abcdefgh", k=100_000))
    constant = Grammar((), (Branch(1.0, ("a", "b")),))

    assert not agrees(constant, lambda _: next(hidden) * 2)
    assert agrees(constant, lambda _: "ab")


def test_a_grammar_survives_being_written() -> None:
    grammar = Grammar((Pool("first_name", ("a", "b"), (0.5, 1.5)), Pool("digit", ("1", "2"))), (Branch(1.0, (0, "-", 1)),))
    words: dict[tuple[str, ...], int] = {}

    document = to_json(grammar, words)

    assert from_json(document, list(words)) == grammar
