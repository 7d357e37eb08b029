"""The bundled record, read through the real clients: what the demonstration and the suite's own corpus hold."""

import re
from collections import Counter
from datetime import timedelta

from bot.demo.season import SEASON_END, SEASON_START
from bot.polling.results import NullProgress
from storage import comments, incidents
from storage.values.incidents import IncidentFilter
from tests.support.database import read
from tests.support.record import list_url, served_record
from tests.support.small_corpus import announcements, build_app, open_app


async def test_every_bug_is_read_as_it_stood_that_day(file_url):
    async with served_record(SEASON_END) as server:
        app = await open_app(build_app(file_url, server.url))
        await read_record(app)
        stored = {incident.bug.id: incident.bug for incident in await _stored(app)}
        public = [bug for bug in server.record.bugs if bug.created <= SEASON_END]
        assert stored.keys() == {bug.number for bug in public}
        for bug in public:
            row = bug.row_at(SEASON_END)
            read_bug = stored[bug.number]
            assert (read_bug.whiteboard, read_bug.status, read_bug.resolution, read_bug.is_open) == (
                row["whiteboard"],
                row["status"],
                row["resolution"],
                row["is_open"],
            )
            assert len(await read(app.database, comments.find_comments, bug.number)) == row["comment_count"]
        status = await app.use_cases.status.status()
        assert [source.unreadable for source in status.sources] == [()]
        await app.close()


async def test_what_the_season_brings_is_announced_once_and_what_was_before_is_not(database_url):
    async with served_record() as server:
        app = await open_app(build_app(database_url, server.url, list_url(server)))
        await read_record(app)
        assert await announcements(app) == []
        while server.now < SEASON_END:
            server.now = min(server.now + timedelta(days=30), SEASON_END)
            await read_record(app)
        record = server.record
        filed = [bug.number for bug in record.bugs if SEASON_START < bug.created <= SEASON_END]
        mails = [message for message in record.messages if SEASON_START < message.posted <= SEASON_END]
        announced = Counter(await announcements(app))
        assert set(announced.values()) == {1}
        assert sorted(key for key in announced if isinstance(key, int)) == filed
        assert len(announced) == len(filed) + len(mails)
        await app.close()


async def test_the_mail_that_asks_for_a_section_names_incidents_of_the_record():
    async with served_record(SEASON_END) as server:
        [mail] = [mail for mail in server.record.messages if "geographical" in mail.body and mail.posted.day == 7]
        named = {int(number) for number in re.findall(r"\b1[5-9]\d{5}\b", mail.body)}
        assert named <= {bug.number for bug in server.record.bugs if bug.created < mail.posted}
        assert len(named) >= 5


async def test_a_bug_page_and_a_message_say_that_they_are_retold():
    import httpx

    async with served_record(SEASON_END) as server, httpx.AsyncClient(trust_env=False) as client:
        bug = server.record.bugs[0]
        page = (await client.get(f"{server.url}/show_bug.cgi?id={bug.number}")).text
        assert "retelling" in page
        assert f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug.number}" in page
        number = server.record.messages[0].number
        message = (await client.get(f"{list_url(server).rpartition('/')[0]}/msg{number:05d}.html")).text
        assert "retelling" in message
        assert (await client.get(f"{server.url}/show_bug.cgi?id=1")).status_code == 404
        assert (await client.get(f"{server.url}/show_bug.cgi?id=x")).status_code == 404


async def read_record(app):
    """Poll every source as the demonstration does: without training the classifier, which takes longer."""
    results = [await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)]
    results += [await app.poller.poll_list(config, NullProgress(), on_schedule=False) for config in app.settings.lists]
    assert [result.error for result in results] == [None] * len(results)


async def _stored(app):
    return await read(app.database, incidents.find_incidents, IncidentFilter())
