"""What a proposed section would hold: the incidents that are most like it, and a batch of them to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.answers import CannotAnswer
from handlers.sections.examples import BATCH, BATCHES_NEEDED, assigned, batches_judged, notion_of
from handlers.sections.names import key_of
from handlers.sections.ranking import Match, Notion, Ranker, Ranking
from storage import incidents
from storage.database import Database
from storage.section_values import MadeSection, SectionExample
from storage.values import Incident

LITTLE_IN_COMMON = 0.1
SHOWN = 25  # of the first matches, with their titles


@dataclass(frozen=True, slots=True)
class Preview:
    """All incidents but the examples, best first; `would_assign` counts how many it would hold as it stands.

    `batch` are those whose judgement teaches most, `batches` counts those judged of the two that are needed;
    `incidents` are those of the batch and of the first matches. `note` is a sentence ("" if there is nothing to say).
    """

    name: str
    key: str
    would_assign: int
    matches: tuple[Match, ...]
    batch: tuple[Match, ...] = ()
    batches: int = 0
    note: str = ""
    incidents: tuple[Incident, ...] = ()


async def preview_of_section(ranker: Ranker, section: MadeSection, examples: Sequence[SectionExample]) -> Preview:
    """Show what a section finds by all that was said of it so far."""
    notion = notion_of(section, examples)
    ranking = await ranker.rank(notion)
    batches = batches_judged(examples)
    # until two batches were judged it is shown what would be held if they had been
    supposed = section if batches >= BATCHES_NEEDED else replace(section, vouched=True)
    counted = len(assigned(supposed, examples, ranking, ranker))
    return _preview(ranker, notion, ranking, counted, batches)


async def preview_of_notion(ranker: Ranker, notion: Notion) -> Preview:
    """Show what a name with these examples would find; raises CannotAnswer where it tells nothing."""
    ranking = await ranker.rank(notion)
    if not notion.examples and not ranking.matches:
        raise CannotAnswer(
            f"Nothing is known of “{notion.name}” yet: name a few bugs that belong, as in "
            f"addsection {key_of(notion.name)} 1658792 1658794."
        )
    return _preview(ranker, notion, ranking, ranking.would_assign, 0)


async def with_incidents(database: Database, preview: Preview, community: int) -> Preview:
    """Add the incidents that are shown, as a community sees them."""
    bugs = dict.fromkeys((*(one.bug for one in preview.batch), *(one.bug for one in preview.matches[:SHOWN])))
    found = await incidents.find_by_bugs(database, bugs, community)
    return replace(preview, incidents=tuple(found[bug] for bug in bugs if bug in found))


def _preview(ranker: Ranker, notion: Notion, ranking: Ranking, counted: int, batches: int) -> Preview:
    batch = ranker.choose_batch(ranking, BATCH, frozenset((*notion.examples, *notion.against)))
    return Preview(
        notion.name, key_of(notion.name), counted, ranking.matches, batch, min(batches, BATCHES_NEEDED), _note(ranking)
    )


def _note(ranking: Ranking) -> str:
    if ranking.cohesion is not None and ranking.cohesion < LITTLE_IN_COMMON:
        return (
            "These examples have hardly a word in common, so what is found by them may be chance: look whether the "
            "preview fits, and name more that do."
        )
    return ""
