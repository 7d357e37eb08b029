"""Autocompletion of slash commands: at most 25 choices, each of at most 100 characters."""

from collections.abc import Awaitable, Iterable

from discord import app_commands

from bot.chat.context import Interaction, actor_from, services, use_cases
from bot.chat.render.escape import MAX_CHOICE, MAX_CHOICES
from bot.formatting.plain import to_single_line
from storage.values.sections import SectionState

Choice = app_commands.Choice[str]


async def suggest_owners(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest CA owners."""
    return await _suggest(interaction, typed, _owners(interaction, typed))


async def suggest_sections(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections by title; the value is the key."""
    return await _suggest(interaction, typed, _sections(interaction, typed))


async def suggest_bugs(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest bugs by number or title; the value is the number."""
    return await _suggest(interaction, typed, _bugs(interaction, typed))


async def suggest_bug_lists(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest the last of several bugs; the value contains all of them."""
    return await _suggest(interaction, typed, _bug_lists(interaction, typed))


async def suggest_custom_sections(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections proposed by members that are voted on or in use."""
    return await _suggest(interaction, typed, _custom_sections(interaction, typed, ("proposed", "active")))


async def suggest_proposals(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest sections that are voted on."""
    return await _suggest(interaction, typed, _custom_sections(interaction, typed, ("proposed",)))


async def suggest_list_subjects(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest what a list of mails may be about: CA owners, then bugs."""
    return await _suggest(interaction, typed, _list_subjects(interaction, typed))


async def suggest_subjects(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest subjects of a summary: CA owners, then sections, then bugs."""
    return await _suggest(interaction, typed, _subjects(interaction, typed))


async def suggest_terms(interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest tags, clocks and forms by name; the value is the key."""
    return await _suggest(interaction, typed, _terms(interaction, typed))


async def _terms(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(name, key) for key, name in use_cases(interaction).explanations.suggest(typed)]


async def _owners(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(name, name) for name in await use_cases(interaction).suggestions.owners(typed)]


async def _sections(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    suggestions = use_cases(interaction).suggestions
    return [(title, key) for key, title in await suggestions.sections(actor_from(interaction), typed)]


async def _bugs(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [(f"{bug} {title}", str(bug)) for bug, title in await use_cases(interaction).suggestions.bugs(typed)]


async def _bug_lists(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    before, space, last = typed.rpartition(" ")
    return [(name, f"{before}{space}{bug}") for name, bug in await _bugs(interaction, last)]


async def _custom_sections(
    interaction: Interaction, typed: str, states: tuple[SectionState, ...]
) -> list[tuple[str, str]]:
    suggestions = use_cases(interaction).suggestions
    return [(title, key) for key, title in await suggestions.sections(actor_from(interaction), typed, states)]


async def _list_subjects(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    return [*await _owners(interaction, typed), *await _bugs(interaction, typed)]


async def _subjects(interaction: Interaction, typed: str) -> list[tuple[str, str]]:
    suggestions = use_cases(interaction).suggestions
    return [(title, value) for value, title in await suggestions.subjects(actor_from(interaction), typed)]


async def _suggest(interaction: Interaction, typed: str, suggestions: Awaitable[list[tuple[str, str]]]) -> list[Choice]:
    """Turn names and values into choices; an error message becomes the only choice, as no reply is possible here."""
    try:
        return _choices(await suggestions)
    except Exception as error:  # noqa: BLE001 - discord.py would drop it, and the member would wait for nothing
        message = services(interaction).errors.message_for(error, "A suggestion")
        value = to_single_line(typed, MAX_CHOICE) or "?"
        return [app_commands.Choice(name=to_single_line(message, MAX_CHOICE), value=value)]


def _choices(suggestions: Iterable[tuple[str, str]]) -> list[Choice]:
    choices: list[Choice] = []
    for name, value in suggestions:
        label = to_single_line(name, MAX_CHOICE)
        # The value is sent to the command: truncated it would mean something else.
        if label and 0 < len(value) <= MAX_CHOICE and len(choices) < MAX_CHOICES:
            choices.append(app_commands.Choice(name=label, value=value))
    return choices
