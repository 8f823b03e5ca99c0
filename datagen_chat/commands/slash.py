"""What a person can do in a conversation besides talking: one registry from which help and completion follow."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from datagen_chat.commands.files import tell_mends
from datagen_chat.commands.generate import again, make
from datagen_chat.commands.save import save_as, slugs
from datagen_chat.commands.talk import Talk
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.document import Document, read_document
from datagen_chat.conversation.session import Json, Version
from datagen_chat.conversation.steer import adopt, redo, undo
from datagen_chat.engine.plan import Plan
from datagen_chat.llm.base import Provider
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.preview import Count, check_planning, sample
from datagen_chat.problems import DatagenError, Problem, ProblemsError, did_you_mean, shown
from datagen_chat.schema.canonical import dump
from datagen_chat.schema.change import difference
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.repair import repair
from datagen_chat.sinks import FORMATS
from datagen_chat.terminal.cells import count
from datagen_chat.terminal.chat import draw_changes, draw_tried
from datagen_chat.terminal.clean import clean, one_line, text
from datagen_chat.terminal.grid import draw_grid
from datagen_chat.terminal.problems import draw_problems, draw_told
from datagen_chat.terminal.schema import draw_sample, draw_tables, headline, numbers, words

SAMPLED_ROWS, MOST_ROWS = 5, 1000


@dataclass
class Desk:
    """What commands work with: the conversation, where it is kept, and how another model is connected."""

    talk: Talk
    path: Path
    connect: Callable[[str, Spent | None], Provider]
    is_left: bool = False

    @property
    def current(self) -> Version:
        """The schema as it is.

        Raises:
            ProblemsError: there is none yet.
        """
        version = self.talk.session.versions.current
        if version is None:
            raise _wrong("no-schema", "There is no schema yet.", "Say what data you need, or start with --schema FILE.")
        return version


Run = Callable[[Desk, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, what it takes, what it does; `names` completes its arguments with the schema's names."""

    name: str
    takes: str
    about: str
    run: Run
    names: bool = False


COMMANDS: dict[str, Command] = {}


def _command(name: str, takes: str, about: str, *, names: bool = False) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        COMMANDS[name] = Command(name, takes, about, run, names)
        return run

    return register


def obey(desk: Desk, line: str) -> None:
    """Do what a line says that begins with a slash; what is wrong with it is drawn."""
    screen = desk.talk.screen
    name, _, rest = line.strip().partition(" ")
    command = COMMANDS.get(name)
    try:
        if command is None:
            hint = did_you_mean(name, COMMANDS) or "/help lists the commands."
            raise _wrong("unknown-command", f"There is no command {shown(name)}.", hint)
        if not command.takes and rest.strip():
            raise _wrong("too-many-words", f"{name} takes nothing more.", f"Write {name} alone.")
        command.run(desk, rest.strip())
    except ProblemsError as error:
        draw_problems(screen, error.problems)
    except DatagenError as error:
        screen.say((one_line(str(error)), "bold red"), hang=2)
    except KeyboardInterrupt:
        screen.say(("Interrupted; nothing half-written is left behind.", "yellow"))


def complete(desk: Desk, before: str) -> Iterable[str]:
    """Return the words that may take the place of the last one before the cursor."""
    if not before.startswith("/"):
        return ()
    name, space, rest = before.partition(" ")
    if not space:
        return [known for known in sorted(COMMANDS) if known.startswith(name)]
    command, last = COMMANDS.get(name), rest.rpartition(" ")[2]
    known = _names(desk.talk.session.versions.current) if command is not None and command.names else ()
    return [word for word in known if word.startswith(last)]


def _names(version: Version | None) -> Iterator[str]:
    """Yield the names of tables, and of columns below their tables."""
    for table in version.dataset.nodes if version else ():
        yield table.id
        yield from (f"{table.id}.{column.name}" for column in table.columns)


def _wrong(code: str, message: str, hint: str) -> ProblemsError:
    return ProblemsError([Problem("", code, message, hint)])


