"""Previews the incidents of a section: those most similar to its examples, and a batch of them to label."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers.errors import UserError
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.results.proposals import Checks, IncidentTally, Key, Preview
from handlers.sections.labels import BATCH_SIZE, auto_assigned, count_checks, ranking_query
from handlers.sections.listing import section_titles
from handlers.sections.names import section_key
from handlers.sections.ranking import Ranker, Ranking, RankingQuery
from handlers.similarity.ranking import MIN_COHESION
from storage import incidents
from storage.database import Transaction
from storage.values.incidents import Incident, IncidentFilter
from storage.values.sections import CustomSection, SectionLabel

MAX_SHOWN = 25  # of the first matches, with their titles


async def preview_section(
    ranker: Ranker,
    section: CustomSection,
    labels: Sequence[SectionLabel],
    skipped: Sequence[int] = (),
    *,
    has_assigned_before: bool = False,
) -> Preview:
    """Preview a section by its labels so far; the batch has none of the `skipped` bugs."""
    query = ranking_query(section, labels)
    ranking = await ranker.rank(query)
    checks = count_checks(section, labels, has_assigned_before=has_assigned_before)
    # before enough was checked, preview what would be assigned as if the operator had approved it
    previewed = replace(section, operator_approved=True) if checks.needed else section
    assigned = auto_assigned(previewed, labels, ranking, ranker, has_assigned_before=has_assigned_before)
    return replace(_preview(ranker, query, ranking, len(assigned), checks, skipped), section=section)


async def preview_query(ranker: Ranker, query: RankingQuery) -> Preview:
    """Preview a name with these examples; raises UserError if nothing matches."""
    ranking = await ranker.rank(query)
    if not query.examples and not ranking.matches:
        raise UserError(
            f"Nothing is known about “{query.name}” yet: name a few bugs that belong.",
            example=f"addsection {section_key(query.name)} 1658792 1658794",
        )
    return _preview(ranker, query, ranking, ranking.would_assign, Checks(), ())


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
    total = (await incidents.count_incidents(transaction, IncidentFilter())).total
    built_in = {tag.key for tag in BUILT_IN_SECTIONS}
    assigned = {match.bug for match in preview.matches[: preview.would_assign]}
    sections = (
        (assignment.section, incident)
        for incident in contents
        for assignment in incident.sections
        if assignment.confident and assignment.section in built_in
    )
    return replace(
        preview,
        would_assign=sum(match.bug not in unavailable for match in preview.matches[: preview.would_assign]),
        matches=tuple(match for match in preview.matches if match.bug not in unavailable),
        batch=tuple(match for match in preview.batch if match.bug not in unavailable),
        examples=tuple(bug for bug in preview.examples if bug not in unavailable),
        incidents=tuple(available[bug] for bug in shown if bug in available),
        total=total,
        not_incidents=sum(incident.not_incident is not None for incident in contents if incident.bug.id in assigned),
        not_incidents_contained=sum(incident.not_incident is not None for incident in contents),
        by_ca=_largest_first(_tally((incident.ca, incident) for incident in contents if incident.ca)),
        by_year=tuple(
            sorted(_tally((incident.bug.created.year, incident) for incident in contents), key=lambda tally: tally.key)
        ),
        in_sections=_largest_first(_tally(sections)),
        section_titles=await section_titles(transaction, community),
    )


def _preview(
    ranker: Ranker, query: RankingQuery, ranking: Ranking, would_assign: int, checks: Checks, skipped: Sequence[int]
) -> Preview:
    excluded = frozenset((*query.examples, *query.counter_examples, *skipped))
    return Preview(
        query.name,
        section_key(query.name),
        would_assign,
        ranking.matches,
        ranker.choose_batch(ranking, BATCH_SIZE, excluded),
        checks,
        warning=_cohesion_warning(ranking),
        examples=query.examples,
    )


def _tally(pairs: Iterable[tuple[Key, Incident]]) -> list[IncidentTally[Key]]:
    """Count the incidents of each key."""
    totals: Counter[Key] = Counter()
    not_incidents: Counter[Key] = Counter()
    for key, incident in pairs:
        totals[key] += 1
        not_incidents[key] += incident.not_incident is not None
    return [IncidentTally(key, total, not_incidents[key]) for key, total in totals.items()]


def _largest_first(tallies: Iterable[IncidentTally[str]]) -> tuple[IncidentTally[str], ...]:
    return tuple(sorted(tallies, key=lambda tally: (-tally.incidents, tally.key)))


def _cohesion_warning(ranking: Ranking) -> str:
    if ranking.cohesion is not None and ranking.cohesion < MIN_COHESION:
        cohesion, minimum = (f"{100 * share:.0f} %" for share in (ranking.cohesion, MIN_COHESION))
        return (
            f"These examples have hardly a word in common ({cohesion} alike, where {minimum} or more is usual), so "
            "what looks like them may be chance; more examples help."
        )
    return ""
