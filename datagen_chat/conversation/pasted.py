"""Conversations in Markdown that people wrote or pasted from a chat program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from datagen_chat.conversation.comments import TranscriptError, read
from datagen_chat.conversation.fences import Fence, opening
from datagen_chat.conversation.turns import Builder, Conversation, Role, Transcript
from datagen_chat.problems import Problem

Kind = Literal["label", "heading", "rule", "blank", "comment", "text"]

_NAMES: dict[str, Role] = {
    **dict.fromkeys(("user", "human", "you", "me"), "user"),
    **dict.fromkeys(("llm", "assistant", "ai", "bot", "claude", "chatgpt", "gemini", "copilot", "deepseek"), "assistant"),
    "system": "system",
}
_NAME = rf"((?i:{'|'.join(_NAMES)}))(?: said)?"
_BOLD = re.compile(rf"\*\*{_NAME}(?::\*\*|\*\*:)(.*)")
_TITLED = re.compile(rf"## {_NAME}:?[ \t]*()")
_HEADED = re.compile(rf"#{{1,6}} {_NAME}:[ \t]*()")
_FORMS = (_BOLD, _TITLED, _HEADED)
_PLAIN = re.compile(rf"{_NAME}:(.*)")
_ESCAPED = re.compile(rf"\\+(?:{_BOLD.pattern}|{_TITLED.pattern})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_RULE = re.compile(r"(?:-[ \t]*+){3,}|(?:\*[ \t]*+){3,}|(?:_[ \t]*+){3,}")
_PROMPT = re.compile(r"[*_]?\[pastes?\b[^\n]*\bprompt\b[^\n]*\][*_]?", re.IGNORECASE)
_NO_LEVEL = 7


@dataclass(frozen=True, slots=True)
class _Line:
    """A line and what it is; `text` is what follows a label, or a heading's words."""

    kind: Kind
    raw: str
    text: str = ""
    role: Role = "user"
    level: int = _NO_LEVEL


@dataclass(frozen=True, slots=True)
class _Run:
    """What headings, rules and blank lines stand from here on in one row, and what comes after them.

    `level` is that of the highest heading, `section` that of the highest one after a rule.
    """

    before: Role | None = None
    is_last: bool = False
    has_rule: bool = False
    level: int = _NO_LEVEL
    section: int = _NO_LEVEL


def parse_pasted(lines: Sequence[str]) -> Transcript:
    """Return the conversations in these lines, each turn without blank space around it.

    A heading or a rule right before a request begins a conversation. A rule with a heading as high as the one above
    the conversation ends it, and what follows is outside until the next label. Where rules stand before replies
    too they only set turns apart.

    Raises:
        TranscriptError: a comment of ours is damaged.
    """
    return Transcript(tuple(map(_with_prompt, _Walk(list(_classified(lines))).conversations())))


@dataclass(slots=True)
class Place:
    """Where a turn stands: the number of its last line that is not blank, and those of the comments on it, from 0."""

    end: int
    comments: list[int] = field(default_factory=list)


def places(lines: Sequence[str]) -> list[Place]:
    """Return where the turns of all conversations in these lines stand, in order.

    Raises:
        TranscriptError: a comment of ours is damaged.
    """
    walk = _Walk(list(_classified(lines)))
    walk.conversations()
    return walk.places


def is_label(line: str) -> bool:
    """Return whether a line begins a turn."""
    return any(form.fullmatch(line) for form in _FORMS)


