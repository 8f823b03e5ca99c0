"""`datagen chat`: conversations with a model, and recorded ones held again."""

from __future__ import annotations

import argparse

from datagen_chat.problems import Problem, ProblemsError

_RECORDED = {
    "conversation": "--conversation",
    "save": "--save",
    "go_on": "--continue",
    "check": "--check",
    "update": "--update",
}
_ALONE = {"save": "--save", "check": "--check", "update": "--update"}
_LIVE = {
    "message": "A message",
    "model": "--model",
    "say": "-m",
    "schema": "--schema",
    "transcript": "--transcript",
    "max_repairs": "--max-repairs",
    "max_cost": "--max-cost",
    "resume": "--resume",
    "record": "--record",
}


def run(options: argparse.Namespace) -> int:
    """Hold a conversation with a model, or recorded ones again, and show what every reply comes to.

    What each of them takes is imported when it is meant.
    """
    _check_options(options)
    if options.from_transcript is None:
        from datagen_chat.commands import live

        return live.run(options)
    if options.go_on:
        from datagen_chat.commands import live, recorded

        return live.run(options, recorded.taken_up(options))
    if options.check or options.update:
        from datagen_chat.commands import compared

        return compared.run(options)
    from datagen_chat.commands import recorded

    return recorded.run(options)


def _check_options(options: argparse.Namespace) -> None:
    """Refuse options that would have no effect.

    Raises:
        ProblemsError: some of them do not go together.
    """
    live = [] if options.go_on else [flag for name, flag in _LIVE.items() if getattr(options, name) is not None]
    recorded = [flag for name, flag in _RECORDED.items() if getattr(options, name) is not None]
    if options.from_transcript is not None and live:
        hint = "Leave one of them out: a recorded conversation is held without a model."
        raise ProblemsError([Problem("", "not-together", f"{live[0]} has no effect with --from-transcript.", hint)])
    if options.from_transcript is None and recorded:
        hint = "Add --from-transcript FILE, or leave it out."
        raise ProblemsError([Problem("", "no-transcript", f"{recorded[0]} is for recorded conversations.", hint)])
    if options.resume and (options.from_transcript is not None or options.schema is not None):
        hint = "To take up a conversation in a file: --from-transcript FILE --continue"
        raise ProblemsError([Problem("", "not-together", "--resume takes up the last session, and nothing else.", hint)])
    given = [flag for name, flag in (("go_on", "--continue"), *_ALONE.items()) if getattr(options, name) is not None]
    if len(given) > 1:
        hint = "/save keeps the schema of a conversation that goes on." if "--save" in given else "Leave one of them out."
        raise ProblemsError([Problem("", "not-together", f"{given[1]} has no effect with {given[0]}.", hint)])
    if options.no_try and (options.check or options.update):
        message = "--no-try would leave out results that are compared."
        raise ProblemsError([Problem("", "not-together", message, "Leave it out.")])
    if options.message is not None and options.say is not None:
        raise ProblemsError([Problem("", "not-together", "There are two messages.", "Leave one of them out.")])
