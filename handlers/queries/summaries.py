"""Summaries: figures first, then a few sentences from the stored data, each with its citations."""

from collections import Counter
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.bug_references import parse_bug_number
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.report_forms import leading_sentences
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.queries.filters import IncidentQuery
from handlers.queries.owner_search import require_owner
from handlers.results.summaries import Citation, Claim, Summary
from handlers.sections.detail import resolve_active_key
from handlers.sections.listing import section_titles
from handlers.visible_incidents import BugUrl, require_incident
from storage import incidents
from storage.database import Database, Transaction
from storage.values.incidents import Incident, IncidentFilter

QUOTED_REPORTS = 3  # in the summary of several incidents
SENTENCES_PER_REPORT = 2  # in the summary of several incidents
SENTENCES_OF_BUG = 4  # in the summary of one incident
MAX_CITATIONS = 5
MAX_COUNTS = 5


class Summaries:
    """Summarises a bug, a section or a CA owner. Raises UserError if the subject is not known."""

    def __init__(self, database: Database, owners: OwnerDirectory, bug_url: BugUrl) -> None:
        self._database = database
        self._owners = owners
        self._bug_url = bug_url

    async def summarize(self, actor: Actor, query: IncidentQuery) -> Summary:
        """Return the summary of a bug, a section or a CA owner, which the query's `ca` names, between two days."""
        query.require_ordered_dates()
        if not query.ca:
            raise UserError("Say what to sum up: a CA owner, a section or a bug, as in summary Entrust.")
        community, since, until = actor.community, query.since, query.until
        async with self._database.read() as transaction:
            if (bug := parse_bug_number(query.ca)) is not None:
                incident = await require_incident(transaction, bug, community, self._bug_url)
                return summarize_bug(incident)
            titles = await section_titles(transaction, community)
            if (key := await _find_section_key(transaction, community, query.ca)) in titles:
                filters = IncidentFilter(section=key, since=since, until=until, community=community)
                return await summarize_group(transaction, titles[key], "section", filters)
            owner = await require_owner(transaction, self._owners, query.ca)
            filters = IncidentFilter(owner.name, since=since, until=until, community=community)
            return await summarize_group(transaction, owner.name, "ca", filters)


def summarize_bug(incident: Incident) -> Summary:
    """Summarise one incident: its state, and the first sentences of its report."""
    bug = incident.bug
    facts: tuple[tuple[str, int | str | None], ...] = (
        ("bug", bug.id),
        ("ca", incident.ca),
        ("status", "open" if bug.is_open else "closed"),
        ("opened", f"{bug.created:%Y-%m-%d}"),
        ("closed", f"{bug.closed:%Y-%m-%d}" if bug.closed else None),
        ("days", ((bug.closed or datetime.now(UTC)) - bug.created).days),
        ("comments", incident.comments),
        ("next_update", incident.next_update.isoformat() if incident.next_update else None),
    )
    claims = [
        Claim(f"Opened on {bug.created:%Y-%m-%d} by {incident.reporter}: {incident.title}.", (Citation(bug.id, 0),)),
        *_excerpts(incident, SENTENCES_OF_BUG),
    ]
    return Summary(bug.summary, "bug", facts, tuple(claims))


async def summarize_group(transaction: Transaction, subject: str, kind: str, filters: IncidentFilter) -> Summary:
    """Summarise the incidents of a CA owner or a section."""
    total, open_count, first_opened = await incidents.count_incidents(transaction, filters)
    matches = await incidents.find_incidents(transaction, filters)
    section_counts = await incidents.count_sections(transaction, filters)
    facts: list[tuple[str, int | str | None]] = [
        ("total", total),
        ("open", open_count),
        ("closed", total - open_count),
        ("first", f"{first_opened:%Y-%m-%d}" if first_opened else None),
        ("newest", f"{matches[0].bug.created:%Y-%m-%d}" if matches else None),
    ]
    if kind == "ca":
        facts += [(f"section:{key}", count) for key, count in section_counts[:MAX_COUNTS]]
    else:
        owner_counts = await incidents.count_owners(transaction, filters)
        facts += [(f"ca:{name}", count) for name, count in owner_counts[:MAX_COUNTS]]
    claims = [*_statistics(matches, section_counts, kind)]
    for incident in matches[:QUOTED_REPORTS]:
        claims += _excerpts(incident, SENTENCES_PER_REPORT)
    return Summary(subject, kind, tuple(facts), tuple(claims), filters.since, filters.until)


def _statistics(matches: list[Incident], section_counts: list[tuple[str, int]], kind: str) -> list[Claim]:
    """Return claims about counts of incidents (newest first); each cites the newest bugs that it counts."""
    if not matches:
        return []
    titles = {tag.key: tag.title for tag in BUILT_IN_SECTIONS}
    claims = []
    years = Counter(incident.bug.created.year for incident in matches)
    year, count = max(years.items(), key=lambda item: (item[1], item[0]))
    citations = tuple(Citation(incident.bug.id) for incident in matches if incident.bug.created.year == year)
    claims.append(Claim(f"Busiest year: {year}, with {count} of {len(matches)}.", citations[:MAX_CITATIONS]))
    if kind == "ca" and section_counts:
        key, count = section_counts[0]
        citations = tuple(
            Citation(incident.bug.id)
            for incident in matches
            if any(assignment.section == key and assignment.confident for assignment in incident.sections)
        )
        claims.append(
            Claim(
                f"The most frequent section is {titles.get(key, key)}, with {count} incidents.",
                citations[:MAX_CITATIONS],
            )
        )
    open_incidents = [incident for incident in matches if incident.bug.is_open]
    if open_incidents:
        oldest, verb = open_incidents[-1], "is" if len(open_incidents) == 1 else "are"
        claims.append(
            Claim(
                f"{len(open_incidents)} {verb} open, the oldest since {oldest.bug.created:%Y-%m-%d}: {oldest.title}.",
                (Citation(oldest.bug.id),),
            )
        )
    return claims


def _excerpts(incident: Incident, sentence_count: int) -> list[Claim]:
    """Return the first sentences of an incident's report, or of the first comment with text of its own."""
    return [
        Claim(sentence, (Citation(incident.bug.id, incident.excerpt_comment),))
        for sentence in leading_sentences(incident.excerpt, sentence_count)
    ]


async def _find_section_key(transaction: Transaction, community: int, text: str) -> str:
    """Return the key of the active section with this name, or "" if there is none."""
    try:
        return await resolve_active_key(transaction, community, text)
    except UserError:
        return ""
