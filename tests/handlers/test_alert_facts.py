"""What an alert says of a CA's earlier incidents: as of the filing, however late it is rendered again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.formatting.alert_text import describe_history
from handlers.alerts.content import build_alert
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from storage import incidents
from storage.assignments import save_assignments
from storage.values.incidents import Assignment
from storage.values.outbox import Event
from tests.support.fake_use_cases import incident

FILED = datetime(2024, 5, 20, 12, tzinfo=UTC)
EVENT = Event("filed", "filed:105", FILED, bug=105)


def filed(number, days, *, closed_after=None, ca="Entrust"):
    """Return an incident opened this many days after the one that is announced, and perhaps closed."""
    created = FILED + timedelta(days=days)
    subject = incident(number, ca=ca, is_open=closed_after is None)
    closed = None if closed_after is None else created + timedelta(days=closed_after)
    return replace(subject, bug=replace(subject.bug, created=created, closed=closed))


@pytest.fixture
def indexes(database):
    return IncidentIndexes(database, build_owner_directory())


async def save(database, *filed_incidents):
    async with database.transaction() as transaction:
        await incidents.save_incidents(transaction, filed_incidents)
        await save_assignments(
            transaction, {subject.bug.id: (Assignment("ev-misissuance", "tag", 1.0),) for subject in filed_incidents}
        )


async def test_counts_are_those_of_the_filing_whatever_is_filed_and_closed_later(database, indexes):
    before = [filed(101, -30), filed(102, -20, closed_after=5), filed(103, -10), filed(104, -5, ca="Sectigo")]
    await save(database, *before, filed(105, 0))
    alert = await build_alert(database, indexes, EVENT)
    assert alert.history.owner == "Entrust"
    assert (alert.history.counts.total, alert.history.counts.open_count) == (3, 2)
    assert alert.history.by_section == (("ev-misissuance", 3),)
    await save(database, filed(103, -10, closed_after=40), filed(106, 0), filed(107, 1), filed(105, 0, closed_after=9))
    assert (await build_alert(database, indexes, EVENT)).history == alert.history
    await indexes.close()


async def test_earlier_bugs_that_are_no_incidents_are_counted_apart_and_the_new_one_not_at_all(database, indexes):
    duplicate = replace(filed(102, -20, closed_after=5), not_incident="duplicate")
    await save(database, filed(101, -30), duplicate, filed(105, 0))
    history = (await build_alert(database, indexes, EVENT)).history
    text = describe_history(history, {}, lambda text, limit: text)
    assert text == "before: 1 open of 2 (1 is no incident) · 2 ev-misissuance"
    await indexes.close()


async def test_a_first_incident_and_one_without_a_ca_say_so(database, indexes):
    await save(database, filed(105, 0), filed(108, 3, ca=None))
    assert (await build_alert(database, indexes, EVENT)).history.counts.total == 0
    unknown = replace(EVENT, key="filed:108", bug=108)
    assert (await build_alert(database, indexes, unknown)).history is None
    await indexes.close()
