"""What went wrong with a call, in words for people: errors of the vendors' libraries in, ours out.

An error of a library holds the request with its headers, so it ends here: nothing of it is kept but text without keys.
"""

from __future__ import annotations

import json
import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import field
from email.utils import parsedate_to_datetime
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.llm.address import Address
from datagen_chat.llm.base import Kind, ProviderError, Usage
from datagen_chat.llm.keys import variables
from datagen_chat.llm.redaction import redact

_SHOWN = 300
_READ = 4000
_MONTH_SECONDS = 31 * 86400
_OVERFLOW = re.compile(
    r"context.{0,20}(length|window|size|limit)|prompt is too long|maximum context|too many (input )?tokens|n_ctx"
    r"|exceeds? the (available )?context",
    re.IGNORECASE,
)
_WINDOW = re.compile(r"(?:context (?:size|length|window)|n_ctx)[^\d.]{0,40}(\d{3,9})\b|> (\d{3,9}) maximum", re.IGNORECASE)
_SPENT = re.compile(r"insufficient_quota|credit balance|billing|exceeded your current quota", re.IGNORECASE)
_KINDS: dict[int, Kind] = {
    400: "refused",
    401: "key",
    402: "payment",
    403: "key",
    404: "model",
    405: "address",
    408: "timeout",
    413: "context",
    422: "refused",
    429: "rate",
    503: "overloaded",
    529: "overloaded",
}
_PASSING: frozenset[Kind] = frozenset({"rate", "overloaded", "server", "timeout", "network"})
_TYPES: dict[str, int] = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
    "rate_limit_error": 429,
    "overloaded_error": 529,
    "api_error": 500,
    "timeout_error": 408,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered instead of a reply: its status, None if it said nothing, its own words, and what it asks for."""

    status: int | None
    words: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int | None, body: Any, headers: Mapping[str, str]) -> Answer:
        """Return what a server answered with this body, read if it is JSON."""
        return cls(status, _words(body), dict(headers))


def answered(error: Exception) -> Answer | None:
    """Return what a server answered, from an error of a vendor's library; None when it answered nothing."""
    body = getattr(error, "body", None)
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None)
    if body is None and not isinstance(status, int):
        return None
    status = status if isinstance(status, int) and status >= 400 else _status_of(body)
    return Answer.of(status, body, response.headers if response is not None else {})


def _status_of(body: Any) -> int | None:
    """Return the status that an error within a stream would have had as an answer."""
    details = body.get("error", body) if isinstance(body, dict) else {}
    details = details if isinstance(details, dict) else {}
    code = details.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        return code
    names = (details.get("type"), code)
    return next((_TYPES[name] for name in names if isinstance(name, str) and name in _TYPES), None)


def _words(body: Any) -> str:
    """Return a server's own words: its message and code where they are found, else all of it."""
    if isinstance(body, str):
        return body[:_READ]
    details = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(details, dict) and isinstance(details.get("message"), str):
        parts = [details["message"], *(str(details[key]) for key in ("code", "param") if details.get(key))]
        return " ".join(f"({part})" if place else part for place, part in enumerate(parts))[:_READ]
    if isinstance(details, str):
        return details[:_READ]
    return json.dumps(details, default=str)[:_READ] if details else ""


class RefusedError(ProviderError):
    """A server found a request wrong; `words` are all that it said about it."""

    words: str = ""


def refused(answer: Answer, address: Address, secrets: tuple[str, ...], now: float) -> ProviderError:
    """Return the error for a server's answer."""
    kind = _kind(answer)
    words = " ".join(redact(answer.words, secrets).split())
    shown = "" if _is_page(words) else words[:_SHOWN] + ("…" if len(words) > _SHOWN else "")
    said = f" It says: {shown}{'.' if shown[-1].isalnum() else ''}" if shown else ""
    message = f"{_what(kind, address)}{f' ({answer.status})' if answer.status else ''}.{said}"
    if kind == "refused":
        error = RefusedError(message, kind)
        error.words = words
        return error
    wait = wait_of(answer.headers, now)
    passing = kind in _PASSING and answer.headers.get("x-should-retry") != "false"
    hint = _when(wait) if passing and wait else _hint(kind, address)
    window = window_in(words) if kind == "context" else None
    return ProviderError(message, kind, hint, is_passing=passing, wait=wait, window=window)


def window_in(words: str) -> int | None:
    """Return how many tokens a model can read and write, where a server says so because a request was longer.

    >>> window_in("request (12747 tokens) exceeds the available context size (4096 tokens), try increasing it")
    4096
    >>> window_in("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.")
    8192
    >>> window_in("prompt is too long: 208310 tokens > 200000 maximum"), window_in("Too many tokens.")
    (200000, None)
    """
    found = _WINDOW.search(words)
    return None if found is None else int(found[1] or found[2])


def _when(wait: float) -> str:
    """Return when to try again; nobody waits for more than a month."""
    if wait > _MONTH_SECONDS:
        return f"It asks for a wait of {_length(wait)}; choose another model with --model."
    return f"Try again in {_length(wait)}."


