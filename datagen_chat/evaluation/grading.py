"""From a conversation that was held to its entry: the data of its last schema is made, and every grader looks at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from datagen_chat.conversation.events import AskedAgain, Event, ReplyFinished, SchemaExtracted, SchemaMended
from datagen_chat.conversation.loop import Trial
from datagen_chat.evaluation.data import made
from datagen_chat.evaluation.entry import Entry
from datagen_chat.evaluation.graders import GRADERS, intent
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.evaluation.holding import Held
from datagen_chat.frozen import dataclass
from datagen_chat.llm.recording import Call

Draw = Callable[[Sequence[Event]], str]
"""What returns the text that the chat would send to a terminal for these events."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What conversations are held and graded with, the same for all of them."""

    trial: Trial
    draw: Draw
    seed: int = 42


def graded(held: Held, bench: Bench, suite: str, model: str, epoch: int, source: str, calls: Sequence[Call]) -> Entry:
    """Return the entry of a conversation."""
    case = held.case
    with made(held.version, bench.seed, case.budget.rows) as data:
        evidence = Evidence(case, held, data, intent.met(held, data), bench.draw(held.events))
        grades = tuple(grader(evidence) for grader in GRADERS.values())
    expectations = [one for one in evidence.met if one.state != "left out"]
    counts = _counted(held) | {
        "expectations": len(expectations),
        "expectations held": sum(one.state == "passed" for one in expectations),
    }
    return Entry(
        suite,
        case.id,
        model,
        epoch,
        case.tags,
        grades,
        counts,
        held.usage,
        source=source,
        error="" if held.error is None else str(held.error),
        calls=tuple(calls),
    )


def _counted(held: Held) -> dict[str, int]:
    events = held.events
    return {
        "calls": sum(isinstance(event, ReplyFinished) for event in events),
        "questions": held.questions,
        "asked again": sum(isinstance(event, AskedAgain) for event in events),
        "mended": sum(len(event.mends) for event in events if isinstance(event, SchemaMended)),
        "liberties": sum(len(event.liberties) for event in events if isinstance(event, SchemaExtracted)),
    }
