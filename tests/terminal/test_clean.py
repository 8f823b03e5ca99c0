"""What may reach a terminal, and that there is one way to it."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

from datagen_chat.terminal.clean import clean, one_line

PACKAGE = Path(__file__).parents[2] / "datagen_chat"


def test_no_control_or_format_character_passes_but_line_feeds_tabs_and_joiners() -> None:
    everything = "".join(map(chr, range(0x110000)))
    left = {char for char in clean(everything) if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")}
    assert left == {"\n", "\t"}
    for char in "\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0041":
        assert clean(char) == ""


def test_plain_text_of_any_script_is_left_alone() -> None:
    for text in ("plain", "Größe 5 €", "数据", "مرحبا", "می\u200cخواهم", "👩\u200d💻", "a\nb\tc", ""):
        assert clean(text) == text


def test_one_line_is_one_line() -> None:
    assert "\n" not in one_line("a\r\nb\u2028c\x85d\ne")


def test_rich_text_is_made_of_strings_in_one_place_only() -> None:
    """Whatever becomes a `Text` has passed `clean`; markup is never read."""
    makers = {
        path.name
        for folder in ("terminal", "commands")
        for path in (PACKAGE / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _makes_text(node)
    }
    assert makers == {"clean.py"}


def _makes_text(call: ast.Call) -> bool:
    """Return whether a call makes a rich text of a string, or lets rich read markup."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "Text" and bool(call.args)
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("from_markup", "from_ansi", "assemble", "render_str")


def test_lines_reach_the_console_in_one_place_only() -> None:
    printers = [path.name for path in (PACKAGE / "terminal").glob("*.py") if "console.print(" in path.read_text("utf-8")]
    assert printers == ["screen.py"]
