"""Use cases with invented results for tests of the chat, and a bot that uses them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.chat.client import RootwatchBot
from handlers.errors import UserError
from handlers.permissions import require_channel, require_manage_server
from handlers.queries.draft_checks import DraftNotChecked
from handlers.queries.explanations import Explanations
from handlers.queries.incidents import PAGE_SIZE
from handlers.queries.queue import require_queue
from handlers.related.alike import Alike
from handlers.related.echoes import Echo
from handlers.reports.check import check_draft
from handlers.results.alerts import RouteList
from handlers.results.corrections import CorrectionResult
from handlers.results.drafts import CheckedDraft
from handlers.results.incidents import IncidentDetail, IncidentList, Owner, SectionExplanation
from handlers.results.messages import ListedMessage, MessageList
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.settings import ServerSettings
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from handlers.results.summaries import BugSummary
from storage.values.incidents import Assignment, Bug, Incident, IncidentCounts, IncidentFilter, Person
from storage.values.messages import ListMessage, MessageFilter
from storage.values.outbox import Route
from storage.values.sections import Section
from tests.support.commitments import commitment_list
from tests.support.deadlines import deadline_list, listed, missed_history
from tests.support.queues import queue
from tests.support.summaries import group_summary

HOSTILE = "@everyone [click](http://x) **boo**"
TITLES = {"ev-misissuance": "EV mis-issuance", "policy-failure": "Policy failure"}
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def incident(number, *, title="Jurisdiction issue in some EV certificates", ca="Entrust", is_open=True, sections=None):
    """Return an incident; without `sections` it is tagged "ev-misissuance"."""
    day = datetime(2024, 5, 1 + number % 28, 9, 30, tzinfo=UTC)
    resolution = "" if is_open else "FIXED"
    person = Person("ops", "entrust.com")
    status = "ASSIGNED" if is_open else "RESOLVED"
    bug = Bug(number, f"{ca}: {title}", "", status, resolution, is_open, day, day, None, person, person, 3)
    assignments = (Assignment("ev-misissuance", "tag", 1.0),) if sections is None else sections
    return Incident(
        bug, ca, title, ("ca-compliance",), date(2024, 6, 14) if is_open else None, None, sections=assignments
    )


def echo(number, reasons="refers to", *, ca="Entrust", recent=True, title="EV jurisdiction wrong", may_be_cause=False):
    """Return an earlier incident that is referred to, or will be for these reasons."""
    primary_reason = "refers to" if reasons == "refers to" else "in common"
    related = Echo(number, 0.9, reasons, primary_reason, ca == "Entrust", recent, may_be_cause)
    return RelatedIncident(related, incident(number, title=title, ca=ca))


def alike(number, reasons=("jurisdiction",), *, ca="Entrust", recent=True, title="EV jurisdiction wrong", copy_of=None):
    """Return an earlier incident of the same kind of failure."""
    related = Alike(number, 0.9, reasons, ca == "Entrust", recent, copy_of)
    return AlikeIncident(related, incident(number, title=title, ca=ca))


class FakeIncidents:
    """Knows Entrust and 23 of its incidents; bug 666 has a hostile title, 404 is unknown, and "boom" raises."""

    def __init__(self, calls):
        self.calls = calls

    async def list(self, actor, query, page=None):
        self.calls.append((query, page))
        if query.ca.startswith("Nobody"):
            raise UserError(
                f"No CA owner called “{query.ca}” is known. Did you mean Entrust? `sections` lists them all."
            )
        if query.section == "boom":
            raise RuntimeError("it broke at https://discord.com/api/webhooks/1/tokentoken")
        known = [incident(1897630 - n, is_open=n < 3) for n in range(23)]
        if query.ca == "hostile":
            known = [incident(666, title=HOSTILE)]
        elif query.ca == "none":
            known = []
        first = known[-1].bug.created if known else None
        page = page if query.page is None else query.page
        pages = max(-(-len(known) // PAGE_SIZE), 1)
        shown = min(page or 0, pages - 1)
        incidents = tuple(known if page is None else known[shown * PAGE_SIZE : (shown + 1) * PAGE_SIZE])
        still_open = sum(incident.bug.is_open for incident in known)
        owners = (Owner(query.ca),) if query.ca else ()
        counts = (("ev-misissuance", 20), ("policy-failure", 3))
        filters = IncidentFilter(
            (query.ca,) if query.ca else (), query.section or None, query.incident_state, query.since, query.until
        )
        total = IncidentCounts(len(known), still_open, 0, first)
        return IncidentList(owners, filters, query.as_text, total, counts, incidents, shown, pages, PAGE_SIZE, TITLES)

    async def detail(self, actor, bug):
        if bug == 404:
            raise UserError(f"Rootwatch does not know bug {bug} as an incident.")
        title = HOSTILE if bug == 666 else "Jurisdiction issue"
        reported = replace(
            incident(bug, title=title), excerpt="On 2024-05-19 we found\n# a thing", reporter_role="the CA itself"
        )
        return IncidentDetail(reported, TITLES)

    async def explain(self, actor, bug):
        confident = (Assignment("ev-misissuance", "text", 0.78, ("jurisdiction", "EV")),)
        suggested = (Assignment("policy-failure", "text", 0.31, confident=False),)
        return SectionExplanation(incident(bug), confident, suggested, section_titles=TITLES)

    async def related(self, actor, bug):
        if bug == 1:
            return RelatedIncidents(incident(1), ())
        title = HOSTILE + "```|`" if bug == 666 else "EV jurisdiction wrong"
        numbers = range(30) if bug == 30 else ()
        return RelatedIncidents(
            incident(bug, title=title),
            (echo(11, recent=False), echo(15, ("same CA, 3 days before",))),
            (
                alike(12, title=title),
                alike(13, ca="DigiCert"),
                *(alike(100 + n, ca="Telia", title=f"Jurisdiction {HOSTILE}") for n in numbers),
            ),
        )


class FakeDeadlines:
    """Knows a page of clocks of Entrust's incidents, and three of any one bug but 1897630, which has none."""

    def __init__(self, calls):
        self.calls = calls

    async def list(self, actor, query, page=None):
        self.calls.append((query, page))
        if query.ca.startswith("Nobody"):
            raise UserError(f"No CA owner called “{query.ca}” is known.")
        if query.bug is not None:
            rows = [listed(incident(query.bug), subject="Why?")] * (0 if query.bug == 1897630 else 5)
            return deadline_list(rows, bug=query.bug, text=query.as_text)
        title = HOSTILE if query.ca == "hostile" else "Jurisdiction issue in some EV certificates"
        rows = [listed(incident(1897630 - n, title=title), subject=title) for n in range(5)]
        rows.append(listed(incident(1897620, title=title), "weekly-2.0", date(2024, 6, 24), "due"))
        shown = min(page or 0, 2)
        return deadline_list(
            rows, ca=query.ca, scope=query.scope, days=query.days, page=shown, page_count=3, text=query.as_text
        )


