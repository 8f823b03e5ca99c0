"""What an address serves; asked for without the vendors' packages, which take seconds to import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datagen_chat.frozen import dataclass
from datagen_chat.llm.address import Address
from datagen_chat.llm.failures import Answer, garbled, refused
from datagen_chat.llm.redaction import Secret

if TYPE_CHECKING:
    import httpx2

_MOST_MODELS = 2000
_WINDOWS = ("max_input_tokens", "context_length", "max_model_len", "max_context_length", "context_window")
_PATHS = {"anthropic": "/v1/models?limit=1000", "openai": "/models"}


@dataclass(frozen=True, slots=True)
class Served:
    """A model that an address serves, and how much it reads and writes where the server says so."""

    name: str
    window: int | None = None


def served(http: httpx2.Client, address: Address, key: Secret | None, now: float) -> tuple[Served, ...]:
    """Return the models that an address serves.

    Raises:
        ProviderError: it does not say.
        httpx2.HTTPError: there is no answer.
    """
    response = http.get(address.url + _PATHS[address.protocol], headers={"anthropic-version": "2023-06-01"})
    document = _document(response.text)
    if not response.is_success:
        secrets = () if key is None else (key.reveal(),)
        raise refused(Answer.of(response.status_code, document or response.text, response.headers), address, secrets, now)
    models = document.get("data") if isinstance(document, dict) else None
    if not isinstance(models, list):
        raise garbled(address, "it lists no models")
    return tuple(_known(models[:_MOST_MODELS]))


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _known(models: list[Any]) -> Iterator[Served]:
    for model in models:
        if isinstance(model, dict) and isinstance(model.get("id"), str) and model["id"]:
            counts = (model.get(name) for name in _WINDOWS)  # each server has a name of its own for it
            yield Served(model["id"], next((count for count in counts if type(count) is int and count > 0), None))
