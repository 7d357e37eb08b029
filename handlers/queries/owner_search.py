"""Finds what a query means: the CA owners that it names, its section and its other filters."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.queries.filters import IncidentQuery
from handlers.queries.free_words import read_free_words
from handlers.queries.owner_names import load_owner_names
from handlers.queries.unknown_words import UnknownWords
from handlers.results.incidents import Owner
from handlers.sections.detail import resolve_active_key
from handlers.sections.listing import built_in_key, section_titles
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """The CA owners that a query names (none: all), and its filters, with a section's key; its `ca` are their names."""

    owners: tuple[Owner, ...]
    filters: IncidentQuery


async def require_owner(
    transaction: Transaction, directory: OwnerDirectory, text: str, command: str = "incidents"
) -> Owner:
    """Return the CA owner of this name, alias or close misspelling.

    Raises UserError if none is meant; its suggestions are questions to `command`.
    """
    names = await load_owner_names(transaction, directory)
    match = resolve_owner(text, directory, names.stored)
    if match.name is None:
        raise UnknownWords(names, {}, command).error(text, IncidentQuery())
    return names.owner(match.name)


async def resolve_query(
    transaction: Transaction,
    directory: OwnerDirectory,
    community: int,
    query: IncidentQuery,
    command: str = "incidents",
) -> ResolvedQuery:
    """Return what a query means in a community.

    Raises UserError if it names nothing that is known, or if it contradicts itself; suggestions are questions to
    `command`.
    """
    key = await resolve_active_key(transaction, community, query.section) if query.section else ""
    query = replace(query, section=key)
    if not query.ca.strip():
        return ResolvedQuery((), query)
    names = await load_owner_names(transaction, directory)
    titles = await section_titles(transaction, community)
    keys = {normalize_name(name): key for key, title in titles.items() for name in (title, key)}

    def find_section(text: str) -> str | None:
        return keys.get(normalize_name(text) or "-") or built_in_key(text)

    words = read_free_words(query.ca, names.find, find_section, datetime.now(UTC).date())
    filters = words.filters.with_options(query)
    owners = words.owners
    if words.unknown:
        owners = names.resolve(words.unknown)
        if not owners:
            raise UnknownWords(names, titles, command).error(words.unknown, filters)
    return ResolvedQuery(tuple(map(names.owner, owners)), replace(filters, ca=", ".join(owners)))
