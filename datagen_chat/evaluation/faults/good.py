"""Good replies, which faults are made of: their schema is accepted as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.conversation.extract import candidates
from datagen_chat.conversation.transcript import parse
from datagen_chat.frozen import dataclass
from datagen_chat.schema.canonical import canonical, dump
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from datagen_chat.shipped import folder

Json = Any
FENCE = "```"
_LEAD = "Here is the schema:"
_TAIL = "Say what should be different."
_GONE = {"name": "gone", "type": "int", "generator": {"constant": {"value": 1}}}


@dataclass(frozen=True)
class Good:
    """A reply as its parts: prose, the JSON of a schema or of changes to one, prose.

    `before` is the schema that was accepted earlier, None where there is none; changes are always changes to one.
    """

    name: str
    json: str = field(repr=False)
    before: Json = field(default=None, repr=False)
    is_patch: bool = False
    lead: str = _LEAD
    tail: str = _TAIL

    @cached_property
    def draft(self) -> Json:
        """The JSON as a value; a fresh one would have to be copied from it."""
        return json.loads(self.json)

    @cached_property
    def whole(self) -> Json:
        """The schema that the reply means."""
        return apply_patch(self.before, self.draft).draft if self.is_patch else self.draft

    @cached_property
    def meant(self) -> str:
        """The canonical text of that schema."""
        return canonical(read(self.whole).valid())

    @property
    def text(self) -> str:
        """The whole reply."""
        return self.around(self.json)

    def around(self, inner: str, info: str = "json datagen", marks: str = FENCE) -> str:
        """Return the reply with another text in its fence."""
        return f"{self.lead}\n\n{marks}{info}\n{inner}\n{marks}\n\n{self.tail}"


def shipped() -> Iterator[Good]:
    """Yield the schemas of the shipped transcripts as replies, in order."""
    for path in sorted(folder("transcripts").glob("*.md")):
        turns = [turn for found in parse(path.read_text("utf-8")).conversations for turn in found.turns]
        texts = [block.text for turn in turns if turn.role == "assistant" for block in candidates(turn.text)]
        yield from (Good(f"{path.stem}-{number}", text) for number, text in enumerate(texts, 1))


def laid_out(good: Good, chance: Chance) -> Good:
    """Return a reply with its JSON as it is, one value per line, or all on one line: models write all three."""
    layouts = (good.json, dump(good.draft), json.dumps(good.draft, indent=2), json.dumps(good.draft, separators=(",", ":")))
    return replace(good, json=chance.pick(layouts))


def situations(good: Good) -> tuple[Good, Good, Good]:
    """Return a reply as the first of its conversation, as one that replaces an earlier schema, and as changes to that one.

    The earlier schema has one column too many in every table: what is left of a damaged reply shows.
    """
    earlier, tables = json.loads(good.json), []
    for node in earlier["nodes"]:
        tables.append({"id": node["id"], "columns": [*node["columns"][-2:], {"name": _GONE["name"], "$delete": True}]})
        node["columns"].append(_GONE)
    written = json.dumps({"nodes": tables}, indent=2, ensure_ascii=False)
    changes = Good(f"{good.name}, changes", written, earlier, is_patch=True, lead="Here are the changes:")
    return good, replace(good, name=f"{good.name}, again", before=earlier), changes
