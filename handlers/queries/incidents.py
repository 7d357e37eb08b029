"""Answers about incidents: lists, one incident, why it is in its sections, and related ones."""

from handlers.actor import Actor
from handlers.alerts.history import find_alert_statuses
from handlers.indexes.incident_indexes import IncidentIndexes, attach_incidents
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.filters import IncidentQuery
from handlers.queries.owner_search import resolve_query
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from handlers.results.related import RelatedIncidents
from handlers.sections.listing import section_titles
from handlers.visible_incidents import BugUrl, require_incident
from storage import corrections
from storage.database import Database
from storage.incident_pages import find_page
from storage.values.incidents import IncidentFilter

PAGE_SIZE = 6


class IncidentQueries:
    """Answers about incidents, each from one snapshot of the stored data.

    Raises UserError if a request cannot be fulfilled.
    """

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes, bug_url: BugUrl) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes
        self._bug_url = bug_url

    async def list(self, actor: Actor, query: IncidentQuery, page: int | None = None) -> IncidentList:
        """Return the incidents that a query asks for, newest first.

        They come in pages of six if the query names a page or `page` is given, which the query's own overrides.
        """
        query.require_ordered_dates()
        community = actor.community
        async with self._database.read() as transaction:
            resolved = await resolve_query(transaction, self._owners, community, query)
            conditions = resolved.filters
            conditions.require_ordered_dates()
            filters = IncidentFilter(
                tuple(owner.name for owner in resolved.owners),
                conditions.section or None,
                conditions.incident_state,
                conditions.since,
                conditions.until,
                community=community,
            )
            number = page if conditions.page is None else conditions.page
            incident_page = await find_page(transaction, filters, None if number is None else PAGE_SIZE, number or 0)
            titles = await section_titles(transaction, community)
        return IncidentList(
            resolved.owners,
            filters,
            conditions.as_text,
            incident_page.counts,
            incident_page.section_counts,
            incident_page.incidents,
            incident_page.number,
            incident_page.page_count,
            PAGE_SIZE,
            titles,
        )

    async def detail(self, actor: Actor, bug: int) -> IncidentDetail:
        """Return one incident with the start of its report."""
        async with self._database.read() as transaction:
            incident = await require_incident(transaction, bug, actor.community, self._bug_url)
            titles = await section_titles(transaction, actor.community)
        return IncidentDetail(incident, titles)

    async def explain(self, actor: Actor, bug: int) -> SectionExplanation:
        """Return how an incident got into each of its sections, and what became of its alert where the actor is.

        For the operator, who is in no channel, it is what became of it in every channel.
        """
        async with self._database.read() as transaction:
            incident = await require_incident(transaction, bug, actor.community, self._bug_url)
            in_force = await corrections.find_corrections(transaction, bug, actor.community)
            alerts = await find_alert_statuses(transaction, incident, actor)
            titles = await section_titles(transaction, actor.community)
        return SectionExplanation(
            incident,
            tuple(assignment for assignment in incident.sections if assignment.confident),
            tuple(assignment for assignment in incident.sections if not assignment.confident),
            tuple(in_force),
            alerts,
            titles,
        )

    async def related(self, actor: Actor, bug: int) -> RelatedIncidents:
        """Return the earlier incidents that one refers to, and those that are alike, best first, with reasons."""
        async with self._database.read() as transaction:
            await require_incident(transaction, bug, actor.community, self._bug_url)
        related = await self._indexes.related_to(bug)
        async with self._database.read() as transaction:
            # loaded after the search: if it was withdrawn meanwhile, nothing may be shown
            incident = await require_incident(transaction, bug, actor.community, self._bug_url)
            return await attach_incidents(transaction, incident, related, actor.community)
