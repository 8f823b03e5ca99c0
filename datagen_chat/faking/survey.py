"""The catalogue, made from the installed Faker: run when the shipped data is built, and by the test of its freshness."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import inspect
import re
from collections.abc import Iterator
from typing import Any

from datagen_chat.faking.oracle import seeded
from datagen_chat.faking.real import FAILURES, Call, generator

PLUMBING = frozenset(
    {"add_element", "add_provider", "del_arguments", "enum", "format", "get_arguments", "get_formatter", "get_providers",
     "get_random_value", "items", "optional", "parse", "provider", "random", "seed", "seed_instance", "seed_locale",
     "set_arguments", "set_formatter", "unique"}
)  # fmt: skip
SLOW = {
    "binary": "bytes",
    "csv": "a whole file",
    "dsv": "a whole file",
    "psv": "a whole file",
    "tsv": "a whole file",
    "fixed_width": "a whole file",
    "image": "a whole file",
    "json": "a whole file",
    "json_bytes": "a whole file",
    "tar": "a whole file",
    "xml": "a whole file",
    "zip": "a whole file",
}
KINDS: dict[type, str] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float",
    decimal.Decimal: "float",
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "string",
    datetime.timedelta: "float",
}
MISTAKEN = {"private": "boolean|null"}
"""Arguments that Faker declares as something else than what has an effect."""
TRIES = 24
Signature = tuple[tuple[Any, ...], ...]


def survey() -> dict[str, Any]:
    """Return the whole catalogue as JSON values."""
    from faker import VERSION
    from faker.config import AVAILABLE_LOCALES

    signatures: dict[Signature, int] = {}
    base, refused = look("en_US", signatures)
    found: dict[str, Any] = {}
    for locale in sorted(AVAILABLE_LOCALES):
        here, also = look(locale, signatures)
        refused |= {name: what for name, what in also.items() if name not in base}
        found[locale] = {
            "methods": {name: known for name, known in here.items() if base.get(name) != known},
            "without": sorted(set(base) - set(here)),
            "own": own(locale),
        }
    everywhere = {name for here in found.values() for name in here["methods"]} | set(base)
    return {
        "faker": VERSION,
        "methods": base,
        "refused": {name: what for name, what in sorted(refused.items()) if name not in everywhere},
        "signatures": [[list(parameter) for parameter in signature] for signature in signatures],
        "locales": found,
        "facts": facts(),
    }


def look(locale: str, signatures: dict[Signature, int]) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Return a locale's methods with kind and signature, and what the others make."""
    faker = generator(locale)
    known: dict[str, list[Any]] = {}
    refused: dict[str, str] = {}
    for name in sorted(set(dir(faker)) - PLUMBING):
        made = getattr(faker, name, None)
        if name.startswith("_") or not callable(made):
            continue
        signature = tuple(parameters(made))
        kind, other = kind_of(faker, name, made, signature)
        if kind:
            known[name] = [kind, signatures.setdefault(signature, len(signatures))]
        elif other:
            refused[name] = other
    return known, refused


def parameters(made: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the parameters that JSON can express: name, accepted types, and True where there is no default."""
    for parameter in inspect.signature(made).parameters.values():
        accepted = accepts(str(parameter.annotation), parameter.name)
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or not accepted:
            continue
        required = parameter.default is parameter.empty
        yield (parameter.name, accepted, True) if required else (parameter.name, accepted)


def accepts(annotation: str, name: str) -> str:
    """Return the JSON types that an annotation admits, or nothing when JSON has no such values.

    >>> accepts("typing.Optional[int]", "digits")
    'integer|null'
    """
    if name in MISTAKEN:
        return MISTAKEN[name]
    if any(word in annotation for word in ("tzinfo", "Callable", "Type[", "Encoder")) or name == "cast_to":
        return ""
    if "datetime" in annotation:
        found = ["date"]
    elif "Literal" in annotation:
        found = re.findall(r"'\w+'", annotation)
    elif "CardType" in annotation:
        found = ["string"]
    else:
        words = {"bool": "boolean", "int": "integer", "float": "number", "str": "string", "Decimal": "number"}
        lists = ("Sequence", "List", "Tuple", "Collection")
        outside = re.sub(r"\[.*\]", "", annotation.removeprefix("typing.Optional[").removeprefix("typing.Union["))
        inner = [part for part in re.split(r"[,\[\]]\s*", annotation) if part]
        is_list = any(word in annotation for word in lists)
        scalars = inner if not is_list or ("Union" in annotation and "Collection" not in annotation) else []
        found = [tag for word, tag in words.items() if any(re.search(rf"\b{word}\b", part) for part in scalars or [outside])]
        found += ["array"] if is_list else []
    null = ["null"] if "Optional" in annotation or "NoneType" in annotation else []
    return "|".join(dict.fromkeys([*found, *null])) if found else "any"


def kind_of(faker: Any, name: str, made: Any, signature: Signature) -> tuple[str, str]:
    """Return the kind of a method's values, or else what it makes."""
    if name in SLOW:
        return "", SLOW[name]
    if any(len(parameter) > 2 for parameter in signature):
        return "", ""
    types = set()
    for seed in range(TRIES):
        with contextlib.suppress(*FAILURES):
            types.add(type(Call(faker, made, {})(seeded(seed))))
    types.discard(type(None))
    if not types:
        return "", ""
    kinds = {KINDS.get(type_, "string" if issubclass(type_, datetime.tzinfo) else "") for type_ in types}
    if "" in kinds:
        return "", {"tuple": "several values", "bytes": "bytes"}.get(types.pop().__name__, "a collection")
    return (kinds.pop() if len(kinds) == 1 else "string"), ""


def own(locale: str) -> list[str]:
    """Return the kernel methods that this locale makes in its own way."""
    from datagen_chat.faking.kernels import KERNELS
    from datagen_chat.faking.prose import COMPOSED

    here, base = generator(locale), generator("en_US")
    found = {
        name
        for name in (*KERNELS, *COMPOSED)
        if hasattr(here, name) and getattr(here, name).__func__ is not getattr(getattr(base, name, None), "__func__", None)
    }
    if here.provider("faker.providers.isbn").rules is not base.provider("faker.providers.isbn").rules:
        found |= {"isbn10", "isbn13"}
    return sorted(found)


def facts() -> dict[str, Any]:
    """Return the tables that kernels need."""
    return {
        "isbn": _provider("en_US", "isbn").rules,
        "ipv4": networks(),
        "http_status_code": _provider("en_US", "internet").http_assigned_codes,
    }


def networks() -> dict[str, list[list[int]]]:
    """Return the ranges of IPv4 addresses that Faker draws from: all, and by class."""
    internet = _provider("en_US", "internet")

    def ranges(found: Any) -> list[list[int]]:
        return [[int(network.network_address), network.num_addresses] for network in found]

    made = {"all": ranges(internet._get_all_networks_and_weights()[0])}
    for letter in "abc":
        made[letter] = ranges(internet._get_all_networks_and_weights(letter)[0])
        made[f"private_{letter}"] = ranges(internet._get_private_networks_and_weights(letter)[0])
        made[f"public_{letter}"] = ranges(internet._get_public_networks_and_weights(letter)[0])
    return made


def _provider(locale: str, name: str) -> Any:
    return generator(locale).provider(f"faker.providers.{name}")
