"""Votes on proposed sections: one per member, changeable; they end by quorum, deadline or a direct decision."""

import asyncio
import json
from datetime import timedelta

import pytest

from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.parsing.proposal_parser import BugList
from handlers.results.votes import Tally, VoteRules
from handlers.sections import votes
from handlers.sections.command_parser import parse_vote_rules
from handlers.sections.proposals import ProposalInput, propose
from handlers.sections.vote_rules import RuleChanges, evaluate
from storage import settings
from storage.database import Database
from tests.support.database import read
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    COMMUNITY,
    DAVE,
    MANAGER,
    MODERATOR,
    NOON,
    STRANGER,
    build_sections_fixture,
    error_message,
    member,
)

DAY = timedelta(days=1)


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


@pytest.fixture
async def proposal(sections):
    """Return a section proposed at noon, so that its deadline is known."""
    proposal = ProposalInput("geographical", BugList((1658792, 1658794)))
    return (await propose(sections.database, sections.ranker, ALICE, proposal, NOON)).section


async def cast(sections, actor, section, in_favour=True, after=timedelta(0), database=None):
    return await votes.cast_vote(database or sections.database, actor, section.id, NOON + after, in_favour=in_favour)


@pytest.mark.parametrize(
    ("in_favour", "against", "rules", "status", "sentence"),
    [
        (0, 0, VoteRules(), "undecided", "0 for, 0 against; 3 votes are needed."),
        (2, 0, VoteRules(), "undecided", "2 for, 0 against; 3 votes are needed."),
        (2, 1, VoteRules(), "accepted", "Accepted: 2 for, 1 against, and 3 votes were needed."),
        (2, 2, VoteRules(), "undecided", "2 for, 2 against; more for than against are needed."),
        (0, 5, VoteRules(), "undecided", "0 for, 5 against; more for than against are needed."),
        (2, 1, VoteRules(majority=66), "accepted", "Accepted"),
        (2, 1, VoteRules(majority=67), "undecided", "more than 67 % in favour are needed"),
        (1, 0, VoteRules(quorum=1), "accepted", "Accepted: 1 for, 0 against, and 1 votes were needed."),
    ],
)
def test_before_the_deadline_a_vote_is_accepted_or_goes_on(in_favour, against, rules, status, sentence):
    result = evaluate(Tally(in_favour, against), rules, NOON, NOON - timedelta(seconds=1))
    assert result.status == status
    assert sentence.replace("1 votes were", "1 vote was") in result.sentence


@pytest.mark.parametrize(
    ("in_favour", "against", "sentence"),
    [
        (2, 0, "Declined: only 2 of the 3 votes that were needed came in time (2 for, 0 against)."),
        (2, 2, "Declined: 2 for, 2 against, and more for than against were needed."),
        (1, 5, "Declined: 1 for, 5 against, and more for than against were needed."),
    ],
)
def test_at_the_deadline_a_vote_that_did_not_carry_is_declined_with_the_reason(in_favour, against, sentence):
    result = evaluate(Tally(in_favour, against), VoteRules(), NOON, NOON)
    assert (result.status, result.sentence) == ("declined", sentence)


async def test_a_proposal_is_accepted_as_soon_as_enough_are_for_it(sections, proposal):
    assert (await cast(sections, ALICE, proposal)).result.status == "undecided"
    assert (await cast(sections, BOB, proposal, in_favour=False)).tally == Tally(1, 1)
    ballot = await cast(sections, CAROL, proposal)
    assert (ballot.section.state, ballot.tally) == ("active", Tally(2, 1))
    assert ballot.section.outcome == ballot.result.sentence == "Accepted: 2 for, 1 against, and 3 votes were needed."
    assert "has ended. Accepted: 2 for" in await error_message(cast(sections, DAVE, proposal))


async def test_a_member_has_one_vote_and_may_change_it(sections, proposal):
    for in_favour in (True, True, False, False):
        ballot = await cast(sections, ALICE, proposal, in_favour)
    assert ballot.tally == Tally(0, 1)
    assert (await sections.service.ballot(ALICE, proposal.id)).tally == Tally(0, 1)


async def test_people_from_elsewhere_have_no_vote(sections, proposal):
    assert "no longer exists" in await error_message(cast(sections, STRANGER, proposal))
    assert "There is no vote" not in await error_message(cast(sections, STRANGER, proposal))
    assert "accept or decline it" in await error_message(cast(sections, OPERATOR, proposal))
    assert (await sections.service.ballot(ALICE, proposal.id)).tally == Tally()


async def test_a_vote_that_comes_after_the_deadline_does_not_count(sections, proposal):
    for actor in (ALICE, BOB):
        await cast(sections, actor, proposal)
    ballot = await cast(sections, CAROL, proposal, after=7 * DAY)
    assert (ballot.section.state, ballot.tally) == ("declined", Tally(2, 0))
    assert ballot.result.sentence.startswith("Declined: only 2 of the 3 votes")


async def test_votes_whose_time_is_over_are_closed_once(sections, proposal):
    await sections.service.set_vote_message(proposal.id, 5, 77)
    assert await votes.close_overdue(sections.database, NOON + 7 * DAY - timedelta(seconds=1)) == []
    closed = await votes.close_overdue(sections.database, NOON + 7 * DAY)
    assert [
        (ballot.section.id, ballot.section.state, ballot.section.channel, ballot.section.message) for ballot in closed
    ] == [(proposal.id, "declined", 5, 77)]
    assert await votes.close_overdue(sections.database, NOON + 8 * DAY) == []


