"""What shows the statements of a person beside the schema."""

from __future__ import annotations

from datagen_chat.commands.slash.registry import Desk, topic
from datagen_chat.conversation.stated import stated
from datagen_chat.terminal.stated import draw_stated

command = topic("the schema")


@command("/asked", "", "list the numbers, ranges, periods and lists that you stated, and what holds them")
def _asked(desk: Desk, _rest: str) -> None:
    version = desk.current
    lines = stated(desk.talk.session)
    if not lines:
        desk.talk.screen.say(
            "You have stated no numbers, ranges, periods or lists so far, as far as can be read for sure.", hang=2
        )
        return
    draw_stated(desk.talk.screen, lines, version.draft)
