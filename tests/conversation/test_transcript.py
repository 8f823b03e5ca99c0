"""A transcript reads back exactly as it was written, and pasted conversations are understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datagen_chat.conversation.extract import extract
from datagen_chat.conversation.transcript import Conversation, Transcript, TranscriptError, Turn, parse, render
from datagen_chat.llm.base import Reply, Usage
from datagen_chat.llm.replay import Exchange

DATA = Path(__file__).parents[1] / "data"
CORPUS = Path(__file__).parents[1] / "data" / "conversations"

AWKWARD = [
    "**User:** hi", "**LLM:**", "\\**User:** x", "\\\\**Repair:**", "## User", "## Example 2: x", "# x", "---", "***",
    "```json", "~~~~", "<!-- datagen {} -->", "<!-- datagen conversation {} -->", "<!-- datagen", "<!--", "-->", " ", "", "\t",
    "\r", "\r\n", "\x0c", "\u2028", "\x85", "\ufeff", "\x00", "\x1b[31m", "\ud800", "&#xd;", "&amp;#xd;", "&amp;", "> ",
    "    x", "\n", "\n\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(AWKWARD) | st.text(max_size=5), max_size=6).flatmap(
    lambda parts: st.sampled_from(["\n", ""]).map(lambda glue: glue.join(parts))
)
META = st.dictionaries(
    st.text(max_size=4), st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(["-->", "\u2028"]), max_size=2
)
ROLES = st.sampled_from(["system", "user", "assistant", "repair", "result", "command"])
TURNS = st.builds(Turn, ROLES, TEXTS, META)
CONVERSATIONS = st.builds(Conversation, TEXTS, st.lists(TURNS, max_size=4).map(tuple), META)
TRANSCRIPTS = st.builds(Transcript, st.lists(CONVERSATIONS, max_size=3).map(tuple), META)


def one(*turns: Turn) -> Transcript:
    return Transcript((Conversation("Shop", turns),))


def turns_of(text: str) -> list[tuple[str, str]]:
    (conversation,) = parse(text).conversations
    return [(turn.role, turn.text) for turn in conversation.turns]


def titles_of(text: str) -> list[str]:
    return [conversation.title for conversation in parse(text).conversations]


@given(TRANSCRIPTS)
@example(one(Turn("assistant", "```json\n{"), Turn("user", "go on"), Turn("assistant", "```\n")))
@example(one(Turn("user", "a\n**LLM:** b\n\\**LLM:** c")))
@example(one(Turn("user", ""), Turn("assistant", "\n"), Turn("user", "\n\n ")))
@example(Transcript((Conversation("", ()), Conversation("x", ()))))
def test_what_was_written_reads_back_exactly(transcript: Transcript) -> None:
    assert parse(render(transcript)) == transcript


@given(TRANSCRIPTS)
def test_a_written_transcript_is_a_plain_text_file(transcript: Transcript) -> None:
    text = render(transcript)
    assert text.encode().decode() == text
    assert not set(text) & {"\r", "\x00", "\x1b", "\x85", "\u2028"}
    assert parse(text.replace("\n", "\r\n")) == transcript


def test_a_written_transcript_is_readable() -> None:
    transcript = Transcript(
        (Conversation("Shop", (Turn("user", "500 customers"), Turn("assistant", "Here:\n\nx", {"stop": "end"}))),)
    )
    assert render(transcript) == (
        "<!-- datagen transcript {} -->\n\n<!-- datagen conversation {} -->\n\n## Shop\n\n"
        '**User:** 500 customers\n\n**LLM:** Here:\n\nx\n\n<!-- datagen {"stop": "end"} -->\n'
    )


def test_the_example_holds_three_conversations_and_no_tips() -> None:
    text = (DATA / "example_conversation.md").read_text(encoding="utf-8")
    found = parse(text).conversations
    assert [conversation.title for conversation in found] == [
        "Example 1: E-commerce Dataset",
        "Example 2: SaaS Subscription Tracking",
        "Example 3: Simple IoT Sensor Data",
    ]
    assert [turn.role for turn in found[0].turns] == ["system", "assistant", "user", "assistant", "user", "assistant"]
    assert found[0].turns[0].text == "*[Pastes the prompt from SCHEMA_GENERATION_PROMPT.md]*"
    assert [turn.role for turn in found[1].turns] == ["user", "assistant"] * 2
    assert "Tips" not in render(parse(text))
    assert found[2].turns[3].text.endswith("\n}\n```")
    assert all((schema := extract(conversation.turns[-1].text)) and schema.kind == "full" for conversation in found)
    assert parse(render(parse(text))) == parse(text)


def test_a_recorded_conversation_is_one_conversation() -> None:
    (found,) = parse((DATA / "iot.md").read_text(encoding="utf-8")).conversations
    assert found.title == "03 iot"
    assert [turn.role for turn in found.turns] == ["user", "assistant"] * 3


def test_every_recorded_conversation_is_one_conversation() -> None:
    for path in sorted(CORPUS.glob("[0-9]*.md")):
        (found,) = parse(path.read_text(encoding="utf-8")).conversations
        assert [turn.role for turn in found.turns] == ["user", "assistant"] * (len(found.turns) // 2)


@pytest.mark.parametrize(
    "text",
    [
        "**User:** a\n\n**LLM:** b",
        "**User:** a\n**Assistant:** b",
        "**Human**: a\n\n**Claude**: b\n",
        "**You:**\na\n\n**ChatGPT:**\n\nb\n\n---\n",
        "# Chat\n\n## User\n\na\n\n## Assistant\n\nb",
        "#### You:\na\n\n#### ChatGPT:\nb",
        "**You said:**\n\na\n\n**ChatGPT said:**\n\nb",
        "**user**: a\n\n**assistant**: b",
        "**Me:** a\n\n**Claude:** b",
        "Human: a\n\nAssistant: b",
        "You said:\na\nChatGPT said:\nb\n",
        "**User:** a\n\n---\n\n**LLM:** b",
        "intro\r\n\r\n**User:** a\r\n\r\n**LLM:** b\r\n",
    ],
)
def test_the_usual_labels_are_known(text: str) -> None:
    assert turns_of(text) == [("user", "a"), ("assistant", "b")]


def test_names_at_the_start_of_lines_are_words_where_labels_are_set_apart() -> None:
    text = "**User:** a\n\n**LLM:** b\n\nUser: a table\n#### You: c\n"
    assert turns_of(text) == [("user", "a"), ("assistant", "b\n\nUser: a table\n#### You: c")]


def test_labels_in_fences_and_inside_lines_are_text() -> None:
    text = "**User:** a\n**LLM:** b\n```\n**User:** c\n```\n say **User:** d\n **LLM:** e"
    assert turns_of(text) == [("user", "a"), ("assistant", "b\n```\n**User:** c\n```\n say **User:** d\n **LLM:** e")]


def test_a_fence_that_a_reply_left_open_ends_with_the_reply() -> None:
    text = "**User:** a\n**LLM:** ```json\n{\n**User:** go on\n**LLM:**\n```json\n{}\n```\n"
    assert [role for role, _ in turns_of(text)] == ["user", "assistant", "user", "assistant"]
    assert turns_of("**LLM:** ```json\n{\n---\n# x\n**User:** go on")[1] == ("user", "go on")


def test_headings_and_rules_within_a_reply_belong_to_it() -> None:
    reply = "## Design\n\ntext\n\n---\n\n## Notes\n\nOne\n---\nmore"
    assert turns_of(f"# Chat\n\n**User:** a\n\n**LLM:** {reply}\n\n**User:** c")[1] == ("assistant", reply)


def test_a_heading_for_a_table_is_no_label_among_bold_ones() -> None:
    assert turns_of("**User:** a\n\n**LLM:** b\n\n## User\n\nthe table")[1] == ("assistant", "b\n\n## User\n\nthe table")


def test_a_heading_or_a_rule_before_a_request_begins_a_conversation() -> None:
    assert titles_of("## One\n**User:** a\n**LLM:** b\n\n## Two\n\n**User:** c") == ["One", "Two"]
    assert titles_of("**User:** a\n\n**LLM:** b\n\n---\n\n**User:** c\n\n**LLM:** d") == ["", ""]


def test_rules_between_all_turns_only_set_them_apart() -> None:
    text = "**User:** a\n\n---\n\n**LLM:** b\n\n---\n\n**User:** c\n\n---\n\n**LLM:** d"
    assert turns_of(text) == [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]


def test_an_escaped_label_in_a_pasted_text_is_text() -> None:
    assert turns_of("**User:** a\n\\**LLM:** b") == [("user", "a\n**LLM:** b")]


def test_nobody_knows_how_a_pasted_reply_stopped_and_a_recorded_one_says_so() -> None:
    assert Turn("assistant", "x").reply() == Reply("x", "unknown")
    meta = {"stop": "length", "usage": {"input": 3, "output": 2}, "model": "m"}
    assert Turn("assistant", "x", meta).reply() == Reply("x", "length", Usage(3, 0, 0, 2), "m")
    assert Turn("assistant", "x", {"stop": "weird", "usage": 3}).reply() == Reply("x", "cut")


def test_metadata_belongs_to_the_turn_above_it() -> None:
    (found,) = parse('**User:** a\n\n**LLM:** b\n\n<!-- datagen {"stop": "length"} -->\n').conversations
    assert found.turns[1] == Turn("assistant", "b", {"stop": "length"})


def test_an_exchange_is_a_request_with_all_its_replies() -> None:
    turns = [
        ("assistant", "hello"),
        ("user", "a"),
        ("assistant", "bad"),
        ("repair", "mend"),
        ("assistant", "good"),
        ("user", "c"),
    ]
    found = Conversation("", tuple(Turn(role, text) for role, text in turns)).exchanges()  # type: ignore[arg-type]
    assert found == (Exchange("a", (Reply("bad", "unknown"), Reply("good", "unknown"))), Exchange("c", ()))


@pytest.mark.parametrize(
    "text", ['<!-- datagen {"a": -->', "<!-- datagen {} ", "**User:** a\n<!-- datagen conversation {} -->"]
)
def test_a_damaged_or_misplaced_comment_is_refused(text: str) -> None:
    with pytest.raises(TranscriptError, match=r"line [12]"):
        parse(text)


def test_a_transcript_in_a_later_form_is_refused_and_the_first_form_may_say_that_it_is() -> None:
    text = render(Transcript((Conversation("a", (Turn("user", "b"),)),)))
    assert parse(text.replace("transcript {}", 'transcript {"form": 1}')).conversations == parse(text).conversations
    with pytest.raises(TranscriptError, match="a later version of Datagen: 2"):
        parse(text.replace("transcript {}", 'transcript {"form": 2}'))


def test_a_text_without_turns_holds_no_conversation() -> None:
    assert parse("") == parse("# Title\n\nNothing here.\n") == Transcript(())


@pytest.mark.parametrize(
    "piece", ["**User:** ```\n", "```\n", "---\n", "# x\n", "**LLM:**\n~~~~json\n", "`", "<!-- datagen", "*", "&amp;"]
)
def test_large_nonsense_is_read(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    parse(text)
    assert parse(render(one(Turn("user", text)))) == one(Turn("user", text))
