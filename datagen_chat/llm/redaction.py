"""Keys kept out of whatever is shown, written or raised."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

HIDDEN = "[key]"

_SHORTEST = 8  # a shorter value would blot out words
_NAMES = re.compile(r"(?:_|^)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD)(?:_|$)", re.IGNORECASE)
_PATTERNS = re.compile(
    r"""
    \b(?:sk|pk|rk)-[A-Za-z0-9_*.-]{7,}[A-Za-z0-9_*-]  # OpenAI, Anthropic, and many that copied them
    | \b(?:gsk|xai|hf|ghp|gho|ghs|r8|nvapi|pplx|csk|fw|tgp)[_-][A-Za-z0-9_-]{16,}
    | \bAIza[A-Za-z0-9_-]{30,}
    | \bAKIA[A-Z0-9]{16}\b
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | (?<=bearer\ )[A-Za-z0-9._~+/=*-]{8,}
    | (?<=authorization:\ )[^\s"',;]{8,}
    | (?<=x-api-key:\ )[^\s"',;]{8,}
    | (?<=api_key=)[^\s"'&,;]{8,}
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)           # a name and a password in an address
    """,
    re.IGNORECASE | re.VERBOSE,
)


class Secret:
    """A key that does not show itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without these secrets, as they are or as JSON escapes them, and without anything that looks like a key.

    >>> redact("Incorrect API key provided: sk-proj-abcdefgh. Bearer 0123456789", ["correct horse"])
    'Incorrect API key provided: [key]. Bearer [key]'
    >>> redact("password is correct horse", ["correct horse"])
    'password is [key]'
    """
    for secret in sorted({form for value in secrets for form in _forms(value)}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _PATTERNS.sub(HIDDEN, text)


def _forms(secret: str) -> set[str]:
    secret = secret.strip()
    return {secret, json.dumps(secret)[1:-1]} if len(secret) >= _SHORTEST else set()


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of the variables that by their names hold keys.

    >>> secrets_in({"OPENAI_API_KEY": "abcdefghij", "KEYBOARD": "qwerty-azerty", "TOKEN": "short"})
    ('abcdefghij',)
    """
    values = (value.strip() for name, value in environment.items() if _NAMES.search(name))
    return tuple(dict.fromkeys(value for value in values if len(value) >= _SHORTEST))
