"""Promises asked from the database: which incidents, what may be shown of them, and what is kept in memory."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.queries.commitment_filters import CommitmentQuery, parse_commitment_query
from handlers.queries.commitments import CommitmentQueries
from storage import incidents
from tests.support.database import write
from tests.support.stored_lives import CA, OPENED, STAFF, store_comments, store_life

PROMISE = "We will revoke all 40 certificates by 2025-05-10."
TEXTS = ((CA, 0, f"## Full Incident Report\n\n{PROMISE}"), (STAFF, 3, "Thank you."))


class Promises:
    """Queries about promises on a database that other programs may write to as well."""

    def __init__(self, database):
        self.database = database
        owners = build_owner_directory()
        self.indexes = IncidentIndexes(database, owners)
        self.queries = CommitmentQueries(database, owners, self.indexes, str)

    async def store(self, number, ca="Entrust", texts=TEXTS, **values):
        await store_life(self.database, number, ca, texts, **values)

    async def list(self, text="", page=None):
        return await self.queries.list(OPERATOR, parse_commitment_query(text), page)


@pytest.fixture
async def promises(database):
    subject = Promises(database)
    yield subject
    await subject.indexes.close()


async def test_a_promise_past_its_date_is_broken_until_a_comment_tells_its_end(promises):
    await promises.store(7)
    (row,) = (await promises.list("Entrust broken")).rows
    assert (row.commitment.became, row.author, row.made_at, row.is_broken) == ("open", "ops", OPENED, True)
    done = (*TEXTS, (CA, 8, "All 40 certificates were revoked on 2025-05-09."))
    await store_comments(promises.database, 7, done, OPENED + timedelta(days=8))
    listed = await promises.list("Entrust")
    (row,) = listed.rows
    assert (row.commitment.became, row.commitment.told_in) == ("done", 2)
    assert row.told_at == OPENED + timedelta(days=8)
    assert (await promises.list("Entrust broken")).row_count == 0


async def test_a_ca_is_asked_for_under_any_name_and_a_bug_by_its_number(promises):
    await promises.store(7)
    await promises.store(8, "DigiCert")
    assert {row.incident.bug.id for row in (await promises.list("affirmtrust")).rows} == {7}
    assert {row.incident.bug.id for row in (await promises.list("8")).rows} == {8}
    assert {row.incident.bug.id for row in (await promises.list()).rows} == {7, 8}
    with pytest.raises(UserError, match="Nobody"):
        await promises.list("Nobody CA")
    with pytest.raises(UserError, match="does not know bug 99"):
        await promises.list("99")


async def test_what_is_past_comes_first_then_what_is_due(promises):
    later = ((CA, 0, "## Full Incident Report\n\nWe will deploy the linter by 2099-01-01."),)
    await promises.store(7, texts=later)
    await promises.store(8)
    await promises.store(9, texts=((CA, 0, TEXTS[0][2].replace("05-10", "05-07")),))
    assert [row.incident.bug.id for row in (await promises.list()).rows] == [9, 8, 7]


async def test_the_end_of_a_revocation_may_be_told_in_another_bug_of_the_same_ca(promises):
    mentions = f"{TEXTS[0][2]} The delay is followed in bug 1800008, as is bug 1800009."
    late = "All 40 certificates were revoked on 2025-05-20."
    await promises.store(1800007, texts=((CA, 0, mentions),))
    await promises.store(1800009, "DigiCert", texts=((CA, 0, late),))
    assert (await promises.list("1800007")).rows[0].commitment.became == "open"
    await promises.store(1800008, texts=((CA, 0, "## Full Incident Report\n\nIt is late."), (CA, 25, late)))
    commitment = (await promises.list("1800007")).rows[0].commitment
    assert (commitment.became, commitment.of_bug, commitment.late_days) == ("late", 1800008, 10)


async def test_restricted_bugs_leave_nothing_behind(promises):
    await promises.store(7)
    await promises.list()
    await promises.indexes.evict([7])
    await write(promises.database, incidents.mark_unavailable, 7, "restricted")
    assert not (await promises.list("Entrust")).rows
    assert not await promises.indexes.promises.read([7])
    with pytest.raises(UserError, match="no longer public"):
        await promises.list("7")


async def test_questions_at_once_have_the_same_answer_and_what_is_withdrawn_meanwhile_is_in_none(promises):
    for number in range(10, 40):
        await promises.store(number)
    whole, few, *_ = await asyncio.gather(
        promises.list(), promises.list("12"), promises.indexes.evict([39]),
        write(promises.database, incidents.mark_unavailable, 39, "restricted"),
    )  # fmt: skip
    assert [row.incident.bug.id for row in few.rows] == [12]
    assert {*range(10, 39)} <= {row.incident.bug.id for row in whole.rows}
    assert {row.incident.bug.id for row in (await promises.list()).rows} == {*range(10, 39)}


async def test_a_past_moment_uses_only_what_was_known_then(promises):
    await promises.store(7, texts=(*TEXTS, (CA, 8, "All 40 certificates were revoked on 2025-05-09.")))
    query = CommitmentQuery("Entrust", as_of=datetime(2025, 5, 5, tzinfo=UTC))
    (row,) = (await promises.queries.list(OPERATOR, query)).rows
    assert (row.commitment.became, row.is_broken) == ("open", False)
    assert not (await promises.queries.list(OPERATOR, CommitmentQuery("Entrust", as_of=OPENED - timedelta(1)))).rows


async def test_pages_have_six_rows(promises):
    for number in range(10, 18):
        await promises.store(number)
    first, last = await promises.list("Entrust", 0), await promises.list("Entrust page:99", 0)
    assert (len(first.rows), first.row_count, first.page_count) == (6, 8, 2)
    assert (len(last.rows), last.page) == (2, 1)
