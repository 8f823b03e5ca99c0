"""Bars as a picture: Vega-Lite, drawn to SVG once, so that a page needs no script and prints.

Vega gets numbers only. Texts from a schema or from data are put beside its bars afterwards: a character that XML lacks would
end the process, and a text could be an expression.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup
from rich.cells import cell_len, set_cell_size

from datagen_chat.report.bars import Bar, Bars, label_of
from datagen_chat.report.declared import Declared
from datagen_chat.terminal.clean import one_line

_WIDTH, _HEIGHT, _ROW, _MARGIN = 340, 110, 17, 132
_LABEL = 20
_PADDING, _TICKS = 8, 8
_VEGA_LITE = "5.21"
_CONFIG: Mapping[str, Any] = {
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "grid": False,
        "domainColor": "#999",
        "tickColor": "#999",
        "tickSize": 3,
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
    "bar": {"color": "#4c78a8"},
    "rule": {"color": "#c2410c", "strokeWidth": 2},
    "line": {"color": "#c2410c", "strokeWidth": 2},
    "tick": {"color": "#c2410c", "thickness": 2},
}
_LONG = re.compile(r"(\d\.\d\d)\d+")
_ATTRIBUTES = re.compile(r' (?:transform|d|width|height|x|y|x2|y2)="[-A-Za-z0-9.,()\s]*"')
_ROLES = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[a-z ]*"|aria-hidden="true")')
"""What Vega says of the parts of a picture; to a reader it is one picture, with a text of its own."""
_OPENING = re.compile(r"<svg [^>]*?(width=\"[\d.]+\" height=\"[\d.]+\" viewBox=\"[-\d. ]+\")>")


def draw(bars: Bars, declared: Declared, label: str) -> Markup:
    """Return a picture of bars with their declared shares, as SVG; `label` is what it says in words."""
    drawn = _drawn(_categories(bars, declared) if bars.kind == "category" else _intervals(bars, declared))
    drawn = _ATTRIBUTES.sub(lambda attribute: _LONG.sub(r"\1", attribute[0]), drawn)
    drawn = _ROLES.sub("", drawn)
    size = _OPENING.match(drawn)
    assert size is not None
    opening = Markup('<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" role="img" aria-label="{label}" {size}>')
    texts = _labels(bars) if bars.kind == "category" else Markup()
    body = Markup(drawn[size.end() :].removesuffix("</svg>"))  # noqa: S704 - drawn by Vega from numbers
    return opening.format(kind=bars.kind, label=one_line(label), size=Markup(size[1])) + body + texts + Markup("</svg>")  # noqa: S704 - numbers


def _drawn(specification: dict[str, Any]) -> str:
    import vl_convert

    datasets = specification["datasets"]
    compiled = json.loads(_compiled(json.dumps(specification | {"datasets": {name: [] for name in datasets}})))
    for data in compiled["data"]:
        if data["name"] in datasets:
            data["values"] = datasets[data["name"]]
    drawn: str = vl_convert.vega_to_svg(compiled)
    return drawn


@cache
def _compiled(specification: str) -> str:
    """Return a picture without its numbers as Vega: pictures of the same form are compiled once."""
    import vl_convert

    return json.dumps(vl_convert.vegalite_to_vega(specification, vl_version=_VEGA_LITE))


def _labels(bars: Bars) -> Markup:
    """Return the names of horizontal bars, each before its bar."""
    one = Markup('<text class="label" text-anchor="end" x="{x}" y="{y}">{label}</text>')
    middle = _PADDING + _ROW * 0.72
    return Markup().join(
        one.format(x=_MARGIN - 6, y=f"{middle + k * _ROW:g}", label=_short(label_of(bar))) for k, bar in enumerate(bars.bars)
    )


def _categories(bars: Bars, declared: Declared) -> dict[str, Any]:
    most = max(bar.count for bar in bars.bars)
    rows = [{"k": k, "count": bar.count} for k, bar in enumerate(bars.bars)]
    marks = [{"k": k, "wanted": share * bars.rows} for k, share in enumerate(declared.shares)]
    y = {"field": "k", "type": "ordinal", "sort": None, "axis": None, "scale": {"paddingInner": 0.25}}
    layers: list[dict[str, Any]] = [_layer("rows", {"type": "bar"}, {"y": y, "x": _counts("count", most)})]
    if marks:
        layers.append(_layer("marks", {"type": "tick", "size": _ROW - 3}, {"y": y, "x": _counts("wanted", most)}))
    picture = _picture(layers, {"rows": rows, "marks": marks}, len(rows) * _ROW)
    return picture | {"width": _WIDTH + 30 - _MARGIN, "padding": {"left": _MARGIN, "top": _PADDING, "right": 12, "bottom": 2}}


def _intervals(bars: Bars, declared: Declared) -> dict[str, Any]:
    most = max(bar.count for bar in bars.bars)
    scale = 1000 if bars.kind == "time" else 1  # Vega counts milliseconds
    gap = 0.06 * (bars.bars[0].high - bars.bars[0].low)
    rows = [{"a": (bar.low + gap) / scale, "b": (bar.high - gap) / scale, "count": bar.count} for bar in bars.bars]
    marks = [_mark(bar, share * bars.rows, scale) for bar, share in zip(bars.bars, declared.shares, strict=False)]
    kind = "temporal" if bars.kind == "time" else "quantitative"
    axis: dict[str, Any] = {"tickCount": 5, "labelOverlap": True, "labelFlush": True}
    if bars.kind == "number" and max(abs(bar.high) for bar in bars.bars) >= 1e6:
        axis["format"] = "~s"
    if bars.is_whole:
        axis |= {"values": _whole_ticks(bars)}
    ends = [bars.bars[0].low / scale, bars.bars[-1].high / scale]
    scaled = {"domain": ends, "nice": False, "zero": False} | ({"type": "utc"} if bars.kind == "time" else {})
    x = {"field": "a", "type": kind, "title": None, "axis": axis, "scale": scaled}
    spans = {"x": x, "x2": {"field": "b"}}
    layers = [_layer("rows", {"type": "bar"}, {**spans, "y": _counts("count", most), "y2": {"datum": 0}})]
    if marks and declared.is_smooth:
        middle = {**x, "field": "m"}
        layers.append(_layer("marks", {"type": "line", "interpolate": "monotone"}, {"x": middle, "y": _counts("wanted", most)}))
    elif marks:
        layers.append(_layer("marks", {"type": "rule"}, {**spans, "y": _counts("wanted", most)}))
    return _picture(layers, {"rows": rows, "marks": marks}, _HEIGHT)


def _whole_ticks(bars: Bars) -> list[int]:
    """Return the first whole number of some bars, so that none stands between two numbers."""
    return [math.ceil(bar.low) for bar in bars.bars[:: math.ceil(len(bars.bars) / _TICKS)]]


def _mark(bar: Bar, wanted: float, scale: float) -> dict[str, float]:
    return {"a": bar.low / scale, "b": bar.high / scale, "m": (bar.low + bar.high) / 2 / scale, "wanted": wanted}


def _counts(field: str, most: int) -> dict[str, Any]:
    scale, axis = {"zero": True}, {"tickCount": min(max(most, 1), 4), "format": "~s" if most >= 10_000 else ",d"}
    return {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _layer(data: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"name": data}, "mark": mark, "encoding": encoding}


def _picture(layers: list[dict[str, Any]], datasets: dict[str, Any], height: int) -> dict[str, Any]:
    size = {"width": _WIDTH, "height": height, "background": None, "padding": 2}
    return {"datasets": datasets, "layer": layers, "config": _CONFIG, **size}


def _short(label: str) -> str:
    """Return a label that fits before its bar; what could not be seen, or is no character of XML, stands as a sign."""
    seen = "".join(sign if sign.isprintable() else "\ufffd" for sign in label[: _LABEL + 1])
    return seen if cell_len(seen) <= _LABEL else f"{set_cell_size(seen, _LABEL - 1).rstrip()}…"
