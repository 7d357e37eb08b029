"""What accepted sections hold, and how they are renamed, merged, retired, shared and forgotten."""

import asyncio

import pytest

from handlers.errors import UserError
from handlers.results.votes import VoteRules
from handlers.sections.backfill import BackfillResult, SectionBackfill
from storage import incidents, section_labels, section_matches
from storage.database import Database
from storage.values.incidents import Assignment
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    OTHER_COMMUNITY,
    GEOGRAPHICAL,
    COMMUNITY,
    MANAGER,
    MODERATOR,
    OPERATOR,
    OTHER_MANAGER,
    STRANGER,
    build_sections_fixture,
)
from tests.support.small_corpus import all_stored_text

FOUND = [1658792, 1658794, 1658796, 1658798]


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


async def refused(work):
    with pytest.raises(UserError) as refusal:
        await work
    return str(refusal.value)


async def common(sections, text="geographical 1658792 1658794"):
    """A section of the operator's, accepted and gone through."""
    section = (await sections.service.propose(OPERATOR, text, accept=True)).section
    await sections.backfill.run_pending()
    return section


async def sections_of(sections, answers, bug):
    return {(one.section, one.by) for one in (await answers.incident(str(bug))).incident.sections}


async def test_an_accepted_section_holds_nothing_by_text_before_two_batches_were_judged(sections):
    section = await sections.accepted_section()
    await sections.backfill.run_pending()
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794]
    await sections.service.label_incidents(ALICE, section.id, {1658796: True, 1658803: False, 1658804: False, 1658801: False})
    await sections.backfill.run_pending()
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794, 1658796]


async def test_after_two_batches_the_text_assigns_above_what_was_judged_right(sections):
    more = {1_700_000 + number: f"Wrong country in place {number}" for number in range(20)}
    await sections.add_incidents(more)
    section = await sections.accepted_section()
    await sections.label_two_batches(section)
    held = await sections.bugs_in(sections.queries, "geographical")
    by = {bug: await sections_of(sections, sections.queries, bug) for bug in held}
    assert {("geographical", "text")} in by.values()
    assert {("geographical", "member")} in by.values()
    assert len(held) > 15
    assert not set(held) - set(more) - set(GEOGRAPHICAL)
    why = await sections.queries.explain(str(next(bug for bug, found in by.items() if ("geographical", "text") in found)))
    assert "country" in why.sections[0].reasons


async def test_the_operators_word_counts_as_judged(sections):
    section = await common(sections)
    assert (section.state, section.operator_approved, section.outcome) == ("active", True, "Accepted by the operator.")
    assert (
        await sections.bugs_in(sections.queries, "geographical") == await sections.bugs_in(sections.other_queries, "geographical") == FOUND
    )
    assert (await sections.operator_queries.incidents("Entrust section:geographical")).total == 4
    counted = {one.key: (one.state, one.community, one.incidents) for one in await sections.operator_queries.sections()}
    assert counted["geographical"] == ("active", None, 4)


async def test_judgement_that_gives_no_bound_takes_nothing_from_what_the_operator_vouched_for(sections):
    others = {1_700_000 + place: f"Audit number {place}" for place in range(16)}
    await sections.add_incidents(others)
    section = await common(sections)
    await sections.service.label_incidents(OPERATOR, section.id, dict.fromkeys(others, False))
    await sections.backfill.run_pending()
    assert (await sections.service.preview_section(OPERATOR, section.id)).would_assign == 2
    assert await sections.bugs_in(sections.queries, "geographical") == FOUND


async def test_a_proposal_holds_its_examples_where_it_is_asked_for_and_shows_nowhere_else(sections):
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794]
    assert await sections_of(sections, sections.queries, 1658792) == set()
    assert (await sections.queries.incidents("")).section_counts == ()
    listed = next(one for one in await sections.queries.sections() if one.key == "geographical")
    assert (listed.state, listed.incidents) == ("proposed", 2)


async def test_a_section_lies_beside_the_built_in_ones_and_displaces_no_guess(sections):
    await sections.save_assignments(1658792, Assignment("policy-failure", "text", 0.8, ("wrong",)))
    await common(sections)
    assert await sections_of(sections, sections.queries, 1658792) == {("geographical", "member"), ("policy-failure", "text")}


async def test_a_word_on_a_members_section_displaces_no_guess_either(sections):
    await sections.save_assignments(1658801, Assignment("crl-failure", "text", 0.8, ("crl",)))
    await common(sections)
    await sections.queries.classify(ALICE, "1658801 geographical")
    assert await sections_of(sections, sections.queries, 1658801) == {("geographical", "member"), ("crl-failure", "text")}