@_command("/help", "", "list the commands")
def _help(desk: Desk, _rest: str) -> None:
    screen = desk.talk.screen
    width = max(len(f"{command.name} {command.takes}") for command in COMMANDS.values())
    for command in COMMANDS.values():
        screen.say((f"{command.name} {command.takes}".ljust(width + 2), "cyan"), command.about, hang=4)
    screen.blank()
    screen.say(
        ("Enter sends, Alt-Enter breaks the line, Tab completes. Ctrl-C stops a reply; twice, or Ctrl-D, leaves.", "dim")
    )


@_command("/schema", "[TABLE]", "show the tables, or one table as JSON", names=True)
def _schema(desk: Desk, rest: str) -> None:
    version, screen = desk.current, desk.talk.screen
    if not rest:
        screen.say((headline(version.dataset, version.preview.total), "bold"), hang=4)
        draw_tables(screen, version.dataset, version.preview.counts)
        return
    name = _table(version, rest.partition(".")[0])
    for line in dump({"nodes": [node for node in version.draft["nodes"] if node["id"] == name]}).split("\n"):
        screen.wrap(text(clean(line)), 0, 4)


@_command("/sample", "[TABLE] [N]", "show rows as generate would write them", names=True)
def _sample(desk: Desk, rest: str) -> None:
    version, screen, parts = desk.current, desk.talk.screen, rest.split()
    rows = _rows(parts.pop()) if parts and parts[-1].isdecimal() else SAMPLED_ROWS
    if len(parts) > 1:
        raise _wrong("too-many-words", f"{shown(rest)} is more than a table and a number.", "Write /sample TABLE N.")
    names = [_table(version, parts[0].partition(".")[0])] if parts else [table.id for table in version.dataset.nodes]
    check_planning(version.dataset)
    plan = Plan(version.dataset, desk.talk.session.settings.seed)
    for name in names:
        table = plan.tables[name]
        draw_sample(screen, sample(table, range(rows)), Count(table.row_count), version.dataset.table(name).pk)
        screen.blank()
    draw_told(screen, plan.tellings.all)


def _rows(said: str) -> int:
    if len(said) > 9 or not 1 <= int(said) <= MOST_ROWS:
        raise _wrong("too-many-rows", f"{said[:20]} is not between 1 and {MOST_ROWS:,}.", "Ask for fewer rows, or /generate.")
    return int(said)


def _table(version: Version, name: str) -> str:
    known = [table.id for table in version.dataset.nodes]
    if name not in known:
        hint = did_you_mean(name, known) or f"Use one of {', '.join(known[:20])}."
        raise _wrong("unknown-table", f"There is no table {shown(name)} in this schema.", hint)
    return name


@_command("/rows", "", "show how many rows each table has")
def _count(desk: Desk, _rest: str) -> None:
    preview = desk.current.preview
    sizes = [count(found.rows, is_exact=found.is_exact) for found in preview.counts.values()]
    total = count(preview.total.rows, is_exact=preview.total.is_exact)
    draw_grid(desk.talk.screen, [words("table", [*preview.counts, "all"]), numbers("rows", [*sizes, total])])


@_command("/diff", "", "show what the last change made different")
def _diff(desk: Desk, _rest: str) -> None:
    version, past = desk.current, desk.talk.session.versions.past
    if len(past) < 2:
        raise _wrong("no-difference", "This is the first schema.", "Ask for a change first.")
    draw_changes(desk.talk.screen, difference(past[-2].draft, version.draft))


@_command("/undo", "", "go back to the schema before the last change")
def _undo(desk: Desk, _rest: str) -> None:
    assert desk.current
    desk.talk.steer(undo(desk.talk.session))


@_command("/redo", "", "take up again what was undone")
def _redo(desk: Desk, _rest: str) -> None:
    if not desk.talk.session.versions.undone:
        raise _wrong("nothing-undone", "Nothing was undone.", "/undo goes back first.")
    desk.talk.steer(redo(desk.talk.session))


@_command("/versions", "", "list the schemas so far")
def _versions(desk: Desk, _rest: str) -> None:
    assert desk.current
    versions, screen = desk.talk.session.versions, desk.talk.screen
    for number, version in enumerate((*versions.past, *versions.undone), 1):
        mark = "→" if number == len(versions.past) else " "
        state = "" if number <= len(versions.past) else "  undone"
        screen.say(f"{mark} {number}: {headline(version.dataset, version.preview.total)}", (state, "dim"), hang=5)


