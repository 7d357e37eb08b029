"""The incidents of accepted sections, and how sections are renamed, merged, retired, shared and deleted."""

import asyncio
from datetime import UTC, datetime

import pytest

from handlers.actor import OPERATOR
from handlers.results.proposals import Checks
from handlers.results.votes import VoteRules
from handlers.sections.backfill import BackfillResult, SectionBackfill
from handlers.sections.vote_rules import RuleChanges
from storage import deliveries, events, incidents, section_labels, section_matches
from storage.database import Database
from storage.values.incidents import Assignment
from storage.values.outbox import Event, NewDelivery
from tests.support.database import read
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    COMMUNITY,
    GEOGRAPHICAL,
    MANAGER,
    MODERATOR,
    OTHER_COMMUNITY,
    OTHER_MANAGER,
    STRANGER,
    build_sections_fixture,
    error_message,
)
from tests.support.small_corpus import all_stored_text

GEOGRAPHICAL_BUGS = [1658792, 1658794, 1658796, 1658798]


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


async def shared_section(sections, text="geographical 1658792 1658794"):
    """Return an accepted section of the operator after its backfill."""
    section = (await sections.service.propose(OPERATOR, text, accept=True)).section
    await sections.backfill.run_pending()
    return section


async def sections_and_origins(queries, bug):
    """Return the sections of a bug, each with its origin: tag, text or member."""
    return {(assignment.section, assignment.by) for assignment in (await queries.incident(str(bug))).incident.sections}


async def test_an_accepted_section_has_nothing_by_text_before_two_batches_were_labelled(sections):
    section = await sections.accepted_section()
    await sections.backfill.run_pending()
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794]
    await sections.service.label_incidents(
        ALICE, section.id, {1658796: True, 1658803: False, 1658804: False, 1658801: False}
    )
    await sections.backfill.run_pending()
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794, 1658796]


async def test_after_two_batches_the_text_assigns_above_what_was_labelled_as_belonging(sections):
    new_titles = {1_700_000 + number: f"Wrong country in place {number}" for number in range(20)}
    await sections.add_incidents(new_titles)
    section = await sections.accepted_section()
    await sections.label_two_batches(section)
    bugs = await sections.bugs_in(sections.queries, "geographical")
    sections_by_bug = {bug: await sections_and_origins(sections.queries, bug) for bug in bugs}
    assert {("geographical", "text")} in sections_by_bug.values()
    assert {("geographical", "member")} in sections_by_bug.values()
    assert len(bugs) > 15
    assert not set(bugs) - set(new_titles) - set(GEOGRAPHICAL)
    explanation = await sections.queries.explain(
        str(next(bug for bug, origins in sections_by_bug.items() if ("geographical", "text") in origins))
    )
    assert "country" in explanation.sections[0].reasons


async def test_a_section_approved_by_the_operator_needs_no_labelled_batches(sections):
    section = await shared_section(sections)
    assert (section.state, section.operator_approved, section.outcome) == ("active", True, "Accepted by the operator.")
    assert (
        await sections.bugs_in(sections.queries, "geographical")
        == await sections.bugs_in(sections.other_queries, "geographical")
        == GEOGRAPHICAL_BUGS
    )
    assert (await sections.operator_queries.incidents("Entrust section:geographical")).counts.total == 4
    listed = {
        section.key: (section.state, section.community, section.incidents)
        for section in await sections.operator_queries.sections()
    }
    assert listed["geographical"] == ("active", None, 4)


async def test_labels_that_give_no_threshold_remove_nothing_from_what_the_operator_approved(sections):
    audit_titles = {1_700_000 + number: f"Audit number {number}" for number in range(16)}
    await sections.add_incidents(audit_titles)
    section = await shared_section(sections)
    await sections.service.label_incidents(OPERATOR, section.id, dict.fromkeys(audit_titles, False))
    await sections.backfill.run_pending()
    assert (await sections.service.preview_section(OPERATOR, section.id)).would_assign == 2
    assert await sections.bugs_in(sections.queries, "geographical") == GEOGRAPHICAL_BUGS


