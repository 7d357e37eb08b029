"""Invented incidents and messages for the replay, and a small Bugzilla for tests that run without the replay."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot.app import App, build
from bot.config import load
from storage import error_log, routes
from storage.values.outbox import Route
from tests.support.database import read, write
from tests.support.replay import ReplayServer, http_server

FIRST_BUG = 1_900_001
CHANNEL = 4242
NOW = "2025-01-01"
LIST = "dev-security-policy"
REPORT = "# Preliminary Incident Report\n\n## Summary\n\n- Incident description: the log server lost its power cord.\n"
TITLES = (
    "Entrust: Delayed revocation of EV certificates",
    "Sectigo: Wrong state or province in OV certificates",
    "DigiCert: CRL published late",
    "GlobalSign: OCSP responder answered nonsense",
    "Let's Encrypt: CAA records rechecked too late",
    "HARICA: Misspelled locality",
    "Entrust: Audit letter posted late",
    "SwissSign: Weak keys accepted",
    "Telia: Precertificate without certificate",
    "Buypass: Domain validation too old",
    "Certum: Serial numbers too short",
    "IdenTrust: Wrong key usage",
)


def invented_bugs(count: int = 12, whiteboard: str = "[ca-compliance]") -> list[dict[str, Any]]:
    """Return incidents in the format of the corpus, one an hour until shortly before NOW, each with comment 0."""
    start = datetime(2024, 12, 31, 12, tzinfo=UTC) - timedelta(hours=count)
    bugs = []
    for index in range(count):
        time = f"{start + timedelta(hours=index):%Y-%m-%dT%H:%M:%SZ}"
        creator = f"user-{index:04d}@ca.example"
        bugs.append({
            "id": FIRST_BUG + index, "summary": TITLES[index % len(TITLES)], "whiteboard": whiteboard,
            "status": "ASSIGNED", "resolution": "", "creation_time": time, "creator": creator, "assigned_to": creator,
            "comments": [{"time": time, "creator": creator, "text": f"Incident number {index}: it went wrong."}],
        })  # fmt: skip
    return bugs


def write_corpus(folder: Path, bugs: list[dict[str, Any]] | None = None) -> Path:
    """Write bugs for the replay's option --corpus; return the path."""
    path = folder / "bugs.jsonl"
    path.write_text("".join(json.dumps(bug) + "\n" for bug in (invented_bugs() if bugs is None else bugs)))
    return path


def write_messages(folder: Path, count: int = 5) -> Path:
    """Write list messages for the replay's option --messages; return the path."""
    path = folder / "messages.json"
    rows = [
        {
            "number": 100 + index, "subject": f"Old message {index}", "author": "A. Member",
            "date": f"2024-12-{10 + index:02d}T00:00:00Z", "body": f"It says thing {index}.",
            "message_id": f"{index}@invented.invalid",
        }
        for index in range(count)
    ]  # fmt: skip
    path.write_text(json.dumps(rows))
    return path


def build_app(database_url: str, bugzilla: str, list_url: str = "", kind: str = "mail-archive", **options: str) -> App:
    """Build the program for these servers; `options` are further settings, as BUGZILLA__COMPONENT="..."."""
    environment = {"ROOTWATCH__DATABASE__URL": database_url, "ROOTWATCH__BUGZILLA__URL": bugzilla}
    if list_url:
        environment |= {
            "ROOTWATCH__LISTS__0__NAME": LIST,
            "ROOTWATCH__LISTS__0__URL": list_url,
            "ROOTWATCH__LISTS__0__KIND": kind,
            "ROOTWATCH__LISTS__0__PAGE_SECONDS": "0",
        }
    environment |= {f"ROOTWATCH__{key}": value for key, value in options.items()}
    settings = load(None, environment)
    if not list_url:
        # without a configuration file the real list is the default; no test may request it
        settings = replace(settings, lists=())
    return build(settings)


async def open_app(app: App, channel: int = CHANNEL) -> App:
    """Open the program with one watching channel; return it."""
    await app.open()
    await watch_channel(app, channel)
    return app


async def watch_channel(app: App, channel: int) -> None:
    """Store a route to a channel, for all kinds of events."""
    route = Route(1, channel, ("filed", "message", "catch-up"), 1, datetime.now(UTC))
    await write(app.database, routes.save_route, route)


async def rows(app: App, statement: str) -> list[Any]:
    """Return the rows of an SQL statement; the caller quotes names that are SQL keywords."""
    async with app.database.read() as transaction:
        return list((await transaction.execute(sa.text(statement))).all())


