"""What shows the schema and its rows."""

from __future__ import annotations

import re

from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import Desk, table_of, topic, wrong
from datagen_chat.commands.trial import Trial
from datagen_chat.engine.estimate import Count
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.sizes import parquet_bytes, size
from datagen_chat.preview import check_planning, sample
from datagen_chat.problems import shown
from datagen_chat.schema.canonical import dump
from datagen_chat.terminal.cells import count
from datagen_chat.terminal.chat import draw_tried
from datagen_chat.terminal.clean import clean, one_line, text
from datagen_chat.terminal.grid import draw_grid
from datagen_chat.terminal.problems import draw_problems, draw_told
from datagen_chat.terminal.schema import draw_sample, draw_tables, headline, numbers, words
from datagen_chat.terminal.tree import draw_tree

SAMPLED_ROWS, MOST_ROWS = 5, 1000

command = topic("the schema")


@command("/schema", "[TABLE]", "show the tables, or one table as JSON", completes=completing.tables)
def _schema(desk: Desk, rest: str) -> None:
    version, screen = desk.current, desk.talk.screen
    if not rest:
        screen.say((headline(version.dataset, version.preview.total), "bold"), hang=4)
        draw_tables(screen, version.dataset, version.preview.counts)
        screen.blank()
        draw_tree(screen, version.dataset, version.preview.counts)
        return
    name = table_of(version, rest.partition(".")[0])
    for line in dump({"nodes": [node for node in version.draft["nodes"] if node["id"] == name]}).split("\n"):
        screen.line(text(clean(line)))  # never wrapped, so that what is copied is JSON


@command(
    "/sample",
    "[TABLE] [N]",
    "show rows as generate would write them",
    more="Without a table, five rows of each. The rows are those that /generate writes, with the same seed.",
    completes=completing.tables,
)
def _sample(desk: Desk, rest: str) -> None:
    version, screen, parts = desk.current, desk.talk.screen, rest.split()
    rows = _rows(parts.pop()) if parts and re.fullmatch(r"[+-]?\d+", parts[-1]) else SAMPLED_ROWS
    if len(parts) > 1:
        raise wrong("too-many-words", f"{shown(rest)} is more than a table and a number.", "Write /sample TABLE N.")
    names = [table_of(version, parts[0].partition(".")[0])] if parts else [table.id for table in version.dataset.nodes]
    check_planning(version.dataset)
    plan = Plan(version.dataset, desk.talk.session.settings.seed)
    for name in names:
        table = plan.tables[name]
        draw_sample(screen, sample(table, range(rows)), Count(table.row_count), version.dataset.table(name).pk)
        screen.blank()
    draw_told(screen, plan.tellings.all)


def _rows(said: str) -> int:
    number = int(said[:20])
    if number < 1:
        raise wrong("too-few-rows", f"{said[:20]} is no number of rows to show.", f"Ask for 1 to {MOST_ROWS:,} rows.")
    if number > MOST_ROWS:
        raise wrong("too-many-rows", f"{said[:20]} is not between 1 and {MOST_ROWS:,}.", "Ask for fewer rows, or /generate.")
    return number


@command("/rows", "", "show how many rows and bytes each table has")
def _count(desk: Desk, _rest: str) -> None:
    version = desk.current
    counts, total = version.preview.counts, version.preview.total
    rows = [count(found.rows, is_exact=found.is_exact) for found in (*counts.values(), total)]
    taken = list(parquet_bytes(version.dataset, {name: found.rows for name, found in counts.items()}).values())
    sizes = [f"≈{size(round(number))}" for number in (*taken, sum(taken))]
    draw_grid(desk.talk.screen, [words("table", [*counts, "all"]), numbers("rows", rows), numbers("as Parquet", sizes)])


@command("/check", "", "make the data and try the checks of the schema on it")
def _check(desk: Desk, _rest: str) -> None:
    version = desk.current
    desk.talk.screen.passing("trying the checks on the data …")
    found = Trial(desk.talk.session.settings.seed)(version)
    draw_tried(desk.talk.screen, found)
    if not found.checks and not found.left_out:
        desk.talk.screen.say("The schema has no checks.")
    for check in found.checks:
        if check.state == "holds":
            desk.talk.screen.say(("✓ ", "green"), f"{one_line(check.name)}: {one_line(check.found)}", indent=2, hang=4)


@command("/problems", "", "show what was wrong with the last reply")
def _problems(desk: Desk, _rest: str) -> None:
    found = desk.talk.problems
    if found is None:
        desk.talk.screen.say("The last reply has no problems.")
    else:
        draw_problems(desk.talk.screen, found.problems, found.blamed, limit=100)
