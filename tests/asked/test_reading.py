"""What a message states is read from its words, exactly; what is not sure is left out."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.asked.reading import MOST, read
from datagen_chat.asked.statements import Statement
from tests.asked.brief import briefs
from tests.asked.sentences import NOTHING, SAID

QUESTIONS = "A few questions:\n\n1. How many customers and products?\n2. Line items? (e.g. 3 per order)\n3. How many stores?"
PIECES = st.sampled_from(
    [*chain.from_iterable(text.split() for text, _ in SAID), "\n", "\n- ", ", ", ".", "?", "(", ")", "-", "%", "1.", "$"]
)


@pytest.mark.parametrize(("text", "stated"), SAID)
def test_a_sentence_states_what_it_says(text: str, stated: list[str]) -> None:
    assert briefs(text) == stated


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_asked_supposed_denied_or_unsure_states_nothing(text: str) -> None:
    assert briefs(text) == []


def test_sentences_of_a_message_state_one_after_the_other() -> None:
    text = "- 500 customers, 200 products\n- Yes, line items\n- Orders from Jan 2024 to Dec 2024"
    assert briefs(text) == ["count customers 500", "count products 200", "period Orders 2024-01-01..2024-12-31"]


def test_code_and_quoted_lines_state_nothing() -> None:
    assert briefs("> 500 customers\n```\n200 products\n```\nand 3 plans") == ["count plans 3"]


@pytest.mark.parametrize(
    ("answer", "stated"),
    [
        ("1. 500 and 200\n2. yes", ["count customers 500", "count products 200"]),
        ("1. 500, 200 2. yes 3. 12", ["count customers 500", "count products 200", "count stores 12"]),
        ("3) about 12", ["count stores ~12"]),
        ("1. 500 2. yes", []),  # of which of the two?
        ("2. 500", []),
        ("500", []),
    ],
)
def test_bare_numbers_answer_the_question_of_their_number(answer: str, stated: list[str]) -> None:
    assert briefs(answer, QUESTIONS) == stated


def test_a_bare_number_answers_the_only_question() -> None:
    assert briefs("50", "Sure. How many devices are there?") == ["count devices 50"]
    assert briefs("50", "How many devices are there? Where are they?") == []


def spans_are_quotes(text: str) -> bool:
    return all(text[said.start :].startswith(said.quote) for said in read(text, QUESTIONS) if isinstance(said, Statement))


@given(st.text())
def test_any_text_is_read_and_quoted_exactly(text: str) -> None:
    assert spans_are_quotes(text)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_order_of_words_is_read_and_quoted_exactly(text: str) -> None:
    assert spans_are_quotes(text)


@pytest.mark.parametrize(
    "piece",
    [
        "500 customers and ",
        "1",
        "1.",
        "1,234",
        "...",
        "a-",
        "(",
        "5 - ",
        "- 1. ",
        "no x without y, ",
        "```\n",
        "% of ",
        "\n   ",
        "every ",
    ],
)
def test_a_megabyte_is_read_in_bounded_time(piece: str) -> None:
    """It ends: what takes the square of the length would take hours."""
    text = piece * (1_000_000 // len(piece))
    assert len(read(text, text)) <= 2 * MOST


def test_an_answer_that_no_person_writes_states_nothing() -> None:
    assert [one.quote for one in read("yes 500", "How many customers?") if isinstance(one, Statement)] == ["500"]
    assert briefs(f"{'yes ' * 400}500", "How many customers?") == []
