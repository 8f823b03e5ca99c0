"""The page: everything that there is to say of a dataset, as one HTML document that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from datagen_chat import __version__
from datagen_chat.conversation.document import Document
from datagen_chat.frozen import dataclass
from datagen_chat.instants import show_instant
from datagen_chat.report.checks import ChecksView, checks_view
from datagen_chat.report.data import Data
from datagen_chat.report.diagram import WIDTH, Diagram, Link, diagram, links, shortened
from datagen_chat.report.phrases import rows
from datagen_chat.report.views import Material, TableView, anchor, table_view
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.canonical import as_draft, dump, schema_hash, shortest
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.schema.ranges import within_ranges
from datagen_chat.schema.unfoldings import bound
from datagen_chat.sql import quoted
from datagen_chat.terminal.cells import average
from datagen_chat.terminal.clean import clean
from datagen_chat.verify.claims import Verification

if TYPE_CHECKING:
    from jinja2 import Template

GENERATOR = f"Datagen {__version__} report"
"""What the page says of itself; a file that says so may be replaced by another report."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A foreign key in words, and where its two tables stand on the page."""

    child: str
    parent: str
    how: str
    anchor: str
    target: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template shows."""

    title: str
    description: str
    facts: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    diagram: Diagram
    diagram_words: str
    links: Sequence[LinkView]
    tables: Sequence[TableView]
    checks: ChecksView
    command: str
    made: Sequence[tuple[str, str]]
    schema: str


def render(
    document: Document, name: str, data: Data, verification: Verification, told: Callable[[str], None] = lambda _table: None
) -> str:
    """Return the report of a dataset and of its data as HTML; `name` is what the schema's file is called.

    `told` is called with each table before it is counted.
    """
    page = _page(document, name, data, verification, told)
    style, script = (_part(f"page.{suffix}") for suffix in ("css", "js"))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        page=page,
        anchors={table.name: table.anchor for table in page.tables},
        box_width=WIDTH,
        counted=rows,
        generator=GENERATOR,
        policy=policy,
        script=Markup(script),  # noqa: S704 - the program's own
        short=lambda text: shortened(text, 24),
        style=Markup(style),  # noqa: S704 - the program's own
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, finalize=_cleaned, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_part("page.html"))


def _cleaned(value: Any) -> Any:
    """Return a text without what a reader could not see; what the program wrote itself stays as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _escaped(text: str) -> str:
    """Return JSON with every character that cannot be seen written as an escape, which means the same."""
    return "".join(sign if sign.isprintable() or sign == "\n" else _escape(sign) for sign in text)


def _escape(sign: str) -> str:
    return json.dumps(sign)[1:-1]


def _part(name: str) -> str:
    return files("datagen_chat.report").joinpath(name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(document: Document, name: str, data: Data, verification: Verification, told: Callable[[str], None]) -> Page:
    dataset = document.valid()
    index = Index(within_ranges(bound(with_behaviours(dataset))))
    counts = {table.id: data.ask(f"SELECT count(*) FROM {quoted(table.id)}")[0][0] for table in dataset.nodes}  # noqa: S608 - quoted
    found = links(index, counts)
    material = Material(data, index, found, shortest(as_draft(dataset)), _remarks(document.draft))
    drawn, fingerprint = diagram(dataset.nodes, found, counts), schema_hash(document.draft)
    return Page(
        title=dataset.metadata.name,
        description=_text(document.draft.get("metadata", {}).get("description")),
        facts=_facts(dataset, data, sum(counts.values())),
        warnings=_warnings(fingerprint, data),
        diagram=drawn,
        diagram_words=f"{len(drawn.boxes)} tables and {len(found)} keys between them; the list below has them in words.",
        links=[_link(link) for link in found],
        tables=_tables(material, dataset.nodes, told),
        checks=checks_view(verification),
        command=_command(name, data),
        made=_made(fingerprint, data),
        schema=_escaped(dump(document.draft)),
    )


def _tables(material: Material, tables: Sequence[Table], told: Callable[[str], None]) -> list[TableView]:
    found = []
    for table in tables:
        told(table.id)
        found.append(table_view(material, table))
    return found


def _remarks(draft: Any) -> Mapping[tuple[str, str], str]:
    """Return what the schema says of its tables and columns in prose; a table's own stands under no column."""
    found = {}
    for node in draft["nodes"]:
        found[node["id"], ""] = _text(node.get("description"))
        found |= {(node["id"], column["name"]): _text(column.get("description")) for column in node["columns"]}
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _facts(dataset: Dataset, data: Data, total: int) -> list[tuple[str, str]]:
    columns = sum(len(table.columns) for table in dataset.nodes)
    facts = [("tables", f"{len(dataset.nodes):,}"), ("columns", f"{columns:,}"), ("rows", f"{total:,}")]
    if dataset.timeframe is not None:
        ends = (show_instant(end)[:10] for end in (dataset.timeframe.start, dataset.timeframe.end))
        facts += zip(("from", "to"), ends, strict=True)
    if data.manifest is not None:
        facts += [("seed", str(data.manifest.seed)), ("format", data.manifest.format)]
    return facts


def _warnings(fingerprint: str, data: Data) -> list[str]:
    warnings = list(data.notes)
    if data.manifest is None:
        warnings.append("No manifest of Datagen goes with this data: it may have been made from another schema.")
    elif data.manifest.schema_hash != fingerprint:
        warnings.append(
            "The data was made from another schema, or another version of this one. What is declared may not be what was made."
        )
    return warnings


def _link(link: Link) -> LinkView:
    how = "hangs off it" if link.is_primary else "refers to it"
    if link.each is not None:
        how = f"hangs off it, {average(link.each)} rows each"
    return LinkView(".".join(link.child), ".".join(link.parent), how, anchor(*link.child), anchor(link.parent[0]))


def _command(name: str, data: Data) -> str:
    made = data.manifest
    if made is None:
        return ""
    parts = ["datagen", "generate", name, "--seed", str(made.seed)]
    return shlex.join(parts if made.format == "parquet" else [*parts, "--format", made.format])


def _made(fingerprint: str, data: Data) -> list[tuple[str, str]]:
    told = [("schema hash", fingerprint)]
    if data.manifest is None:
        return told
    told += [("seed", str(data.manifest.seed)), *data.manifest.versions.items()]
    return told + [(f"content of {table.name}", table.hash) for table in data.manifest.tables]