async def test_a_proposal_contains_its_examples_where_it_is_queried_and_shows_nowhere_else(sections):
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794]
    assert await sections_and_origins(sections.queries, 1658792) == set()
    assert (await sections.queries.incidents("")).section_counts == ()
    listed = next(section for section in await sections.queries.sections() if section.key == "geographical")
    assert (listed.state, listed.incidents) == ("proposed", 2)


async def test_a_section_lies_beside_the_built_in_ones_and_displaces_no_prediction(sections):
    await sections.save_assignments(1658792, Assignment("policy-failure", "text", 0.8, ("wrong",)))
    await shared_section(sections)
    assert await sections_and_origins(sections.queries, 1658792) == {
        ("geographical", "member"),
        ("policy-failure", "text"),
    }


async def test_a_correction_on_a_custom_section_displaces_no_prediction_either(sections):
    await sections.save_assignments(1658801, Assignment("crl-failure", "text", 0.8, ("crl",)))
    await shared_section(sections)
    await sections.queries.classify(ALICE, "1658801 geographical")
    assert await sections_and_origins(sections.queries, 1658801) == {
        ("geographical", "member"),
        ("crl-failure", "text"),
    }


async def test_a_section_that_is_retired_during_its_backfill_has_no_matches(sections):
    section = (await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)).section
    rank = sections.ranker.rank

    async def rank_and_retire(query):
        ranking = await rank(query)
        await sections.service.retire(OPERATOR, section.id)
        return ranking

    sections.ranker.rank = rank_and_retire
    assert (await sections.backfill.run_pending()).changed == 0
    async with sections.database.read() as transaction:
        assert await section_matches.find_text_matches(transaction, section.id) == {}


async def test_a_bug_that_becomes_restricted_during_a_backfill_is_no_match(sections):
    section = (await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)).section
    rank = sections.ranker.rank

    async def rank_and_restrict(query):
        ranking = await rank(query)
        async with sections.database.transaction() as transaction:
            await incidents.mark_unavailable(transaction, 1658798, "restricted")
        return ranking

    sections.ranker.rank = rank_and_restrict
    await sections.backfill.run_pending()
    async with sections.database.read() as transaction:
        matches = await section_matches.find_text_matches(transaction, section.id)
    assert set(matches) == {1658796}


async def test_progress_is_reported_and_stored_and_nothing_is_written_twice(sections):
    await sections.add_incidents({1_800_000 + number: f"Wrong thing {number}" for number in range(250)})
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)
    progress = []
    result = await sections.backfill.run_pending(lambda *step: progress.append(step))
    assert [step[1:] for step in progress] == [(100, 259), (200, 259), (259, 259)]
    assert result.sections == 1
    custom = (await sections.queries.section("geographical")).custom
    assert (custom.backfill_done, custom.backfill_total, custom.backfill_requested - custom.backfill_completed) == (
        259,
        259,
        0,
    )
    assert await sections.backfill.run_pending() == BackfillResult()
    await sections.backfill.request_all()
    assert await sections.backfill.run_pending() == BackfillResult(1, 0)


async def test_a_backfill_is_resumed_after_a_restart(sections, database_url):
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)

    def cancel(*step):
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sections.backfill.run_pending(cancel)
    reopened = Database(database_url)
    await reopened.open()
    assert (await SectionBackfill(reopened, sections.ranker).run_pending()).sections == 1
    await reopened.close()
    assert await sections.bugs_in(sections.queries, "geographical") == GEOGRAPHICAL_BUGS


async def test_two_processes_that_run_a_backfill_at_once_do_no_harm(sections, database_url):
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)
    other_database = Database(database_url)
    await other_database.open()
    await asyncio.gather(
        sections.backfill.run_pending(), SectionBackfill(other_database, sections.ranker).run_pending()
    )
    await other_database.close()
    assert await sections.bugs_in(sections.queries, "geographical") == GEOGRAPHICAL_BUGS


