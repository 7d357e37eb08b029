"""Suggests example incidents for a section of which only the name is known."""

from dataclasses import dataclass

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.sections.lookup import is_built_in
from handlers.sections.names import clean_description, clean_name, section_key
from handlers.sections.permissions import speaker_from
from handlers.sections.preview import Preview, preview_query
from handlers.sections.proposals import reject_duplicate_name
from handlers.sections.ranking import Ranker, RankingQuery
from handlers.similarity.topics import find_topic
from storage.database import Database


@dataclass(frozen=True, slots=True)
class ExampleSuggestions:
    """A free section name with incidents that may be its examples.

    `topic_summary` describes the topic of that name. It is "" if the name is no known topic; the preview then comes
    from the terms of the description.
    """

    name: str
    description: str
    topic_summary: str
    preview: Preview


async def suggest_examples(
    database: Database, ranker: Ranker, actor: Actor, name: str, description: str
) -> ExampleSuggestions:
    """Return example suggestions for a name and a description; nothing is stored.

    Raises UserError if the name is in use, or if nothing matches it, so that the user has to name examples.
    """
    speaker = speaker_from(actor)
    title, cleaned_description = clean_name(name), clean_description(description)
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section already: section {section_key(title)} shows it.")
    async with database.read() as connection:
        await reject_duplicate_name(database, connection, speaker.community, title)
    preview = await preview_query(ranker, RankingQuery(title, cleaned_description))
    topic = find_topic(title)
    return ExampleSuggestions(title, cleaned_description, topic.summary if topic else "", preview)