@_command("/check", "", "make the data and try the checks of the schema on it")
def _check(desk: Desk, _rest: str) -> None:
    version = desk.current
    found = Trial(desk.talk.session.settings.seed)(version)
    draw_tried(desk.talk.screen, found)
    if not found.checks and not found.left_out:
        desk.talk.screen.say("The schema has no checks.")
    for check in found.checks:
        if check.state == "holds":
            desk.talk.screen.say(("✓ ", "green"), f"{one_line(check.name)}: {one_line(check.found)}", indent=2, hang=4)


@_command("/problems", "", "show what was wrong with the last reply")
def _problems(desk: Desk, _rest: str) -> None:
    found = desk.talk.problems
    if found is None:
        desk.talk.screen.say("The last reply has no problems.")
    else:
        draw_problems(desk.talk.screen, found.problems, found.blamed, limit=100)


@_command("/set", "PATH VALUE", "change one value: /set customer.rows 500, /set customer.tier.null_rate 0.1", names=True)
def _set(desk: Desk, rest: str) -> None:
    path, _, value = rest.partition(" ")
    if not path or not value.strip():
        raise _wrong("no-value", "A path and a value are needed.", "Write, for instance, /set customer.rows 500.")
    patched = apply_patch(desk.current.draft, _patch(desk.current, path.split("."), _value(value.strip())))
    if patched.problems:
        raise ProblemsError(patched.problems)
    _adopt(desk, _read(patched.draft), f"/set {rest}")


def _value(said: str) -> Json:
    """Return what a value says as JSON, or else as text."""
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return said


def _patch(version: Version, parts: Sequence[str], value: Json) -> Json:
    """Return the patch that sets one value of a table, of a column, or of the schema as a whole."""
    tables = {table.id: table for table in version.dataset.nodes}
    if parts[0] not in tables:
        return _nested(parts, value)
    table, rest = tables[parts[0]], list(parts[1:])
    if rest and rest[0] in {column.name for column in table.columns}:
        return {"nodes": [{"id": table.id, "columns": [{"name": rest[0], **_inside(rest[1:], value)}]}]}
    return {"nodes": [{"id": table.id, **_inside(rest, value)}]}


def _inside(parts: Sequence[str], value: Json) -> dict[str, Any]:
    if not parts:
        raise _wrong("no-value", "The path ends at a table or column, not at a value of it.", "Name what is to be set.")
    found: dict[str, Any] = _nested(parts, value)
    return found


def _nested(parts: Sequence[str], value: Json) -> Json:
    for part in reversed(parts):
        value = {part: value}
    return value


def _read(draft: Json) -> Document:
    """Return a draft as it is read, other spellings mended."""
    repaired = repair(draft)
    return Document(repaired.draft, repaired.reading.dataset, (), repaired.mends, repaired.reading.problems)


def _adopt(desk: Desk, document: Document, line: str) -> None:
    """Make a schema that a person wrote the current one, or draw what is wrong with it."""
    screen = desk.talk.screen
    tell_mends(document, screen)
    if document.dataset is None:
        draw_problems(screen, document.problems, document.draft)
        screen.say(("Nothing was changed.", "dim"))
        return
    desk.talk.steer(adopt(desk.talk.session, document.dataset, document.draft, line), schema=document.draft)


@_command("/edit", "", "change the schema in $EDITOR")
def _edit(desk: Desk, _rest: str) -> None:
    before = dump(desk.current.draft) + "\n"
    with TemporaryDirectory(prefix="datagen-") as folder:
        path = Path(folder) / "schema.json"
        path.write_text(before, "utf-8")
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            done = subprocess.run([*shlex.split(editor), str(path)], check=False)  # noqa: S603 - the user's own editor
        except (OSError, ValueError) as error:
            raise _wrong("no-editor", f"The editor {editor} cannot be started: {error}.", "Set EDITOR.") from None
        content = path.read_bytes() if path.exists() else b""
    if done.returncode or content == before.encode():
        desk.talk.screen.say("Nothing was changed.")
        return
    _adopt(desk, read_document(content), "/edit")