async def test_new_incidents_come_into_an_active_section(sections):
    await shared_section(sections)
    await sections.add_incidents({1658900: "Wrong country again"})
    await sections.backfill.request_all()
    await sections.backfill.run_pending()
    assert 1658900 in await sections.bugs_in(sections.queries, "geographical")


async def test_members_corrections_of_their_own_section_are_its_labels(sections):
    section = await sections.accepted_section()
    result = await sections.queries.classify(BOB, "1658796 geographical")
    assert (result.previous, result.belongs, result.changed) == (None, True, True)
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794, 1658796]
    assert await error_message(sections.queries.unclassify(CAROL, "1658796 geographical"))
    assert (await sections.queries.unclassify(MODERATOR, "1658796")).sections == ()
    await sections.service.preview_section(ALICE, section.id)
    assert sections.ranker.queries[-1].counter_examples == (1658796,)


async def test_a_community_corrects_a_shared_section_for_itself_alone(sections):
    await shared_section(sections)
    assert "common to all communities" in await error_message(
        sections.service.label_incidents(ALICE, "geographical", {1658798: False})
    )
    for bug in (1658792, 1658798):
        result = await sections.queries.unclassify(ALICE, f"{bug} geographical")
        assert (result.changed, result.sections) == (True, ())
    assert await sections.bugs_in(sections.queries, "geographical") == [1658794, 1658796]
    assert await sections.bugs_in(sections.other_queries, "geographical") == GEOGRAPHICAL_BUGS
    await sections.queries.classify(ALICE, "1658801 geographical")
    assert await sections.bugs_in(sections.queries, "geographical") == [1658794, 1658796, 1658801]


async def test_a_renamed_section_loses_no_incidents_and_its_old_name_finds_it(sections):
    await shared_section(sections)
    await sections.queries.unclassify(ALICE, "1658792 geographical")
    renamed = await sections.service.rename(OPERATOR, "geographical", "Wrong places")
    assert (renamed.key, renamed.title) == ("wrong-places", "Wrong places")
    for name in ("wrong places", "wrong-places", "geographical"):
        assert await sections.bugs_in(sections.other_queries, name) == GEOGRAPHICAL_BUGS
    assert await sections.bugs_in(sections.queries, "geographical") == GEOGRAPHICAL_BUGS[1:]
    detail = await sections.queries.section("geographical")
    assert [(change.kind, change.old_value, change.new_value) for change in detail.history][-1] == (
        "renamed",
        "geographical",
        "Wrong places",
    )
    proposal = await sections.service.propose(OPERATOR, "geographical 1658801", accept=True)
    assert (await sections.queries.section("geographical")).section.title == proposal.section.title
    assert "already" in await error_message(sections.service.rename(OPERATOR, "wrong places", "Geographical"))
    assert "built-in" in await error_message(sections.service.rename(OPERATOR, "wrong places", "CRL failure"))


async def test_moderators_change_their_communitys_sections_and_the_operator_all(sections):
    await sections.accepted_section()
    for actor, message in ((ALICE, "Manage Messages"), (OTHER_MANAGER, "No section called")):
        for action in (
            sections.service.rename(actor, "geographical", "Places"),
            sections.service.describe(actor, "geographical", "Where"),
            sections.service.retire(actor, "geographical"),
        ):
            assert message in await error_message(action)
    described = await sections.service.describe(MODERATOR, "geographical", " Where\nit is ")
    assert described.description == "Where it is"
    await sections.service.rename(MANAGER, "geographical", "Places")
    assert (await sections.service.rename(OPERATOR, "places", "Lands")).title == "Lands"
    assert [change.kind for change in (await sections.queries.section("lands")).history][-3:] == [
        "described",
        "renamed",
        "renamed",
    ]
    await sections.service.retire(MODERATOR, "lands")
    await shared_section(sections, "country 1658792")
    assert "only the operator may" in await error_message(sections.service.retire(MANAGER, "country"))


