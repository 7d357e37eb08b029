"""Stored values are read back unchanged, on both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.alerts.outbox import enqueue_events
from storage import (
    assignments,
    button_states,
    comments,
    deliveries,
    events,
    incidents,
    leases,
    messages,
    routes,
    settings,
    sources,
)
from storage.database import Database, DatabaseUnavailable, Transaction
from storage.migrations.upgrade import newest_revision
from storage.values.incidents import Assignment, Bug, BugLinks, Comment, Incident, IncidentFilter, Person
from storage.values.messages import ListMessage, PendingPage
from storage.values.outbox import Event, Route
from storage.values.sources import SourceState
from tests.support.database import read, write
from tests.support.older_database import connect

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
# takes a while
COUNTED = "counted(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < 500000)"


class ClockAhead(datetime):
    """The clock of a machine that is 61 seconds ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the time of that clock."""
        return datetime.now(tz) + timedelta(seconds=61)


def build_incident(
    number: int = 7, ca: str | None = "Example CA", opened: datetime = NOON, is_open: bool = True
) -> Incident:
    bug = Bug(
        number, f"{ca}: wrong jurisdiction", "[ca-compliance]", "ASSIGNED", "", is_open, opened, opened, None,
        Person("filer", "example.org"), Person("ca", "example.com"), 2, BugLinks(depends_on=(3,), see_also=("http://x",)),
    )  # fmt: skip
    return Incident(bug, ca, "wrong jurisdiction", ("ca-compliance",), date(2024, 6, 1), None)


async def save(database: Database, *new_incidents: Incident) -> None:
    async with database.transaction() as transaction:
        await incidents.save_incidents(transaction, new_incidents)


async def test_an_incident_comes_back_as_it_was_stored(database: Database) -> None:
    await save(database, build_incident())
    assert await read(database, incidents.find_incidents, IncidentFilter()) == [build_incident()]


async def test_a_cancelled_write_locks_nobody_out(database: Database) -> None:
    started = asyncio.Event()

    async def save_and_count() -> None:
        async with database.transaction() as transaction:
            await incidents.save_incidents(transaction, [build_incident()])
            started.set()
            await transaction.execute(sa.text(f"WITH RECURSIVE {COUNTED} SELECT count(*) FROM counted"))

    task = asyncio.create_task(save_and_count())
    await started.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as cancellation:
        await task
    # the traceback, with all that it refers to, is alive as the others write
    assert await read(database, incidents.find_incidents, IncidentFilter()) == []
    await save(database, build_incident())
    assert await read(database, incidents.find_incidents, IncidentFilter()) == [build_incident()]
    del cancellation


async def test_the_tables_are_what_the_migrations_make(database: Database, database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with connect(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, next(iter(database.tables.values())).metadata) == []
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert revision == newest_revision()


async def test_a_restricted_incident_leaves_nothing_readable(database: Database) -> None:
    await save(database, build_incident())
    comment = Comment(7, 0, 70, Person("filer"), NOON, "a secret of the subscriber")
    async with database.transaction() as transaction:
        await comments.save_comments(transaction, {7: [comment]}, {7: NOON})
        await assignments.save_assignments(transaction, {7: [Assignment("crl-failure", "text", 0.7, ("secret",))]})
    async with database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, 7, "restricted")
    assert await read(database, incidents.find_incidents, IncidentFilter()) == []
    incident = (await read(database, incidents.find_by_bugs, [7]))[7]
    assert (incident.bug.summary, incident.title, incident.ca, incident.sections) == ("", "", None, ())
    assert await read(database, comments.find_comments, 7) == []


async def test_comments_are_to_be_fetched_until_they_are_as_new_as_the_bug(database: Database) -> None:
    await save(database, *(build_incident(number) for number in range(1, 6)))
    as_of = {1: NOON, 2: NOON - timedelta(seconds=1), 3: NOON + timedelta(days=1), 4: NOON}
    async with database.transaction() as transaction:
        await comments.save_comments(transaction, dict.fromkeys(as_of, ()), as_of)
        await incidents.mark_unavailable(transaction, 4, "restricted")
    assert await read(database, comments.find_without_comments) == {5: 2, 2: 2}
    assert await read(database, comments.count_without_comments) == 2


async def test_both_ends_of_a_span_of_days_are_included(database: Database) -> None:
    days = [datetime(2024, 5, day, hour, tzinfo=UTC) for day, hour in ((18, 23), (19, 0), (20, 23), (21, 0))]
    await save(database, *(build_incident(number, opened=day) for number, day in enumerate(days)))
    span = IncidentFilter(since=date(2024, 5, 19), until=date(2024, 5, 20))
    assert [incident.bug.id for incident in await read(database, incidents.find_incidents, span)] == [2, 1]
    assert (await read(database, incidents.count_incidents, span)).total == 2
    assert (await read(database, incidents.count_incidents, IncidentFilter())).first_opened == days[0]


async def test_two_writers_lose_no_update(database_url: str) -> None:
    first, second = Database(database_url), Database(database_url)
    await first.open()
    await second.open()
    await write(first, settings.save_setting, "count", "0")

    async def add(database: Database) -> None:
        table = database.tables["setting"]
        for _ in range(20):
            async with database.transaction() as transaction:
                count = await transaction.scalar(
                    sa.select(table.c.value).where(table.c.name == "count").with_for_update()
                )
                await asyncio.sleep(0)
                await transaction.execute(
                    table.update().where(table.c.name == "count").values(value=str(int(count or 0) + 1))
                )

    await asyncio.gather(add(first), add(second))
    assert await read(first, settings.find_setting, "count") == "40"
    await first.close()
    await second.close()


async def test_an_event_is_recorded_once_and_reaches_each_watching_channel_once(database: Database) -> None:
    for channel in (1, 2):
        await write(database, routes.save_route, Route(9, channel, ("filed",), 5, NOON))
    event = Event("filed", "filed:7", NOON, bug=7)
    for _ in range(2):
        async with database.transaction() as transaction:
            await enqueue_events(transaction, [event], {}, 50, NOON)
    assert len(await read(database, events.find_events_after, 0)) == 1
    assert sorted(await write(database, deliveries.claim_channels, "me", NOON, 10)) == [1, 2]
    assert [delivery.event.bug for delivery in await read(database, deliveries.find_due, 1)] == [7]


async def test_above_the_flood_bound_a_channel_gets_one_message(database: Database) -> None:
    await write(database, routes.save_route, Route(9, 1, ("filed",), 5, NOON))
    async with database.transaction() as transaction:
        filed_events = [Event("filed", f"filed:{number}", NOON, bug=number) for number in range(6)]
        await enqueue_events(transaction, filed_events, {}, 5, NOON)
    due = await read(database, deliveries.find_due, 1)
    assert [(delivery.event.kind, delivery.event.bugs) for delivery in due] == [("catch-up", (0, 1, 2, 3, 4, 5))]


async def test_a_leased_channel_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    await write(database, routes.save_route, Route(9, 1, ("filed",), 5, NOON))
    async with database.transaction() as transaction:
        await enqueue_events(transaction, [Event("filed", "filed:7", NOON, bug=7)], {}, 50, NOON)
    assert await write(database, deliveries.claim_channels, "me", NOON, 10) == [1]
    assert await write(database, deliveries.claim_channels, "you", NOON + timedelta(seconds=59), 10) == []
    assert await write(database, deliveries.claim_channels, "you", NOON + timedelta(seconds=61), 10) == [1]


async def test_the_pollers_lease_passes_on_with_a_higher_token(database: Database) -> None:
    assert await write(database, leases.acquire_lease, "poller", "a", 60) == 1
    assert await write(database, leases.acquire_lease, "poller", "b", 60) is None
    assert await write(database, leases.acquire_lease, "poller", "a", 60) == 1
    await write(database, _end_lease_at, datetime.now(UTC) - timedelta(seconds=1))
    assert await write(database, leases.acquire_lease, "poller", "b", 60) == 2
    assert not await write(database, leases.is_held_by, "poller", "a", 1)
    assert not await write(database, leases.is_held_by, "poller", "b", 1)
    assert await write(database, leases.is_held_by, "poller", "b", 2)
    lease = await read(database, leases.find_lease, "poller")
    assert lease is not None
    assert (lease.holder, lease.token) == ("b", 2)
    await write(database, leases.release_lease, "poller", "a")
    assert await write(database, leases.acquire_lease, "poller", "a", 60) is None


async def test_a_lease_from_a_time_when_the_clock_was_wrong_binds_nobody(database: Database) -> None:
    await write(database, leases.acquire_lease, "poller", "a", 60)
    await write(database, _end_lease_at, datetime.now(UTC) + timedelta(days=400))
    assert await write(database, leases.acquire_lease, "poller", "b", 60) == 2


async def test_of_two_processes_that_ask_for_a_new_lease_at_once_one_gets_it(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    for database in databases:
        await database.open()
    for attempt in range(200):
        tokens = await asyncio.gather(
            *(
                write(database, leases.acquire_lease, f"lease {attempt}", str(n), 60)
                for n, database in enumerate(databases)
            )
        )
        assert sorted(token or 0 for token in tokens) == [0, 0, 0, 1]
    for database in databases:
        await database.close()


# the processes of an SQLite database are on one machine and have one clock
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_process_whose_clock_is_ahead_takes_no_lease_that_another_has(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(database, leases.acquire_lease, "poller", "a", 60)
    with monkeypatch.context() as patch:
        patch.setattr("storage.database.datetime", ClockAhead)
        assert await write(database, leases.acquire_lease, "poller", "b", 60) is None
        assert await read(database, leases.find_lease, "poller") is not None


# a suspended process keeps an SQLite file locked
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_write_that_its_process_never_ends_keeps_nobody_from_a_lease(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engines.SUSPENDED_WRITE", "SET idle_in_transaction_session_timeout = '1s'")
    suspended, other = Database(database_url), Database(database_url)
    await suspended.open()
    await other.open()
    await write(suspended, leases.acquire_lease, "poller", "a", 60)
    await write(suspended, _end_lease_at, datetime.now(UTC) - timedelta(seconds=1))

    async def write_slowly() -> None:
        async with suspended.transaction() as transaction:
            assert await leases.is_held_by(transaction, "poller", "a", 1)
            async with asyncio.timeout(60):
                assert await write(other, leases.acquire_lease, "poller", "b", 60) == 2
            await leases.is_held_by(transaction, "poller", "a", 1)

    with pytest.raises(DatabaseUnavailable, match="was suspended while it wrote"):
        await write_slowly()
    assert not await write(suspended, leases.is_held_by, "poller", "a", 1)  # it has a new connection
    await suspended.close()
    await other.close()


async def _end_lease_at(transaction: Transaction, moment: datetime) -> None:
    await transaction.execute(transaction.tables["lease"].update().values(expires=moment))


async def test_a_sources_state_comes_back_whole(database: Database) -> None:
    state = SourceState("bugzilla", NOON, True, NOON, NOON, 3, "down", NOON, NOON, True, "e", "m", 9, 2, 1)
    async with database.transaction() as transaction:
        await sources.save_source(transaction, state)
    assert await read(database, sources.find_source, "bugzilla") == state


async def test_a_message_is_stored_once(database: Database) -> None:
    message = ListMessage(
        "list", "host/1", "http://host/1", "Re: x", "A. Member", NOON, 1, bugs=(7,), cas=("Example CA",)
    )
    for state in ("wanted", "read"):
        async with database.transaction() as transaction:
            await messages.save_messages(transaction, [message], state=state, backlog=False, now=NOON)
    assert await read(database, messages.find_pending_pages, "list") == [
        PendingPage(message, backlog=False, attempts=0)
    ]
    assert await read(database, messages.count_messages) == {"list": (1, 1)}


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in Database("postgresql://me:hunter2@host/name").safe_url


async def test_a_database_that_cannot_be_reached_is_reported_in_a_sentence() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"cannot be used.*database\.url"):
        await Database("postgresql://nobody:secret@127.0.0.1:1/none").open()


async def test_a_button_state_unused_for_a_month_is_deleted_and_one_used_again_is_not(database):
    for text in ("Entrust", "Telia open:yes"):
        await write(database, button_states.save_button_state, text, NOON)
    await write(database, button_states.save_button_state, "Telia open:yes", NOON + timedelta(days=29))
    await write(database, button_states.delete_button_states, NOON + timedelta(days=1))
    unused_id, used_id = map(button_states.button_state_id, ("Entrust", "Telia open:yes"))
    assert await read(database, button_states.find_button_state, unused_id) is None
    assert await read(database, button_states.find_button_state, used_id) == "Telia open:yes"


async def test_nothing_that_was_read_of_a_restricted_bug_remains_in_its_row(database: Database) -> None:
    text, number = "secret words", 4_567_891
    bug = Bug(
        7, text, text, "NEW", "", True, NOON, NOON, None, Person(text, text), Person(text, text), 3,
        BugLinks((number,), (number,), (number,), number, (text,)),
    )  # fmt: skip
    incident = Incident(
        bug, text, text, (text,), NOON.date(), NOON.date(), text, number, reporter_role="the CA itself",
        report_text=text, excerpt=text, excerpt_comment=number, references=(number,), linked=(number,),
    )  # fmt: skip
    await write(database, incidents.save_incidents, [incident])
    await write(database, incidents.mark_unavailable, 7, "restricted")
    stored = (await read(database, incidents.find_by_bugs, [7]))[7]
    assert text not in repr(stored)
    assert str(number) not in repr(stored)
    assert stored == Incident(
        Bug(7, "", "", "NEW", "", True, NOON, NOON, None, Person(""), Person(""), 3), None, "", (), None, None,
        visibility="restricted",
    )  # fmt: skip


def test_no_password_of_a_database_is_shown() -> None:
    url = "postgresql://jo:hidden1@host/db?password=hidden2&sslpassword=hidden3&sslmode=require"
    shown = Database(url).safe_url
    assert "hidden" not in shown
    assert "sslmode=require" in shown


async def test_no_password_is_in_the_reason_why_a_database_cannot_be_used() -> None:
    database = Database("postgresql://127.0.0.1:1/db?password=hidden2&options=hidden2")
    with pytest.raises(DatabaseUnavailable) as caught:
        await database.open()
    assert "password=hidden2" not in str(caught.value)


async def test_a_new_sqlite_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/folder/rootwatch.db")
    await database.open()
    async with database.transaction() as transaction:
        await transaction.upsert("setting", [{"name": "a", "value": "b"}])
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "folder").iterdir()}
    await database.close()
    assert modes["rootwatch.db"] == 0o600
    assert set(modes.values()) == {0o600}


async def test_a_write_that_waited_while_the_database_was_closed_says_so(database: Database) -> None:
    async def write_later() -> None:
        async with database.transaction():
            pass

    async with database.transaction():
        waiting = asyncio.create_task(write_later())
        await asyncio.sleep(0)
        await database.close()
    with pytest.raises(DatabaseUnavailable, match="not open"):
        await waiting
