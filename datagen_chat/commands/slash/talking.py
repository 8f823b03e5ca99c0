"""What concerns the conversation itself."""

from __future__ import annotations

import shlex

from datagen_chat.commands.prompting import prompt_for
from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import COMMANDS, TOPICS, Desk, topic, wrong
from datagen_chat.llm.address import parse
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.keys import variables
from datagen_chat.llm.prices import UNKNOWN
from datagen_chat.problems import did_you_mean, shown
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.keyboard import ask

_WIDTH = 24  # of the commands with what they take; a longer one has a line of its own

command = topic("the conversation")


@command(
    "/help", "[COMMAND]", "list the commands, or say more of one", completes=lambda *_: [name.lstrip("/") for name in COMMANDS]
)
def _help(desk: Desk, rest: str) -> None:
    if rest:
        _help_with(desk, rest)
        return
    screen = desk.talk.screen
    for title, commands in TOPICS.items():
        screen.say((f"{title[0].upper()}{title[1:]}", "bold"))
        for known in commands:
            if screen.is_narrow or len(known.usage) > _WIDTH:
                screen.say((known.usage, "cyan"), indent=2, hang=6)
                screen.say(known.about, indent=6 if screen.is_narrow else _WIDTH + 4)
            else:
                screen.say((known.usage.ljust(_WIDTH), "cyan"), "  ", known.about, indent=2, hang=_WIDTH + 4)
        screen.blank()
    screen.say(
        (
            "Enter sends, Alt-Enter breaks the line, Tab completes, Ctrl-X Ctrl-E opens your editor."
            " Ctrl-C stops a reply; twice, or Ctrl-D, leaves.",
            "dim",
        )
    )


def _help_with(desk: Desk, rest: str) -> None:
    """Say what one command does."""
    name = f"/{rest.lstrip('/')}"
    if name not in COMMANDS:
        hint = did_you_mean(name, COMMANDS) or "/help lists the commands."
        raise wrong("unknown-command", f"There is no command {shown(name)}.", hint)
    known = COMMANDS[name]
    desk.talk.screen.say((known.usage, "bold cyan"), hang=4)
    desk.talk.screen.say(f"{known.about[0].upper()}{known.about[1:]}.", indent=2)
    if known.more:
        desk.talk.screen.say(known.more, indent=2)


@command(
    "/model",
    "[NAME]",
    "show the model, or go on with another",
    more="A name is such as anthropic:MODEL, openai:MODEL, ollama:MODEL or openai@http://HOST:PORT/v1:MODEL. The new model is"
    " told the whole conversation.",
    completes=completing.models,
)
def _model(desk: Desk, rest: str) -> None:
    if rest:
        provider = desk.connect(rest, desk.talk.counted)
        desk.talk.change(provider, prompt_for(provider), f"/model {rest}")
    desk.talk.screen.say(one_line(desk.talk.provider.name))


@command(
    "/key",
    "[NAME]",
    "give a key for the model, or for another one",
    more="It is asked for, not shown, not written down, and forgotten at the end.",
    completes=completing.models,
)
def _key(desk: Desk, rest: str) -> None:
    talk = desk.talk
    if desk.keyed is None:
        raise wrong("no-keys", "There is no place for keys here.", "Set one in the environment.")
    address = parse(rest or talk.provider.name)
    if address.protocol not in ("openai", "anthropic"):
        raise wrong("no-key-needed", f"{one_line(address.name)} takes no key.", "/model NAME goes on with another model.")
    said = (ask("Key: ", lambda _: True, styled=talk.screen.is_styled) or "").strip()
    if not said:
        talk.screen.say("No key was given.")
        return
    known = desk.keyed(variables(address)[0], said)
    provider = known.another(address.name, talk.counted)
    desk.connect, desk.keyed, desk.environment = known.another, known.with_key, known.environment
    talk.keeper.hide(said)
    talk.change(provider, prompt_for(provider), f"/model {address.name}")
    talk.screen.say(f"The key is taken for {one_line(address.name)}.", hang=2)
    if talk.failure is not None and talk.failure.kind == "key":
        talk.screen.say(("/retry asks the last request again.", "dim"))


@command(
    "/cost",
    "",
    "show the tokens and dollars so far",
    more="It is what the whole conversation took, also before it was taken up again; --max-cost counts from then on.",
)
def _cost(desk: Desk, _rest: str) -> None:
    screen, spent = desk.talk.screen, desk.talk.spent
    if spent == Spent() and not isinstance(desk.talk.provider, Metered):
        screen.say("A recording costs nothing.")
        return
    calls = "1 call" if spent.calls == 1 else f"{spent.calls:,} calls"
    if spent.dollars == UNKNOWN:
        screen.say(f"{calls}; what {'it costs' if spent.calls == 1 else 'they cost'} is not known", hang=2)
    else:
        screen.say(f"{spent.dollars} for {calls}", hang=2)
    usage = spent.usage
    screen.say(
        f"{usage.prompt:,} tokens read, {usage.cache_read:,} of them from a cache; {usage.output:,} written",
        ("; some were estimated" if spent.estimated else "", "dim"),
        hang=2,
    )


@command(
    "/retry",
    "",
    "ask the last request again",
    more="It is asked as if it had not been asked before; its schema stays until another one is accepted in its place.",
)
def _retry(desk: Desk, _rest: str) -> None:
    desk.talk.retry()


@command("/transcript", "", "show where this conversation is kept")
def _transcript(desk: Desk, _rest: str) -> None:
    path = str(desk.talk.keeper.path)
    desk.talk.screen.say(one_line(path), hang=2)
    how = shlex.join(["datagen", "chat", "--from-transcript", path])
    desk.talk.screen.command("To see it again:", how)


@command("/quit", "", "leave")
def _quit(desk: Desk, _rest: str) -> None:
    desk.is_left = True
