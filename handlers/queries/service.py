"""The use cases behind the commands of both chats: queries, routes, alerts, corrections and button states."""

from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.alerts import content
from handlers.classification.service import SectionClassifier
from handlers.corrections import CorrectionRequest, apply_correction
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes, attach_incidents
from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.queries import summaries
from handlers.queries.filters import IncidentQuery, parse_bug_number, parse_query, split_bug_and_section
from handlers.results.alerts import Alert, RouteList
from handlers.results.corrections import CorrectionResult
from handlers.results.incidents import IncidentDetail, IncidentList, Owner, SectionExplanation
from handlers.results.related import RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.status import SourceStatus, Status
from handlers.results.summaries import Summary
from handlers.sections.detail import find_section_detail, resolve_active_key
from handlers.sections.listing import list_sections, resolve_key_or_section, section_titles
from handlers.sections.service import SectionService
from storage import button_states, comments, corrections, deliveries, error_log, incidents, messages, routes, sources
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Incident, IncidentFilter
from storage.values.outbox import Event, Route
from storage.values.sections import CustomSection, Section

PAGE_SIZE = 10
DEFAULT_EVENT_KINDS = ("filed", "message")
STATES_WITH_INCIDENTS = ("builtin", "proposed", "active")
MAX_SUGGESTIONS = 25  # Discord shows no more
REFRESH_INTERVAL = timedelta(days=1)  # a button state saved within it is not written again


