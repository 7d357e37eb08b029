"""Summaries of a CA owner, a section or a bug, from what is stored."""

from dataclasses import replace
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.bug_references import parse_bug_number
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.reporters import affiliation
from handlers.queries.filters import IncidentQuery
from handlers.queries.group_summary import summarize_group
from handlers.queries.owner_search import resolve_query
from handlers.results.summaries import BugSummary, GroupSummary, Summary, SummaryScope
from handlers.sections.listing import section_titles
from handlers.visible_incidents import BugUrl, require_incident
from storage import incidents
from storage.comments import find_comments
from storage.database import Database, Transaction
from storage.list_threads import find_threads_about_bug, find_threads_about_owner
from storage.values.incidents import Incident, IncidentFilter
from storage.values.messages import ListThread

EXAMPLE = "summary Entrust since:2024-01-01"


class Summaries:
    """Summarises a bug, a section or a CA owner. Raises UserError if the subject is not known."""

    def __init__(self, database: Database, owners: OwnerDirectory, bug_url: BugUrl) -> None:
        self._database = database
        self._owners = owners
        self._bug_url = bug_url

    async def summarize(self, actor: Actor, query: IncidentQuery) -> Summary:
        """Return the summary of what the query's `ca` names, a bug, a section or a CA owner, under its conditions.

        Raises UserError if there is no such subject, or if a condition cannot apply to it.
        """
        query.require_ordered_dates()
        if not query.ca and not query.section:
            raise UserError("Say what to sum up: a CA owner, a section or a bug.", example=EXAMPLE)
        async with self._database.read() as transaction:
            if (bug := parse_bug_number(query.ca)) is not None:
                return await self._summarize_bug(transaction, actor.community, bug, query)
            resolved = await resolve_query(transaction, self._owners, actor.community, query, "summary")
            filters = resolved.filters
            filters.require_ordered_dates()
            if filters.page is not None:
                raise UserError("A summary has no pages.", example=EXAMPLE)
            if len(resolved.owners) > 1:
                raise UserError("A summary is of one CA owner; ask for each alone.", example=EXAMPLE)
            owner = resolved.owners[0].name if resolved.owners else ""
            if not owner and not filters.section:
                raise UserError("Say what to sum up: a CA owner, a section or a bug.", example=EXAMPLE)
            return await self._summarize_group(transaction, actor.community, owner, filters)

    async def _summarize_group(
        self, transaction: Transaction, community: int, owner: str, query: IncidentQuery
    ) -> GroupSummary:
        """Return the summary of a CA owner, or without one that of the query's section."""
        titles = await section_titles(transaction, community)
        section = titles.get(query.section, query.section)
        text = replace(query, ca=owner).as_text
        scope = SummaryScope(
            subject=owner or section,
            kind="ca" if owner else "section",
            query=text,
            summary_query=text if owner else replace(query, ca=query.section, section="").as_text,
            since=query.since,
            until=query.until,
            section=section if owner else "",
            state=query.incident_state,
        )
        cas = (owner,) if owner else ()
        filters = IncidentFilter(cas, query.section or None, until=query.until, community=community)
        record = await incidents.find_incidents(transaction, filters)
        threads: list[ListThread] = []
        if owner and not section and scope.state is None:
            threads = await find_threads_about_owner(transaction, owner, query.since, query.until)
        newest = await incidents.newest_creation(transaction)
        record_end = (newest or datetime.now(UTC)).date()
        return summarize_group(scope, record, record_end, titles, query.section or None, threads)

    async def _summarize_bug(
        self, transaction: Transaction, community: int, bug: int, query: IncidentQuery
    ) -> BugSummary:
        if query.page is not None or query.section or query.state is not None or query.since or query.until:
            raise UserError(
                "The summary of a bug takes no conditions; give its number alone.", example=f"summary {bug}"
            )
        incident = await require_incident(transaction, bug, community, self._bug_url)
        ended = incident.bug.closed or datetime.now(UTC)
        known = await incidents.find_by_bugs(transaction, incident.references, community)
        references = (known[number] for number in incident.references if number in known and number != bug)
        return BugSummary(
            incident,
            max((ended - incident.bug.created).days, 0),
            *await self._find_speaker(transaction, incident),
            tuple(reference for reference in references if reference.visibility == "here"),
            tuple(await find_threads_about_bug(transaction, bug)),
            await section_titles(transaction, community),
        )

    async def _find_speaker(self, transaction: Transaction, incident: Incident) -> tuple[str, str]:
        """Return who wrote the comment of the excerpt: a CA owner or root program, and a domain; "" if unknown."""
        number = incident.excerpt_comment
        leading = await find_comments(transaction, incident.bug.id, 0 if number is None else number + 1)
        comment = next((comment for comment in leading if comment.number == number), None)
        if comment is None:
            return "", ""
        organisation = affiliation(comment.author, self._owners, comment.posted.date())[1]
        return organisation, comment.author.domain.removesuffix(".invalid")
