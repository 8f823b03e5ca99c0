"""What puts the schema in front of others: the page of it and its data."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from datagen_chat.commands.generate import write
from datagen_chat.commands.report import check_installed, write_report
from datagen_chat.commands.save import slugs
from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import Desk, place, topic, wrong
from datagen_chat.commands.trial import MOST_ROWS
from datagen_chat.conversation.document import Document
from datagen_chat.engine.estimate import magnitude
from datagen_chat.engine.plan import Plan
from datagen_chat.terminal.progress import progress

command = topic("files")


@command(
    "/report",
    "[FILE]",
    "make the data and write a page that shows it beside the schema",
    more="The page is one file of HTML that needs nothing else. The data is made for it, and not kept.",
    completes=completing.files,
)
def _report(desk: Desk, rest: str) -> None:
    version, screen, seed = desk.current, desk.talk.screen, desk.talk.session.settings.seed
    check_installed()
    total = version.preview.total.rows
    if total > MOST_ROWS:
        message = f"The data has more than {magnitude(MOST_ROWS)} rows, too many to make only for a page."
        raise wrong("too-many-rows", message, "Write /save and /generate, then run datagen report on both.")
    name = slugs([version.dataset.metadata.name])[0]
    document, target = Document(version.draft, version.dataset), place(rest, f"{name}.html")
    with TemporaryDirectory(prefix="datagen-") as folder:
        options = argparse.Namespace(seed=seed, format="parquet", output=folder, workers=1, block_rows=None)
        with progress(screen, total) as told:
            write(Plan(version.dataset, seed), document, options, told)
        write_report(document, f"{name}.json", Path(folder), target, screen, screen)
