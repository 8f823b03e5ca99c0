"""One reply's schema on its way from text to dataset: parsed, applied if it is a patch, mended, read."""

from __future__ import annotations

from dataclasses import replace

from datagen_chat.conversation.ask import ask_again, ask_patch, ask_shape, ask_whole
from datagen_chat.conversation.extract import Candidate
from datagen_chat.conversation.parse import parse
from datagen_chat.conversation.session import Json
from datagen_chat.conversation.tokens import Liberty
from datagen_chat.conversation.wrapping import unwrapped
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Reply
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.repair import Mend, repair

_NO_CHANGE = Problem(
    "",
    "not-a-schema",
    "The JSON is no schema and no change to one; nothing was changed.",
    'Write changes in the shape of the schema, such as {"nodes": [{"id": "TABLE", "rows": 10}]}.',
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a block of a reply came; `dataset` is None when there are errors among the problems.

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


def attempt(candidate: Candidate, reply: Reply, base: Json) -> Attempt:
    """Return what comes of a reply's block; a patch is applied to `base` where there is one."""
    try:
        parsed = parse(candidate.text, finished=_is_finished(candidate, reply))
    except SchemaError as error:
        return Attempt(candidate, None, base, problems=error.problems, question=ask_whole(error.problems))
    draft, told = unwrapped(parsed.value)
    taken_out = (Mend("", "the schema", "not-a-schema", told),) if told else ()
    is_patch = candidate.kind == "patch" or (candidate.kind == "other" and bool(told))
    if is_patch and base is not None:
        patched = apply_patch(base, draft)
        if patched.problems:
            question = ask_patch(draft, patched.problems)
            return Attempt(candidate, parsed.liberties, base, problems=patched.problems, blamed=draft, question=question)
        draft = patched.draft
    if candidate.kind == "other" and base is not None and not told:
        question = ask_shape(_NO_CHANGE)
        return Attempt(candidate, parsed.liberties, base, problems=(_NO_CHANGE,), blamed=draft, question=question)
    repaired = repair(draft)
    reading, draft = repaired.reading, repaired.draft
    question = "" if reading.dataset is not None else ask_again(draft, reading.problems)
    mends = (*taken_out, *repaired.mends)
    return Attempt(candidate, parsed.liberties, draft, mends, reading.dataset, reading.problems, draft, question)
