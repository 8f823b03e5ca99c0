"""Faults made and answered: each is a turn of the conversation, as a model's reply would be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from datagen_chat.chance import Chance, chance
from datagen_chat.conversation.events import Event, ProblemsFound, SchemaAccepted, SchemaExtracted, SchemaMended, TurnEnded
from datagen_chat.conversation.extract import candidates
from datagen_chat.conversation.parse import CLOSERS_ADDED
from datagen_chat.conversation.session import Session, Settings, Version, Versions
from datagen_chat.conversation.turn import answer
from datagen_chat.evaluation.faults.good import Good, laid_out, shipped, situations
from datagen_chat.evaluation.faults.pieces import with_commas
from datagen_chat.evaluation.faults.registry import MUTATIONS, Mutation, Outcome
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Reply
from datagen_chat.preview import Preview
from datagen_chat.schema.canonical import canonical
from datagen_chat.schema.change import difference
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read


@dataclass(frozen=True, slots=True)
class FaultResult:
    """What came of one faulty reply.

    `source` names the good reply that it was made of. `told` is what a person and a model are told: liberties, mends, problems.
    `is_silent` is True where another schema than the one that was meant was accepted, and the reply does not say so itself in
    JSON, or where the difference would not be shown.
    """

    fault: str
    family: str
    source: str
    reply: Reply
    must: frozenset[Outcome]
    outcome: Outcome
    told: tuple[str, ...]
    is_silent: bool

    @property
    def holds(self) -> bool:
        """True if the outcome is one of those that are right, and nothing was changed in silence."""
        return self.outcome in self.must and not self.is_silent

    @property
    def is_mended(self) -> bool:
        """True if the schema that was meant was accepted although something had to be done for it."""
        return self.outcome == "same" and bool(self.told)


def run(
    seed: int, replies: Iterable[Good] | None = None, *, draws: int = 1, families: Collection[str] = ()
) -> Iterator[FaultResult]:
    """Yield what comes of every class of faults, or those of some families, made of every reply in every situation.

    `draws` is how often each is made. The same for the same seed. Without `replies`, they are those of the shipped transcripts.
    """
    mutations = [mutation for mutation in MUTATIONS.values() if not families or mutation.family in families]
    for good in shipped() if replies is None else replies:
        for situation in situations(good):
            for mutation in mutations:
                made = (made_of(mutation, situation, seed, number) for number in range(draws))
                yield from (result for result in made if result is not None)


def made_of(mutation: Mutation, good: Good, seed: int, number: int = 0) -> FaultResult | None:
    """Return what comes of one fault, made of one reply; None where the reply has no place for it."""
    return answered(mutation, good, chance(seed, mutation.name, good.name, str(number)))


def answered(mutation: Mutation, good: Good, drawn: Chance) -> FaultResult | None:
    """Return what comes of one fault, with its place and its kind drawn."""
    good = laid_out(good, drawn)
    faulty = mutation.mutate(good, drawn)
    if faulty is None:
        return None
    reply = Reply(faulty) if isinstance(faulty, str) else faulty
    events = answer(_session(good), reply).events
    accepted = next((event.version for event in events if isinstance(event, SchemaAccepted)), None)
    is_silent = False
    if accepted is None:
        outcome: Outcome = "prose" if any(isinstance(event, TurnEnded) for event in events) else "asked"
    elif _flowing(canonical(accepted.dataset)) == _flowing(good.meant):
        outcome = "same"
    else:
        outcome = "other"
        is_said = _is_said(reply, accepted, good) or _is_told(events)
        is_silent = not (is_said and difference(good.whole, accepted.draft))
    told = tuple(_told(events))
    return FaultResult(mutation.name, mutation.family, good.name, reply, mutation.must, outcome, told, is_silent)


def _session(good: Good) -> Session:
    settings = Settings(max_repairs=1, rows=1, tables=1)
    if good.before is None:
        return Session(settings)
    return Session(settings, versions=Versions((Version(read(good.before).valid(), good.before, Preview({})),)))


_CODE = re.compile(r'"(?:code|sql|where|requirement)":"(?:[^"\\]|\\.)*"')


def _flowing(text: str) -> str:
    """Return a canonical text without the space in formulas and queries, where a line break is as good as a blank."""
    return _CODE.sub(lambda found: re.sub(r"\s|\\n", "", found.group()), text)


def _is_said(reply: Reply, accepted: Version, good: Good) -> bool:
    """Return whether a reply itself says, in JSON but for its commas, all in which a schema differs from the one meant."""
    found = set(difference(good.whole, accepted.draft))
    for block in candidates(reply.text):
        try:
            value = json.loads(with_commas(block.text), object_pairs_hook=_without_doubles)
        except (ValueError, RecursionError):
            continue
        said = value if block.kind == "full" or good.before is None else apply_patch(good.before, value).draft
        if found <= set(difference(good.whole, said)):
            return True
    return False


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _is_told(events: Iterable[Event]) -> bool:
    """Return whether it is said aloud that the end of the JSON is missing."""
    return any(isinstance(event, SchemaExtracted) and event.rung == CLOSERS_ADDED for event in events)


def _told(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if isinstance(event, SchemaExtracted):
            yield from (f"read: {liberty.what}" for liberty in event.liberties)
        elif isinstance(event, SchemaMended):
            yield from (f"mended: {mend.place}: {mend.text}" for mend in event.mends)
        elif isinstance(event, ProblemsFound):
            yield from (f"{problem.code}: {problem.message}" for problem in event.problems if problem.is_error)
