"""The provider that a name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen_chat.conversation.ask import tell_current
from datagen_chat.conversation.known import known
from datagen_chat.conversation.models import provider
from datagen_chat.llm.address import parse
from datagen_chat.llm.base import Message, MissingReplyError, ProviderError, read
from datagen_chat.llm.live import Live
from tests.conversation.replies import SHOP, reply, shop

TWO = """\
# First

**User:** A shop.

**LLM:** How many customers?

**User:** 500.

**LLM:** Fine.

## Example 2: another

**User:** A library.

**LLM:** Which books?
"""


def test_a_recording_answers_as_the_model_did(tmp_path: Path) -> None:
    path = tmp_path / "two.md"
    path.write_text(TWO)
    replay = provider(parse(f"replay:{path}"), {})
    asked = ["A shop.", "500.", "A library."]
    assert [read(replay.stream([Message("user", text)])).text for text in asked] == [
        "How many customers?",
        "Fine.",
        "Which books?",
    ]
    assert replay.name == f"replay:{path}"
    with pytest.raises(MissingReplyError):
        read(replay.stream([Message("user", "More.")]))


def test_an_address_with_a_model_is_a_live_one() -> None:
    live = provider(parse("openai@http://127.0.0.1:8000/v1:qwen"), {})
    assert isinstance(live, Live)
    assert live.name == "openai@http://127.0.0.1:8000/v1:qwen"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("replay:/no/such/file.md", "recording"), ("replay:empty.md", "recording"), ("ollama:", "model"), ("openai:gpt", "key")],
)
def test_what_cannot_be_asked_says_why(name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.md").write_text("# Nothing\n")
    with pytest.raises(ProviderError) as caught:
        provider(parse(name), {})
    assert caught.value.kind == kind


def test_the_schema_that_a_model_knows_is_what_replies_and_the_program_said_and_no_json_of_a_person() -> None:
    change = reply({"nodes": [{"id": "customer", "rows": 9}]})
    said = [
        Message("system", reply(shop(metadata__name="Example"))),
        Message("user", "A shop."),
        Message("assistant", reply(SHOP)),
    ]
    assert known(said[:2]) is None
    assert known([*said, Message("user", '{"nodes": []}'), Message("assistant", change)]) == shop(nodes__0__rows=9)
    assert known([*said, Message("user", f"{tell_current(shop(nodes__0__rows=4))}\n\nMore.")]) == shop(nodes__0__rows=4)
    assert known([*said, Message("user", tell_current(None))]) is None
