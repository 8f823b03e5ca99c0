"""A person's words as tokens and sentences; what is asked, supposed or quoted is no statement and left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from datagen_chat.asked.lexicon import MONTHS, vocabulary
from datagen_chat.frozen import dataclass

Kind = Literal["word", "number", "date", "mark", "other", "end"]

_TOKEN = re.compile(
    r"(?P<short>(?i:e\.\s?g\.|i\.\s?e\.|approx\.|ca\.|vs\.|etc\.|max\.|min\.|no\.)(?!\w))"
    r"|(?P<end>[.!?;]{1,8}(?=[\s\"'”’)\]*_]|\Z)|\n(?=[ \t]*(?:\n|[-*+•][ \t]|\d{1,2}[.)][ \t]|[A-ZÄÖÜÉÁ#|]|\d)))"
    r"|(?P<date>(?<![\w.-])\d{4}-\d{2}-\d{2}(?![\w-]))"
    r"|(?P<other>\d{1,2}:\d{2}(?::\d{2})?\w*|\d{1,15}(?:\.\d{1,15}){2,9}\w*|\d{1,9}(?:st|nd|rd|th)\b"
    r"|[1-9]\d{0,2}\.\d{3}(?![\d.]))"  # 1.000 is one or a thousand: nobody knows
    r"|(?P<number>(?<![\w.])"
    r"(?:\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?|\d{1,3}(?:['’\u00a0\u202f ]\d{3}){1,5}(?!\d)|\d{1,15}(?:\.\d{1,9})?)"
    r"(?P<scale>k|K|M|bn)?(?![\w]|[.,]\d))"
    r"|(?P<odd>[\d.,]{0,30}\d[\w.,]{0,60}\w)"
    r"|(?P<word>[^\W\d](?:\w|[-'’](?=\w))*)"
    r"|(?P<mark>\S)"
)
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)|^[ \t]*>(?!=)[^\n]*", re.DOTALL | re.MULTILINE)
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+")
_SCALES = {"k": 1e3, "M": 1e6, "bn": 1e9}


_ASKING = vocabulary("how what why when where which who whose is are do does did should shall was were has have")
_POLITE = vocabulary("can could would will may might")
_SUPPOSING = vocabulary("if suppose supposing imagine e.g. assuming unless whether example instance hypothetically")
_TELLING = vocabulary("had was were previously formerly")
_REAL = vocabulary("real actual production live current existing")
_NOW = vocabulary("now currently today already presently")
_ENDS = (",", ";", "but")
_FOUND = vocabulary("see saw got get count counted made gave generated created returned produced added put")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign; `start` and `end` say where it stands in the text."""

    kind: Kind
    text: str
    start: int
    end: int
    value: float = 0.0

    @property
    def lower(self) -> str:
        """The token in small letters, with a plain apostrophe."""
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of one sentence, as far as they state something, and the text that they stand in."""

    text: str
    tokens: tuple[Token, ...]

    def quote(self, first: int, last: int) -> tuple[str, int]:
        """Return the words from one token to before another, exactly as they stand in the text, and where."""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return self.text[start:end], start

    def word(self, at: int) -> str:
        """Return the token at a place in small letters; nothing outside of the sentence."""
        return self.tokens[at].lower if 0 <= at < len(self.tokens) else ""

    def is_word(self, at: int) -> bool:
        """Return whether a word stands at a place."""
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "word"

    def is_figure(self, at: int) -> bool:
        """Return whether a number in digits stands at a place."""
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences that state something; the time is linear in the text."""
    known: list[Token] = []
    for token in tokens(text):
        if token.kind != "end":
            known.append(token)
            continue
        yield from _stated(text, known, is_question="?" in token.text)
        known = []
    yield from _stated(text, known, is_question=False)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without its code, the lines it quotes, and the marks of its lists."""
    masked = _FENCED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    place, is_line_start = 0, True
    while place < len(masked):
        bullet = _BULLET.match(masked, place) if is_line_start else None
        if bullet:
            place, is_line_start = bullet.end(), False
            continue
        found = _TOKEN.search(masked, place)
        if found is None:
            return
        place, is_line_start = found.end(), found[0] == "\n"
        yield from _token(found)


def _token(found: re.Match[str]) -> Iterator[Token]:
    kind, start, end = found.lastgroup or "mark", found.start(), found.end()
    if found["number"] is not None:
        digits = re.sub(r"[,'’\s]", "", found["number"].removesuffix(found["scale"] or ""))
        scale = found["scale"] or ""
        yield Token("number", found[0], start, end, float(digits) * _SCALES.get("M" if scale == "M" else scale.lower(), 1.0))
    elif kind == "word" and "-" in found[0] and found[0].partition("-")[0].lower() in MONTHS:
        head = found[0].partition("-")[0]  # "Jan-Dec" is no word
        at = start + len(head)
        yield from (
            Token("word", head, start, at),
            Token("mark", "-", at, at + 1),
            Token("word", found[0][len(head) + 1 :], at + 1, end),
        )
    else:
        known: dict[str, Kind] = {"word": "word", "short": "word", "date": "date", "end": "end", "mark": "mark"}
        yield Token(known.get(kind, "other"), found[0], start, end)


def _stated(text: str, tokens: list[Token], *, is_question: bool) -> Iterator[Sentence]:
    """Yield what a sentence states: nothing when it asks, nothing of what was so once, and only what stands before an "if"."""
    words = [token.lower for token in tokens]
    if not words or _asks(words, is_question=is_question):
        return
    cut = next((at for at, word in enumerate(words) if word in _SUPPOSING), len(words))
    start = 0
    for at in range(cut):
        if at >= start and _tells(words, at):
            yield from _sentence(text, tokens[start:at])
            start = next((k + 1 for k in range(at, cut) if words[k] in _ENDS), cut)
    yield from _sentence(text, tokens[start:cut])


def _tells(words: list[str], at: int) -> bool:
    """Return whether a verb tells what was or is there already, or asks to look at it: I see 300, you made 300, show me 10."""
    is_found = words[at] in _FOUND and any(word in ("i", "you") for word in words[max(at - 2, 0) : at])
    is_shown = words[at] == "show" and words[at + 1 : at + 2] in (["me"], ["us"])
    is_telling = words[at] in _TELLING or is_shown or _has_really(words, at)
    return is_telling or (is_found and not any(word in _POLITE for word in words[:at]))


def _has_really(words: list[str], at: int) -> bool:
    """Return whether a verb tells what there is outside of the data: our real shop has 50,000, I have 300 now."""
    if words[at] not in ("has", "have") or words[at + 1 : at + 2] == ["to"]:
        return False
    end = next((k for k in range(at, len(words)) if words[k] in _ENDS), len(words))
    is_real = not _REAL.isdisjoint(words[max(at - 4, 0) : at])
    return is_real or (words[at - 1 : at] in (["i"], ["we"]) and not _NOW.isdisjoint(words[at + 1 : end]))


def _sentence(text: str, tokens: list[Token]) -> Iterator[Sentence]:
    if tokens:
        yield Sentence(text, tuple(tokens))


def _asks(words: list[str], *, is_question: bool) -> bool:
    first = next((word for word in words if word not in ("and", "so", "but", "or", "hi", "hello", ",", "ok", "okay")), "")
    second = words[words.index(first) + 1] if first in words[:-1] else ""
    if first in _POLITE and second in ("you", "we", "i"):
        return False
    return is_question or (
        first in _ASKING and not (first in ("have", "do", "has") and second not in ("you", "we", "i", "they"))
    )