async def test_a_section_that_is_retired_while_it_is_gone_through_holds_nothing(sections):
    section = (await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)).section
    rank = sections.ranker.rank

    async def rank_and_retire(notion):
        found = await rank(notion)
        await sections.service.retire(OPERATOR, section.id)
        return found

    sections.ranker.rank = rank_and_retire
    assert (await sections.backfill.run_pending()).changed == 0
    async with sections.database.read() as connection:
        assert await section_matches.find_text_matches(sections.database, connection, section.id) == {}


async def test_a_bug_that_becomes_restricted_while_it_is_gone_through_is_not_held(sections):
    section = (await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)).section
    rank = sections.ranker.rank

    async def rank_and_restrict(notion):
        found = await rank(notion)
        async with sections.database.transaction() as connection:
            await incidents.mark_unavailable(sections.database, connection, 1658798, "restricted")
        return found

    sections.ranker.rank = rank_and_restrict
    await sections.backfill.run_pending()
    async with sections.database.read() as connection:
        held = await section_matches.find_text_matches(sections.database, connection, section.id)
    assert set(held) == {1658796}


async def test_progress_is_told_and_kept_and_nothing_is_written_twice(sections):
    await sections.add_incidents({1_800_000 + number: f"Wrong thing {number}" for number in range(250)})
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)
    told = []
    first = await sections.backfill.run_pending(lambda *each: told.append(each))
    assert [each[1:] for each in told] == [(100, 259), (200, 259), (259, 259)]
    assert first.sections == 1
    made = (await sections.queries.section("geographical")).custom
    assert (made.backfill_done, made.backfill_total, made.backfill_requested - made.backfill_completed) == (259, 259, 0)
    assert await sections.backfill.run_pending() == BackfillResult()
    await sections.backfill.request_all()
    assert await sections.backfill.run_pending() == BackfillResult(1, 0)


async def test_going_through_is_taken_up_again_after_a_restart(sections, database_url):
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)

    def stop(*each):
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sections.backfill.run_pending(stop)
    again = Database(database_url)
    await again.open()
    assert (await SectionBackfill(again, sections.ranker).run_pending()).sections == 1
    await again.close()
    assert await sections.bugs_in(sections.queries, "geographical") == FOUND


async def test_two_processes_that_go_through_at_once_do_no_harm(sections, database_url):
    await sections.service.propose(OPERATOR, "geographical 1658792 1658794", accept=True)
    other = Database(database_url)
    await other.open()
    await asyncio.gather(sections.backfill.run_pending(), SectionBackfill(other, sections.ranker).run_pending())
    await other.close()
    assert await sections.bugs_in(sections.queries, "geographical") == FOUND


async def test_new_incidents_come_into_an_active_section(sections):
    await common(sections)
    await sections.add_incidents({1658900: "Wrong country again"})
    await sections.backfill.request_all()
    await sections.backfill.run_pending()
    assert 1658900 in await sections.bugs_in(sections.queries, "geographical")


async def test_what_members_say_of_their_own_section_teaches_it(sections):
    section = await sections.accepted_section()
    said = await sections.queries.classify(BOB, "1658796 geographical")
    assert (said.previous, said.belongs, said.changed) == (None, True, True)
    assert await sections.bugs_in(sections.queries, "geographical") == [1658792, 1658794, 1658796]
    assert await refused(sections.queries.unclassify(CAROL, "1658796 geographical"))
    assert (await sections.queries.unclassify(MODERATOR, "1658796")).sections == ()
    await sections.service.preview_section(ALICE, section.id)
    assert sections.ranker.asked[-1].counter_examples == (1658796,)


async def test_a_community_corrects_a_common_section_for_itself_alone(sections):
    await common(sections)
    assert "common to all communities" in await refused(
        sections.service.label_incidents(ALICE, "geographical", {1658798: False})
    )
    for bug in (1658792, 1658798):
        said = await sections.queries.unclassify(ALICE, f"{bug} geographical")
        assert (said.changed, said.sections) == (True, ())
    assert await sections.bugs_in(sections.queries, "geographical") == [1658794, 1658796]
    assert await sections.bugs_in(sections.other_queries, "geographical") == FOUND
    await sections.queries.classify(ALICE, "1658801 geographical")
    assert await sections.bugs_in(sections.queries, "geographical") == [1658794, 1658796, 1658801]


