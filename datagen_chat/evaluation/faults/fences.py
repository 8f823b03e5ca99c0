"""Schemas in other wrappings than a fence of their own."""

from __future__ import annotations

import json
import textwrap

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import FENCE, Good
from datagen_chat.evaluation.faults.pieces import pieces
from datagen_chat.evaluation.faults.registry import fault

_INFOS = ("", "json", "JSON", "jsonc", "json5", "javascript", "js", "text", "yaml", "python", "datagen", "sql", "markdown",
          "json schema.json", 'json {#a .b title="x"}', "{.json}", "json:schema.json", "json lines=1-20")  # fmt: skip
_WRAPPERS = ("schema", "dataset", "json", "datagen", "result", "data", "output")


@fault("same")
def other_info(good: Good, chance: Chance) -> str:
    """The fence names no language, or another one."""
    return good.around(good.json, info=chance.pick(_INFOS))


@fault("same")
def other_marks(good: Good, chance: Chance) -> str:
    """The fence is made of tildes, or of more marks."""
    return good.around(good.json, info="json", marks=chance.pick(("~~~", "~~~~~", "````", "``````````")))


@fault("same")
def longer_closing(good: Good, chance: Chance) -> str:
    """The fence that closes is longer than the one that opens, or indented."""
    closing = chance.pick(("`````", "   ```", "``` ", "      ```", "\t```"))
    return f"{good.lead}\n{FENCE}json\n{good.json}\n{closing}\n{good.tail}"


@fault("same")
def nested_fences(good: Good, chance: Chance) -> str:
    """The whole reply stands in a fence, with the schema in a fence inside it."""
    info = chance.pick(("markdown", "md", "", "text"))
    return chance.pick((f"````{info}\n{good.text}\n````", f"~~~{info}\n{good.text}\n~~~", f"```{info}\n{good.text}\n```"))


@fault("same")
def no_fence(good: Good, chance: Chance) -> str:
    """The schema stands in the prose."""
    return (
        f"{chance.pick((good.lead, 'json', 'schema =', 'Here:', ''))}\n{good.json}\n{chance.pick((good.tail, ';', '', '---'))}"
    )


@fault("same")
def only_json(good: Good, chance: Chance) -> str:
    """The reply is the JSON and nothing else."""
    return chance.pick((good.json, f"\n\n{good.json}\n\n", f" {good.json} "))


@fault("same")
def fence_on_the_line(good: Good, chance: Chance) -> str:
    """The fence opens or closes on a line of the prose or of the JSON."""
    return chance.pick(
        (
            f"{good.lead} {FENCE}json\n{good.json}\n{FENCE}\n{good.tail}",
            f"{good.lead}\n{FENCE}json {good.json}\n{FENCE}\n{good.tail}",
            f"{good.lead}\n{FENCE}json\n{good.json}{FENCE}\n{good.tail}",
            f"{good.lead}\n{FENCE}json\n{good.json} {FENCE} {good.tail}",
            f"{good.lead} {FENCE}{good.json}{FENCE} {good.tail}",
        )
    )


@fault("same")
def unclosed_fence(good: Good, chance: Chance) -> str:
    """The fence is never closed, and prose follows."""
    return f"{good.lead}\n{FENCE}json\n{good.json}\n{chance.pick(('', good.tail, f'{good.tail} {{really}}', '``'))}"


@fault("same")
def in_a_list(good: Good, chance: Chance) -> str:
    """The fence stands in a list or in a quotation."""
    block = f"{FENCE}json\n{good.json}\n{FENCE}"
    quoted = "\n".join(f"> {line}" for line in f"{good.lead}\n\n{block}".split("\n"))
    item = "1. First:\n\n" + textwrap.indent(block, " " * chance.between(2, 6))
    return f"{chance.pick((quoted, item, f'- {block}', f'* Schema: {block}'))}\n\n{good.tail}"


@fault("same")
def in_tags(good: Good, chance: Chance) -> str:
    """The schema stands between tags."""
    tag = chance.pick(("json", "schema", "answer", "output", "datagen_schema", "artifact"))
    inner = chance.pick((good.json, f"{FENCE}json\n{good.json}\n{FENCE}"))
    return f"{good.lead}\n<{tag}>\n{inner}\n</{tag}>\n{good.tail}"


@fault("same")
def heading_in_fence(good: Good, chance: Chance) -> str:
    """A line that is no JSON stands in the fence before the schema, or after it."""
    before = chance.pick(("// schema.json", "# The schema", "json", "schema.json", "/* v2 */", "const schema =", "schema ="))
    return good.around(f"{before}\n{good.json}{';' if before.endswith('=') and chance.one_in(2) else ''}")


@fault("same", "asked", "prose")
def wrapped_in_object(good: Good, chance: Chance) -> str:
    """The schema is the value of one key, or the only item of a list."""
    inner = good.json
    return good.around(
        chance.pick(
            (f'{{"{chance.pick(_WRAPPERS)}": {inner}}}', f"[{inner}]", f"[[{inner}]]", f'{{"status": "ok", "schema": {inner}}}')
        )
    )


@fault("asked")
def over_two_fences(good: Good, chance: Chance) -> str:
    """The JSON is cut in two, each half in a fence of its own."""
    at = chance.pick(pieces(good.json)[3:-3]).end
    middle = f"\n{FENCE}\n\n{chance.pick(('(continued)', 'And the rest:', ''))}\n\n{FENCE}json\n"
    return good.around(good.json[:at] + middle + good.json[at:])


@fault("asked", "prose")
def table_by_table(good: Good, chance: Chance) -> str | None:
    """Every table stands in a fence of its own, after a head without tables."""
    if good.is_patch:
        return None
    head = {key: value for key, value in good.draft.items() if key != "nodes"}
    parts = [head, *good.draft["nodes"]] if chance.one_in(2) else good.draft["nodes"]
    return "\n\n".join(f"{FENCE}json\n{json.dumps(part, indent=2)}\n{FENCE}" for part in parts)


@fault("prose")
def commands_instead(good: Good, chance: Chance) -> str:
    """The reply names a file that holds the schema, and commands."""
    info = chance.pick(("bash", ""))
    return f"I saved it as schema.json.\n\n{FENCE}{info}\ndatagen generate schema.json -o ${{OUT}}\n{FENCE}\n{good.tail}"
