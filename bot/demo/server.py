"""A server on loopback that answers as Bugzilla and a list archive did at one moment of the record.

It answers what Rootwatch asks, so that the demonstration and tests run the real clients of `bot/sources`.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from bot.demo.pages import render_bug, render_feed, render_message
from bot.demo.record import Record, RecordedBug, format_time, parse_time

LOOPBACK = "127.0.0.1"
MAX_ROWS = 1000


class RecordServer:
    """The record at the moment `now` (UTC), which may be moved on; what lies after it does not exist yet."""

    def __init__(self, record: Record, now: datetime) -> None:
        self.record = record
        self.now = now
        self.url = ""
        self._bugs = {bug.number: bug for bug in record.bugs}

    def list_url(self, name: str) -> str:
        """Return the address of a list's feed."""
        return f"{self.url}/{name}/maillist.xml"

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["RecordServer"]:
        """Answer requests on a free port of loopback."""
        app = web.Application()
        app.add_routes([
            web.get("/rest/version", self._version),
            web.get("/rest/time", self._time),
            web.get("/rest/bug", self._search),
            web.get(r"/rest/bug/{number:\d+}", self._bug),
            web.get(r"/rest/bug/{number:\d+}/history", self._history),
            web.get("/show_bug.cgi", self._bug_page),
            web.get(r"/{list}/maillist.xml", self._feed),
            web.get(r"/{list}/msg{number:\d+}.html", self._message),
        ])  # fmt: skip
        app.on_response_prepare.append(self._set_date)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, 0).start()
            self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _set_date(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Date every answer: what a list's archive says about the time decides what was there before the first poll."""
        response.headers["Date"] = format_datetime(self.now, usegmt=True)

    def _visible(self, number: int) -> RecordedBug | None:
        bug = self._bugs.get(number)
        return bug if bug and bug.created <= self.now else None

    async def _version(self, _request: web.Request) -> web.Response:
        return web.json_response({"version": "20240301.1"})

    async def _time(self, _request: web.Request) -> web.Response:
        return web.json_response({"db_time": format_time(self.now), "web_time": format_time(self.now)})

    async def _search(self, request: web.Request) -> web.Response:
        """Answer a search by ids, by component and by time of change, in pages.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#search-bugs
        """
        query = request.query
        numbers = [int(text) for text in re.findall(r"\d+", query["id"])] if "id" in query else list(self._bugs)
        rows = [bug.row_at(self.now) for number in sorted(numbers) if (bug := self._visible(number))]
        for field in ("product", "component"):
            rows = [row for row in rows if query.get(field, row[field]).casefold() == row[field].casefold()]
        if since := query.get("last_change_time"):
            rows = [row for row in rows if parse_time(row["last_change_time"]) >= parse_time(since)]
        start = int(query.get("offset", 0))
        rows = rows[start : start + min(int(query.get("limit", MAX_ROWS)), MAX_ROWS)]
        return web.json_response({"bugs": [_chosen_fields(row, query.get("include_fields", "")) for row in rows]})

    async def _bug(self, request: web.Request) -> web.Response:
        bug = self._visible(int(request.match_info["number"]))
        if bug is None:
            message = f"Bug #{request.match_info['number']} does not exist."
            return web.json_response({"error": True, "code": 101, "message": message}, status=404)
        return web.json_response(
            {"bugs": [_chosen_fields(bug.row_at(self.now), request.query.get("include_fields", ""))]}
        )

    async def _history(self, request: web.Request) -> web.Response:
        """Answer with the changes of bugs.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#bug-history
        """
        numbers = [int(request.match_info["number"]), *map(int, request.query.getall("ids", ()))]
        bugs = [bug for number in numbers if (bug := self._visible(number))]
        return web.json_response({"bugs": [_chosen_fields(bug.row_at(self.now), "id,history") for bug in bugs]})

    async def _bug_page(self, request: web.Request) -> web.Response:
        number = request.query.get("id", "")
        bug = self._visible(int(number)) if number.isdecimal() else None
        if bug is None:
            return web.Response(status=404, text="The demonstration has no such bug.")
        return web.Response(text=render_bug(bug.row_at(self.now)), content_type="text/html")

    async def _feed(self, request: web.Request) -> web.Response:
        name = request.match_info["list"]
        messages = [message for message in self.record.messages if message.list == name and message.posted <= self.now]
        feed = render_feed(messages, f"{self.url}/{name}", self.now)
        return web.Response(text=feed, content_type="text/xml")

    async def _message(self, request: web.Request) -> web.Response:
        wanted = request.match_info["list"], int(request.match_info["number"])
        for message in self.record.messages:
            if (message.list, message.number) == wanted and message.posted <= self.now:
                return web.Response(text=render_message(message), content_type="text/html")
        return web.Response(status=404, text="<title>Not Found</title>", content_type="text/html")


def _chosen_fields(row: dict[str, object], include_fields: str) -> dict[str, object]:
    """Return the fields that a request asks for; without a choice all but what Bugzilla gives only by name."""
    by_name = ("comments", "history")
    chosen = include_fields.split(",") if include_fields else [name for name in row if name not in by_name]
    return {name: row[name] for name in chosen if name in row}
