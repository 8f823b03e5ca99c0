"""The schema in a reply: which of its blocks it is, and the prose around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from datagen_chat.conversation.classify import RANKS, Kind, kind_of
from datagen_chat.conversation.fences import Fence, opening
from datagen_chat.conversation.tokens import Source
from datagen_chat.frozen import dataclass

_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_THOUGHT = re.compile(r"^[ \t]*</(?:think|thinking|thought|reasoning)>", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(r"(?:[\s\ufeff]|//[^\n]*+|\#[^\n]*+|/\*.*?\*/)*+[{\[]", re.DOTALL)
_KEY = re.compile(r"""\{\s*(?:["'“”„‘’]|&quot;|\Z)""")
_MAYBE_KEY = re.compile(r"\{\s*(?:[A-Za-z_$][\w$]*\s*:|//|/\*|#|\})")
_PIECE = re.compile(r'(?<!\w)"(?:[^"\\\n]|\\[^\n])*+"|\\.|[{}]', re.DOTALL)
_GOES_ON = re.compile(r"\s*[,\]}:]")
_MAY_GO_ON = re.compile(r"""\s*[,\]}:{\["']""")
_IN_INFO = re.compile(r'\{\s*(?:\Z|["\'“])')
_OPERATIONS = re.compile(r'\s*\[\s*\{(?=[^{}]*"op"\s*:)(?=[^{}]*"path"\s*:\s*"/)')
LABEL = "datagen"
"""The word after json by which a fence says that it holds a schema."""
_OPEN_TRIED = 3  # braces that are never closed and may begin JSON; each look at one is linear


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block of a reply that may be a schema.

    `line` is where the text starts in the reply, from 1; `span` is what the block takes up in the normalised reply,
    fences included. `closed` is False when its fence or its brackets are open at the end of the reply. `continued` is
    True when a later block may go on where this one stops: its end need not be the end of what was meant.
    """

    text: str
    kind: Kind
    line: int
    fenced: bool
    closed: bool
    info: str
    span: tuple[int, int]
    continued: bool = False

    @property
    def is_labelled(self) -> bool:
        """True where its fence says that it holds a schema, or changes to one."""
        return LABEL in self.info.split()

    @property
    def is_meant(self) -> bool:
        """True for what is to be a schema or changes to one: by its keys, or because its fence says so.

        Lists of operations with paths are such changes, though not in a form that is taken.
        """
        return self.kind != "other" or self.is_labelled or bool(_OPERATIONS.match(self.text))


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a reply: what a fence holds (`span` includes the fence), or what stands between fences."""

    text: str
    start: int
    span: tuple[int, int]
    fence: Fence | None = None
    closed: bool = True
    continued: bool = False


def extract(reply: str) -> Candidate | None:
    """Return the block of a reply that is its schema, or the nearest thing to one; None if it holds no JSON.

    A full schema comes before a patch, and a patch before any other JSON; of equals one whose fence says that it holds a
    schema is meant, else the last one.
    """
    found = enumerate(candidates(reply))
    best = max(found, key=lambda entry: (RANKS[entry[1].kind], entry[1].is_labelled, entry[0]), default=None)
    return None if best is None else best[1]


def meant(reply: str) -> tuple[Candidate, ...]:
    """Return what `extract` finds; where that is a patch, all the patches that could be meant as well, in their order."""
    best = extract(reply)
    if best is None or best.kind != "patch":
        return () if best is None else (best,)
    return tuple(each for each in candidates(reply) if each.kind == "patch" and each.is_labelled == best.is_labelled)


@lru_cache(maxsize=2)
def candidates(reply: str) -> tuple[Candidate, ...]:
    """Return every block of a reply that may be JSON, in order: those in fences, or else those in the prose too.

    The time is linear in the reply; what was found in the last ones is kept.
    """
    text = normalise(reply)
    source, segments = Source(text), _segments(text, _after_thinking(text))
    fenced = [found for segment in segments if segment.fence for found in _in_fence(source, segment, segment.fence)]
    if any(found.kind != "other" for found in fenced):
        return tuple(fenced)
    loose = [found for segment in segments if not segment.fence for found in _in_prose(source, segment)]
    return tuple(sorted([*fenced, *loose], key=lambda found: found.span))


def prose(reply: str) -> str:
    """Return a reply as it is to be shown: without its thinking, and without the blocks that are its schema."""
    text = normalise(reply)
    spans = [found.span for found in meant(reply)]
    starts = [_after_thinking(text), *(end for _, end in spans)]
    between = [text[start:end].strip() for start, end in zip(starts, [*(start for start, _ in spans), len(text)], strict=True)]
    return "\n\n".join(filter(None, between))


def normalise(reply: str) -> str:
    """Return a reply with every line ended by one line feed, and no byte order mark before it."""
    return reply.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _after_thinking(text: str) -> int:
    """Return where a reply begins, after the thinking that may lead it; some servers drop the tag that opens it."""
    leads = _THINKING.match(text)
    if leads is None:
        thought = _THOUGHT.search(text)
        return thought.end() if thought else 0
    end = re.search(f"</{leads[1]}>", text, re.IGNORECASE)
    return end.end() if end else len(text)


def _segments(text: str, begin: int) -> list[_Segment]:
    """Return what the fences hold and what stands between them, in order."""
    found = list(_split(text, begin))
    goes_on = [bool(segment.fence and _MAY_GO_ON.match(segment.text)) for segment in found]
    last = len(found) - 1 - goes_on[::-1].index(True) if True in goes_on else 0
    return [
        _Segment(part.text, part.start, part.span, part.fence, part.closed, number < last) for number, part in enumerate(found)
    ]


def _split(text: str, begin: int) -> Iterator[_Segment]:
    loose = at = begin
    while at < len(text):
        end = _line_end(text, at)
        fence = opening(text[at:end].rstrip("\n"))
        if fence:
            yield _Segment(text[loose:at], loose, (loose, at))
            block = _block(text, at, end, fence)
            yield block
            loose = end = block.span[1]
        at = end
    yield _Segment(text[loose:], loose, (loose, len(text)))


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _block(text: str, start: int, body: int, fence: Fence) -> _Segment:
    """Return the block that a fence opens; what looks like an attribute may be its first brace."""
    lines: list[str] = []
    at, closed, may_begin_again = body, False, True
    while at < len(text) and not closed:
        end = _line_end(text, at)
        line = text[at:end]
        if fence.leaves(line):
            break
        if may_begin_again and _opens_json(line, fence):
            may_begin_again = _JSON.match("".join(lines)) is not None  # what does not begin as JSON never will
            if may_begin_again:
                break
        closed, at = fence.ends(line), end
        if not closed:
            lines.append(fence.content(line))
    brace = _IN_INFO.search(fence.info)
    first = text.index(fence.info, start) + brace.start() if brace else body
    return _Segment(text[first:body] + "".join(lines), first, (start, at), fence, closed)


def _opens_json(line: str, fence: Fence) -> bool:
    """Return whether a line opens a fence of JSON; in one whose content is JSON, that content was broken off there."""
    again = opening(line.rstrip("\n"))
    return again is not None and again.mark == fence.mark and again.info.lower().startswith("json")


def _in_fence(source: Source, segment: _Segment, fence: Fence) -> Iterator[Candidate]:
    """Yield the JSON of one fence: the whole of it if it begins as JSON, else the objects inside it."""
    begins = _JSON.match(segment.text)
    inside = [] if begins else [found for found in _in_prose(source, segment) if found.kind != "other"]
    yield from inside
    if not inside and (begins or fence.info.lower().startswith("json")):
        yield _whole(source, segment, fence)


def _whole(source: Source, segment: _Segment, fence: Fence) -> Candidate:
    """Return all that a fence holds; of one that was never closed, without the prose that follows the JSON."""
    body = segment.text.lstrip("\ufeff \t\n")
    start = segment.start + len(segment.text) - len(body)
    length = len(body) if segment.closed else _json_length(body)
    end = segment.span[1] if length == len(body) or fence.is_quoted else start + length
    line = source.place(start)[0]
    text = body[:length].rstrip()
    span = (segment.span[0], end)
    return Candidate(text, kind_of(text), line, True, segment.closed, fence.info, span, segment.continued)


def _json_length(body: str) -> int:
    for start, end in _spans(body)[:1]:
        if start == 0 and not _GOES_ON.match(body, end):
            return end
    return len(body)


def _in_prose(source: Source, segment: _Segment) -> Iterator[Candidate]:
    """Yield the objects that stand in a text without a fence of their own.

    What goes on after its last bracket as JSON would is taken to the end of the text, so that nothing of it is lost.
    """
    body, fence = segment.text, segment.fence
    for start, end in _spans(body):
        if not (_KEY.match(body, start) or _MAYBE_KEY.match(body, start)):
            continue
        kind, is_whole = kind_of(body[start:end]), end < len(body) or body.endswith("}")
        if kind != "other" and _GOES_ON.match(body, end):
            end, is_whole = len(body), False
        at = segment.start + start
        span = segment.span if fence else (at, segment.start + end)
        text, info = body[start:end].rstrip(), fence.info if fence else ""
        closed = is_whole and segment.closed
        yield Candidate(text, kind, source.place(at)[0], fence is not None, closed, info, span, segment.continued)
        if end == len(body):
            return


def _spans(text: str) -> list[tuple[int, int]]:
    """Return the outermost balanced {...} of a text, and the one that is open at its end, in one pass.

    A quote right after a letter or digit, or without another on its line, is prose; so is a brace that is never closed
    and does not begin JSON.
    """
    open_: list[int] = []
    found: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(text):
        if piece.group() == "{":
            open_.append(piece.start())
        elif piece.group() == "}" and open_:
            start = open_.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, piece.end()))
    cut = _open_json(text, open_)
    return found if cut is None else [*(span for span in found if span[0] < cut), (cut, len(text))]


def _open_json(text: str, starts: list[int]) -> int | None:
    """Return the first brace that begins JSON, of those that are never closed."""
    tried = 0
    for start in starts:
        if _KEY.match(text, start):
            return start
        if tried < _OPEN_TRIED and _MAYBE_KEY.match(text, start):
            tried += 1
            if kind_of(text[start:]) != "other":
                return start
    return None
