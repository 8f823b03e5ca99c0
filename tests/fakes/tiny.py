"""The tiny model that the server is when it is started by hand: it asks one question, then gives a shipped schema."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.conversation.extract import extract
from datagen_chat.conversation.transcript import parse
from datagen_chat.shipped import folder
from tests.fakes.answers import Answer, Fails, Hangs, Says

QUESTION = "How many customers should there be, and over which period do they order?"
_DELAY = 0.01  # between two pieces, so that it looks like typing

FAULTS: dict[str, Answer] = {
    "401": Fails(401, "Incorrect API key provided.", "authentication_error"),
    "402": Fails(402, "Your credit balance is too low.", "billing_error"),
    "404": Fails(404, "The model does not exist.", "not_found_error"),
    "429": Fails(429, "Too many requests.", "rate_limit_error", headers={"Retry-After": "3"}),
    "500": Fails(500, "Internal error.", "api_error"),
    "529": Fails(529, "Overloaded.", "overloaded_error"),
    "cut": Says("Here is the schema: I have", ending="cut", delay=_DELAY),
    "stall": Says("Let me think", ending="stall", delay=_DELAY),
    "hang": Hangs(),
    "length": Says('```json datagen\n{"version": "1.0", "nodes": [', stop="length", delay=_DELAY),
    "refusal": Says("I cannot help with that.", stop="refusal", delay=_DELAY),
    "think": Says(QUESTION, reasoning="The person wants a dataset. I should ask for its size. " * 5, delay=_DELAY),
    "long": Says("All work and no play makes a dull dataset.\n", repeat=2000),
    "hostile": Says("\x1b]52;c;ZXZpbA==\x07 \x1b[2J \u202egnp.exe [/oops] \x9b31m", delay=_DELAY),
}


def reply(body: Any) -> Answer:
    """Return what the tiny model answers to a request."""
    messages = [message for message in body.get("messages", []) if message.get("role") != "system"]
    asked = str(messages[-1].get("content", "")) if messages else ""
    fault = re.search(r"fault:(\w+)", asked)
    if fault:
        known = ", ".join(f"fault:{name}" for name in FAULTS)
        return FAULTS.get(fault[1], Says(f"I know these: {known}.", delay=_DELAY))
    has_answered = any(message.get("role") == "assistant" for message in messages)
    return Says(schema() if has_answered else QUESTION, delay=_DELAY, pieces=12)


def schema() -> str:
    """Return the first reply with a whole schema in the transcripts that come with the program."""
    for path in sorted(folder("transcripts").glob("*.md")):
        for conversation in parse(path.read_text("utf-8")).conversations:
            for turn in conversation.turns:
                found = extract(turn.text) if turn.role == "assistant" else None
                if found is not None and found.kind == "full":
                    return turn.text
    raise AssertionError("no transcript holds a schema")
