"""The questions that people ask, in a chat or a terminal, and what they are answered."""

from datetime import UTC, datetime

from handlers.alerts import content
from handlers.classification.service import Sorter
from handlers.corrections import Wish, correct
from handlers.indexes.incident_indexes import IncidentMemory, with_incidents
from handlers.parsing.owner_lookup import look_up
from handlers.parsing.owners import OwnerTable, folded
from handlers.parsing.people import filer_of
from handlers.parsing.report_forms import opening_of
from handlers.queries import summaries
from handlers.queries.filters import Question, bug_and_section, read_bug, read_question
from handlers.results import (
    Alert,
    Actor,
    UserError,
    CorrectionResult,
    IncidentDetail,
    IncidentList,
    Owner,
    SectionDetail,
    RelatedIncidents,
    SourceStatus,
    Status,
    Summary,
    RouteList,
    SectionExplanation,
)
from handlers.sections.detail import key_in_use, read_section
from handlers.sections.listing import find_key, list_sections, titles_of
from handlers.sections.service import MemberSections
from storage import corrections, deliveries, incidents, messages, routes, settings, sources
from storage.database import Database
from storage.values.incidents import EVERYWHERE, Event, Incident, IncidentFilter, Route, Section

PAGE = 10
PLAIN_WATCH = ("filed", "message")
HOLDING = ("builtin", "proposed", "active")  # states in which a section has incidents