class FakeMissedClocks:
    def __init__(self, calls):
        self.calls = calls

    async def history(self, actor, ca, page=None):
        self.calls.append((ca, page))
        title = HOSTILE if ca == "hostile" else "Jurisdiction issue"
        return missed_history(incident(1897630, title=title), ca, page=min(page or 0, 1), page_count=2)


class FakeCommitments:
    """Knows two pages of promises of whichever CA is asked for."""

    def __init__(self, calls):
        self.calls = calls

    async def list(self, actor, query, page=None):
        self.calls.append((query, page))
        if query.ca.startswith("Nobody"):
            raise UserError(f"No CA owner called “{query.ca}” is known.")
        title = HOSTILE if query.ca == "hostile" else "Jurisdiction issue"
        subjects = [incident(query.bug or 1897630 - n, title=title) for n in range(4)]
        page = page if query.page is None else query.page
        return commitment_list(
            subjects, ca=query.ca, bug=query.bug, scope=query.scope, text=query.as_text, page=min(page or 0, 1)
        )


class FakeQueue:
    """Knows two pages of incidents; who may see them is the real rule."""

    async def list(self, actor, page=None):
        require_queue(actor)
        incidents = [incident(1897630 - n) for n in range(6)]
        return queue(incidents, page=min(page or 0, 1), page_count=2)


class FakeDrafts:
    """Checks as the real use case does, on one day; finds one incident of another CA."""

    def __init__(self, calls):
        self.calls = calls

    async def check(self, actor, text, title=""):
        self.calls.append((text, title))
        if not text.strip():
            raise UserError("There is no text to check: the draft is empty.")
        if text.startswith("boom"):
            raise DraftNotChecked("ValueError in check, line 1")
        day = date(2026, 6, 1)
        return CheckedDraft(check_draft(text, day), day, None, (alike(13, ca="DigiCert"),), bool(title))


class FakeMessages:
    """Knows eight mails: three threads, one of which two mails are of."""

    def __init__(self, calls):
        self.calls = calls

    async def list(self, actor, query, page=None):
        self.calls.append((query, page))
        mails = [
            ListedMessage(
                ListMessage("list", str(n), f"https://list.example/{n}", HOSTILE, "Ben", NOW, n, bugs=(1897630,)),
                (incident(1897630),),
                f"{n % 3:016x}",
                2,
            )
            for n in range(6)
        ]
        return MessageList(MessageFilter(), query.as_text, 8, tuple(mails), min(page or 0, 1), 2)


class FakeSections:
    async def list(self, actor):
        return tuple(Section(key, title, "builtin", incidents=5) for key, title in TITLES.items())

    async def detail(self, actor, text):
        section = Section("ev-misissuance", "EV mis-issuance", "builtin", "An EV certificate.", incidents=9)
        return SectionDetail(section, (("Entrust", 5),), (incident(1),), 1, section_titles=TITLES)


