"""What a proposed section would hold: the incidents that are most like it, and a batch of them to be judged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.parsing.tags import CANONICAL
from handlers.results import UserError
from handlers.sections.labels import BATCH, BATCHES_NEEDED, assigned, batches_judged, notion_of
from handlers.sections.names import key_of
from handlers.sections.ranking import Match, Notion, Ranker, Ranking
from handlers.similarity.ranking import LITTLE_SHARED
from storage import incidents
from storage.database import Database
from storage.values.incidents import Incident, IncidentFilter
from storage.values.sections import MadeSection, SectionExample

SHOWN = 25  # of the first matches, with their titles


@dataclass(frozen=True, slots=True)
class Preview:
    """All incidents but the examples, best first; `would_assign` counts how many it would hold as it stands.

    `batch` are those whose judgement teaches most, `batches` counts those judged of the two that are needed;
    `incidents` are those of the batch and of the first matches. `note` is a sentence ("" if there is nothing to say).
    `examples` are held besides; `by_ca` (most first), `by_year` (of opening, earliest first) and `in_sections` (the
    built-in ones by key, most first) count all that it would hold, examples included, of `total` incidents in all.
    `number` is that of the section, 0 where nobody has proposed it yet.
    """

    name: str
    key: str
    would_assign: int
    matches: tuple[Match, ...]
    batch: tuple[Match, ...] = ()
    batches: int = 0
    note: str = ""
    incidents: tuple[Incident, ...] = ()
    examples: tuple[int, ...] = ()
    total: int = 0
    by_ca: tuple[tuple[str, int], ...] = ()
    by_year: tuple[tuple[int, int], ...] = ()
    in_sections: tuple[tuple[str, int], ...] = ()
    number: int = 0

    @property
    def would_hold(self) -> int:
        """How many it would hold as it stands, examples included."""
        return len(self.examples) + self.would_assign


async def preview_of_section(
    ranker: Ranker, section: MadeSection, examples: Sequence[SectionExample], passed: Sequence[int] = ()
) -> Preview:
    """Show what a section finds by all that was said of it so far; none of the batch was `passed` over."""
    notion = notion_of(section, examples)
    ranking = await ranker.rank(notion)
    batches = batches_judged(examples)
    # until two batches were judged it is shown what would be held if they had been
    supposed = section if batches >= BATCHES_NEEDED else replace(section, vouched=True)
    counted = len(assigned(supposed, examples, ranking, ranker))
    return replace(_preview(ranker, notion, ranking, counted, batches, passed), number=section.id)


async def preview_of_notion(ranker: Ranker, notion: Notion) -> Preview:
    """Show what a name with these examples would find; raises CannotAnswer where it tells nothing."""
    ranking = await ranker.rank(notion)
    if not notion.examples and not ranking.matches:
        raise UserError(
            f"Nothing is known of “{notion.name}” yet: name a few bugs that belong, as in "
            f"addsection {key_of(notion.name)} 1658792 1658794."
        )
    return _preview(ranker, notion, ranking, ranking.would_assign, 0, ())


async def with_incidents(database: Database, preview: Preview, community: int) -> Preview:
    """Add the incidents that are shown and what is counted, as a community sees them."""
    shown = dict.fromkeys((*(one.bug for one in preview.batch), *(one.bug for one in preview.matches[:SHOWN])))
    held = {*preview.examples, *(one.bug for one in preview.matches[: preview.would_assign])}
    known = await incidents.find_by_bugs(database, held | shown.keys(), community)
    # withdrawn while it was made, nothing of an incident may be shown, its words neither
    found = {bug: one for bug, one in known.items() if one.standing == "here"}
    gone = known.keys() - found.keys()
    inside = [found[bug] for bug in sorted(held) if bug in found]
    total, _, _ = await incidents.count_incidents(database, IncidentFilter())
    built_in = {tag.key for tag in CANONICAL}
    sections = (part.section for one in inside for part in one.sections if part.sure and part.section in built_in)
    return replace(
        preview,
        matches=tuple(one for one in preview.matches if one.bug not in gone),
        batch=tuple(one for one in preview.batch if one.bug not in gone),
        examples=tuple(bug for bug in preview.examples if bug not in gone),
        incidents=tuple(found[bug] for bug in shown if bug in found),
        total=total,
        by_ca=_most_first(one.ca for one in inside if one.ca),
        by_year=tuple(sorted(Counter(one.bug.created.year for one in inside).items())),
        in_sections=_most_first(sections),
    )


def _preview(
    ranker: Ranker, notion: Notion, ranking: Ranking, counted: int, batches: int, passed: Sequence[int]
) -> Preview:
    batch = ranker.choose_batch(ranking, BATCH, frozenset((*notion.examples, *notion.against, *passed)))
    return Preview(
        notion.name,
        key_of(notion.name),
        counted,
        ranking.matches,
        batch,
        min(batches, BATCHES_NEEDED),
        _note(ranking),
        examples=notion.examples,
    )


def _most_first(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def _note(ranking: Ranking) -> str:
    if ranking.cohesion is not None and ranking.cohesion < LITTLE_SHARED:
        alike, enough = (f"{100 * share:.0f} %" for share in (ranking.cohesion, LITTLE_SHARED))
        return (
            f"These examples have hardly a word in common ({alike} alike; what belongs together has {enough} or more), "
            "so what is found by them may be chance: look whether the preview fits, and name more that do."
        )
    return ""
