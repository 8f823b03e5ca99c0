"""Recorded conversations as jobs: of the shipped transcripts, of the recordings of cases, and of a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.evaluation.cases import Budget, Case, Said
from datagen_chat.evaluation.entry import Entry
from datagen_chat.evaluation.grading import Bench, graded
from datagen_chat.evaluation.holding import hold
from datagen_chat.evaluation.recorded import TURN, Recorded, placed
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Finished, Message
from datagen_chat.llm.recording import Asked, Call, read_calls
from datagen_chat.problems import Problem, ProblemsError

TRANSCRIPTS, RECORDINGS = "transcripts", "recordings"


@dataclass(frozen=True, slots=True)
class Play:
    """A case to be held with recorded calls, and graded."""

    bench: Bench
    to_hold: Case
    calls: tuple[Call, ...]
    suite: str
    model: str
    epoch: int = 0
    error: str = ""

    @property
    def case(self) -> str:
        """The case's name."""
        return self.to_hold.id

    def run(self) -> Entry:
        """Return the entry; nobody is asked, and nothing is timed."""
        drifts = list[str]()
        session = Session(_settings(self.calls, self.bench.seed), _prompt(self.calls))
        # Where a model was never asked again, what a trial finds is told to nobody; the graders look at the data themselves.
        trial = self.bench.trial if session.settings.max_repairs else None

        def answers(turn: int, said: str) -> Recorded:
            return Recorded(self.calls, turn, said, drifts.append, self.model, self.error)

        held = hold(self.to_hold, session, answers, trial)
        source = str(self.calls[0].asked.parameters.get("source", "")) if self.calls else ""
        entry = graded(held, self.bench, self.suite, self.model, self.epoch, source, self.calls)
        return replace(entry, counts={**entry.counts, "drifted": len(drifts)}, drifts=tuple(drifts))


def _settings(calls: Sequence[Call], seed: int) -> Settings:
    """Return the settings under which the calls were recorded; a conversation is replayed as it was led."""
    parameters = calls[0].asked.parameters if calls else {}
    repairs = parameters.get("max_repairs", 0)
    return Settings(seed, repairs if type(repairs) is int else 0, advice=bool(parameters.get("advice")))


def _prompt(calls: Sequence[Call]) -> str:
    """Return the prompt as it is now, the compact one where that was recorded; of unknown ones, the recorded hash."""
    known: Any = calls[0].asked.parameters.get("prompt") if calls else None
    if known in ("full", "compact"):
        return system_prompt(known == "compact")
    recorded = [message.text for message in calls[0].asked.messages if message.role == "system"] if calls else []
    return recorded[0] if recorded else ""


def recordings(bench: Bench, cases: Sequence[Case], folder: Path) -> Iterator[Play]:
    """Yield the recordings of a folder: `<case>/<model>.jsonl` below it.

    Raises:
        ProblemsError: a recording cannot be read, or its case is not there.
    """
    known = {case.id: case for case in cases}
    for path in sorted(folder.glob("*/*.jsonl")):
        name = f"{path.parent.name}/{path.name}"
        case = known.get(path.parent.name)
        if case is None:
            hint = "Add its case, or remove the recording."
            raise ProblemsError([Problem("", "no-such-case", f"There is no case for the recording {name}.", hint)])
        calls = read_calls(_text(path, name), name)
        for epoch in sorted({call.asked.epoch for call in calls}):
            mine = tuple(call for call in calls if call.asked.epoch == epoch)
            if not any(TURN in call.asked.parameters for call in mine):
                mine = placed(mine, [turn.say for turn in case.turns])
            yield Play(bench, case, mine, RECORDINGS, path.stem, epoch)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError):
        hint = "Record it again, or remove it."
        raise ProblemsError([Problem("", "bad-recording", f"{name} is no text that can be read.", hint)]) from None


def transcripts(bench: Bench, folder: Path) -> Iterator[Play]:
    """Yield the conversations of the transcripts of a folder; of them, only what the program promises is expected."""
    for path in sorted(folder.glob("*.md")):
        conversations = parse(path.read_text("utf-8")).conversations
        for number, conversation in enumerate(conversations, 1):
            name = path.stem if len(conversations) == 1 else f"{path.stem}-{number}"
            if any(turn.role == "user" for turn in conversation.turns):
                replies = max(len(exchange.replies) for exchange in conversation.exchanges())
                calls = calls_of(conversation, name, "transcript", max_repairs=max(replies - 1, 0))
                yield Play(bench, _case(conversation, name), calls, TRANSCRIPTS, "transcript")


def _case(conversation: Conversation, name: str) -> Case:
    said = tuple(Said(say=exchange.request, answers=place > 0) for place, exchange in enumerate(conversation.exchanges()))
    return Case(id=name, tags=("transcript",), turns=said, budget=Budget(questions=10, calls=100))


def calls_of(conversation: Conversation, case: str, model: str, **parameters: Any) -> tuple[Call, ...]:
    """Return the replies of a transcript as calls, each with the messages that led to it as far as the transcript has them."""
    found = list[Call]()
    history, asked, number = list[Message](), list[Message](), 0
    for turn in conversation.turns:
        is_new = turn.role == "user" or turn.meta.get("about") == "data"
        if is_new:
            history += [asked[0], asked[-1]] if len(asked) > 1 else []
            asked = []
        if turn.role in ("user", "repair"):
            asked.append(Message("user", turn.text))
            number += turn.role == "user"
        elif turn.role == "assistant" and asked:
            reply = turn.reply()
            told = Asked(case, 0, model, (*history, *asked), {**parameters, TURN: number})
            found.append(Call(told, (reply.text,), Finished(reply.stop, reply.usage, reply.model)))
            asked.append(Message("assistant", turn.text))
    return tuple(found)
