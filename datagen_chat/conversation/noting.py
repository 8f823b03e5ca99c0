"""Results written into the transcript that they are of, whether this package wrote it or a person; all else stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from datagen_chat.conversation.comments import Comment, read, write
from datagen_chat.conversation.pasted import Place, places
from datagen_chat.conversation.results import RESULTS, Results, noted, recorded_in, with_results
from datagen_chat.conversation.transcript import lines_of, parse, render, written_from
from datagen_chat.conversation.turns import Turn
from datagen_chat.problems import Problem, ProblemsError


def note_results(text: str, results: Sequence[Results | None]) -> str:
    """Return a transcript that says what its replies come to; `results` are those of each conversation, None to leave it.

    Raises:
        ProblemsError: there is no place for them, because a turn holds a fence that nothing closes.
    """
    lines = lines_of(text)
    begin = written_from(lines)
    found = _noted_in_turns(lines, begin, results) if begin is not None else "\n".join(_noted_in_comments(lines, results))
    recorded = [list(recorded_in(conversation).values()) for conversation in parse(found).conversations]
    wanted = [there if now is None else list(now.values()) for now, there in zip(results, recorded, strict=False)]
    if len(results) != len(recorded) or wanted != recorded:
        hint = "Close the fences of every turn."
        raise ProblemsError([Problem("", "no-place", "The results cannot be written into this transcript.", hint)])
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + (found.replace("\n", "\r\n") if "\r\n" in text else found)


def _noted_in_turns(lines: Sequence[str], begin: int, results: Sequence[Results | None]) -> str:
    transcript = parse("\n".join(lines[begin:]))
    conversations = tuple(
        conversation if found is None else with_results(conversation, found)
        for conversation, found in zip(transcript.conversations, results, strict=True)
    )
    return "".join(f"{line}\n" for line in lines[:begin]) + render(replace(transcript, conversations=conversations))


def _noted_in_comments(lines: Sequence[str], results: Sequence[Results | None]) -> list[str]:
    """Return the lines of a pasted transcript with a comment below each reply that came to something."""
    now: dict[int, list[str]] = {number: [line] for number, line in enumerate(lines)}
    where = iter(places(lines))
    for conversation, found in zip(parse("\n".join(lines)).conversations, results, strict=True):
        for number, _ in enumerate(conversation.turns):
            place = next(where)
            if found is not None and number in found:
                _note(now, place, found[number])
    return [line for number in sorted(now) for line in now[number]]


def _note(now: dict[int, list[str]], place: Place, results: Sequence[Turn]) -> None:
    """Put the comment on a reply in its place among the lines."""
    known = {number: read(now[number][0], number + 1) for number in place.comments}
    there = next((number for number, comment in known.items() if comment and RESULTS in comment.data), None)
    told = {RESULTS: noted(results)} if results else {}
    if there is None:
        now[place.end] += ["", write(Comment("", told))] if told else []
        return
    comment = known[there]
    rest = {} if comment is None else {key: value for key, value in comment.data.items() if key != RESULTS}
    now[there] = [write(Comment("", {**rest, **told}))] if rest or told else []
    if not now[there] and now.get(there - 1) == [""]:
        now[there - 1] = []
