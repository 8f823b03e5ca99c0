"""One reply's schema on its way from text to dataset: parsed, applied if it is a patch, mended, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from datagen_chat.conversation.ask import ask_again, ask_patch, ask_shape, ask_whole
from datagen_chat.conversation.extract import Candidate
from datagen_chat.conversation.parse import parse
from datagen_chat.conversation.session import Json
from datagen_chat.conversation.tokens import Liberty
from datagen_chat.conversation.wrapping import Unwrapped, unwrapped
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Reply
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.patch import apply_patch, join_patches
from datagen_chat.schema.repair import Mend, repair

_NO_CHANGE = Problem(
    "",
    "not-a-schema",
    "The JSON is no schema and no change to one; nothing was changed.",
    'Write changes in the shape of the schema, such as {"nodes": [{"id": "TABLE", "rows": 10}]}.',
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a block of a reply came, or the last of `parts` blocks; `dataset` is None with errors among the problems.

    `liberties` is None when the block could not be read as JSON. `draft` is what a correction would be applied to, None when
    there is nothing. `blamed` is the document that the problems' pointers lead into, and `question` asks for their correction.
    """

    candidate: Candidate
    liberties: tuple[Liberty, ...] | None = None
    draft: Json = None
    mends: tuple[Mend, ...] = ()
    dataset: Dataset | None = None
    problems: tuple[Problem, ...] = ()
    blamed: Json = None
    question: str = ""
    parts: int = 1

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is only worth knowing."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    def failing(self, problems: tuple[Problem, ...]) -> Attempt:
        """Return this attempt with problems that only its rows have shown."""
        question = ask_again(self.draft, problems)
        return replace(self, dataset=None, problems=problems, blamed=self.draft, question=question)


def _is_finished(candidate: Candidate, reply: Reply) -> bool:
    """Return whether the model is known to have written all that it meant to; of a pasted reply nobody knows.

    Servers that cut a reply say now and then that it was finished: its fence must have been closed, too.
    """
    return reply.stop == "end" and candidate.fenced and candidate.closed and not candidate.continued


def attempt(blocks: Sequence[Candidate], reply: Reply, base: Json) -> Attempt:
    """Return what comes of a reply's block; a patch is applied to `base` where there is one.

    Of several blocks each is a patch; all of them count, in their order.
    """
    candidate, read, liberties = blocks[-1], list[Unwrapped](), list[Liberty]()
    for block in blocks:
        try:
            parsed = parse(block.text, finished=_is_finished(block, reply))
        except SchemaError as error:
            return Attempt(block, None, base, problems=error.problems, question=ask_whole(error.problems))
        read.append(unwrapped(parsed.value))
        liberties += parsed.liberties
    known = Attempt(candidate, tuple(liberties), base, parts=len(blocks))
    told = [part.told for part in read if part.told]
    draft, problems = join_patches([part.draft for part in read]) if len(read) > 1 else (read[0].draft, ())
    if not problems and base is not None and (candidate.kind == "patch" or (candidate.kind == "other" and told)):
        patched = apply_patch(base, draft)
        draft, problems = (draft if patched.problems else patched.draft), patched.problems
    if problems:
        return replace(known, problems=problems, blamed=draft, question=ask_patch(draft, problems))
    if candidate.kind == "other" and base is not None and not told:
        return replace(known, problems=(_NO_CHANGE,), blamed=draft, question=ask_shape(_NO_CHANGE))
    mends = tuple(Mend("", "the schema", "not-a-schema", each) for each in told)
    return _mended(known, draft, mends)


def _mended(known: Attempt, draft: Json, mends: tuple[Mend, ...]) -> Attempt:
    """Return what comes of a draft, mended where it can be."""
    repaired = repair(draft)
    reading, draft = repaired.reading, repaired.draft
    question = "" if reading.dataset is not None else ask_again(draft, reading.problems)
    return replace(
        known,
        draft=draft,
        mends=(*mends, *repaired.mends),
        dataset=reading.dataset,
        problems=reading.problems,
        blamed=draft,
        question=question,
    )