class Queries:
    """Runs the commands' use cases on the stored data, as one community sees it.

    Raises UserError if a request cannot be fulfilled.
    """

    def __init__(
        self,
        database: Database,
        owners: OwnerDirectory,
        classifier: SectionClassifier,
        indexes: IncidentIndexes,
        source_names: tuple[str, ...],
        bugzilla_url: str,
        section_service: SectionService,
        community: int = GLOBAL_COMMUNITY,
    ) -> None:
        self._database = database
        self._owners = owners
        self._classifier = classifier
        self._indexes = indexes
        self._source_names = source_names
        self._bugzilla_url = bugzilla_url.rstrip("/")
        self._community = community
        self.section_service = section_service

    def for_community(self, community: int | None) -> "Queries":
        """Return the queries as a community sees them: with its own sections and its members' corrections."""
        return Queries(
            self._database,
            self._owners,
            self._classifier,
            self._indexes,
            self._source_names,
            self._bugzilla_url,
            self.section_service,
            GLOBAL_COMMUNITY if community is None else community,
        )

    def bug_url(self, bug: int) -> str:
        """Return the URL of a bug on the configured Bugzilla."""
        return f"{self._bugzilla_url}/show_bug.cgi?id={bug}"

    async def section_titles(self) -> dict[str, str]:
        """Return the titles of all active sections by key, including those that members proposed."""
        async with self._database.read() as transaction:
            return await section_titles(transaction, self._community)

    async def incidents(
        self,
        text: str,
        *,
        section: str = "",
        open_: str = "",
        since: str = "",
        until: str = "",
        page: int | None = None,
    ) -> IncidentList:
        """Return the incidents of a CA owner, or of all, newest first; one page of ten if `page` is given."""
        query = parse_query(text, section=section, open_=open_, since=since, until=until)
        async with self._database.read() as transaction:
            owner = await self._resolve_owner(transaction, query.ca) if query.ca else None
            key = await resolve_active_key(transaction, self._community, query.section) if query.section else None
            filters = IncidentFilter(
                owner.name if owner else None,
                key,
                query.open_only,
                query.since,
                query.until,
                community=self._community,
            )
            total, open_count, first_opened = await incidents.count_incidents(transaction, filters)
            page_count = max(1, -(-total // PAGE_SIZE))
            if page is None:
                page_count = 1
            page_index = min(max(page or 0, 0), page_count - 1)
            limit, offset = (None, 0) if page is None else (PAGE_SIZE, page_index * PAGE_SIZE)
            matches = await incidents.find_incidents(transaction, filters, limit, offset)
            section_counts = await incidents.count_sections(transaction, filters)
        query_text = IncidentQuery(
            owner.name if owner else "", key or "", query.open_only, query.since, query.until
        ).as_text
        return IncidentList(
            owner,
            filters,
            query_text,
            total,
            open_count,
            first_opened,
            tuple(section_counts),
            tuple(matches),
            page_index,
            page_count,
        )

    async def incident(self, text: str) -> IncidentDetail:
        """Return one incident with the start of its report."""
        async with self._database.read() as transaction:
            incident = await self._load_incident(transaction, text)
        return IncidentDetail(incident, incident.excerpt, incident.reporter)

    async def explain(self, text: str) -> SectionExplanation:
        """Return how an incident got into each of its sections, with the corrections in force."""
        async with self._database.read() as transaction:
            incident = await self._load_incident(transaction, text)
            in_force = await corrections.find_corrections(transaction, incident.bug.id, self._community)
        return SectionExplanation(
            incident,
            tuple(assignment for assignment in incident.sections if assignment.confident),
            tuple(assignment for assignment in incident.sections if not assignment.confident),
            tuple(in_force),
        )

    async def related(self, text: str) -> RelatedIncidents:
        """Return the earlier incidents that an incident refers to or resembles, best first, with reasons."""
        async with self._database.read() as transaction:
            incident = await self._load_incident(transaction, text)
        echoes = await self._indexes.related_to(incident.bug.id)
        async with self._database.read() as transaction:
            # load it again: if it was withdrawn during the search, nothing may be shown
            incident = await self._load_incident(transaction, text)
            return RelatedIncidents(incident, await attach_incidents(transaction, echoes, self._community))

    async def sections(self, actor: Actor | None = None) -> tuple[Section, ...]:
        """Return all sections with their states and incident counts, highest count first.

        The operator sees the sections of all communities.
        """
        is_operator = actor is not None and actor.community is None and actor.member is None
        async with self._database.read() as transaction:
            return await list_sections(transaction, self._community, all_communities=is_operator)

    async def section(self, text: str, actor: Actor | None = None) -> SectionDetail:
        """Return one section with its newest incidents, its counts by CA owner, and its history."""
        async with self._database.read() as transaction:
            return await find_section_detail(transaction, self._community, text, datetime.now(UTC), actor)

    async def summary(self, text: str, since: str = "", until: str = "") -> Summary:
        """Return the summary of a bug, a section or a CA owner."""
        query = parse_query(text, since=since, until=until)
        if not query.ca:
            raise UserError("Say what to sum up: a CA owner, a section or a bug, as in summary Entrust.")
        async with self._database.read() as transaction:
            if parse_bug_number(query.ca) is not None:
                incident = await self._load_incident(transaction, query.ca)
                return summaries.summarize_bug(incident)
            titles = await section_titles(transaction, self._community)
            if (key := await self._find_section_key(transaction, query.ca)) in titles:
                filters = IncidentFilter(section=key, since=query.since, until=query.until, community=self._community)
                return await summaries.summarize_group(transaction, titles[key], "section", filters)
            owner = await self._resolve_owner(transaction, query.ca)
            filters = IncidentFilter(owner.name, since=query.since, until=query.until, community=self._community)
            return await summaries.summarize_group(transaction, owner.name, "ca", filters)

    async def status(self) -> Status:
        """Return the state of each source, the pending work, and the latest errors."""
        classifier_status = await self._classifier.status()
        async with self._database.read() as transaction:
            source_statuses = [await _source_status(transaction, name) for name in self._source_names]
            total, _, _ = await incidents.count_incidents(transaction, IncidentFilter())
            delivery_counts = dict.fromkeys(("pending", "sent", "held", "failed", "skipped"), 0)
            delivery_counts |= await deliveries.count_deliveries(transaction)
            return Status(
                tuple(source_statuses),
                total,
                await messages.count_messages(transaction),
                tuple(delivery_counts.items()),
                len(await comments.find_without_comments(transaction)),
                classifier_status,
                tuple(await error_log.find_problems(transaction)),
            )

    async def suggest_owners(self, text: str) -> tuple[str, ...]:
        """Return up to 25 CA owners that match the text typed so far; of equal matches the largest ones first."""
        typed = normalize_name(text)
        async with self._database.read() as transaction:
            owner_counts = await incidents.count_owners(transaction, IncidentFilter())
        matches = [name for name, _ in owner_counts if typed in normalize_name(name)]
        for name, _ in owner_counts:
            owner = self._owners.find(name)
            if owner and name not in matches and any(typed in normalize_name(alias) for alias in owner.aliases):
                matches.append(name)
        matches.sort(key=lambda name: not normalize_name(name).startswith(typed))
        return tuple(matches[:MAX_SUGGESTIONS])

    async def suggest_sections(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return up to 25 sections that match the text typed so far, as key and title."""
        typed = normalize_name(text)
        active = [section for section in await self.sections() if section.state in STATES_WITH_INCIDENTS]
        matches = [
            section
            for section in active
            if typed in normalize_name(section.key) or typed in normalize_name(section.title)
        ]
        return tuple((section.key, section.title) for section in matches[:MAX_SUGGESTIONS])

    async def suggest_bugs(self, text: str) -> tuple[tuple[int, str], ...]:
        """Return up to 25 incidents whose number or summary matches the text typed so far, newest first."""
        typed = text.strip().casefold()
        limit = None if typed else MAX_SUGGESTIONS
        async with self._database.read() as transaction:
            newest = await incidents.find_incidents(transaction, IncidentFilter(), limit)
        bugs = [incident.bug for incident in newest]
        matches = [bug for bug in bugs if typed in str(bug.id) or typed in bug.summary.casefold()]
        return tuple((bug.id, bug.summary) for bug in matches[:MAX_SUGGESTIONS])

    async def watch(self, actor: Actor) -> Route:
        """Start to send alerts about new incidents and list messages to the actor's channel."""
        community, channel, member = _require_channel(actor)
        route = Route(community, channel, DEFAULT_EVENT_KINDS, member, datetime.now(UTC))
        async with self._database.transaction() as transaction:
            return await routes.save_route(transaction, route)

    async def unwatch(self, actor: Actor) -> bool:
        """Stop sending alerts to the actor's channel; return whether it had a route."""
        _, channel, _ = _require_channel(actor)
        async with self._database.transaction() as transaction:
            return await routes.delete_route(transaction, channel)

    async def watches(self, actor: Actor) -> RouteList:
        """Return the routes of the actor's community; of all communities for the operator."""
        if not actor.may_manage:
            raise UserError("You need the permission Manage Server to see where alerts go.")
        async with self._database.read() as transaction:
            return RouteList(tuple(await routes.find_routes(transaction, actor.community)))

    async def save_button_state(self, state: str) -> str:
        """Save the state behind a button, unless it was saved within REFRESH_INTERVAL; return its short id."""
        state_id, now = button_states.button_state_id(state), datetime.now(UTC)
        # mostly nothing is to be written, and a read does not queue behind a poll that writes
        async with self._database.read() as transaction:
            saved_at = await button_states.find_saved_at(transaction, state_id)
        if saved_at is None or now - saved_at >= REFRESH_INTERVAL:
            async with self._database.transaction() as transaction:
                await button_states.save_button_state(transaction, state, now)
        return state_id

    async def load_button_state(self, state_id: str) -> str | None:
        """Return a saved button state, or None if it is unknown or expired."""
        async with self._database.read() as transaction:
            return await button_states.find_button_state(transaction, state_id)

    async def alert(self, event: Event) -> Alert | None:
        """Build the alert for an event from what is stored now; None if nothing is left to show."""
        return await content.build_alert(self._database, self._indexes, event, self._community)

    async def classify(self, actor: Actor, text: str) -> CorrectionResult:
        """Put an incident into a section; `text` is a bug and a section, as in "1897630 EV mis-issuance"."""
        bug, section = split_bug_and_section(text)
        if not section:
            raise UserError("Say which section the bug belongs in, as in classify 1897630 ev-misissuance.")
        return await self._apply_correction(actor, bug, section, belongs=True)

    async def unclassify(self, actor: Actor, text: str) -> CorrectionResult:
        """Take an incident out of a section; the section may be omitted if the incident is in only one."""
        bug, section = split_bug_and_section(text)
        if not bug:
            raise UserError("Say which bug and which section, as in unclassify 1897630 ev-misissuance.")
        return await self._apply_correction(actor, bug, section, belongs=False)

    async def _apply_correction(self, actor: Actor, bug: str, section: str, *, belongs: bool) -> CorrectionResult:
        """Correct the section of this name; without a name the only one that the incident is in."""
        async with self._database.read() as transaction:
            incident = await self._load_incident(transaction, bug)
            name = section or _only_section(incident)
            resolved = await resolve_key_or_section(transaction, self._community, name)
            if isinstance(resolved, CustomSection) and resolved.community == self._community:
                own_section, key = resolved, resolved.key
            else:
                own_section, key = None, await resolve_active_key(transaction, self._community, name)
        number = incident.bug.id
        if own_section is None:
            request = CorrectionRequest(number, key, belongs)
            return await apply_correction(self._database, actor, request, datetime.now(UTC))
        # for a community's own section a correction is also a label that trains it
        previous = next((assignment for assignment in incident.sections if assignment.section == key), None)
        labelled = await self.section_service.label_incidents(actor, own_section.id, {number: belongs}, solicited=False)
        async with self._database.read() as transaction:
            sections = (await self._load_incident(transaction, bug)).sections
        return CorrectionResult(number, key, belongs, previous, sections, changed=bool(labelled.changed))

    async def _resolve_owner(self, transaction: Transaction, text: str) -> Owner:
        if exact := self._owners.find(text):
            return Owner(exact.name, exact.aliases)
        known = [name for name, _ in await incidents.count_owners(transaction, IncidentFilter())]
        match = resolve_owner(text, self._owners, known)
        if match.name is None:
            hint = f" Did you mean {' or '.join(match.suggestions)}?" if match.suggestions else ""
            raise UserError(
                f"No CA owner called “{text[:80]}” is known.{hint or ' Ask without a CA to see the newest incidents.'}"
            )
        owner = self._owners.find(match.name)
        return Owner(match.name, owner.aliases if owner else ())

    async def _find_section_key(self, transaction: Transaction, text: str) -> str:
        """Return the key of the active section with this name, or "" if there is none."""
        try:
            return await resolve_active_key(transaction, self._community, text)
        except UserError:
            return ""

    async def _load_incident(self, transaction: Transaction, text: str) -> Incident:
        number = parse_bug_number(text)
        if number is None:
            raise UserError(f"“{text[:80]}” is not a bug number; write the number or a link, as in incident 1897630.")
        incident = (await incidents.find_by_bugs(transaction, [number], self._community)).get(number)
        if incident is None:
            raise UserError(f"Rootwatch does not know bug {number} as an incident.")
        if incident.visibility == "restricted":
            raise UserError(f"Bug {number} is no longer public, so Rootwatch cannot show it.")
        if incident.visibility == "moved":
            raise UserError(f"Bug {number} has left the component of CA incidents: {self.bug_url(number)}")
        return incident


async def _source_status(transaction: Transaction, name: str) -> SourceStatus:
    state = await sources.find_source(transaction, name)
    age = round((datetime.now(UTC) - state.last_success_at).total_seconds()) if state.last_success_at else None
    backlog = await messages.count_messages(transaction, name, "wanted")
    return SourceStatus(name, age, state.error, backlog, state.missed_changes)


def _only_section(incident: Incident) -> str:
    """Return the key of the only section that an incident is in; raises UserError if there is none or several."""
    number = incident.bug.id
    keys = [assignment.section for assignment in incident.sections if assignment.confident]
    if not keys:
        raise UserError(f"Bug {number} is in no section, so there is nothing to take it out of.")
    if len(keys) > 1:
        raise UserError(
            f"Bug {number} is in {len(keys)} sections ({', '.join(keys)}): say which one it does not "
            f"belong in, as in unclassify {number} {keys[0]}."
        )
    return keys[0]


def _require_channel(actor: Actor) -> tuple[int, int, int]:
    if actor.community is None or actor.channel is None or actor.member is None:
        raise UserError("Watching is for the channels of a Discord server; write it in the channel that should watch.")
    if not actor.may_manage:
        raise UserError("You need the permission Manage Server to change where alerts go.")
    return actor.community, actor.channel, actor.member
