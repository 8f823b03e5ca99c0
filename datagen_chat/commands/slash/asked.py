"""What shows the statements of a person beside the schema."""

from __future__ import annotations

from datagen_chat.commands.slash.registry import Desk, topic, wrong
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.stated import stated, taken_back, try_stated
from datagen_chat.conversation.steer import drop
from datagen_chat.terminal.stated import draw_stated, draw_taken_back

command = topic("the schema")

_DIGITS = 4


@command(
    "/asked",
    "[drop N …]",
    "list the numbers, ranges, periods and lists that you stated, and what holds them",
    more="What you stated with a request that /undo took back is no longer asked for; it is listed apart. /asked drop 3 takes"
    " back the third statement of the list, of which the model is told nothing more.",
)
def _asked(desk: Desk, rest: str) -> None:
    if rest:
        _drop(desk, rest.replace(",", " ").split())
        return
    screen, session = desk.talk.screen, desk.talk.session
    back = taken_back(session)
    if session.versions.current is not None or not (back.returning or back.gone):
        _standing(desk, is_alone=not (back.returning or back.gone))
    draw_taken_back(screen, back.returning, is_returning=True)
    draw_taken_back(screen, back.gone, is_returning=False)


def _drop(desk: Desk, words: list[str]) -> None:
    """Take back the statements of these numbers."""
    quotes = [line.quote for line in stated(desk.talk.session)]
    if words[0] != "drop" or not words[1:]:
        raise wrong("no-number", "Which statement is not said.", "Write /asked drop 3; /asked lists them with their numbers.")
    for word in words[1:]:
        if not word.isdecimal() or len(word) > _DIGITS or not 1 <= int(word) <= len(quotes):
            many = f"{len(quotes)} statements" if len(quotes) > 1 else "1 statement" if quotes else "no statements"
            raise wrong("no-such-statement", f"There is no statement {word[:40]}; there are {many}.", "/asked lists them.")
    for quote in dict.fromkeys(quotes[int(word) - 1] for word in words[1:]):
        desk.talk.steer(drop(desk.talk.session, quote))


def _standing(desk: Desk, *, is_alone: bool) -> None:
    """Show the statements that stand; where there are none, and nothing else is shown, say that."""
    version, session = desk.current, desk.talk.session
    lines = stated(session)
    if any(line.tie.state == "unsure" and line.tie.at for line in lines):  # the data may decide it
        lines = stated(session, try_stated(Trial(session.settings.seed), version, session))
    if lines:
        draw_stated(desk.talk.screen, lines, version.draft)
    elif is_alone:
        desk.talk.screen.say(
            "You have stated no numbers, ranges, periods or lists so far, as far as can be read for sure.", hang=2
        )
