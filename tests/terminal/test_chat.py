"""A conversation on the screen: the same events at every width, with and without colour."""

from __future__ import annotations

import json
import re
from io import BytesIO, TextIOWrapper

import pytest
from rich.cells import cell_len

from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.turns import Conversation, Role, Turn
from datagen_chat.llm.base import Stop
from datagen_chat.problems import note
from datagen_chat.terminal.chat import ChatView
from datagen_chat.terminal.problems import draw_notes
from datagen_chat.terminal.screen import Screen
from tests.conversation.replies import reply, shop
from tests.terminal.screens import assert_screen, drawn

# Every value follows from its row number alone, so that these screens show layout and nothing else.
FIXED = shop(
    nodes__0__columns__1__generator={"choice": {"choices": ["gold"]}},
    nodes__1__columns__2__generator={"choice": {"choices": [12.5]}},
    nodes__1__columns__2__decimals=2,
)
DIALECT = json.dumps(FIXED, indent=1).replace('"nodes"', '"tables"')[:-1].rstrip() + ",}"
WRONG = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"gaussian": {}}}]}]}
QUESTION = """## Before I start

A few questions about **size** and `time`, which decide how the tables hang together and how many rows there are:

1. How many customers are there, and how many orders does each of them have in the course of a year?
   - a guess will do

```bash
datagen generate shop.json
```
"""


def conversation(*turns: tuple[Role, str]) -> Conversation:
    return Conversation("A shop", tuple(Turn(role, text) for role, text in turns))


WHOLE = conversation(
    ("user", "a shop with customers and orders"),
    ("assistant", QUESTION),
    ("user", "- 4 customers\n- 2 orders each"),
    ("assistant", reply(DIALECT, before="Here is your schema:", after="Tell me what to change.")),
    ("user", "one customer less, please"),
    ("assistant", reply({"nodes": [{"id": "customer", "rows": 3}]}, before="Done.")),
    ("user", "and the tier by chance"),
    ("assistant", reply(WRONG, before="Done.")),
)


def show(found: Conversation, width: int = 80, *, styled: bool = False) -> str:
    def draw(screen: Screen) -> None:
        view = ChatView(screen)
        view.begin(found.title)
        for event in replay(Session(), found):
            view.draw(event)

    return drawn(draw, width, styled=styled)


def test_what_was_asked_for_and_is_not_held_stands_below_the_rows() -> None:
    four = shop(nodes__1__fanout={"distribution": "uniform", "min": 1, "max": 4})
    shown = show(conversation(("user", "4 customers, 3 to 5 orders per customer, 12\nplans"), ("assistant", reply(four))))
    told = shown.partition("Asked for and not held:\n")[2]
    assert told.splitlines() == [
        '  ✗ "3 to 5 orders per customer": each row of customer has 1 to 4 of order, 2 on',
        "    average",
        '  ? "12 plans": nothing in the schema is called so',
    ]


def test_nothing_is_said_of_statements_that_are_held() -> None:
    assert "Asked for" not in show(conversation(("user", "4 customers"), ("assistant", reply(FIXED))))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_conversation_reads_well(width: int) -> None:
    shown = show(WHOLE, width)
    assert_screen(f"chat-{width}", shown)
    assert max(cell_len(line) for line in shown.split("\n")) <= width
    assert "\x1b" not in shown


def test_a_terminal_gets_the_same_words_in_colour() -> None:
    styled = show(WHOLE, styled=True)
    assert_screen("chat-80-styled", styled)
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == show(WHOLE)


def test_no_line_ends_in_spaces() -> None:
    assert [line for line in show(WHOLE).split("\n") if line != line.rstrip()] == []


@pytest.mark.parametrize(("stop", "said"), [("length", "limit of tokens"), ("refusal", "declined"), ("cut", "broke off")])
def test_a_reply_that_did_not_end_by_itself_is_called_so(stop: Stop, said: str) -> None:
    found = Conversation("", (Turn("user", "a shop"), Turn("assistant", "Well", {"stop": stop})))
    assert said in show(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The reply is empty."),
        ("<think>\nHm.", "nothing in the reply but thoughts"),
        (reply(FIXED, before="", after=""), ""),
    ],
)
def test_a_reply_that_shows_nothing_is_called_so(text: str, said: str) -> None:
    shown = show(conversation(("user", "a shop"), ("assistant", text)))
    assert said in shown
    assert said or not re.search("The reply is|nothing in the reply", shown)


