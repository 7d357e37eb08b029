"""Suggestions while someone types a slash command: at most 25, each of at most 100 characters."""

from collections.abc import Awaitable, Iterable

from discord import app_commands

from bot.chat.context import Interaction, answers_for, serving
from bot.chat.render.escape import CHOICE, plain
from handlers.parsing.owners import folded
from storage.values.incidents import SectionState

MOST = 25

Choice = app_commands.Choice[str]


async def suggest_owners(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest CA owners."""
    return await _suggest(interaction, typed, _owners(interaction, typed))


async def suggest_sections(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections by title; what is sent is the key."""
    return await _suggest(interaction, typed, _sections(interaction, typed))


async def suggest_bugs(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest bugs by number or title; what is sent is the number."""
    return await _suggest(interaction, typed, _bugs(interaction, typed))


async def suggest_bug_lists(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest the last of several bugs; what is sent are all of them."""
    return await _suggest(interaction, typed, _bug_lists(interaction, typed))


async def suggest_made_sections(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections that members proposed and that are voted on or in use."""
    return await _suggest(interaction, typed, _made(interaction, typed, ("proposed", "active")))


async def suggest_proposals(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections that are voted on."""
    return await _suggest(interaction, typed, _made(interaction, typed, ("proposed",)))


async def suggest_subjects(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest what a summary can be of: CA owners, then sections, then bugs."""
    return await _suggest(interaction, typed, _subjects(interaction, typed))


async def _owners(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(name, name) for name in await answers_for(interaction).suggest_owners(typed)]


async def _sections(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(title, key) for key, title in await answers_for(interaction).suggest_sections(typed)]


async def _bugs(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(f"{bug} {title}", str(bug)) for bug, title in await answers_for(interaction).suggest_bugs(typed)]


async def _bug_lists(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    before, space, last = typed.rpartition(" ")
    return [(name, f"{before}{space}{bug}") for name, bug in await _bugs(interaction, last)]


async def _made(interaction: Interaction, typed: str, states: tuple[SectionState, ...]) -> list[tuple[str, str]]:
    wanted = folded(typed)
    known = await answers_for(interaction).sections()
    return [
        (one.title, one.key)
        for one in known
        if one.state in states and (wanted in folded(one.title) or wanted in folded(one.key))
    ]


async def _subjects(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    found = await _owners(interaction, typed)
    if len(found) < MOST:
        found += await _sections(interaction, typed)
    if len(found) < MOST and typed.strip():
        found += await _bugs(interaction, typed)
    return found


async def _suggest(interaction: Interaction, typed: str, work: Awaitable[list[tuple[str, str]]]) -> list[Choice]:
    """Turn names and values into choices; a failure is itself the only choice, as nothing else can be said here."""
    try:
        return _choices(await work)
    except Exception as error:  # noqa: BLE001 - discord.py would drop it, and the member would wait for nothing
        sentence = serving(interaction).errors.explain(error, "A suggestion")
        return [app_commands.Choice(name=plain(sentence, CHOICE), value=plain(typed, CHOICE) or "?")]


def _choices(found: Iterable[tuple[str, str]]) -> list[Choice]:
    choices: list[Choice] = []
    for name, value in found:
        shown = plain(name, CHOICE)
        # A value is what the command gets: cut short it would ask for something else.
        if shown and 0 < len(value) <= CHOICE and len(choices) < MOST:
            choices.append(app_commands.Choice(name=shown, value=value))
    return choices
