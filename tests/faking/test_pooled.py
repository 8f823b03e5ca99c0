from random import Random

import numpy as np
import pyarrow as pa

from datagen_chat.draws import key
from datagen_chat.faking import source
from datagen_chat.faking.pooled import SIZE, Pooled
from datagen_chat.faking.real import caller
from datagen_chat.values import Numbers, arrow


def pool(calls: list[int], stream: int = 1) -> Pooled:
    def make():
        def call(random: Random) -> int:
            calls.append(1)
            return random.randrange(10**9)

        return call

    return Pooled(key(stream), "int", make)


def test_an_entry_does_not_depend_on_what_was_asked_before() -> None:
    early, late = pool([]), pool([])
    late.sample(range(500, 700))

    first, second = early.sample(range(600)), late.sample(range(600))

    assert isinstance(first, Numbers)
    assert first.data.tolist() == second.data.tolist()


def test_only_entries_that_rows_ask_for_are_made_and_each_once() -> None:
    calls: list[int] = []
    source = pool(calls)

    source.sample(range(100))
    source.sample(range(100))

    assert 90 < len(calls) <= 100 < SIZE


def test_faker_keeps_no_state_between_two_calls() -> None:
    methods = ("color", "en_US"), ("passport_full", "en_US"), ("password", "en_US"), ("ssn", "th_TH"), ("ssn", "el_GR")
    for name, locale in methods:
        call = caller(name, locale, {})
        first = call(Random(7))
        call(Random(8))
        assert call(Random(7)) == first, name


def test_the_users_own_faker_is_left_alone() -> None:
    import random

    from faker import Faker

    mine = Faker()
    Faker.seed(4)
    random.seed(4)
    expected = [mine.name(), random.random()]
    Faker.seed(4)
    random.seed(4)
    source("color", "en_US", {}, key(1)).sample(range(20))
    source("ssn", "el_GR", {}, key(1)).sample(range(20))

    assert [mine.name(), random.random()] == expected


def test_a_number_that_a_column_cannot_hold_is_drawn_anew() -> None:
    made = Pooled(key(1), "int", lambda: lambda random: random.randrange(1 << 62, 1 << 65))

    values = made.sample(range(500))

    assert isinstance(values, Numbers)
    assert len(set(values.data.tolist())) > 450
    assert values.data.min() >= 1 << 62


def test_a_null_of_faker_is_null() -> None:
    made = Pooled(key(1), "string", lambda: lambda random: None if random.random() < 0.5 else "x")

    column = arrow(made.sample(np.arange(50)), pa.string())

    assert 5 < column.null_count < 45
