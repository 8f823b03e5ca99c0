"""What a reviewer would say, as people read it: the most important first, with reasons and fixes where there is room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from datagen_chat.advice import Advice
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

if TYPE_CHECKING:
    from datagen_chat.conversation.events import Advised

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


def draw_remarks(screen: Screen, event: Advised, *, fixable: bool) -> None:
    """Draw the most important remarks that are new, one line each; `fixable` says that somebody can answer with /fix."""
    found = [(number, advice) for number, advice in enumerate(event.advice, 1) if not advice.is_noted]
    new = [(number, advice) for number, advice in found if advice.key not in event.known][:_IN_A_CARD]
    if not new:
        return
    screen.blank()
    screen.say(("A reviewer would say:", "yellow"))
    for number, advice in new:
        fix = f"  /fix {number}" if fixable and advice.fix is not None else ""
        screen.say((f"{number}. ", "bold"), _short(advice.message), (fix, "cyan"), indent=2, hang=5)
    if len(found) > len(new):
        screen.say((f"… and {len(found) - len(new)} more{': /advice' if fixable else '.'}", "dim"), indent=2)


def _short(words: str) -> str:
    line = one_line(words)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