class _Walk:
    """One pass over the lines; `title` is that of the conversation which begins at the next label."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self.lines = lines
        self.runs = _runs(lines)
        self.rules_part_turns = any(run.before == "assistant" and run.has_rule for run in self.runs)
        self.title, self.level, self.top = "", 0, 0
        self.is_new, self.is_noted = True, False
        self.builder = Builder(lambda texts: "\n".join(texts).strip())
        self.places: list[Place] = []

    def conversations(self) -> tuple[Conversation, ...]:
        for number, line in enumerate(self.lines, start=1):
            if line.kind == "label" and not (line.role == "system" and self.builder.has_turns and not self.is_new):
                self.begin_turn(line)
                self.places.append(Place(number - 1))
            elif line.kind == "comment":
                self.take_comment(line.raw, number)
            elif (self.builder.is_in_turn or self.is_noted) and not self.ends_turn(line, self.runs[number - 1]):
                self.take_line(line.raw, number)
            elif line.kind == "heading":
                self.title, self.level = line.text, line.level
        return self.builder.conversations()

    def begin_turn(self, line: _Line) -> None:
        if self.is_new:
            self.builder.begin(self.title, {})
            self.top = self.level
        self.is_new = self.is_noted = False
        self.builder.turn(line.role, line.text)

    def take_line(self, line: str, number: int) -> None:
        """Take a line of a turn; what stands below a comment on the turn is outside."""
        self.builder.line(line)
        if self.builder.is_in_turn and line.strip():
            self.places[-1].end = number - 1

    def take_comment(self, line: str, number: int) -> None:
        comment = read(line, number)
        if comment is None:
            self.take_line(line, number)
        elif comment.kind:
            message = f"line {number}: a transcript in the written form begins below other conversations."
            raise TranscriptError([Problem("", "mixed-transcript", message, "Put it into a file of its own.")])
        elif self.places:
            self.builder.note(comment.data)
            self.places[-1].comments.append(number - 1)
            self.is_noted = True

    def ends_turn(self, line: _Line, run: _Run) -> bool:
        """End the turn where a heading or a rule does not belong to it, and return whether that is so."""
        if line.kind not in {"heading", "rule"}:
            return False
        is_request = run.before in {"user", "system"}
        is_section = line.kind == "rule" and run.before is None and (run.section <= self.top or run.is_last)
        if not (is_request or is_section or (run.before == "assistant" and line.kind == "rule")):
            return False
        self.builder.end_turn()
        if is_section or (is_request and (run.level < _NO_LEVEL or not self.rules_part_turns)):
            self.is_new, self.title = True, ""
        return True


def _runs(lines: Sequence[_Line]) -> list[_Run]:
    """Return, for each line, the run that begins with it."""
    run = _Run(is_last=True)
    found: list[_Run] = []
    for line in reversed(lines):
        if line.kind == "rule":
            run = replace(run, has_rule=True, section=run.level)
        elif line.kind == "heading":
            run = replace(run, level=min(run.level, line.level))
        elif line.kind != "blank":
            run = _Run(before=line.role if line.kind == "label" else None)
        found.append(run)
    return found[::-1]


def _classified(lines: Sequence[str]) -> Iterator[_Line]:
    """Yield what each line is; what a fence holds is text. The first label's form is the form of all.

    Names that nothing sets apart from words are labels where there are no others.
    """
    fences, end, is_paragraph = _Fences(lines), 0, False
    forms = list(_FORMS) if any(map(is_label, lines)) else [_PLAIN]
    for number, line in enumerate(lines):
        if number < end:
            is_paragraph = False
            yield _Line("text", line)
            continue
        form = next((form for form in forms if form.fullmatch(line)), None)
        forms = [form] if form else forms
        found = _line(line, form, is_paragraph)
        fence = opening(found.text if form else line)
        end = fences.end(number, fence) if fence else 0
        is_paragraph = found.kind in {"text", "label"} and not fence
        yield found


def _line(line: str, form: re.Pattern[str] | None, is_paragraph: bool) -> _Line:
    """Return what a line outside fences is; a rule right below a paragraph only underlines it."""
    if form and (label := form.fullmatch(line)):
        return _Line("label", line, label[2].strip(), _NAMES[label[1].lower()])
    if heading := _HEADING.fullmatch(line):
        return _Line("heading", line, heading[2].strip(" \t#"), level=len(heading[1]))
    if _RULE.fullmatch(line) and not (is_paragraph and line.startswith("-")):
        return _Line("rule", line)
    if not line.strip():
        return _Line("blank", line)
    if line.startswith("<!-- datagen"):
        return _Line("comment", line)
    return _Line("text", line[1:] if _ESCAPED.fullmatch(line) else line)


class _Fences:
    """Where fences end: at the line that closes them, or else, because a reply may have been cut, at the next label."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.open: dict[str, int] = {}  # by mark, the length from which on fences are known not to be closed

    def end(self, start: int, fence: Fence) -> int:
        """Return the number of the line after the fence that opens at line `start`."""
        is_open = self.open.get(fence.mark, fence.length + 1) <= fence.length
        label: int | None = None
        for number in range(start + 1, len(self.lines)):
            line = self.lines[number]
            if fence.leaves(line):
                return number
            if fence.ends(line) and not is_open:
                return number + 1
            if label is None and is_label(line):
                label = number
            if label is not None and (is_open or _opens_anew(line, fence)):
                return label
        self.open[fence.mark] = min(fence.length, self.open.get(fence.mark, fence.length))
        return len(self.lines) if label is None else label


def _opens_anew(line: str, fence: Fence) -> bool:
    """Return whether a line opens a fence that could not stand inside `fence`: so that one was never closed."""
    other = opening(line)
    return bool(other and other.info and other.mark == fence.mark and other.length >= fence.length)


def _with_prompt(conversation: Conversation) -> Conversation:
    """Return a conversation whose first turn, if it only says that the prompt was pasted, is the system's."""
    first, *rest = conversation.turns or (None,)
    if first is None or first.role != "user" or not _PROMPT.fullmatch(first.text):
        return conversation
    return replace(conversation, turns=(replace(first, role="system"), *(turn for turn in rest if turn)))
