"""Previews the incidents of a section: those most similar to its examples, and a batch of them to label."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers.errors import UserError
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.results.proposals import REQUIRED_BATCHES, Preview
from handlers.sections.labels import BATCH_SIZE, auto_assigned, labelled_batches, ranking_query
from handlers.sections.listing import section_titles
from handlers.sections.names import section_key
from handlers.sections.ranking import Ranker, Ranking, RankingQuery
from handlers.similarity.ranking import MIN_COHESION
from storage import incidents
from storage.database import Transaction
from storage.values.incidents import IncidentFilter
from storage.values.sections import CustomSection, SectionLabel

MAX_SHOWN = 25  # of the first matches, with their titles


async def preview_section(
    ranker: Ranker, section: CustomSection, labels: Sequence[SectionLabel], skipped: Sequence[int] = ()
) -> Preview:
    """Preview a section by its labels so far; the batch has none of the `skipped` bugs."""
    query = ranking_query(section, labels)
    ranking = await ranker.rank(query)
    # the operator's approval replaces the batches
    batches = REQUIRED_BATCHES if section.operator_approved else labelled_batches(labels)
    # before the required batches are labelled, preview what would be assigned as if they had been
    previewed = section if batches >= REQUIRED_BATCHES else replace(section, operator_approved=True)
    would_assign = len(auto_assigned(previewed, labels, ranking, ranker))
    return replace(_preview(ranker, query, ranking, would_assign, batches, skipped), section_id=section.id)


async def preview_query(ranker: Ranker, query: RankingQuery) -> Preview:
    """Preview a name with these examples; raises UserError if nothing matches."""
    ranking = await ranker.rank(query)
    if not query.examples and not ranking.matches:
        raise UserError(
            f"Nothing is known about “{query.name}” yet: name a few bugs that belong, as in "
            f"addsection {section_key(query.name)} 1658792 1658794."
        )
    return _preview(ranker, query, ranking, ranking.would_assign, 0, ())


async def with_counts(
    transaction: Transaction, preview: Preview, community: int, already_shown: Sequence[int] = ()
) -> Preview:
    """Add the shown incidents, also those shown already, and the counts as a community sees them."""
    shown = dict.fromkeys((*(match.bug for match in (*preview.batch, *preview.matches[:MAX_SHOWN])), *already_shown))
    contained = {*preview.examples, *(match.bug for match in preview.matches[: preview.would_assign])}
    stored = await incidents.find_by_bugs(transaction, contained | shown.keys(), community)
    # a bug that became unavailable meanwhile must not be shown, nor the reasons taken from its text
    available = {bug: incident for bug, incident in stored.items() if incident.visibility == "here"}
    unavailable = stored.keys() - available.keys()
    contents = [available[bug] for bug in sorted(contained) if bug in available]
    total, _, _ = await incidents.count_incidents(transaction, IncidentFilter())
    built_in = {tag.key for tag in BUILT_IN_SECTIONS}
    sections = (
        assignment.section
        for incident in contents
        for assignment in incident.sections
        if assignment.confident and assignment.section in built_in
    )
    return replace(
        preview,
        matches=tuple(match for match in preview.matches if match.bug not in unavailable),
        batch=tuple(match for match in preview.batch if match.bug not in unavailable),
        examples=tuple(bug for bug in preview.examples if bug not in unavailable),
        incidents=tuple(available[bug] for bug in shown if bug in available),
        total=total,
        by_ca=_most_common(incident.ca for incident in contents if incident.ca),
        by_year=tuple(sorted(Counter(incident.bug.created.year for incident in contents).items())),
        in_sections=_most_common(sections),
        section_titles=await section_titles(transaction, community),
    )


def _preview(
    ranker: Ranker, query: RankingQuery, ranking: Ranking, would_assign: int, batches: int, skipped: Sequence[int]
) -> Preview:
    excluded = frozenset((*query.examples, *query.counter_examples, *skipped))
    return Preview(
        query.name,
        section_key(query.name),
        would_assign,
        ranking.matches,
        ranker.choose_batch(ranking, BATCH_SIZE, excluded),
        min(batches, REQUIRED_BATCHES),
        _cohesion_warning(ranking),
        examples=query.examples,
    )


def _most_common(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _cohesion_warning(ranking: Ranking) -> str:
    if ranking.cohesion is not None and ranking.cohesion < MIN_COHESION:
        cohesion, minimum = (f"{100 * share:.0f} %" for share in (ranking.cohesion, MIN_COHESION))
        return (
            f"These examples have hardly a word in common ({cohesion} alike; examples that belong together are "
            f"{minimum} or more), so the matches may be chance: check whether the preview fits, and name more examples."
        )
    return ""
