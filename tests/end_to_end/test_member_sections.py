"""Sections of members in the whole program: polls bring new incidents into them, votes end on time."""

from datetime import timedelta

from handlers.actor import OPERATOR
from handlers.queries.filters import IncidentQuery
from storage import sections
from tests.support.sections import ALICE, MANAGER
from tests.support.small_corpus import build_app, small_bugzilla


async def test_a_new_incident_comes_into_an_accepted_section_with_the_poll_that_brings_it(database_url):
    async with small_bugzilla() as (bugzilla, url):
        app = build_app(database_url, url)
        await app.open()
        await app.poll()
        section_service = app.use_cases.custom_sections
        proposal = await section_service.propose(OPERATOR, "revocation 1900001 -- Delayed revocation", accept=True)
        await app.backfill_sections()
        new = bugzilla.file_bug("Sectigo: Delayed revocation of EV certificates", "It went wrong.")
        await app.poll()
        incident_list = await app.use_cases.incidents.list(OPERATOR, IncidentQuery(section="revocation"))
        assert new in {incident.bug.id for incident in incident_list.incidents}
        assert (
            incident_list.counts.total
            == (await app.use_cases.sections.detail(OPERATOR, "revocation")).section.incidents
        )
        assert proposal.section.community == 0
        await app.close()


async def test_accepting_starts_the_backfill(database_url):
    async with small_bugzilla() as (_, url):
        app = build_app(database_url, url)
        await app.open()
        await app.poll()
        section_service = app.use_cases.custom_sections
        section = (await section_service.propose(ALICE, "late 1900001 1900003 1900005 1900007")).section
        await section_service.decide_now(MANAGER, section.id, accept=True)
        await app.wait_idle(60)
        custom_section = (await app.use_cases.sections.detail(ALICE, "late")).custom
        assert custom_section.backfill_requested == custom_section.backfill_completed
        assert (custom_section.backfill_done, custom_section.backfill_total) == (12, 12)
        await app.close()


async def test_a_vote_that_ends_by_its_deadline_is_shown_once(database_url):
    async with small_bugzilla() as (_, url):
        app = build_app(database_url, url)
        await app.open()
        await app.poll()
        sentences = []

        async def show(ballot):
            sentences.append(ballot.result.sentence)

        app.vote_closing.announce_with(show)
        section = (await app.use_cases.custom_sections.propose(ALICE, "late 1900001")).section
        await app.close_votes()
        assert sentences == []
        async with app.database.transaction() as transaction:
            deadline = section.proposed_at - timedelta(days=7)
            await sections.update_section(transaction, section.id, decide_by=deadline)
        for _ in range(2):
            await app.close_votes()
        assert sentences == ["Declined: only 0 of the 3 votes that were needed came in time (0 for, 0 against)."]
        await app.close()