async def test_a_renamed_section_keeps_what_it_holds_and_its_old_name_finds_it(sections):
    await common(sections)
    await sections.queries.unclassify(ALICE, "1658792 geographical")
    renamed = await sections.service.rename(OPERATOR, "geographical", "Wrong places")
    assert (renamed.key, renamed.title) == ("wrong-places", "Wrong places")
    for name in ("wrong places", "wrong-places", "geographical"):
        assert await sections.bugs_in(sections.other_queries, name) == FOUND
    assert await sections.bugs_in(sections.queries, "geographical") == FOUND[1:]
    detail = await sections.queries.section("geographical")
    assert [(one.kind, one.old_value, one.new_value) for one in detail.history][-1] == (
        "renamed",
        "geographical",
        "Wrong places",
    )
    taken = await sections.service.propose(OPERATOR, "geographical 1658801", accept=True)
    assert (await sections.queries.section("geographical")).section.title == taken.section.title
    assert "already" in await refused(sections.service.rename(OPERATOR, "wrong places", "Geographical"))
    assert "built-in" in await refused(sections.service.rename(OPERATOR, "wrong places", "CRL failure"))


async def test_moderators_keep_their_communitys_sections_and_the_operator_all(sections):
    await sections.accepted_section()
    for actor, why in ((ALICE, "Manage Messages"), (OTHER_MANAGER, "No section called")):
        for work in (
            sections.service.rename(actor, "geographical", "Places"),
            sections.service.describe(actor, "geographical", "Where"),
            sections.service.retire(actor, "geographical"),
        ):
            assert why in await refused(work)
    described = await sections.service.describe(MODERATOR, "geographical", " Where\nit is ")
    assert described.description == "Where it is"
    await sections.service.rename(MANAGER, "geographical", "Places")
    assert (await sections.service.rename(OPERATOR, "places", "Lands")).title == "Lands"
    assert [one.kind for one in (await sections.queries.section("lands")).history][-3:] == ["described", "renamed", "renamed"]
    await sections.service.retire(MODERATOR, "lands")
    await common(sections, "country 1658792")
    assert "only the operator may" in await refused(sections.service.retire(MANAGER, "country"))


async def test_a_merged_section_brings_its_examples_and_words_and_its_name_finds_the_other(sections):
    await common(sections, "geographical 1658792 1658794")
    await common(sections, "published late 1658801 1658803")
    await sections.queries.classify(ALICE, "1658804 geographical")
    await sections.queries.unclassify(ALICE, "1658798 geographical")
    await sections.service.label_incidents(OPERATOR, "published late", {1658792: False})
    other = await sections.service.merge(OPERATOR, "geographical", "published-late")
    assert other.title == "published late"
    assert await sections.bugs_in(sections.other_queries, "published-late") == [1658794, 1658796, 1658798, 1658801, 1658803]
    await sections.backfill.run_pending()
    held = await sections.bugs_in(sections.queries, "geographical")
    assert {1658794, 1658801, 1658803, 1658804} <= set(held)
    assert {1658792, 1658798}.isdisjoint(held)
    states = {one.key: one.state for one in await sections.queries.sections() if one.state != "builtin"}
    assert states == {"published-late": "active"}
    assert (await sections.queries.section("geographical")).section.key == "published-late"
    history = [(one.kind, one.old_value, one.new_value) for one in (await sections.queries.section("published late")).history]
    assert history[-1] == ("merged", "geographical", "published late")


async def test_sections_of_different_communities_do_not_merge(sections):
    await sections.accepted_section()
    await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    await common(sections, "country 1658792")
    assert "No section called" in await refused(sections.service.merge(MANAGER, "geographical", "places"))
    assert "same community" in await refused(sections.service.merge(MANAGER, "geographical", "country"))
    assert "same community" in await refused(sections.service.merge(OPERATOR, "geographical", "places"))
    assert "into itself" in await refused(sections.service.merge(MANAGER, "geographical", "geographical"))
    assert (await sections.service.merge(OPERATOR, "geographical", "country")).title == "country"


async def test_a_retired_section_holds_nothing_and_says_so(sections):
    await common(sections)
    await sections.queries.classify(ALICE, "1658801 geographical")
    retired = await sections.service.retire(OPERATOR, "geographical")
    assert (retired.state, retired.outcome) == ("retired", "Retired by the operator.")
    assert "is retired and has no incidents. Retired by the operator." in await refused(
        sections.queries.incidents("section:geographical")
    )
    assert await sections_of(sections, sections.queries, 1658801) == set()
    assert await sections_of(sections, sections.queries, 1658792) == set()
    detail = await sections.queries.section("geographical")
    assert (detail.section.state, detail.section.incidents, detail.newest) == ("retired", 0, ())
    assert "nothing to retire" in await refused(sections.service.retire(OPERATOR, "geographical"))
    await common(sections, "geographical 1658798")
    assert 1658801 not in await sections.bugs_in(sections.queries, "geographical")


