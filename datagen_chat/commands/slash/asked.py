"""What shows the statements of a person beside the schema."""

from __future__ import annotations

from datagen_chat.asked.ledger import standing
from datagen_chat.commands.slash.registry import Desk, topic
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.stated import stated, try_stated
from datagen_chat.terminal.stated import draw_stated

command = topic("the schema")


@command("/asked", "", "list the numbers, ranges, periods and lists that you stated, and what holds them")
def _asked(desk: Desk, _rest: str) -> None:
    version, session = desk.current, desk.talk.session
    lines = stated(session)
    if any(line.tie.state == "unsure" and line.tie.at for line in lines):  # the data may decide it
        lines = stated(session, try_stated(Trial(session.settings.seed), version, session))
    if not lines and standing(heard for undone in session.versions.undone for heard in undone.heard):
        desk.talk.screen.say("What you stated went with the request that was undone; /redo brings it back.", hang=2)
        return
    if not lines:
        desk.talk.screen.say(
            "You have stated no numbers, ranges, periods or lists so far, as far as can be read for sure.", hang=2
        )
        return
    draw_stated(desk.talk.screen, lines, version.draft)
