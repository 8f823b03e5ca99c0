"""What is offered when no model was chosen and no key is set: models on this machine, or a key for this conversation."""

from __future__ import annotations

import re

from datagen_chat.commands.connecting import Connector
from datagen_chat.conversation.models import provider as provider_of
from datagen_chat.llm.address import Address, parse
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.choice import DEFAULTS, WAYS_ON, Choice
from datagen_chat.llm.keys import variable_of, variables
from datagen_chat.llm.redaction import redact
from datagen_chat.problems import ProblemsError
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.keyboard import ask
from datagen_chat.terminal.screen import Screen

_SHOWN = 20
_TRIES = 5
_LONGEST_NAME = 16


def offer(connector: Connector, choice: Choice | None) -> tuple[Connector, Address]:
    """Return the model that a person picks, and what connects it; `choice` is what was found on this machine.

    A key that is typed stays in this process.

    Raises:
        ProviderError: the person picks none.
    """
    screen, wanted = connector.screen, None
    models = () if choice is None else (choice.address.name, *choice.others)
    _draw(screen, models)
    for _ in range(_TRIES):
        said = ask("Model or key: ", _is_secret, styled=screen.is_styled)
        if said is None:
            break
        try:
            found, address = _taken(connector, models, said.strip(), wanted)
            provider_of(address, found.environment)
        except (ProblemsError, ProviderError) as error:
            wanted = address if isinstance(error, ProviderError) else wanted
            _refuse(screen, error, said)
        else:
            return found, address
    raise ProviderError("No language model is connected.", "unconnected", WAYS_ON)


def _refuse(screen: Screen, error: ProblemsError | ProviderError, said: str) -> None:
    """Say what is wrong with an answer, without repeating what may be a key."""
    if isinstance(error, ProviderError):
        words = f"{error} Paste it here." if error.kind == "key" else f"{error} {error.hint}"
    else:
        words = f"{error.problems[0].message} {error.problems[0].hint}"
    screen.say((one_line(redact(words, (said,) if _is_secret(said) else ())), "bold red"), hang=2)


def _draw(screen: Screen, models: tuple[str, ...]) -> None:
    if models:
        screen.say(("No key is set, but there are models on this machine:", "bold"), hang=2)
        for number, name in enumerate(models[:_SHOWN], 1):
            screen.say((f"{number:3} ", "cyan"), one_line(name), hang=4)
        screen.say("Enter takes the first, a number another one.", hang=2)
    else:
        screen.say(("No language model is connected: no key is set, and none answers on this machine.", "bold"), hang=2)
    screen.say(
        f"{'Or paste' if models else 'Paste'} a key of Anthropic or OpenAI (it is not shown, not written down, and forgotten at"
        " the end), or name a model: ollama:MODEL, openai@http://HOST:PORT/v1:MODEL. Ctrl-D leaves.",
        hang=2,
    )


def _taken(connector: Connector, models: tuple[str, ...], said: str, wanted: Address | None) -> tuple[Connector, Address]:
    """Return what an answer means; a key belongs to the model that was wanted before it.

    Raises:
        ProblemsError: it is neither a number, nor a key, nor the name of a model.
    """
    if not said and models:
        return connector, parse(models[0])
    if said.isdecimal() and 0 < int(said[:9]) <= len(models):
        return connector, parse(models[int(said) - 1])
    if variable := variable_of(said):
        is_for_it = wanted is not None and variable in variables(wanted)
        return connector.with_key(variable, said), wanted if wanted and is_for_it else parse(DEFAULTS[variable])
    return connector, parse(said)


def _is_secret(said: str) -> bool:
    """Return whether what is typed looks more like a key than like the name of a model."""
    return bool(re.match(r"[A-Za-z]{2,6}[-_]", said)) or (len(said) > _LONGEST_NAME and not re.search("[:@]", said))
