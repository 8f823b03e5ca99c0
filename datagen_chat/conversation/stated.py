"""What a person stated in a conversation, held against its schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from datagen_chat.asked.ledger import Entry, Held, Line, Measure, lines, standing
from datagen_chat.asked.reading import read
from datagen_chat.conversation.ask import tell_open
from datagen_chat.conversation.events import Tried
from datagen_chat.conversation.session import Session, Version

_STATED = "stated by the person: "


def entries(session: Session) -> tuple[Entry, ...]:
    """Return the statements that stand: those that led to the schemas so far, and those of the messages since."""
    past = [heard for version in session.versions.past for heard in version.heard]
    return standing((*past, *session.heard))


def stated(session: Session, tried: Tried | None = None) -> tuple[Line, ...]:
    """Return the statements that stand with what the schema makes of each, and its data as far as it was tried.

    There are none where there is no schema.
    """
    current, past = session.versions.current, session.versions.past
    if current is None:
        return ()
    return lines(entries(session), held(current, tried), held(past[-2]) if len(past) > 1 else None)


def held(version: Version, tried: Tried | None = None) -> Held:
    """Return a version as statements are held against it."""
    tried = tried or Tried(())
    checks = {check.name: check.state for check in tried.checks}
    measured = {check.requirement: Measure(check.state == "holds", check.found, check.wanted) for check in tried.stated}
    return Held(version.dataset, version.draft, version.preview, checks, measured)


def try_stated(trial: Callable[[Version], Tried], version: Version, session: Session) -> Tried:
    """Return what the data of a schema says to its checks, and to the statements that the schema alone does not decide."""
    undecided = [(line.quote, line.tie.probe) for line in stated(session) if line.tie.state == "unsure"]
    probes = {f"{_STATED}{k}": (quote, probe) for k, (quote, probe) in enumerate(undecided) if probe is not None}
    if not probes:
        return trial(version)
    asked = tuple(probe.model_copy(update={"name": name}) for name, (_, probe) in probes.items())
    dataset = version.dataset.model_copy(update={"checks": (*version.dataset.checks, *asked)})
    tried = trial(replace(version, dataset=dataset))
    found = tuple(replace(check, requirement=probes[check.name][0]) for check in tried.checks if check.name in probes)
    own = tuple(check for check in tried.checks if check.name not in probes)
    return Tried(own, tried.left_out if _has_checks(version) else "", found)


def _has_checks(version: Version) -> bool:
    targets = version.dataset.targets
    return bool(version.dataset.checks or targets.weekend_share or targets.mean_in_range or targets.composite_effect)


def hear(session: Session, request: str) -> Session:
    """Return a session that has taken up what a message states."""
    last = session.history[-1] if session.history else None
    question = last.text if last is not None and last.role == "assistant" else ""
    return replace(session, heard=(*session.heard, read(request, question)))


def remind(session: Session) -> tuple[Session, str]:
    """Return what the model is to be told of statements that its schema does not hold, and the session that has told it.

    Each of them is told once; what the last message states speaks for itself.
    """
    said = {one for one in session.heard[-1] if not hasattr(one, "stem")} if session.heard else set()
    missed = [
        line
        for line in stated(session)
        if line.tie.state == "open" and line.statement not in said and line.statement.quote not in session.reminded
    ]
    if not missed:
        return session, ""
    reminded = (*session.reminded, *(line.statement.quote for line in missed))
    return replace(session, reminded=reminded), tell_open(missed)
