"""What a person stated in a conversation, held against its schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from datagen_chat.asked.ledger import Entry, Held, Line, Measure, doubted, left, lines, named, standing
from datagen_chat.asked.reading import Doubted, read
from datagen_chat.asked.spoken import Spoken
from datagen_chat.conversation.ask import tell_open
from datagen_chat.conversation.events import Tried
from datagen_chat.conversation.session import Session, Version, unrepeated
from datagen_chat.frozen import dataclass

_STATED = "stated by the person: "


def entries(session: Session) -> tuple[Entry, ...]:
    """Return the statements that stand: those that led to the schemas so far, and those of the messages since."""
    past = [heard for version in session.versions.past for heard in version.heard]
    return standing((*past, *session.heard))


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Statements that went with undone schemas, and were not made again: those that `/redo` brings back, and others."""

    returning: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()


def taken_back(session: Session) -> TakenBack:
    """Return the statements that a person took back together with schemas."""
    versions = session.versions
    undone = [heard for version in versions.undone for heard in version.heard]
    return TakenBack(
        standing(unrepeated(undone, session.heard)), standing(unrepeated(versions.gone, (*undone, *session.heard)))
    )


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
    measured = {
        check.requirement: Measure(check.state == "holds", check.found, check.wanted)
        for check in tried.stated
        if check.state != "unusable"
    }
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
    return replace(tried, checks=own, stated=found) if found else trial(version)


def hear(session: Session, request: str) -> Session:
    """Return a session that has taken up what a message states."""
    last = session.history[-1] if session.history else None
    question = last.text if last is not None and last.role == "assistant" else ""
    heard, current = read(request, question), session.versions.current
    spoken = [one for one in heard if isinstance(one, Spoken) and (one.left or one.leaves_all)]
    keys = left(entries(session), held(current), spoken[-1]) if current is not None and spoken else ()
    return replace(session, heard=(*session.heard, (*map(Doubted, keys), *heard)))


def doubting(session: Session, version: Version) -> Version:
    """Return the version that is to follow, with what its schema does not hold since messages that may have asked for that."""
    before = session.versions.current
    messages = session.heard or next((past.heard for past in reversed(session.versions.past) if past.heard), ())
    keys = doubted(messages, entries(session), held(version), None if before is None else held(before))
    found = tuple(Doubted(key) for key in keys)
    return replace(version, heard=(*version.heard, found)) if found else version


def missed(session: Session, tried: Tried | None = None) -> list[Line]:
    """Return the statements that the schema, or its data as far as it was tried, does not hold."""
    return [line for line in stated(session, tried) if line.tie.state == "open"]


def remind(session: Session) -> tuple[Session, str]:
    """Return what the model is to be told of statements that its schema does not hold, and the session that has told it.

    Each of them is told once; what the last message states speaks for itself, and what it names may be about to change.
    """
    said = session.heard[-1] if session.heard else ()
    missing = [line for line in missed(session) if line.statement not in said and line.quote not in session.reminded]
    current, spoken = session.versions.current, [one for one in said if isinstance(one, Spoken)]
    if current is not None and spoken:
        missing = [line for line in missing if not named(line.entry, held(current), spoken[-1])]
    if not missing:
        return session, ""
    return replace(session, reminded=(*session.reminded, *(line.quote for line in missing))), tell_open(missing)
