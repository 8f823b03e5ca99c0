"""`datagen report`: a dataset and its data as one page."""

from __future__ import annotations

import argparse
import re
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from datagen_chat.commands.files import read_schema
from datagen_chat.commands.places import SHARED, put
from datagen_chat.commands.save import slugs
from datagen_chat.conversation.document import Document
from datagen_chat.engine.sizes import size
from datagen_chat.problems import OutputError, Problem, ProblemsError
from datagen_chat.sinks.output import problem_of
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen, stderr, stdout

_NEEDED = ("jinja2", "vl_convert", "fast_sugiyama")
_LONGEST_HEAD = 4096
_OURS = re.compile(rb'<meta name="generator" content="Datagen [^"]* report">')


def run(options: argparse.Namespace) -> int:
    """Write the report of a schema and of data that was made from it."""
    check_installed()
    document = read_schema(options.file, stderr(), strict=options.strict)
    slug = slugs([document.valid().metadata.name])[0]
    name = f"{slug}.json" if options.file == "-" else Path(options.file).name
    write_report(document, name, Path(options.data), Path(options.output), stdout(), stderr(), options.format)
    return 0


def check_installed() -> None:
    """Make sure that what draws the page is installed.

    Raises:
        ProblemsError: it is not.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        message = f"The report needs packages that are not installed: {', '.join(missing)}."
        raise ProblemsError(
            [Problem("", "not-installed", message, "Install them: python -m pip install '.[report]' in Datagen's folder.")]
        )


def write_report(
    document: Document, name: str, data: Path, target: Path, out: Screen, screen: Screen, format_: str | None = None
) -> None:
    """Write the report of a schema, called `name`, and of the data in a folder; the file appears when it is whole.

    What is being done is shown on `screen`, what was written on `out`.

    Raises:
        OutputError: the file cannot be written, or one that is no report is in the way.
        DataError: the data is not there, or is not that of the schema.
    """
    from datagen_chat.commands.verification import verified
    from datagen_chat.report.data import opened
    from datagen_chat.report.page import render

    _check_is_free(target)
    try:
        verification = verified(document, data, screen, format_)
        with opened(data, document.valid(), format_) as tables:
            page = render(document, name, tables, verification, lambda table: screen.passing(f"Counting and drawing {table} …"))
    finally:
        screen.passing()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError([problem_of(error, target)]) from None
    put(target, page.encode("utf-8", "replace").decode("utf-8"), SHARED)  # a text may hold half of a character
    out.say(
        f"Written to {one_line(str(target))}", (f" ({size(target.stat().st_size)})", "dim"), "; open it in a browser.", hang=2
    )
    failed = len(verification.failed)
    if failed:
        what = "1 claim of the schema does" if failed == 1 else f"{failed:,} claims of the schema do"
        out.say((f"{what} not hold on the data; the page shows {'it' if failed == 1 else 'them'}.", "bold red"), hang=2)


def _check_is_free(path: Path) -> None:
    """Refuse to replace anything but a report, or to write where nothing can be."""
    try:
        is_free = not path.exists() and not path.is_symlink()
        is_ours = not path.is_symlink() and path.is_file() and _is_report(path)
    except OSError as error:
        raise OutputError([problem_of(error, path)]) from None
    if not is_free and not is_ours:
        hint = "Move it away, or choose another file."
        raise OutputError([Problem("", "in-the-way", f"{path} is in the way, and is no report of Datagen.", hint)])


def _is_report(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return _OURS.search(file.read(_LONGEST_HEAD)) is not None
    return False
