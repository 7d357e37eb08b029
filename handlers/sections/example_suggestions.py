"""What is offered where only a section's name is written: what is known by it, and incidents that may be examples."""

from dataclasses import dataclass

from handlers.results import Actor, UserError
from handlers.sections.lookup import is_built_in, speaker_of
from handlers.sections.names import clean_description, clean_name, key_of
from handlers.sections.preview import Preview, preview_of_notion
from handlers.sections.proposals import refuse_taken_name
from handlers.sections.ranking import Notion, Ranker
from handlers.similarity.topics import find_idea
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Offer:
    """A name that nobody has taken, with what it tells: `knows` says what the idea of that name speaks of.

    It is "" where the name is known for no idea, and the preview comes from the description's words.
    """

    name: str
    description: str
    knows: str
    preview: Preview


async def offer(database: Database, ranker: Ranker, asker: Actor, name: str, description: str) -> Offer:
    """Give what is known by a name alone; nothing is stored.

    Raises CannotAnswer where the name is taken, or nothing is known by it: then examples are asked for.
    """
    speaker = speaker_of(asker)
    title, said = clean_name(name), clean_description(description)
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section already: section {key_of(title)} shows it.")
    async with database.reading() as connection:
        await refuse_taken_name(database, connection, speaker.community, title)
    preview = await preview_of_notion(ranker, Notion(title, said))
    idea = find_idea(title)
    return Offer(title, said, idea.says if idea else "", preview)
