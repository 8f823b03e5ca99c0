"""The diagram: boxes of tables, and arrows that say which column holds which key."""

from __future__ import annotations

from typing import Any

from datagen_chat.report.diagram import LINE, diagram, links
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset


def table(name: str, **keys: str) -> dict[str, Any]:
    columns = [{"name": "id", "type": "int", "generator": {"sequence": {}}}]
    columns += [{"name": key, "type": "int", "generator": {"lookup": {"from": of}}} for key, of in keys.items()]
    return {"id": name, "kind": "entity", "pk": "id", "rows": 1, "columns": columns}


def test_an_arrow_points_at_the_line_of_its_key() -> None:
    nodes = [table("one"), table("other"), table("child", one_id_before="other.id", one_id="one.id")]
    index = Index(Dataset.model_validate({"version": "1.0", "metadata": {"name": "d"}, "nodes": nodes}))
    counts = {"one": 1, "other": 1, "child": 1}
    drawn = diagram(list(index.tables.values()), links(index, counts), counts)
    heights = {line.link.child[1]: line.at[1] for line in drawn.lines}
    assert heights["one_id"] - heights["one_id_before"] == LINE