async def test_a_merged_section_brings_its_labels_and_corrections_and_its_name_finds_the_other(sections):
    await shared_section(sections, "geographical 1658792 1658794")
    await shared_section(sections, "published late 1658801 1658803")
    await sections.queries.classify(ALICE, "1658804 geographical")
    await sections.queries.unclassify(ALICE, "1658798 geographical")
    await sections.service.label_incidents(OPERATOR, "published late", {1658792: False})
    merged = await sections.service.merge(OPERATOR, "geographical", "published-late")
    assert merged.title == "published late"
    assert await sections.bugs_in(sections.other_queries, "published-late") == [
        1658794,
        1658796,
        1658798,
        1658801,
        1658803,
    ]
    await sections.backfill.run_pending()
    bugs = await sections.bugs_in(sections.queries, "geographical")
    assert {1658794, 1658801, 1658803, 1658804} <= set(bugs)
    assert {1658792, 1658798}.isdisjoint(bugs)
    states = {section.key: section.state for section in await sections.queries.sections() if section.state != "builtin"}
    assert states == {"published-late": "active"}
    assert (await sections.queries.section("geographical")).section.key == "published-late"
    history = [
        (change.kind, change.old_value, change.new_value)
        for change in (await sections.queries.section("published late")).history
    ]
    assert history[-1] == ("merged", "geographical", "published late")


async def test_sections_of_different_communities_do_not_merge(sections):
    await sections.accepted_section()
    await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    await shared_section(sections, "country 1658792")
    assert "No section called" in await error_message(sections.service.merge(MANAGER, "geographical", "places"))
    assert "same community" in await error_message(sections.service.merge(MANAGER, "geographical", "country"))
    assert "same community" in await error_message(sections.service.merge(OPERATOR, "geographical", "places"))
    assert "into itself" in await error_message(sections.service.merge(MANAGER, "geographical", "geographical"))
    assert (await sections.service.merge(OPERATOR, "geographical", "country")).title == "country"


async def test_a_retired_section_has_no_incidents_and_says_so(sections):
    await shared_section(sections)
    await sections.queries.classify(ALICE, "1658801 geographical")
    retired = await sections.service.retire(OPERATOR, "geographical")
    assert (retired.state, retired.outcome) == ("retired", "Retired by the operator.")
    assert "is retired and has no incidents. Retired by the operator." in await error_message(
        sections.queries.incidents("section:geographical")
    )
    assert await sections_and_origins(sections.queries, 1658801) == set()
    assert await sections_and_origins(sections.queries, 1658792) == set()
    detail = await sections.queries.section("geographical")
    assert (detail.section.state, detail.section.incidents, detail.newest) == ("retired", 0, ())
    assert "nothing to retire" in await error_message(sections.service.retire(OPERATOR, "geographical"))
    await shared_section(sections, "geographical 1658798")
    assert 1658801 not in await sections.bugs_in(sections.queries, "geographical")


async def test_alerts_of_what_a_correction_put_into_a_section_are_edited_when_it_is_retired(sections):
    await shared_section(sections)
    await sections.queries.classify(ALICE, "1658801 geographical")
    now = datetime.now(UTC)
    async with sections.database.transaction() as transaction:
        (event,) = await events.insert_events(transaction, [Event("filed", "filed:1658801", now, bug=1658801)])
        await events.insert_deliveries(transaction, [NewDelivery(event.id, 1, 1)], now)
        delivery = (await deliveries.find_due(transaction, 1))[0]
        await deliveries.mark_attempted(transaction, delivery.id, now)
    await sections.service.retire(OPERATOR, "geographical")
    assert (await read(sections.database, deliveries.find_due, 1))[0].stale == 1


async def test_the_operator_shares_a_communitys_section_globally(sections):
    section = await sections.accepted_section()
    assert "Only the operator" in await error_message(sections.service.share_globally(MANAGER, section.id))
    await sections.service.share_globally(OPERATOR, section.id)
    assert await sections.bugs_in(sections.other_queries, "geographical") == [1658792, 1658794]
    assert "already" in await error_message(sections.service.share_globally(OPERATOR, section.id))
    await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    own_section = await sections.accepted_section(ALICE, "places 1658796")
    assert "Community 22 has a section places" in await error_message(
        sections.service.share_globally(OPERATOR, own_section.id)
    )


