"""Suggests example incidents for a section of which only the name is known."""

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_community
from handlers.results.proposals import ExampleSuggestions
from handlers.sections.lookup import is_built_in
from handlers.sections.names import clean_description, clean_name, section_key
from handlers.sections.preview import preview_query
from handlers.sections.proposals import reject_duplicate_name
from handlers.sections.ranking import Ranker, RankingQuery
from handlers.similarity.topics import find_topic
from storage.database import Database


async def suggest_examples(
    database: Database, ranker: Ranker, actor: Actor, name: str, description: str
) -> ExampleSuggestions:
    """Return example suggestions for a name and a description; nothing is stored.

    Raises UserError if the name is in use, or if nothing matches it, so that the user has to name examples.
    """
    require_community(actor)
    title, cleaned_description = clean_name(name), clean_description(description)
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section already.", example=f"section {section_key(title)}")
    async with database.read() as transaction:
        await reject_duplicate_name(transaction, actor.community, title)
    preview = await preview_query(ranker, RankingQuery(title, cleaned_description))
    topic = find_topic(title)
    return ExampleSuggestions(title, cleaned_description, topic.summary if topic else "", preview)
