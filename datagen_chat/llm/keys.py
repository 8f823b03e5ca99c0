"""Which key goes where: each vendor's to that vendor's host, and to no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.redaction import Secret

ANYWHERE = "DATAGEN_API_KEY"

_OWN = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
_HOSTS = {"anthropic": "api.anthropic.com", "openai": "api.openai.com"}


def variables(address: Address) -> tuple[str, ...]:
    """Return the variables that may hold the key for an address, the first that is set deciding.

    >>> from datagen_chat.llm.address import parse
    >>> variables(parse("openai:gpt"))
    ('OPENAI_API_KEY',)
    >>> variables(parse("openai@http://gpu-box:8000/v1:qwen"))
    ('DATAGEN_API_KEY_GPU_BOX_8000', 'DATAGEN_API_KEY_GPU_BOX', 'DATAGEN_API_KEY')
    """
    if _is_own(address):
        return (_OWN[address.vendor],)
    place = re.sub(r"[^A-Z0-9]+", "_", address.host.upper()).strip("_")
    named = (f"{ANYWHERE}_{place}_{address.port}", f"{ANYWHERE}_{place}")
    return named if address.vendor == "ollama" else (*named, ANYWHERE)


def variable_of(key: str) -> str:
    """Return the variable that a key would stand in, by the way it begins; nothing where that does not say whose it is.

    >>> variable_of("sk-ant-api03-abcdefgh"), variable_of("sk-proj-abcdefgh"), variable_of("ollama:llama3.2")
    ('ANTHROPIC_API_KEY', 'OPENAI_API_KEY', '')
    """
    if not re.fullmatch(r"sk-[\x21-\x7e]{8,}", key):
        return ""
    return _OWN["anthropic" if key.startswith("sk-ant-") else "openai"]


def key_for(address: Address, environment: Mapping[str, str]) -> Secret | None:
    """Return the key for an address, None where the environment holds none.

    Raises:
        ProviderError: the variable that should hold it holds something else, which must not be sent.
    """
    for variable in variables(address):
        value = environment.get(variable, "").strip()
        if value:
            if not re.fullmatch(r"[\x21-\x7e]+", value):
                raise ProviderError(f"{variable} does not hold a key: it has spaces, or letters outside of ASCII.", "key")
            return Secret(value)
    return None


def _is_own(address: Address) -> bool:
    """Return whether an address is the vendor's own: by its host, over TLS, however it was written."""
    parts = urlsplit(address.url)
    host, own = parts.hostname or "", _HOSTS.get(address.vendor, "")
    return bool(own) and parts.scheme == "https" and (host == own or host.endswith(f".{own}"))
