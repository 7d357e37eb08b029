"""Answers about incidents: lists, one incident, why it is in its sections, and related ones."""

from handlers.actor import Actor
from handlers.alerts.history import find_alert_statuses
from handlers.indexes.incident_indexes import IncidentIndexes, attach_incidents
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.filters import IncidentQuery
from handlers.queries.owner_search import require_owner
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from handlers.results.related import RelatedIncidents
from handlers.sections.detail import resolve_active_key
from handlers.sections.listing import section_titles
from handlers.visible_incidents import BugUrl, require_incident
from storage import corrections
from storage.database import Database
from storage.incident_pages import find_page
from storage.values.incidents import IncidentFilter

PAGE_SIZE = 10


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
        """Return the incidents of a CA owner, or of all, newest first; one page of ten if `page` is given."""
        query.require_ordered_dates()
        community = actor.community
        async with self._database.read() as transaction:
            owner = await require_owner(transaction, self._owners, query.ca) if query.ca else None
            key = await resolve_active_key(transaction, community, query.section) if query.section else None
            filters = IncidentFilter(
                owner.name if owner else None,
                key,
                bool(query.open_only),
                query.since,
                query.until,
                community=community,
            )
            incident_page = await find_page(transaction, filters, None if page is None else PAGE_SIZE, page or 0)
            titles = await section_titles(transaction, community)
        resolved = IncidentQuery(owner.name if owner else "", key or "", query.open_only, query.since, query.until)
        return IncidentList(
            owner,
            filters,
            resolved.as_text,
            incident_page.total,
            incident_page.open_count,
            incident_page.first_opened,
            incident_page.section_counts,
            incident_page.incidents,
            incident_page.number,
            incident_page.page_count,
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
        """Return the earlier incidents that an incident refers to or resembles, best first, with reasons."""
        async with self._database.read() as transaction:
            await require_incident(transaction, bug, actor.community, self._bug_url)
        echoes = await self._indexes.related_to(bug)
        async with self._database.read() as transaction:
            # loaded after the search: if it was withdrawn meanwhile, nothing may be shown
            incident = await require_incident(transaction, bug, actor.community, self._bug_url)
            return RelatedIncidents(incident, await attach_incidents(transaction, echoes, actor.community))
