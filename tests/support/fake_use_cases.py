"""Use cases with invented results for tests of the chat, and a bot that uses them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.chat.client import RootwatchBot
from handlers.errors import UserError
from handlers.permissions import require_channel, require_manage_server
from handlers.related.find import Echo
from handlers.results.alerts import RouteList
from handlers.results.corrections import CorrectionResult
from handlers.results.incidents import IncidentDetail, IncidentList, Owner, SectionExplanation
from handlers.results.related import RelatedIncident, RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from handlers.results.summaries import Citation, Claim, Summary
from storage.values.incidents import Assignment, Bug, Incident, IncidentFilter, Person
from storage.values.outbox import Route
from storage.values.sections import Section

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


def echo(number, reasons=("jurisdiction", "ev"), *, ca="Entrust", recent=True, title="EV jurisdiction wrong"):
    """Return an earlier incident that is related for these reasons."""
    primary_reason = "refers to" if reasons == "refers to" else "shared words"
    related = Echo(number, 0.9, reasons, primary_reason, 19.0, ca == "Entrust", recent)
    return RelatedIncident(related, incident(number, title=title, ca=ca))


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
        pages = max(-(-len(known) // 10), 1)
        shown = min(page or 0, pages - 1)
        incidents = tuple(known if page is None else known[shown * 10 : shown * 10 + 10])
        still_open = sum(incident.bug.is_open for incident in known)
        owner = Owner("Entrust") if query.ca else None
        counts = (("ev-misissuance", 20), ("policy-failure", 3))
        filters = IncidentFilter(
            query.ca or None, query.section or None, bool(query.open_only), query.since, query.until
        )
        return IncidentList(
            owner, filters, query.as_text, len(known), still_open, first, counts, incidents, shown, pages, TITLES
        )

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
        echoes = (echo(11, "refers to", recent=False), echo(12, title=title), echo(13, ca="DigiCert"))
        return RelatedIncidents(
            incident(bug, title=title),
            echoes + tuple(echo(100 + n, ca="Telia", title=HOSTILE * 3) for n in numbers),
        )


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
        sentence = Claim("It appears overdue.", (Citation(7), Citation(8, 2)))
        return Summary("Entrust", "ca", (("total", 71), ("still_open", 0), ("longest", None)), (sentence,))


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
        self.sections = FakeSections()
        self.summaries = FakeSummaries(self.calls)
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
