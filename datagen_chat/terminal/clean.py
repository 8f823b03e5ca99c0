"""The one way for text to reach the terminal: cleaned of everything that a terminal could obey or a reader not see.

Text comes from models, files and data. Nothing else in this package makes a rich `Text`.
"""

from __future__ import annotations

import re

from rich.text import Text

_PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
_HIDDEN = (
    "\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # direction marks, zero widths, annotations
    "\U000e0000-\U000e0fff"  # tags: whole sentences that no terminal shows
)
_REMOVED = re.compile(f"[{_HIDDEN}]")
_UNKNOWN = re.compile("[\x80-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029|\x85")


def clean(value: str) -> str:
    r"""Return a text that is safe to print: control characters as pictures, lines ended by line feeds, nothing hidden.

    >>> clean("red \x1b[31m\r\nnext\u202e\x9b")
    'red ␛[31m\nnext�'
    """
    if value.isascii() and value.isprintable():
        return value
    lines = _BREAKS.sub("\n", value)
    return _UNKNOWN.sub("\ufffd", _REMOVED.sub("", lines)).translate(_PICTURES)


def one_line(value: str) -> str:
    r"""Return a text cleaned and on one line.

    >>> one_line("a\n\tb")
    'a⏎ b'
    """
    return clean(value).replace("\n", "⏎").replace("\t", " ")


def text(value: str, style: str = "") -> Text:
    """Return cleaned text in one style; nothing in it is markup."""
    return Text(clean(value).expandtabs(4), style)


def spans(*parts: str | tuple[str, str]) -> Text:
    """Return cleaned text made of parts, each with a style of its own or none."""
    return joined(*(text(part) if isinstance(part, str) else text(*part) for part in parts))


def joined(*parts: Text) -> Text:
    """Return texts one after the other, each in its own style; `+` would give the first one's style to all."""
    whole = Text()
    for part in parts:
        whole.append_text(part)
    return whole
