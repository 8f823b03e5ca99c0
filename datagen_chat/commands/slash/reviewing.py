"""What a reviewer would say of the schema, and the fixes of that."""

from __future__ import annotations

from datagen_chat.commands.slash.registry import Desk, topic, wrong
from datagen_chat.conversation.steer import adopt
from datagen_chat.problems import ProblemsError

command = topic("its changes")


@command("/advice", "", "show what a reviewer would say of the schema, with fixes")
def _advice(desk: Desk, _rest: str) -> None:
    from datagen_chat.terminal.advice import draw_review

    found = desk.current.advice()
    if not found:
        desk.talk.screen.say("A reviewer would have nothing to say.")
    draw_review(desk.talk.screen, found, patches=True)


@command("/fix", "N [N …]", "apply fixes by their numbers in /advice")
def _fix(desk: Desk, rest: str) -> None:
    from datagen_chat.advice.fixing import fixed

    version = desk.current
    found, numbers = version.advice(), [_number(part) for part in rest.replace(",", " ").split()]
    if not numbers:
        raise wrong("no-number", "Which fix is not said.", "Write /fix 1, or several numbers; /advice lists them.")
    for number in numbers:
        if not 1 <= number <= len(found):
            many = f"there are {len(found)}" if len(found) > 1 else "there is 1" if found else "there are none"
            raise wrong("no-such-fix", f"There is no remark {number}; {many}.", "/advice lists them.")
        if found[number - 1].fix is None:
            advice = found[number - 1]
            raise wrong("no-fix", f"Remark {number} has no fix that fits every case.", f"{advice.remedy} Say what you want.")
    done = fixed(version.draft, version.dataset, [found[number - 1] for number in numbers])
    if done.problems:
        raise ProblemsError(done.problems)
    line = f"/fix {' '.join(map(str, numbers))}"
    desk.talk.steer(adopt(desk.talk.session, done.dataset, done.draft, line), schema=done.draft)
    left = len(desk.current.advice())
    if left:
        desk.talk.screen.say((f"{'1 remark is' if left == 1 else f'{left} remarks are'} left: /advice", "dim"))


def _number(said: str) -> int:
    if not said.isdecimal() or len(said) > 4:
        raise wrong("no-number", f"{said[:40]} is not the number of a remark.", "Write /fix 1; /advice lists them.")
    return int(said)