class FakeSummaries:
    def __init__(self, calls):
        self.calls = calls

    async def summarize(self, actor, query):
        self.calls.append(query)
        if query.ca.isdecimal():
            subject = replace(incident(int(query.ca)), excerpt="It was late.", excerpt_comment=2)
            return BugSummary(subject, 12, "Entrust", "entrust.com", (incident(8),), (), TITLES)
        title = HOSTILE if query.ca == "hostile" else "Jurisdiction issue"
        members = [incident(1897630 - n, title=title, is_open=n < 3) for n in range(9)]
        return group_summary(query.ca, members, title)


class FakeSettings:
    async def prefixes(self):
        return {}

    async def show(self, actor):
        return ServerSettings()


class FakeStatus:
    async def status(self):
        sources = (SourceStatus("bugzilla", 90, ""), SourceStatus("list", None, "the archive answers 503", 4))
        deliveries = (("pending", 0), ("sent", 4))
        return Status(sources, 1394, 26, deliveries, 2, ClassifierStatus(), ((NOW, "A thing failed: ValueError"),))


class FakeSuggestions:
    async def owners(self, text):
        if text == "boom":
            raise RuntimeError("it broke")
        return tuple(name for name in ("Entrust", "E-Tugra", "x" * 120) if text.casefold() in name.casefold())

    async def sections(self, actor, text, states=()):
        return tuple(TITLES.items())

    async def subjects(self, actor, text):
        bugs = [(str(number), f"{number} {title}") for number, title in await self.bugs(text)]
        return (*((name, name) for name in await self.owners(text)), *TITLES.items(), *bugs)

    async def bugs(self, text):
        return tuple((number, f"Entrust: \u202etitle {number} " + "y" * 100) for number in range(40))


class FakeCorrections:
    async def classify(self, actor, bug, section):
        return CorrectionResult(bug, "ev-misissuance", True, None, (Assignment("ev-misissuance", "member", 1.0),))

    async def unclassify(self, actor, bug, section=""):
        return CorrectionResult(bug, "ev-misissuance", False, Assignment("ev-misissuance", "member", 1.0), ())


class FakeRoutes:
    """Keeps routes in a list; who may change them is the real rule."""

    def __init__(self):
        self.stored = []

    async def watch(self, actor, missing_permissions=()):
        community, channel, member = require_channel(actor)
        require_manage_server(actor, "change where alerts go")
        if missing_permissions:
            raise UserError(f"I cannot post alerts in this channel: I lack {missing_permissions[0]} here.")
        route = Route(community, channel, ("filed", "message"), member, NOW)
        self.stored.append(route)
        return route

    async def unwatch(self, actor):
        require_manage_server(actor, "change where alerts go")
        before = len(self.stored)
        self.stored = [route for route in self.stored if route.channel != actor.channel]
        return len(self.stored) < before

    async def list(self, actor):
        require_manage_server(actor, "see where alerts go")
        return RouteList(tuple(route for route in self.stored if route.community == actor.community))


class FakeButtonStates:
    def __init__(self):
        self.stored = {}

    async def save(self, state):
        self.stored["q1"] = state
        return "q1"

    async def load(self, state_id):
        return self.stored.get(state_id)


class FakeUseCases:
    """The use cases with invented results; `calls` has what was asked for."""

    def __init__(self):
        self.calls = []
        self.incidents = FakeIncidents(self.calls)
        self.messages = FakeMessages(self.calls)
        self.deadlines = FakeDeadlines(self.calls)
        self.missed_clocks = FakeMissedClocks(self.calls)
        self.commitments = FakeCommitments(self.calls)
        self.queue = FakeQueue()
        self.drafts = FakeDrafts(self.calls)
        self.explanations = Explanations()  # needs no data
        self.sections = FakeSections()
        self.summaries = FakeSummaries(self.calls)
        self.settings = FakeSettings()
        self.status = FakeStatus()
        self.suggestions = FakeSuggestions()
        self.corrections = FakeCorrections()
        self.routes = FakeRoutes()
        self.button_states = FakeButtonStates()

    def bug_url(self, bug):
        return f"https://bugs.example/show_bug.cgi?id={bug}"


class BotEnvironment:
    """What a bot needs from its program: use cases, a stored hash of its commands, and a list for recorded problems."""

    def __init__(self):
        self.use_cases = FakeUseCases()
        self.opened = 0
        self.command_hash = None
        self.hash_saves = 0
        self.problems = []

    async def load_command_hash(self):
        return self.command_hash

    async def save_command_hash(self, digest):
        self.command_hash = digest
        self.hash_saves += 1

    async def open(self):
        self.opened += 1

    def bot(self, *, message_content=True):
        return RootwatchBot(
            self.use_cases,
            prefix="!",
            message_content=message_content,
            open_storage=self.open,
            load_command_hash=self.load_command_hash,
            save_command_hash=self.save_command_hash,
            record_problem=self.problems.append,
        )