def _length(seconds: float) -> str:
    """Return a length of time in words.

    >>> _length(45.2), _length(600), _length(9000), _length(1e9)
    ('46 seconds', '10 minutes', '3 hours', '11,575 days')
    """
    sizes = ((86400, "day"), (3600, "hour"), (60, "minute"))
    size, word = next(((size, word) for size, word in sizes if seconds >= 2 * size), (1, "second"))
    count = math.ceil(seconds / size)
    return f"{count:,} {word}{'s' if count > 1 else ''}"


def _kind(answer: Answer) -> Kind:
    kind: Kind = (
        "server" if answer.status is None else _KINDS.get(answer.status, "server" if answer.status >= 500 else "refused")
    )
    if kind in ("rate", "refused", "key") and _SPENT.search(answer.words):
        return "payment"
    if kind == "model" and "model" not in answer.words.lower():
        return "address"
    if kind in ("refused", "server") and _OVERFLOW.search(answer.words):
        return "context"
    return kind


def _is_page(words: str) -> bool:
    return words[:100].lstrip().lower().startswith(("<!doctype", "<html", "<?xml"))


def _what(kind: Kind, address: Address) -> str:
    place = address.url
    return {
        "key": f"{place} does not accept the key" if not address.is_local else f"{place} wants a key",
        "payment": f"The account at {place} has nothing left to spend",
        "model": f"{place} has no model {address.model!r}"
        if address.model
        else f"{place} does not answer as a model's address",
        "address": f"{place} is not where a model answers",
        "context": f"The conversation is longer than {address.model} can read",
        "rate": f"{place} is asked too often",
        "overloaded": f"{place} is overloaded",
        "timeout": f"{place} took too long",
        "refused": f"{place} refused the request",
    }.get(kind, f"{place} failed")


def _hint(kind: Kind, address: Address) -> str:
    return {
        "key": f"Set {' or '.join(variables(address))} to a key for it.",
        "payment": "Add credit there, or choose another model with --model.",
        "model": f"List what it serves: datagen models --model {address.name}"
        + (f"; get it with: ollama pull {address.model}" if address.vendor == "ollama" else ""),
        "address": "Correct the address; most end in /v1.",
        "context": "Ask again with fewer words, or choose a model with a larger context window."
        + (" A server of your own may be started with a larger one." if address.is_local else ""),
        "rate": "Try again later.",
        "overloaded": "Try again later.",
        "server": "Try again later.",
        "timeout": "Try again later.",
    }.get(kind, "")


def unreached(error: Exception, address: Address, secrets: tuple[str, ...]) -> ProviderError:
    """Return the error for a call that got no answer, or no whole one."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ProviderError):
            return cause  # ours, from within the connection; one library wraps whatever is raised there
    if any("timeout" in type(cause).__name__.lower() for cause in causes):
        hint = "A smaller model may be fast enough for this machine." if address.is_local else _hint("timeout", address)
        return ProviderError(f"{address.url} did not answer in time.", "timeout", hint, is_passing=not address.is_local)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ProviderError(f"The certificate of {address.host} is not to be trusted.", "network", "Correct the address.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        hint = "Check the address and the connection to the network."
        return ProviderError(f"There is no way to {address.host}: its name is not known.", "network", hint, is_passing=True)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        hint = "Start the server, or choose another model with --model."
        return ProviderError(f"Nothing answers at {address.url}.", "network", hint, is_passing=not address.is_local)
    what = redact(str(causes[-1]), secrets)[:_SHOWN].rstrip(".")
    message = f"The connection to {address.url} failed{f': {what}' if what else ''}."
    hint = "See whether its server still runs." if address.is_local else "Check the connection to the network."
    return ProviderError(message, "network", hint, is_passing=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came of, the first cause last."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__


def garbled(address: Address, what: str) -> ProviderError:
    """Return the error for an answer that is not in the protocol."""
    message = f"{address.url} does not answer as a model does: {what}."
    return ProviderError(message, "garbage", "Check the address; most end in /v1.", usage=None)


def broken_off(error: ProviderError, usage: Usage | None) -> ProviderError:
    """Return the error for a reply that had begun: it is not asked for again, and what there is of it stands."""
    kind: Kind = "cut" if error.kind == "network" else error.kind
    message = f"The reply broke off. {error}"
    return ProviderError(message, kind, error.hint or "Ask again.", usage=usage)


def wait_of(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds after which a server asks to be tried again: a number or a date, None where it says neither.

    >>> wait_of({"retry-after": "7"}, 0.0), wait_of({"retry-after": "Thu, 01 Jan 1970 00:01:30 GMT"}, 60.0)
    (7.0, 30.0)
    >>> wait_of({"retry-after": "soon"}, 0.0)
    """
    low = {name.lower(): value for name, value in headers.items()}
    exact = _number(low.get("retry-after-ms", ""))
    if exact is not None:
        return exact / 1000
    said = low.get("retry-after", "")
    seconds = _number(said)
    return seconds if seconds is not None else _until(said, now)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text) else None


def _until(date: str, now: float) -> float | None:
    try:
        return max(parsedate_to_datetime(date).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