async def test_a_community_that_was_left_is_deleted_with_sections_votes_and_rules(sections):
    await sections.accepted_section()
    other_section = await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    country = (await sections.service.propose(ALICE, "country 1658792 -- In Mordor")).section
    await sections.service.vote(BOB, country.id, in_favour=True)
    await sections.service.rules(MANAGER, RuleChanges(quorum=9))
    assert "Only the operator" in await error_message(sections.service.delete_community(MANAGER, COMMUNITY))
    assert await sections.service.delete_community(OPERATOR, COMMUNITY) == 2
    assert {section.state for section in await sections.queries.sections()} == {"builtin"}
    assert await sections.service.rules(ALICE) == VoteRules()
    for name in ("vote", "section_change", "section_label"):
        async with sections.database.read() as transaction:
            rows = (await transaction.execute(sections.database.tables[name].select())).all()
        assert {row.section for row in rows} <= {other_section.id}
    assert "Mordor" not in await all_stored_text(sections)
    assert (await sections.other_queries.section("places")).section.community == OTHER_COMMUNITY


async def test_a_summary_and_a_suggestion_know_custom_sections(sections):
    await shared_section(sections)
    assert (await sections.queries.summary("geographical")).scope.subject == "geographical"
    assert ("geographical", "geographical") in await sections.queries.suggest_sections("geog")
    assert (await sections.queries.section_titles())["geographical"] == "geographical"
    assert "Did you mean geographical?" in await error_message(sections.queries.section("geographcal"))


async def test_unsolicited_labels_train_but_are_no_labelled_batch(sections):
    new_titles = {1_659_000 + number: f"Wrong country number {number}" for number in range(20)}
    await sections.add_incidents(new_titles)
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    await sections.service.decide_now(MANAGER, "geographical", accept=True)
    for bug in list(new_titles)[:16]:
        await sections.queries.classify(MODERATOR, f"{bug} geographical")
    preview = await sections.service.preview_section(ALICE, "geographical")
    assert preview.checks == Checks(0)
    await sections.backfill.run_pending()
    listed = (await sections.queries.incidents("section:geographical")).incidents
    assert {incident.bug.id for incident in listed} == {1658792, 1658794, *list(new_titles)[:16]}


async def test_a_member_gives_five_unsolicited_labels_in_ten_minutes_and_then_waits(sections):
    await sections.add_incidents({1_659_000 + number: f"Wrong country number {number}" for number in range(8)})
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    await sections.service.decide_now(MANAGER, "geographical", accept=True)
    for number in range(5):
        await sections.queries.classify(ALICE, f"{1_659_000 + number} geographical")
    assert "more than 5 incidents" in await error_message(sections.queries.classify(ALICE, "1659005 geographical"))
    await sections.queries.classify(MODERATOR, "1659005 geographical")


async def test_a_labelled_bug_that_becomes_restricted_does_not_empty_the_section(sections):
    new_titles = {1_700_000 + number: f"Wrong country in place {number}" for number in range(40)}
    await sections.add_incidents(new_titles)
    section = await sections.accepted_section()
    await sections.label_two_batches(section)
    bugs_before = await sections.bugs_in(sections.queries, "geographical")
    preview = await sections.service.preview_section(ALICE, section.id)
    assert not preview.checks.needed
    async with sections.database.read() as transaction:
        labels = await section_labels.find_labels(transaction, section.id)
    labelled_bugs = [label.bug for label in labels if label.score is not None]
    async with sections.database.transaction() as transaction:
        for bug in labelled_bugs[: len(labelled_bugs) - 15]:
            await incidents.mark_unavailable(transaction, bug, "restricted")
    await sections.backfill.request_all()
    await sections.backfill.run_pending()
    bugs_after = await sections.bugs_in(sections.queries, "geographical")
    assert len(bugs_after) > len(bugs_before) // 2