async def test_two_processes_that_close_at_once_report_it_once(sections, proposal, database_url):
    other_database = Database(database_url)
    await other_database.open()
    ballots = await asyncio.gather(
        *(
            votes.close_overdue(database, NOON + 8 * DAY)
            for database in (sections.database, other_database, sections.database, other_database)
        )
    )
    await other_database.close()
    assert sorted(len(ballot_list) for ballot_list in ballots) == [0, 0, 0, 1]


async def test_who_may_manage_the_server_decides_at_once(sections, proposal):
    assert "Manage Server" in await error_message(sections.service.decide_now(BOB, proposal.id, accept=True))
    assert "Manage Server" in await error_message(sections.service.decide_now(MODERATOR, proposal.id, accept=True))
    await cast(sections, BOB, proposal)
    ballot = await sections.service.decide_now(MANAGER, proposal.id, accept=False)
    assert (ballot.section.state, ballot.section.outcome) == (
        "declined",
        "Declined by a member who may decide at once, at 1 for, 0 against.",
    )


async def test_of_two_who_accept_at_once_one_hears_that_it_is_decided(sections, proposal, database_url):
    other_database = Database(database_url)
    await other_database.open()
    results = await asyncio.gather(
        *(
            votes.decide_now(database, actor, proposal.id, NOON, accept=accept)
            for database, actor, accept in (
                (sections.database, MANAGER, True),
                (other_database, member(10, may_manage=True), True),
                (sections.database, member(12, may_manage=True), False),
            )
        ),
        return_exceptions=True,
    )
    await other_database.close()
    refusals = [str(result) for result in results if isinstance(result, UserError)]
    assert len(refusals) == 2, results
    assert all("has ended" in result for result in refusals)
    history = (await sections.queries.section("geographical")).history
    assert [change.kind for change in history if change.kind in ("accepted", "declined")] in (
        ["accepted"],
        ["declined"],
    )


async def test_votes_of_many_at_once_all_count_and_end_the_vote_once(sections, proposal, database_url):
    other_database = Database(database_url)
    await other_database.open()
    results = await asyncio.gather(
        *(
            votes.cast_vote(
                [sections.database, other_database][number % 2], member(100 + number), proposal.id, NOON, in_favour=True
            )
            for number in range(6)
        ),
        return_exceptions=True,
    )
    await other_database.close()
    assert sum(not isinstance(result, Exception) for result in results) == 3
    ballot = await sections.service.ballot(ALICE, proposal.id)
    assert (ballot.section.state, ballot.tally) == ("active", Tally(3, 0))


async def test_a_communitys_rules_are_its_own(sections, proposal):
    assert "Manage Server" in await error_message(sections.service.rules(MODERATOR, RuleChanges(quorum=1)))
    for invalid in ({"quorum": 0}, {"quorum": 10**9}, {"majority": 100}, {"majority": 49}, {"days": 0}, {"days": 91}):
        assert "write a number from" in await error_message(sections.service.rules(MANAGER, RuleChanges(**invalid)))
    with pytest.raises(UserError, match="cannot decide at once"):
        parse_vote_rules("decides:king")
    await sections.service.rules(MANAGER, RuleChanges(quorum=1, majority=75))
    rules = await sections.service.rules(MANAGER, RuleChanges(days=2, direct_decision="manage-messages"))
    assert rules == await sections.service.rules(ALICE) == VoteRules(1, 75, 2, "manage-messages")
    stored = await read(sections.database, settings.find_setting, f"section rules {COMMUNITY}")
    assert json.loads(stored)["at_once"] == "manage-messages"
    assert await sections.service.rules(STRANGER) == VoteRules()
    assert (await cast(sections, ALICE, proposal)).section.state == "active"
    later = (await sections.service.propose(ALICE, "country 1658792")).section
    assert later.decide_by - later.proposed_at == 2 * DAY
    assert (await sections.service.decide_now(MODERATOR, later.id, accept=True)).section.state == "active"


async def test_where_nobody_decides_alone_only_the_operator_and_the_vote_do(sections, proposal):
    await sections.service.rules(MANAGER, RuleChanges(direct_decision="nobody"))
    assert "nobody decides alone" in await error_message(sections.service.decide_now(MANAGER, proposal.id, accept=True))
    ballot = await sections.service.decide_now(OPERATOR, proposal.id, accept=True)
    assert (ballot.section.state, ballot.section.operator_approved) == ("active", True)
    assert ballot.section.outcome == "Accepted by the operator, before anybody voted."


async def test_what_was_decided_is_in_the_history(sections, proposal):
    for actor in (ALICE, BOB, CAROL):
        await cast(sections, actor, proposal)
    detail = await sections.queries.section("geographical")
    assert [(change.kind, change.member) for change in detail.history] == [
        ("proposed", ALICE.member),
        ("accepted", None),
    ]
    assert detail.ballot.result.sentence == "Accepted: 3 for, 0 against, and 3 votes were needed."
    assert (detail.section.state, detail.section.community, detail.custom.key) == ("active", COMMUNITY, "geographical")
