"""Members propose sections and label examples: what is accepted, what is rejected, and what nobody else sees."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.terminal.json_output import preview_document
from handlers.actor import OPERATOR, Actor
from handlers.errors import UserError
from handlers.parsing.proposal_parser import BugList
from handlers.results.proposals import Checks, IncidentTally
from handlers.sections.proposals import ProposalInput, propose
from storage import incidents
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY, Assignment
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    COMMUNITY,
    GEOGRAPHICAL,
    MODERATOR,
    NOON,
    OTHER_COMMUNITY,
    STRANGER,
    SectionsFixture,
    build_incident,
    build_sections_fixture,
    error_message,
    member,
)
from tests.support.small_corpus import all_stored_text

DAY = timedelta(days=1)


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


async def test_a_preview_counts_what_it_would_hold_by_ca_year_and_built_in_section(sections):
    await sections.save_assignments(1658792, Assignment("ov-misissuance", "tag", 1.0))
    await sections.save_assignments(
        1658796, Assignment("ov-misissuance", "text", 0.9), Assignment("crl-failure", "text", 0.2, confident=False)
    )
    await sections.save_assignments(1658801, Assignment("crl-failure", "tag", 1.0))
    preview = (await sections.service.propose(ALICE, "geographical 1658792 1658794")).preview
    assert (preview.would_contain, preview.total, preview.examples) == (4, 9, (1658792, 1658794))
    assert preview.by_ca == (IncidentTally("Entrust", 4, 0),)
    assert preview.by_year == (IncidentTally(2024, 4),)
    assert preview.in_sections == (IncidentTally("ov-misissuance", 2),)
    document = preview_document(preview)
    assert document["in_sections"] == [{"section": "ov-misissuance", "incidents": 2, "not_incidents": 0, "share": 0.5}]
    assert (document["by_ca"], document["by_year"]) == (
        [{"ca": "Entrust", "incidents": 4, "not_incidents": 0}],
        [{"year": 2024, "incidents": 4, "not_incidents": 0}],
    )
    assert (await sections.service.preview_section(OPERATOR, 1)).in_sections == preview.in_sections


async def test_a_preview_counts_apart_what_is_no_incident(sections):
    async with sections.database.transaction() as transaction:
        for number in (1658792, 1658796):
            subject = build_incident(number, GEOGRAPHICAL[number])
            await incidents.save_incidents(transaction, [replace(subject, not_incident="duplicate")])
    preview = (await sections.service.propose(ALICE, "geographical 1658792 1658794")).preview
    assert (preview.would_assign, preview.not_incidents, preview.not_incidents_contained) == (2, 1, 2)
    assert preview.by_ca == (IncidentTally("Entrust", 4, 2),)
    document = preview_document(preview)
    assert (document["would_assign"], document["not_incidents"]) == (2, 1)
    assert document["by_year"] == [{"year": 2024, "incidents": 4, "not_incidents": 2}]


async def test_for_a_name_alone_examples_are_suggested_and_nothing_is_stored(sections):
    suggestions = await sections.service.propose_or_suggest(ALICE, "country -- Where it is")
    assert suggestions.topic_summary.startswith("The country, state or province")
    assert {1658792, 1658796, 1658798} <= {match.bug for match in suggestions.preview.matches}
    assert suggestions.description == "Where it is"
    assert all(section.state == "builtin" for section in await sections.queries.sections())
    assert (await sections.service.propose_or_suggest(ALICE, "country 1658792")).section.state == "proposed"
    assert "is proposed already: vote on it" in await error_message(sections.service.propose_or_suggest(BOB, "Country"))
    assert "is the CA owner" in await error_message(sections.service.propose_or_suggest(BOB, "Entrust"))
    assert "is a built-in section already" in await error_message(
        sections.service.propose_or_suggest(BOB, "crl failure")
    )
    assert "name a few bugs that belong" in await error_message(
        sections.service.propose_or_suggest(BOB, "flibbertigibbet")
    )


async def test_skipped_incidents_are_not_shown_again(sections):
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    skipped = [match.bug for match in (await sections.service.preview_section(ALICE, 1)).batch]
    assert skipped
    next_preview = await sections.service.preview_section(ALICE, 1, skipped=skipped)
    assert not {match.bug for match in next_preview.batch} & set(skipped)


async def test_a_name_with_examples_becomes_a_proposal_with_a_preview(sections):
    proposal = await sections.service.propose(ALICE, "Geographical 1658792 1658794 -- Where it is")
    section = proposal.section
    assert (section.key, section.title, section.state, section.community) == (
        "geographical",
        "Geographical",
        "proposed",
        COMMUNITY,
    )
    assert (section.description, section.proposer, len(proposal.preview.examples)) == ("Where it is", 1, 2)
    assert section.decide_by - section.proposed_at == 7 * DAY
    assert [match.bug for match in proposal.preview.matches][:2] == [1658796, 1658798]
    assert proposal.preview.would_assign == 2
    assert not {match.bug for match in proposal.preview.batch} & {1658792, 1658794}


async def test_a_name_alone_is_enough_if_its_topic_is_known(sections):
    proposal = await sections.service.propose(ALICE, "country")
    assert {match.bug for match in proposal.preview.matches} == set(GEOGRAPHICAL) - {1658794}


async def test_a_name_without_a_known_topic_needs_examples_and_nothing_is_stored(sections):
    assert "name a few bugs that belong" in await error_message(sections.service.propose(ALICE, "xyzzy"))
    assert await sections.queries.sections() == await sections.other_queries.sections()


async def test_a_form_gives_the_same_as_a_line(sections):
    proposal = await sections.service.propose(ALICE, name="RFC 5280", bugs="1658792, 1658794", description="A rule")
    section = proposal.section
    assert (section.title, len(proposal.preview.examples), section.description) == ("RFC 5280", 2, "A rule")


@pytest.mark.parametrize(
    ("bugs", "message"),
    [
        ("1", "Rootwatch does not know bug 1 as an incident; it may be of another component"),
        ("-5", "“-5” is not a bug number"),
        ("9" * 30, "is not a bug number: it has one to eight digits"),
        ("https://example.org/1", "is not a bug number"),
        (" ".join(str(1_000_000 + number) for number in range(500)), "500 examples, and 200 are the most"),
    ],
)
async def test_examples_that_are_none_are_refused_in_a_sentence(sections, bugs, message):
    assert message in await error_message(sections.service.propose(ALICE, name="geographical", bugs=bugs))


async def test_moved_and_restricted_bugs_are_no_examples_and_the_others_are_stored(sections):
    async with sections.database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, 1658794, "restricted")
        await incidents.mark_unavailable(transaction, 1658796, "moved")
    proposal = await sections.service.propose(ALICE, "geographical 1658792 1658794 1658796 12")
    assert len(proposal.preview.examples) == 1
    assert proposal.rejected_examples == (
        "Bug 1658794 is no longer public, so nothing can be said about it.",
        "Bug 1658796 has left the component of CA incidents.",
        "Rootwatch does not know bug 12 as an incident; it may be of another component.",
    )


async def test_examples_that_share_nothing_are_pointed_out(sections):
    proposal = await sections.service.propose(ALICE, "odd ones 1658801 1658804")
    assert "hardly a word in common (0 % alike" in proposal.preview.warning
    assert not (await sections.service.propose(ALICE, "geo 1658792 1658794")).preview.warning


async def test_a_name_stands_for_one_open_section_at_a_time(sections):
    first = await sections.service.propose(ALICE, "geographical 1658792")
    assert "proposed already" in await error_message(sections.service.propose(BOB, "Geo-Graphical 1658794"))
    await sections.service.withdraw(ALICE, first.section.id)
    second = await sections.service.propose(BOB, "geographical 1658794")
    assert second.section.id != first.section.id


async def test_a_built_in_sections_name_is_taken_under_every_spelling(sections):
    for name in ("EV mis-issuance", "ev-misissuance", "delayed revocation leaf", "ca compliance"):
        assert "built-in section" in await error_message(sections.service.propose(ALICE, name=name, bugs="1658792"))


async def test_a_ca_owners_name_is_no_sections(sections):
    assert "CA owner Entrust" in await error_message(sections.service.propose(ALICE, "Entrust 1658792"))


async def test_names_that_are_nearly_taken_are_pointed_out(sections):
    await sections.service.propose(ALICE, "wrong countries 1658792")
    proposal = await sections.service.propose(BOB, "wrong country 1658794")
    assert [section.title for section in proposal.similar_names] == ["wrong countries"]


async def test_a_member_who_proposes_too_much_is_asked_to_wait(sections):
    for name in ("one of them", "another one", "a third kind"):
        await sections.service.propose(ALICE, f"{name} 1658792")
    assert "within a day" in await error_message(sections.service.propose(ALICE, "yet more 1658792"))
    await sections.service.propose(MODERATOR, "yet more 1658792")
    proposal = ProposalInput("tomorrow", BugList((1658792,)))
    tomorrow = (await sections.service.ballot(ALICE, "one of them")).section.proposed_at + DAY
    await propose(sections.database, sections.ranker, ALICE, proposal, tomorrow + timedelta(seconds=1))


async def test_two_who_propose_the_same_name_at_once_make_one_proposal(sections, database_url):
    other = Database(database_url)
    await other.open()
    proposal = ProposalInput("geographical", BugList((1658792,)))
    results = await asyncio.gather(
        *(
            propose(database, sections.ranker, actor, proposal, NOON)
            for database, actor in (
                (sections.database, ALICE),
                (other, BOB),
                (sections.database, CAROL),
                (other, member(5)),
            )
        ),
        return_exceptions=True,
    )
    await other.close()
    refusals = [str(result) for result in results if isinstance(result, UserError)]
    assert len(refusals) == 3, results
    assert all("proposed already" in result for result in refusals)
    assert [section.key for section in await sections.queries.sections() if section.state == "proposed"] == [
        "geographical"
    ]


async def test_nobody_sees_or_changes_what_another_community_proposed(sections):
    section = (await sections.service.propose(ALICE, "geographical 1658792")).section
    assert "geographical" not in {listed.key for listed in await sections.other_queries.sections()}
    assert "geographical" not in {listed.key for listed in await sections.operator_queries.sections()}
    for name_or_id in (section.id, "geographical"):
        for action in (
            sections.service.vote(STRANGER, name_or_id, in_favour=True),
            sections.service.label_incidents(STRANGER, name_or_id, {1658794: True}),
            sections.service.preview_section(STRANGER, name_or_id),
            sections.service.ballot(STRANGER, name_or_id),
            sections.service.withdraw(replace(STRANGER, may_manage=True), name_or_id),
            sections.service.decide_now(replace(STRANGER, may_manage=True), name_or_id, accept=True),
        ):
            await error_message(action)
    await error_message(sections.other_queries.section("geographical"))
    assert (await sections.service.propose(STRANGER, "geographical 1658794")).section.community == OTHER_COMMUNITY


async def test_in_a_direct_message_nothing_is_proposed(sections):
    assert "one of the server's channels" in await error_message(
        sections.service.propose(Actor(GLOBAL_COMMUNITY, 5, 1, may_manage=False), "geographical 1658792")
    )


async def test_the_operator_sees_all_communities_and_names_one_where_two_have_a_section(sections):
    await sections.service.propose(ALICE, "geographical 1658792")
    await sections.service.propose(STRANGER, "geographical 1658794")
    listed = {
        (section.key, section.community)
        for section in await sections.operator_queries.sections(OPERATOR)
        if section.state == "proposed"
    }
    assert listed == {("geographical", COMMUNITY), ("geographical", OTHER_COMMUNITY)}
    assert "add community:11 or community:22" in await error_message(sections.service.ballot(OPERATOR, "geographical"))
    assert (await sections.service.ballot(OPERATOR, "geographical community:22")).section.community == OTHER_COMMUNITY
    assert (
        await sections.operator_queries.section("geographical community:11", OPERATOR)
    ).section.community == COMMUNITY


async def test_the_operators_sections_are_common_and_must_not_clash_with_a_communitys(sections):
    await sections.service.propose(ALICE, "geographical 1658792")
    assert "Community 11 has a section geographical" in await error_message(
        sections.service.propose(OPERATOR, "geographical 1658792")
    )
    shared = (await sections.service.propose(OPERATOR, "country 1658792")).section
    assert shared.decide_by is None
    assert "country" in {section.key for section in await sections.other_queries.sections()}
    assert "proposed already" in await error_message(sections.service.propose(STRANGER, "country 1658792"))
    assert "the operator decides" in await error_message(sections.service.vote(ALICE, "country", in_favour=True))


async def test_whoever_proposed_it_or_a_moderator_withdraws_a_proposal(sections):
    first = (await sections.service.propose(ALICE, "geographical 1658792")).section
    assert "its proposer needs none" in await error_message(sections.service.withdraw(BOB, first.id))
    withdrawn = (await sections.service.withdraw(ALICE, "geographical")).section
    assert (withdrawn.state, withdrawn.outcome) == ("declined", "Withdrawn by its proposer.")
    second = (await sections.service.propose(ALICE, "geographical 1658792")).section
    assert (await sections.service.withdraw(MODERATOR, second.id)).section.outcome == "Withdrawn by a moderator."
    assert "no proposal to withdraw" in await error_message(sections.service.withdraw(ALICE, second.id))


async def test_each_label_changes_the_ranking_at_once(sections):
    section = (await sections.service.propose(ALICE, "geographical 1658792 1658794")).section
    assert 1658803 not in {match.bug for match in (await sections.service.preview_section(ALICE, section.id)).matches}
    result = await sections.service.label_incidents(BOB, section.id, {1658803: True, 1658796: False})
    assert (result.changed, result.checks) == ((1658796, 1658803), Checks(2))
    await sections.service.preview_section(ALICE, section.id)
    assert sections.ranker.queries[-1].examples == (1658792, 1658794, 1658803)
    assert sections.ranker.queries[-1].counter_examples == (1658796,)


async def test_another_members_label_is_overruled_by_the_proposer_or_a_moderator_only(sections):
    section = (await sections.service.propose(ALICE, "geographical 1658792 1658794")).section
    await sections.service.label_incidents(BOB, section.id, {1658796: False})
    assert "Manage Messages in this server to overrule another member, who said that bug" in await error_message(
        sections.service.label_incidents(CAROL, section.id, {1658796: True})
    )
    assert (await sections.service.label_incidents(BOB, section.id, {1658796: True})).changed == (1658796,)
    assert (await sections.service.label_incidents(ALICE, section.id, {1658796: False})).changed == (1658796,)
    assert (await sections.service.label_incidents(MODERATOR, section.id, {1658796: True})).changed == (1658796,)
    assert (await sections.service.label_incidents(CAROL, section.id, {1658796: True})).changed == ()


async def test_labelling_what_is_no_incident_is_rejected(sections):
    section = (await sections.service.propose(ALICE, "geographical 1658792")).section
    assert "Rootwatch does not know bug 12" in await error_message(
        sections.service.label_incidents(BOB, section.id, {12: True, 1658796: True})
    )
    labels = dict.fromkeys(range(1, 27), True)
    assert "At most 25 incidents can be checked at once" in await error_message(
        sections.service.label_incidents(BOB, section.id, labels)
    )


async def test_a_bug_cannot_be_an_example_for_and_against(sections):
    assert await error_message(sections.service.preview(ALICE, "geographical 1658792 1658794", against="1658794")) == (
        "Bug 1658794 is named both for and against the section; leave it out of one list."
    )


async def test_a_preview_of_a_name_stores_nothing(sections):
    preview = await sections.service.preview(ALICE, "geographical 1658792", against="1658801")
    assert (preview.name, preview.key) == ("geographical", "geographical")
    assert {1658792, 1658801}.isdisjoint(match.bug for match in preview.matches)
    assert "geographical" not in {section.key for section in await sections.queries.sections()}
    await sections.service.propose(ALICE, "geographical 1658792 1658794")
    assert (await sections.service.preview(ALICE, "geographical")).matches == (
        await sections.service.preview_section(ALICE, "geographical")
    ).matches


async def test_a_bug_that_becomes_restricted_leaves_no_trace_in_a_section(sections: SectionsFixture):
    section = await sections.accepted_section(OPERATOR, "geographical 1658792 1658794", OPERATOR)
    await sections.backfill.run_pending()
    assert 1658798 in await sections.bugs_in(sections.queries, "geographical")
    async with sections.database.transaction() as transaction:
        for bug in (1658792, 1658798):
            await incidents.mark_unavailable(transaction, bug, "restricted")
    assert await sections.bugs_in(sections.queries, "geographical") == [1658794, 1658796]
    async with sections.database.read() as transaction:
        for name in ("section_label", "section_text_match"):
            rows = (await transaction.execute(sections.database.tables[name].select())).all()
            assert {1658792, 1658798}.isdisjoint(row.bug for row in rows)
    assert section.state == "active"
    await sections.backfill.request_all()
    await sections.backfill.run_pending()
    assert 1658798 not in await sections.bugs_in(sections.queries, "geographical")
    assert "Wrong country code" not in await all_stored_text(sections)