class Queries:
    """Answers every question from what is stored; raises CannotAnswer with a plain sentence."""

    def __init__(
        self,
        database: Database,
        owners: OwnerTable,
        sorter: Sorter,
        memory: IncidentMemory,
        source_names: tuple[str, ...],
        bugzilla_url: str,
        section_service: MemberSections,
        community: int = EVERYWHERE,
    ) -> None:
        self._database = database
        self._owners = owners
        self._sorter = sorter
        self._memory = memory
        self._source_names = source_names
        self._bugzilla_url = bugzilla_url.rstrip("/")
        self._community = community
        self.member_sections = section_service

    def for_community(self, community: int | None) -> "Queries":
        """Give the same answers as a community sees them: with what its members said of sections."""
        return Queries(
            self._database,
            self._owners,
            self._sorter,
            self._memory,
            self._source_names,
            self._bugzilla_url,
            self.member_sections,
            EVERYWHERE if community is None else community,
        )

    def bug_url(self, bug: int) -> str:
        """Give a bug's address on the configured Bugzilla."""
        return f"{self._bugzilla_url}/show_bug.cgi?id={bug}"

    async def section_titles(self) -> dict[str, str]:
        """Give the titles of all sections in use by key, those that members proposed among them."""
        return await titles_of(self._database, self._community)

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
        """List the incidents of a CA owner, or of all, newest first; ten a page where a page is asked for."""
        question = read_question(text, section=section, open_=open_, since=since, until=until)
        owner = await self._owner(question.ca) if question.ca else None
        key = await self._section_key(question.section) if question.section else None
        wanted = IncidentFilter(
            owner.name if owner else None,
            key,
            question.open_only,
            question.since,
            question.until,
            community=self._community,
        )
        total, still_open, first = await incidents.count_incidents(self._database, wanted)
        pages = max(1, -(-total // PAGE))
        if page is None:
            pages = 1
        number = min(max(page or 0, 0), pages - 1)
        limit, offset = (None, 0) if page is None else (PAGE, number * PAGE)
        found = await incidents.find_incidents(self._database, wanted, limit, offset)
        counts = tuple(await incidents.count_sections(self._database, wanted))
        words = Question(
            owner.name if owner else "", key or "", question.open_only, question.since, question.until
        ).words
        return IncidentList(owner, wanted, words, total, still_open, first, counts, tuple(found), number, pages)

    async def incident(self, text: str) -> IncidentDetail:
        """Give one incident with the first lines of its report."""
        one = await self._incident(text)
        said = await incidents.find_texts(self._database, [one.bug.id])
        opening = next((text for _, body in said.get(one.bug.id, []) if (text := opening_of(body))), "")
        return IncidentDetail(one, opening, filer_of(one.bug.creator, one.bug.assignee, one.ca, self._owners))

    async def explain(self, text: str) -> SectionExplanation:
        """Tell how each section of an incident was found."""
        one = await self._incident(text)
        async with self._database.reading() as connection:
            said = await corrections.find_corrections(self._database, connection, one.bug.id, self._community)
        return SectionExplanation(
            one,
            tuple(part for part in one.sections if part.sure),
            tuple(part for part in one.sections if not part.sure),
            tuple(said),
        )

    async def related(self, text: str) -> RelatedIncidents:
        """Give the earlier incidents that one refers to or resembles, best first, each with its reason."""
        asked = await self._incident(text)
        echoes = await self._memory.recall(asked.bug.id)
        # withdrawn while they were looked for, none of them may be shown
        one = await self._incident(text)
        return RelatedIncidents(one, await with_incidents(self._database, echoes, self._community))

    async def sections(self, asker: Actor | None = None) -> tuple[Section, ...]:
        """Give all sections with their states and how many incidents each holds, most first.

        The operator sees those of all communities.
        """
        everywhere = asker is not None and asker.community is None and asker.member is None
        return await list_sections(self._database, self._community, everywhere=everywhere)

    async def section(self, text: str, asker: Actor | None = None) -> SectionDetail:
        """Give one section: whom its incidents are about, the newest of them, and how it came to be."""
        return await read_section(self._database, self._community, text, datetime.now(UTC), asker)

    async def summary(self, text: str, since: str = "", until: str = "") -> Summary:
        """Sum up a bug, a section or a CA owner: numbers first, then what the record supports."""
        question = read_question(text, since=since, until=until)
        if not question.ca:
            raise UserError("Say what to sum up: a CA owner, a section or a bug, as in summary Entrust.")
        if read_bug(question.ca) is not None:
            one = await self._incident(question.ca)
            return await summaries.of_bug(self._database, one, self._owners)
        titles = await self.section_titles()
        if (key := await self._known_section(question.ca)) in titles:
            wanted = IncidentFilter(section=key, since=question.since, until=question.until, community=self._community)
            return await summaries.of_group(self._database, titles[key], "section", wanted)
        owner = await self._owner(question.ca)
        wanted = IncidentFilter(owner.name, since=question.since, until=question.until, community=self._community)
        return await summaries.of_group(self._database, owner.name, "ca", wanted)

    async def status(self) -> Status:
        """Tell how fresh each source is, what waits, and the last problems."""
        now = datetime.now(UTC)
        parts = []
        for name in self._source_names:
            state = await sources.find_source(self._database, name)
            age = round((now - state.last_good).total_seconds()) if state.last_good else None
            backlog = await messages.count_messages(self._database, name, "wanted")
            parts.append(SourceStatus(name, age, state.error, backlog, state.missed))
        total, _, _ = await incidents.count_incidents(self._database, IncidentFilter())
        counts = dict.fromkeys(("pending", "sent", "held", "failed", "skipped"), 0)
        counts |= await deliveries.count_deliveries(self._database)
        return Status(
            tuple(parts),
            total,
            await messages.count_messages(self._database),
            tuple(counts.items()),
            len(await incidents.find_without_comments(self._database)),
            await self._sorter.status(),
            tuple(await sources.find_problems(self._database)),
        )

    async def suggest_owners(self, typed: str) -> tuple[str, ...]:
        """Give CA owners that fit what is typed so far, the ones with most incidents first."""
        wanted = folded(typed)
        counted = await incidents.count_owners(self._database, IncidentFilter())
        fitting = [name for name, _ in counted if wanted in folded(name)]
        for name, _ in counted:
            owner = self._owners.find(name)
            if owner and name not in fitting and any(wanted in folded(alias) for alias in owner.aliases):
                fitting.append(name)
        fitting.sort(key=lambda name: not folded(name).startswith(wanted))
        return tuple(fitting[:25])

    async def suggest_sections(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Give sections that fit what is typed so far, as key and title."""
        wanted = folded(typed)
        known = [one for one in await self.sections() if one.state in HOLDING]
        fitting = [one for one in known if wanted in folded(one.key) or wanted in folded(one.title)]
        return tuple((one.key, one.title) for one in fitting[:25])

    async def suggest_bugs(self, typed: str) -> tuple[tuple[int, str], ...]:
        """Give incidents whose number or summary fits what is typed so far, newest first."""
        wanted = typed.strip().casefold()
        found = await incidents.find_incidents(self._database, IncidentFilter(), None if wanted else 25)
        fitting = [one for one in found if wanted in str(one.bug.id) or wanted in one.bug.summary.casefold()]
        return tuple((one.bug.id, one.bug.summary) for one in fitting[:25])

    async def watch(self, asker: Actor) -> Route:
        """Send new incidents and list messages to a channel from now on."""
        community, channel, member = _place(asker)
        route = Route(community, channel, PLAIN_WATCH, member, datetime.now(UTC))
        return await routes.keep_route(self._database, route)

    async def unwatch(self, asker: Actor) -> bool:
        """Stop sending to a channel; tells whether it was watching."""
        _, channel, _ = _place(asker)
        return await routes.remove_route(self._database, channel)

    async def watches(self, asker: Actor) -> RouteList:
        """Give the watching channels of a community; the operator sees all."""
        if not asker.may_manage:
            raise UserError("You need the right Manage Server to see where alerts go.")
        return RouteList(tuple(await routes.find_routes(self._database, asker.community)))

    async def save_button_state(self, question: str) -> str:
        """Keep a question for a button; gives its short id."""
        return await settings.keep_question(self._database, question, datetime.now(UTC))

    async def load_button_state(self, key: str) -> str | None:
        """Give a kept question again."""
        return await settings.find_question(self._database, key)

    async def alert(self, event: Event) -> Alert | None:
        """Give what an event has to say as things stand now; None where there is nothing to say any more."""
        return await content.read_alert(self._database, self._owners, self._memory, event, self._community)

    async def classify(self, asker: Actor, text: str) -> CorrectionResult:
        """Put an incident into a section on a member's word: "1897630 EV mis-issuance"."""
        bug, section = bug_and_section(text)
        if not section:
            raise UserError("Say which section the bug belongs in, as in classify 1897630 ev-misissuance.")
        return await self._correct(asker, bug, section, belongs=True)

    async def unclassify(self, asker: Actor, text: str) -> CorrectionResult:
        """Take an incident out of a section; the section may be left out where the incident is in one only."""
        bug, section = bug_and_section(text)
        if not bug:
            raise UserError("Say which bug and which section, as in unclassify 1897630 ev-misissuance.")
        if not section:
            one = await self._incident(bug)
            inside = [part.section for part in one.sections if part.sure]
            if not inside:
                raise UserError(f"Bug {one.bug.id} is in no section, so there is nothing to take it out of.")
            if len(inside) > 1:
                raise UserError(
                    f"Bug {one.bug.id} is in {len(inside)} sections ({', '.join(inside)}): say which one it does not "
                    f"belong in, as in unclassify {one.bug.id} {inside[0]}."
                )
            section = inside[0]
        return await self._correct(asker, bug, section, belongs=False)

    async def _correct(self, asker: Actor, bug: str, section: str, *, belongs: bool) -> CorrectionResult:
        one = await self._incident(bug)
        made = await find_key(self._database, self._community, section)
        if isinstance(made, str) or made.community != self._community:
            wish = Wish(one.bug.id, await self._section_key(section), belongs)
            return await correct(self._database, asker, wish, datetime.now(UTC))
        # a community's own section learns from what its members say of it
        before = next((part for part in one.sections if part.section == made.key), None)
        judged = await self.member_sections.judge(asker, made.id, {one.bug.id: belongs}, asked=False)
        after = (await self._incident(bug)).sections
        return CorrectionResult(one.bug.id, made.key, belongs, before, after, changed=bool(judged.changed))

    async def _owner(self, text: str) -> Owner:
        if exact := self._owners.find(text):
            return Owner(exact.name, exact.aliases)
        known = [name for name, _ in await incidents.count_owners(self._database, IncidentFilter())]
        found = look_up(text, self._owners, known)
        if found.name is None:
            hint = f" Did you mean {' or '.join(found.suggestions)}?" if found.suggestions else ""
            raise UserError(
                f"No CA owner called “{text[:80]}” is known.{hint or ' Ask without a CA to see the newest incidents.'}"
            )
        owner = self._owners.find(found.name)
        return Owner(found.name, owner.aliases if owner else ())

    async def _known_section(self, text: str) -> str:
        """Give the key of a section in use, "" where none is called that."""
        try:
            return await self._section_key(text)
        except UserError:
            return ""

    async def _section_key(self, text: str) -> str:
        return await key_in_use(self._database, self._community, text)

    async def _incident(self, text: str) -> Incident:
        number = read_bug(text)
        if number is None:
            raise UserError(f"“{text[:80]}” is no bug; write its number or its link, as in incident 1897630.")
        one = (await incidents.find_by_bugs(self._database, [number], self._community)).get(number)
        if one is None:
            raise UserError(f"Bug {number} is no incident that Rootwatch knows.")
        if one.standing == "restricted":
            raise UserError(f"Bug {number} is no longer public, so nothing can be said of it.")
        if one.standing == "moved":
            raise UserError(f"Bug {number} has left the component of CA incidents: {self.bug_url(number)}")
        return one


def _place(asker: Actor) -> tuple[int, int, int]:
    if asker.community is None or asker.channel is None or asker.member is None:
        raise UserError(
            "Watching is for the channels of a Discord server; write it in the channel that shall watch."
        )
    if not asker.may_manage:
        raise UserError("You need the right Manage Server to change where alerts go.")
    return asker.community, asker.channel, asker.member