async def announcements(app: App, channel: int = CHANNEL) -> list[Any]:
    """Return what was or will be announced in a channel, in order: bug numbers, message keys, None for a catch-up."""
    deliveries = await rows(
        app,
        "SELECT event.bug, event.message FROM delivery JOIN event ON event.id = delivery.event"
        f" WHERE delivery.channel = {channel} ORDER BY delivery.id",
    )
    return [bug or message for bug, message in deliveries]


async def problems(app: App) -> list[str]:
    """Return the recorded problems, oldest first."""
    return [sentence for _, sentence in await read(app.database, error_log.find_problems, 50)][::-1]


async def all_stored_text(app: App) -> str:
    """Return all values of all tables as one text, to check that something left no trace."""
    values = []
    async with app.database.read() as transaction:
        for table in app.database.tables.values():
            for row in await transaction.execute(sa.select(table)):
                values += [str(value) for value in row]
    return "\n".join(values)


def file_bug(server: ReplayServer, summary: str = "Entrust: A new thing went wrong", **fields: Any) -> int:
    """File a bug a minute after the last event of the replay; return its number."""
    return int(server.control(advance=60, file={"summary": summary, "text": "It went wrong again.", **fields})["id"])


class SmallBugzilla:
    """Bugs that a test may change, served at the few addresses that Rootwatch requests."""

    def __init__(self, bugs: list[dict[str, Any]]) -> None:
        self.now = datetime(2025, 1, 1, tzinfo=UTC)
        self.bugs = {bug["id"]: self._row(bug) for bug in bugs}
        self.history: dict[int, Any] = {}
        self.histories: list[Any] | None = None  # all that the history endpoint returns; searches then return none
        self.down = False

    @staticmethod
    def _row(bug: dict[str, Any]) -> dict[str, Any]:
        comments = [
            {
                "id": bug["id"] * 100 + number,
                "count": number,
                "is_private": False,
                "creation_time": comment["time"],
                **comment,
            }
            for number, comment in enumerate(bug["comments"])
        ]
        return {
            **bug, "product": "CA Program", "component": "CA Certificate Compliance", "is_open": True,
            "last_change_time": comments[-1]["time"], "cf_last_resolved": None, "comments": comments,
            "comment_count": len(comments), "see_also": [], "depends_on": [], "blocks": [], "duplicates": [],
            "dupe_of": None, "groups": [],
        }  # fmt: skip

    def file_bug(self, summary: str, text: str) -> int:
        """File a bug a minute later; return its number."""
        self.now += timedelta(minutes=1)
        number, time, creator = max(self.bugs) + 1, f"{self.now:%Y-%m-%dT%H:%M:%SZ}", "someone@ca.example"
        comments = [{"time": time, "creator": creator, "text": text}]
        self.bugs[number] = self._row({
            "id": number, "summary": summary, "whiteboard": "[ca-compliance]", "status": "UNCONFIRMED",
            "resolution": "", "creation_time": time, "creator": creator, "assigned_to": creator, "comments": comments,
        })  # fmt: skip
        return number

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Answer a request as Bugzilla would."""
        if self.down:
            return web.Response(status=503, text="<html>down</html>")
        path, query = request.path, request.query
        if path == "/rest/time":
            return web.json_response({"db_time": f"{self.now:%Y-%m-%dT%H:%M:%SZ}"})
        if path.endswith("/history"):
            if self.histories is not None:
                return web.json_response({"bugs": self.histories})
            numbers = [int(number) for number in (path.split("/")[3], *query.getall("ids", []))]
            return web.json_response({"bugs": [{"id": bug, "history": self.history.get(bug, [])} for bug in numbers]})
        if path != "/rest/bug":
            return web.json_response({"error": True, "code": 101}, status=404)
        bugs = [self.bugs[number] for number in sorted(self.bugs)]
        if "id" in query:
            bugs = [bug for bug in bugs if str(bug["id"]) in query["id"].split(",")]
        bugs = [bug for bug in bugs if str(bug["last_change_time"]) >= query.get("last_change_time", "")]
        if "component" in query:
            bugs = [bug for bug in bugs if bug["component"] == query["component"]]
        start = int(query.get("offset", 0))
        bugs = bugs[start : start + int(query.get("limit", 1000))]
        fields = query["include_fields"].split(",")
        rows = [{"flags": [], **bug} for bug in bugs]
        if self.histories is None:
            rows = [{"history": self.history.get(bug["id"], []), **bug} for bug in rows]
        return web.json_response({"bugs": [{name: row[name] for name in fields if name in row} for row in rows]})


@asynccontextmanager
async def small_bugzilla(bugs: list[dict[str, Any]] | None = None):
    """Run a small Bugzilla, by default with twelve incidents; yield it and its URL."""
    bugzilla = SmallBugzilla(invented_bugs() if bugs is None else bugs)
    async with http_server(bugzilla.handle_request) as url:
        yield bugzilla, url
