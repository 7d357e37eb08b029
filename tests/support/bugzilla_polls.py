"""Helpers for tests that poll Bugzilla."""

from storage import incidents
from tests.support.database import read


async def stored_bugs(app):
    """Return the bugs that are stored as incidents of the component."""
    return await read(app.database, incidents.find_ids)


def request_count(server):
    """Return the number of requests to the replay, without the commands of tests."""
    return sum(count["requests"] for path, count in server.counts().items() if path != "/_control")


async def poll_bugzilla(app):
    """Poll once, require that Bugzilla's poll did not fail, and return its result."""
    result = (await app.poll()).bugzilla
    assert result.error is None
    return result


class FaultsAfterTitles:
    """Progress that makes the server fail after the first page of titles."""

    def __init__(self, server, faults):
        self.server, self.faults = server, faults

    def advance(self, task, done, total):
        if task == "titles" and self.faults:
            self.server.control(faults=self.faults)
            self.faults = []
