"""A model that answers with an arbitrary valid schema, and then with arbitrary changes to it, to try the whole chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.changes import change
from datagen_chat.arbitrary.nowhere import Nowhere
from datagen_chat.arbitrary.schemas import schema
from datagen_chat.chance import chance
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, Reply, Streamed, Usage, heeding
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.problems import SchemaError
from datagen_chat.schema.canonical import dump
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read

DATA_SEED = 42
"""The seed that a schema is tried with: whether chance leaves a table empty that others choose from, only the rows decide."""

_TRIES = 100
_MOST_ROWS = 20_000
"""So many rows are made to see whether they can be; larger schemas are read and planned only."""
_BROKEN = ("promise-broken", "empty-window", "window-order", "fanout-cut")
"""What is told of rows that break what a schema asks for: rules that by chance cannot be kept together."""


def valid_schema(seed: int) -> Json:
    """Return an arbitrary schema that is accepted, and whose rows can be made."""
    return next(found for number in range(_TRIES) if is_sound(found := schema(chance(seed, "schema", str(number)))))


def valid_change(draft: Json, seed: int, turn: int) -> Json:
    """Return an arbitrary patch after which a sound draft is sound, and any other one that is accepted is accepted."""
    is_good = is_sound if is_sound(draft) else _is_accepted
    for number in range(_TRIES):
        patch = change(draft, chance(seed, "change", str(turn), str(number)), f"new_{turn}")
        patched = apply_patch(draft, patch)
        if not patched.problems and patched.draft != draft and is_good(patched.draft):
            return patch
    return {"metadata": {"description": f"Turn {turn}."}}


def is_sound(draft: Json) -> bool:
    """Return whether a draft is accepted as it stands, all of its rows can be made, and nothing in it is left to chance.

    Of a draft with more rows than are made here, that is not known.
    """
    reading = read(draft)
    dataset = reading.dataset
    if dataset is None or any(note.code == "only-checked" for note in reading.notes):
        return False
    try:
        plan = Plan(dataset, DATA_SEED)
        if sum(table.rows for table in dataset_shape(plan).tables) > _MOST_ROWS:
            return False
        write_plan(plan, Nowhere(), parallel=False)
    except SchemaError:  # a table came out empty, or a condition without a row
        return False
    return not any(told.code in _BROKEN for told in plan.tellings.all)


def _is_accepted(draft: Json) -> bool:
    dataset = read(draft).dataset
    if dataset is None:
        return False
    try:
        dataset_shape(Plan(dataset, DATA_SEED))
    except SchemaError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Arbitrary:
    """A provider without a model: `random:SEED`. The same questions in a row get the same answers, whatever they ask.

    `known` finds the schema that messages come to, None where they hold none.
    """

    seed: int
    known: Callable[[Sequence[Message]], Json]

    @property
    def name(self) -> str:
        """The name by which a person picks it."""
        return f"random:{self.seed}"

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the reply to these messages: a schema where they hold none, else changes to it."""
        asked = sum(message.role == "user" for message in messages)
        reply = Reply(self._reply(self.known(messages), asked), usage=Usage(), model=self.name)
        yield from heeding(reply.events(), cancellation)

    def _reply(self, draft: Json, asked: int) -> str:
        if draft is None:
            said, text = "An arbitrary schema:", dump(valid_schema(self.seed))
        else:
            said = "An arbitrary change:"
            text = json.dumps(valid_change(draft, self.seed, asked), indent=2, ensure_ascii=False)
        return f"{said}\n\n```json datagen\n{text}\n```\n\nAsk on, whatever you like, and it changes."
