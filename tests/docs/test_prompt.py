"""The prompt: its generated parts are fresh, and what it says of numbers and examples is true."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest

from datagen_chat.conversation.extract import extract
from datagen_chat.conversation.prompt import full_part, prompt_file, refreshed, system_prompt
from datagen_chat.engine.estimate import estimate
from datagen_chat.preview import preview
from datagen_chat.schema.read import read

FULL, COMPACT = system_prompt(), system_prompt(compact=True)
BOTH = pytest.mark.parametrize("prompt", [FULL, COMPACT], ids=["full", "compact"])


def examples(prompt: str) -> list[Any]:
    return [json.loads(block) for block in re.findall(r"^```json datagen\n(.*?)^```$", prompt, re.DOTALL | re.MULTILINE)]


def test_its_reference_is_that_of_the_language() -> None:
    text = prompt_file().read_text("utf-8")
    assert refreshed(text) == text, "the language has changed: run `make prompt`"


@BOTH
def test_its_example_is_valid_and_has_rows(prompt: str) -> None:
    [draft] = examples(prompt)
    reading = read(draft)
    assert reading.problems == ()
    assert all(sample.rows for sample in preview(reading.valid(), seed=42).samples)


def test_what_it_says_of_the_examples_size_is_about_right() -> None:
    said = re.search(r"1,500 guests make about ([\d,]+) stays with ([\d,]+) extras", FULL)
    assert said is not None
    rows = estimate(read(examples(FULL)[0]).valid()).rows
    assert [int(number.replace(",", "")) for number in said.groups()] == pytest.approx([rows["stay"], rows["extra"]], rel=0.01)


def test_its_table_of_medians_holds_logarithms() -> None:
    medians, mus = (re.search(rf"^ *\| {head} \|(.*)\|$", FULL, re.MULTILINE) for head in ("median", "`mu`"))
    assert medians is not None
    assert mus is not None
    for median, mu in zip(medians[1].split("|"), mus[1].split("|"), strict=True):
        assert float(mu) == pytest.approx(math.log(float(median.replace(",", ""))), abs=0.005)


def test_the_right_hand_column_of_its_mistakes_is_right() -> None:
    """The pieces of JSON there can stand where the left-hand ones were wrong."""
    draft = examples(FULL)[0]
    guest = next(table for table in draft["nodes"] if table["id"] == "guest")
    stay = next(table for table in draft["nodes"] if table["id"] == "stay")
    assert '`{"faker": {"method": "email"}}`' in FULL
    assert '`{"distribution": "constant", "value": 3}`' in FULL
    guest["columns"].append({"name": "email", "type": "string", "generator": {"faker": {"method": "email"}}})
    stay["fanout"] = {"distribution": "constant", "value": 3}
    assert read(draft).problems == ()


@BOTH
def test_it_holds_no_marks_and_nothing_of_the_file_around_it(prompt: str) -> None:
    assert "<!--" not in prompt
    assert "Copy everything" not in prompt
    assert prompt.startswith("You are a data architect.")


def test_what_is_copied_from_below_the_line_is_what_the_program_sends() -> None:
    text = prompt_file().read_text("utf-8")
    assert text.count("\n---\n") == 1
    assert re.sub(r"<!-- .*? -->\n", "", full_part(text)).strip() == FULL.strip()


def test_the_compact_variant_leaves_room_in_a_small_window() -> None:
    """Four characters are about one token; two thirds of a window of 8,192 remain for the conversation."""
    assert len(COMPACT) / 4 < 8192 / 3


@BOTH
def test_a_reply_that_follows_it_is_found(prompt: str) -> None:
    """The fence that the prompt asks for is the fence that the program looks for."""
    assert "```json datagen fence" in prompt or "marked `json datagen`" in prompt
    block = re.search(r"^```json datagen\n.*?^```$", prompt, re.DOTALL | re.MULTILINE)
    assert block is not None
    assert extract(f"Here it is:\n\n{block[0]}\n\nAnything else?")
