"""What a reviewer would say, as people read it: the most important first, with reasons and fixes where there is room."""

from __future__ import annotations

import json
from collections.abc import Sequence

from datagen_chat.advice import Advice
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

_LONGEST = 600
_IN_A_CARD = 3


def draw_review(screen: Screen, found: Sequence[Advice], *, patches: bool = False) -> None:
    """Draw all remarks with their reasons and remedies, and with the patches of their fixes where these are asked for."""
    digits = len(str(len(found)))
    for number, advice in enumerate(found, 1):
        hang = digits + 2
        screen.say((f"{number:{digits}}. ", "bold"), _short(advice.message), hang=hang)
        screen.say((f"{_short(advice.reason)} ", "dim"), (_short(advice.remedy), "green"), indent=hang)
        if patches and advice.fix is not None:
            screen.say((f"/fix {number}: ", "cyan"), (_short(json.dumps(advice.fix, ensure_ascii=False)), "dim"), indent=hang)


def draw_remarks(screen: Screen, found: Sequence[Advice], *, fixable: bool) -> None:
    """Draw the most important remarks, one line each; `fixable` says that somebody can answer with /fix."""
    new = [(number, advice) for number, advice in enumerate(found, 1) if not advice.is_noted]
    if not new:
        return
    screen.blank()
    screen.say(("A reviewer would say:", "yellow"))
    for number, advice in new[:_IN_A_CARD]:
        fix = f"  /fix {number}" if fixable and advice.fix is not None else ""
        screen.say((f"{number}. ", "bold"), _short(advice.message), (fix, "cyan"), indent=2, hang=5)
    if len(new) > _IN_A_CARD:
        more = f"… and {len(new) - _IN_A_CARD} more" + (": /advice" if fixable else ".")
        screen.say((more, "dim"), indent=2)


def _short(words: str) -> str:
    line = one_line(words)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
