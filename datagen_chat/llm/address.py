"""The names by which a person picks a model, and the address that each of them means."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal, cast
from urllib.parse import urlsplit

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError, did_you_mean, shown

Vendor = Literal["anthropic", "openai", "ollama", "replay", "random"]
Protocol = Literal["anthropic", "openai", "replay", "random"]

URLS: dict[str, str] = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com/v1",
    "ollama": "http://localhost:11434/v1",
}
FORMS = "anthropic:MODEL, openai:MODEL, ollama:MODEL, openai@http://HOST:PORT/v1:MODEL or replay:FILE"

_LONGEST = 1000
_AT = re.compile(
    r"(?P<url>https?://(?:\[[0-9A-Fa-f:.]+\]|[^/:\s\[\]]+)(?::\d{1,5}(?=[/:]|$))?(?:/[^:\s]*)?)(?::(?P<model>.*))?"
)
_MEANT = {"claude": "anthropic", "gpt": "openai", "chatgpt": "openai", "o1": "openai", "o3": "openai", "o4": "openai"}


@dataclass(frozen=True, slots=True)
class Address:
    """A model at a place: the vendor's own, or with `is_elsewhere` any other that speaks the vendor's protocol.

    Of a recording, `model` is the file; of arbitrary schemas, their seed. `model` may be empty where only the place matters.
    """

    vendor: Vendor
    url: str
    model: str
    is_elsewhere: bool = False

    @property
    def name(self) -> str:
        """The name that means this address."""
        return f"{self.vendor}@{self.url}:{self.model}" if self.is_elsewhere else f"{self.vendor}:{self.model}"

    @property
    def protocol(self) -> Protocol:
        """What is spoken there."""
        return "openai" if self.vendor == "ollama" else self.vendor

    @property
    def host(self) -> str:
        """The host alone."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, whether it is written or not."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_local(self) -> bool:
        """True for this machine."""
        return is_loopback(self.host)

    @property
    def is_private(self) -> bool:
        """True where nobody on the way can read along: what is encrypted, or stays on this machine."""
        return self.url.startswith("https://") or self.is_local


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("localhost.example.com")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def parse(name: str) -> Address:
    """Return the address that a name means.

    Raises:
        ProblemsError: it means none; the hint says what to write.

    >>> parse("ollama:llama3.2:3b")
    Address(vendor='ollama', url='http://localhost:11434/v1', model='llama3.2:3b', is_elsewhere=False)
    >>> parse("openai@http://127.0.0.1:8000:qwen").url
    'http://127.0.0.1:8000/v1'
    """
    name = name.strip()
    if len(name) > _LONGEST or any(ord(char) < 32 or ord(char) == 127 for char in name):
        raise _wrong("bad-model-name", "The name of the model is no name.", f"Write {FORMS}.")
    vendor, mark, rest = _parted(name)
    if mark == "@":
        return _elsewhere(vendor, rest)
    if mark == ":" and vendor == "replay":
        return _replay(rest)
    if mark == ":" and vendor == "random":
        return _random(rest)
    if mark == ":" and vendor in URLS:
        return Address(cast("Vendor", vendor), URLS[vendor], rest)
    raise _unknown(name, vendor if mark else "")


def _parted(name: str) -> tuple[str, str, str]:
    found = re.match(r"([A-Za-z]+)([:@])", name)
    return ("", "", name) if found is None else (found[1].lower(), found[2], name[found.end() :])


def _replay(file: str) -> Address:
    if not file:
        raise _wrong("missing-file", "replay: names no file.", "Write replay:FILE, with a transcript for FILE.")
    return Address("replay", "", file)


def _random(seed: str) -> Address:
    if not re.fullmatch(r"[0-9]{1,18}", seed):
        raise _wrong("bad-seed", f"{shown(seed)} is no seed of arbitrary schemas.", "Write random:SEED, such as random:7.")
    return Address("random", "", seed)


def _elsewhere(vendor: str, rest: str) -> Address:
    if vendor not in ("openai", "anthropic"):
        hint = "Write openai@http://HOST:PORT/v1:MODEL for a server that speaks OpenAI's protocol."
        raise _wrong("unknown-protocol", f"{shown(vendor)} is no protocol that a server at an address may speak.", hint)
    if re.match(r"https?://[^/]*@", rest):
        raise _more_than_a_place()
    found = _AT.fullmatch(rest)
    port = _port(found["url"]) if found else None
    if found is None or port is None:
        hint = f"Write {vendor}@http://HOST:PORT/v1:MODEL."
        raise _wrong("bad-address", f"{shown(rest)} does not begin with an address.", hint)
    if re.search("[?#@]", found["url"]):
        raise _more_than_a_place()
    return Address(cast("Vendor", vendor), _base(vendor, found["url"]), found["model"] or "", is_elsewhere=True)


def _more_than_a_place() -> ProblemsError:
    """Return the error for an address that may hold a password, and so is not repeated."""
    hint = "Leave only host, port and path in it, and put the key into the variable DATAGEN_API_KEY."
    return _wrong("bad-address", "The address of the model holds more than a place.", hint)


def _port(url: str) -> int | None:
    """Return the port of an address, 0 where it has none, None where it is none."""
    try:
        return urlsplit(url).port or 0
    except ValueError:
        return None


def _base(vendor: str, url: str) -> str:
    """Return the address below which the protocol's paths begin; nearly every server has OpenAI's below /v1."""
    url = url.rstrip("/")
    if vendor == "anthropic":
        return url.removesuffix("/v1")
    return url if urlsplit(url).path else f"{url}/v1"


def _unknown(name: str, vendor: str) -> ProblemsError:
    meant = next((known for start, known in _MEANT.items() if name.lower().startswith(start)), None)
    if meant:
        return _wrong("missing-vendor", f"{shown(name)} does not say whose model it is.", f'Write "{meant}:{name[:100]}".')
    if name in (*URLS, "replay", "random"):
        raise _wrong("missing-model", f"{shown(name)} alone names no model.", f"Write {FORMS}; random:SEED needs none.")
    message = f"{shown(vendor or name)} is no vendor of models."
    known = did_you_mean(vendor or name.split(":", maxsplit=1)[0], [*URLS, "replay", "random"])
    return _wrong("unknown-vendor", f"{message} {known}".strip(), f"Write {FORMS}.")


def _wrong(code: str, message: str, hint: str) -> ProblemsError:
    return ProblemsError([Problem("", code, message, hint)])
