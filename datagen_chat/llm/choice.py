"""Which model is meant when nobody says: what the environment has a key for, else a server on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from datagen_chat.frozen import dataclass
from datagen_chat.llm.address import Address, parse
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.local import Found, found
from datagen_chat.problems import Problem, note

CHOSEN = "DATAGEN_MODEL"
DEFAULTS = {"ANTHROPIC_API_KEY": "anthropic:claude-sonnet-5-5", "OPENAI_API_KEY": "openai:gpt-6.2-sol"}
WAYS_ON = f"""Connect one in one of three ways:
1. Set a key: export ANTHROPIC_API_KEY=… or export OPENAI_API_KEY=…
2. Start a model on this machine, with Ollama for instance: ollama serve, then --model ollama:MODEL
3. Name any server that speaks OpenAI's protocol: --model openai@http://HOST:PORT/v1:MODEL, its key in DATAGEN_API_KEY
The variable {CHOSEN} may hold what --model would.
Without a model, datagen chat --from-transcript FILE replays conversations; validate, sample and generate need none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that was found: because somebody chose it, or as an offer, which a person should be asked about.

    `others` are further models at the same address; `notes` say what else could have been meant.
    """

    address: Address
    is_offer: bool = False
    others: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()


def choose(environment: Mapping[str, str], look: Callable[[], Sequence[Found]] = found) -> Choice:
    """Return the model to use when no --model is given.

    Raises:
        ProviderError: there is none; the hint says how to connect one.
        ProblemsError: the environment names one that is none.
    """
    if named := environment.get(CHOSEN, "").strip():
        return Choice(parse(named))
    with_keys = [model for variable, model in DEFAULTS.items() if environment.get(variable, "").strip()]
    if with_keys:
        return Choice(parse(with_keys[0]), notes=tuple(_also(with_keys)))
    servers = look()
    if servers:
        return _offer(servers[0])
    raise ProviderError("No language model is connected.", "unconnected", WAYS_ON)


def _also(models: Sequence[str]) -> Sequence[Problem]:
    if len(models) < 2:
        return ()
    message = f"There are keys for two vendors; {models[0]} is used."
    return (note("", "several-keys", message, f"To use the other one: --model {models[1]}, or set {CHOSEN}."),)


def _offer(server: Found) -> Choice:
    vendor = "ollama" if server.place.program == "Ollama" else f"openai@{server.place.url}"
    names = [f"{vendor}:{model}" for model in server.models]
    return Choice(parse(names[0]), is_offer=True, others=tuple(names[1:]))