async def test_the_operator_makes_a_communitys_section_common(sections):
    section = await sections.accepted_section()
    assert "Only the operator" in await refused(sections.service.share_globally(MANAGER, section.id))
    await sections.service.share_globally(OPERATOR, section.id)
    assert await sections.bugs_in(sections.other_queries, "geographical") == [1658792, 1658794]
    assert "already" in await refused(sections.service.share_globally(OPERATOR, section.id))
    await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    mine = await sections.accepted_section(ALICE, "places 1658796")
    assert "Community 22 has a section places" in await refused(sections.service.share_globally(OPERATOR, mine.id))


async def test_a_community_that_was_left_is_forgotten_with_sections_votes_and_rules(sections):
    await sections.accepted_section()
    kept = await sections.accepted_section(STRANGER, "places 1658798", OTHER_MANAGER)
    country = (await sections.service.propose(ALICE, "country 1658792 -- In Mordor")).section
    await sections.service.vote(BOB, country.id, in_favour=True)
    await sections.service.change_rules(MANAGER, quorum=9)
    assert "Only the operator" in await refused(sections.service.delete_community(MANAGER, COMMUNITY))
    assert await sections.service.delete_community(OPERATOR, COMMUNITY) == 2
    assert {one.state for one in await sections.queries.sections()} == {"builtin"}
    assert await sections.service.rules(ALICE) == VoteRules()
    for name in ("vote", "section_change", "section_label"):
        async with sections.database.read() as connection:
            rows = (await connection.execute(sections.database.tables[name].select())).all()
        assert {row.section for row in rows} <= {kept.id}
    assert "Mordor" not in await all_stored_text(sections)
    assert (await sections.other_queries.section("places")).section.community == OTHER_COMMUNITY


async def test_a_summary_and_a_suggestion_know_members_sections(sections):
    await common(sections)
    assert (await sections.queries.summary("geographical")).subject == "geographical"
    assert ("geographical", "geographical") in await sections.queries.suggest_sections("geog")
    assert (await sections.queries.section_titles())["geographical"] == "geographical"
    assert "Did you mean geographical?" in await refused(sections.queries.section("geographcal"))


async def test_words_that_nobody_was_asked_for_teach_but_are_no_judged_batch(sections):
    more = {1_659_000 + number: f"Wrong country number {number}" for number in range(20)}
    await sections.add_incidents(more)
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    await sections.service.decide_now(MANAGER, "geographical", accept=True)
    for bug in list(more)[:16]:
        await sections.queries.classify(MODERATOR, f"{bug} geographical")
    shown = await sections.service.preview_section(ALICE, "geographical")
    assert shown.batches == 0
    await sections.backfill.run_pending()
    held = (await sections.queries.incidents("section:geographical")).incidents
    assert {one.bug.id for one in held} == {1658792, 1658794, *list(more)[:16]}


async def test_a_member_says_five_words_on_a_section_in_ten_minutes_unasked_and_then_waits(sections):
    await sections.add_incidents({1_659_000 + number: f"Wrong country number {number}" for number in range(8)})
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    await sections.service.decide_now(MANAGER, "geographical", accept=True)
    for number in range(5):
        await sections.queries.classify(ALICE, f"{1_659_000 + number} geographical")
    assert "more than 5 incidents" in await refused(sections.queries.classify(ALICE, "1659005 geographical"))
    await sections.queries.classify(MODERATOR, "1659005 geographical")


async def test_a_judged_bug_that_becomes_restricted_does_not_empty_the_section(sections):
    more = {1_700_000 + number: f"Wrong country in place {number}" for number in range(40)}
    await sections.add_incidents(more)
    section = await sections.accepted_section()
    await sections.label_two_batches(section)
    before = await sections.bugs_in(sections.queries, "geographical")
    shown = await sections.service.preview_section(ALICE, section.id)
    assert shown.batches == 2
    async with sections.database.read() as connection:
        said = await section_labels.find_labels(sections.database, connection, section.id)
    judged = [one.bug for one in said if one.score is not None]
    async with sections.database.transaction() as connection:
        for bug in judged[: len(judged) - 15]:
            await incidents.mark_unavailable(sections.database, connection, bug, "restricted")
    await sections.backfill.request_all()
    await sections.backfill.run_pending()
    after = await sections.bugs_in(sections.queries, "geographical")
    assert len(after) > len(before) // 2