def test_brackets_that_were_added_at_the_end_are_told_aloud() -> None:
    text = reply(json.dumps(FIXED)[:-1])
    found = Conversation("", (Turn("user", "a shop"), Turn("assistant", text, {"stop": "end"})))
    assert "If anything stood behind them, it is lost." in " ".join(show(found).split())


def test_long_speeches_are_cut_and_counted() -> None:
    shown = show(conversation(("user", "line\n" * 100), ("assistant", "line\n" * 1000)))
    assert "… and 60 more lines." in shown
    assert "… and 800 more lines." in shown
    assert shown.count("line\n") == 240


def test_items_that_are_indented_far_fit_the_screen() -> None:
    shown = show(conversation(("user", "a shop"), ("assistant", f"These:\n{' ' * 90}- {'words ' * 30}")))
    assert max(map(cell_len, shown.split("\n"))) <= 80


def test_an_encoding_without_marks_gets_signs() -> None:
    file = TextIOWrapper(BytesIO(), "ascii", errors="strict")
    Screen(file).say("✓ held ✗ open · unsure 2 × 3")
    assert file.buffer.getvalue() == b"+ held x open . unsure 2 x 3\n"  # type: ignore[attr-defined] # a BytesIO, as above


HOSTILE = (
    "\x1b]52;c;aGVsbG8=\x07",  # writes the clipboard
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "\x1bP$q\x1b\\",
    "\u202egnp.exe\u202c",
    "\u2066x\u2069\u200f",
    "[/oops][bold]x[/bold][link=http://x]",
    "a\rb\x08\x7f",
    "\U000e0041\U000e0042",
)


@pytest.mark.parametrize("styled", [False, True])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_inert_wherever_it_comes_from(hostile: str, styled: bool) -> None:
    draft = json.loads(json.dumps(FIXED))
    draft["metadata"] = {"name": f"n{hostile}"}
    draft["nodes"][0]["columns"][1]["generator"] = {"choice": {"choices": [f"v{hostile}"]}}
    changed = json.loads(json.dumps(draft).replace(json.dumps(f"v{hostile}"), json.dumps(f"w{hostile}")))
    wrong = shop(nodes__0__id=f"t{hostile}", nodes__1__kind=f"k{hostile}")
    wrong["metadata"][hostile] = 3
    shown = show(
        Conversation(
            hostile,
            (
                Turn("assistant", f"p{hostile} `c{hostile}` **b{hostile}**\n# h{hostile}\n- i{hostile}\n```\nx{hostile}\n```"),
                Turn("user", f"u{hostile}"),
                Turn("assistant", reply(draft)),
                Turn("assistant", reply(changed)),
                Turn("assistant", reply(wrong)),
                Turn("assistant", reply(f'{{"version": {hostile} "nodes": [{{"columns": []}}], "metadata": {{}}}}')),
            ),
        ),
        styled=styled,
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown) if styled else shown
    assert [char for char in plain if char != "\n" and not char.isprintable()] == []
    if hostile.startswith("["):
        assert plain.count("[/oops]") >= 5


def test_a_note_that_is_not_about_the_schema_does_not_name_it() -> None:
    told = note("", "key-in-clear", "The key travels unencrypted.")
    assert drawn(lambda screen: draw_notes(screen, (told,))) == "note: The key travels unencrypted.\n"
    assert drawn(lambda screen: draw_notes(screen, (told,), FIXED)).startswith("note: the schema: ")


def test_several_partial_changes_in_one_reply_are_said_to_be_taken_together() -> None:
    changes = [reply({"nodes": [{"id": "customer", "rows": 3}]}), reply({"metadata": {"description": "Small."}}, before="And:")]
    shown = show(
        conversation(("user", "a shop"), ("assistant", reply(FIXED)), ("user", "less"), ("assistant", "\n".join(changes)))
    )
    assert "It is the last of 2 in this reply, which are taken together, in their order." in shown
    assert "passed over" not in shown