@_command("/generate", "[FOLDER] [--format NAME]", "write all rows to files (default: output, parquet)")
def _generate(desk: Desk, rest: str) -> None:
    version, screen, session = desk.current, desk.talk.screen, desk.talk.session
    folder, format_ = _target(rest)
    file = f"{slugs([version.dataset.metadata.name])[0]}.json"
    options = argparse.Namespace(
        file=file,
        seed=session.settings.seed,
        output=folder,
        format=format_,
        workers=1,
        max_rows=10**8,
        block_rows=1 << 16,
    )
    make(Document(version.draft, version.dataset), options, screen, screen)
    screen.command("The same rows again, after /save:", again(options))
    desk.talk.note(f"/generate {rest}".strip())


def _target(rest: str) -> tuple[str, str]:
    """Return the folder and the format that a person names."""
    parts = _split(rest)
    format_ = "parquet"
    if "--format" in parts:
        at = parts.index("--format")
        format_ = parts[at + 1] if at + 1 < len(parts) else ""
        parts = parts[:at] + parts[at + 2 :]
    if format_ not in FORMATS:
        hint = did_you_mean(format_, FORMATS) or f"Use one of {', '.join(FORMATS)}."
        raise _wrong("unknown-format", f"There is no format {shown(format_)}.", hint)
    if len(parts) > 1 or any(part.startswith("-") for part in parts):
        raise _wrong("too-many-words", f"{shown(rest)} is more than a folder.", "Write /generate FOLDER --format NAME.")
    return parts[0] if parts else "output", format_


def _split(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:
        raise _wrong("open-quote", "A quote is not closed.", "Close it, or leave it out.") from None


@_command("/save", "[FILE]", "write the schema to a file")
def _save(desk: Desk, rest: str) -> None:
    version = desk.current
    parts = _split(rest)
    path = Path(" ".join(parts) if parts else f"{slugs([version.dataset.metadata.name])[0]}.json")
    save_as(version, path)
    desk.talk.screen.say(("Saved ", "green"), one_line(str(path)), hang=2)
    how = shlex.join(["datagen", "generate", str(path), "--seed", str(desk.talk.session.settings.seed), "-o", "output"])
    desk.talk.screen.command("To generate all rows:", how)


@_command("/model", "[NAME]", "show the model, or go on with another")
def _model(desk: Desk, rest: str) -> None:
    if rest:
        before = desk.talk.provider
        desk.talk.provider = desk.connect(rest, before.spent if isinstance(before, Metered) else None)
        desk.talk.note(f"/model {rest}")
    desk.talk.screen.say(one_line(desk.talk.provider.name))


@_command("/cost", "", "show the tokens and dollars so far")
def _cost(desk: Desk, _rest: str) -> None:
    provider, screen = desk.talk.provider, desk.talk.screen
    if not isinstance(provider, Metered):
        screen.say("A recording costs nothing.")
        return
    spent = provider.spent
    calls = "1 call" if spent.calls == 1 else f"{spent.calls:,} calls"
    screen.say(f"{spent.dollars} for {calls}", hang=2)
    usage = spent.usage
    screen.say(
        f"{usage.prompt:,} tokens read, {usage.cache_read:,} of them from a cache; {usage.output:,} written",
        ("; some were estimated" if spent.estimated else "", "dim"),
        hang=2,
    )


@_command("/retry", "", "ask the last request again")
def _retry(desk: Desk, _rest: str) -> None:
    desk.talk.retry()


@_command("/transcript", "", "show where this conversation is kept")
def _transcript(desk: Desk, _rest: str) -> None:
    desk.talk.screen.say(one_line(str(desk.path)), hang=2)
    how = shlex.join(["datagen", "chat", "--from-transcript", str(desk.path)])
    desk.talk.screen.command("To see it again:", how)


@_command("/quit", "", "leave")
def _quit(desk: Desk, _rest: str) -> None:
    desk.is_left = True
