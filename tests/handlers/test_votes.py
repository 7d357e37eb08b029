"""Members vote on proposed sections: once each, changeable, ended by quorum, deadline or who may decide at once."""

import asyncio
import json
from datetime import timedelta

import pytest

from handlers.errors import UserError
from handlers.parsing.proposal_parser import BugList
from handlers.results.votes import Tally, VoteRules
from handlers.sections import votes
from handlers.sections.proposals import ProposalInput, propose
from handlers.sections.vote_rules import evaluate
from storage import settings
from storage.database import Database
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    COMMUNITY,
    MANAGER,
    MODERATOR,
    NOON,
    OPERATOR,
    STRANGER,
    build_sections_fixture,
    member,
)

DAY = timedelta(days=1)


@pytest.fixture
async def sections(database):
    return await build_sections_fixture(database)


@pytest.fixture
async def proposed(sections):
    """A proposal of noon, so that its deadline is known."""
    wanted = ProposalInput("geographical", BugList((1658792, 1658794)))
    return (await propose(sections.database, sections.ranker, ALICE, wanted, NOON)).section


async def refused(work):
    with pytest.raises(UserError) as refusal:
        await work
    return str(refusal.value)


async def cast(sections, actor, section, in_favour=True, after=timedelta(0), database=None):
    return await votes.cast_vote(database or sections.database, actor, section.id, NOON + after, in_favour=in_favour)


@pytest.mark.parametrize(
    ("in_favour", "against", "rules", "verdict", "sentence"),
    [
        (0, 0, VoteRules(), "undecided", "0 for, 0 against; 3 votes are needed until 2024-06-10 12:00 UTC."),
        (2, 0, VoteRules(), "undecided", "2 for, 0 against; 3 votes are needed until 2024-06-10 12:00 UTC."),
        (2, 1, VoteRules(), "accepted", "Accepted: 2 for, 1 against, and 3 votes were needed."),
        (2, 2, VoteRules(), "undecided", "2 for, 2 against; more for than against are needed until"),
        (0, 5, VoteRules(), "undecided", "0 for, 5 against; more for than against are needed until"),
        (2, 1, VoteRules(majority=66), "accepted", "Accepted"),
        (2, 1, VoteRules(majority=67), "undecided", "more than 67 % in favour are needed"),
        (1, 0, VoteRules(quorum=1), "accepted", "Accepted: 1 for, 0 against, and 1 votes were needed."),
    ],
)
def test_before_the_deadline_a_vote_is_accepted_or_goes_on(in_favour, against, rules, verdict, sentence):
    outcome = evaluate(Tally(in_favour, against), rules, NOON, NOON - timedelta(seconds=1))
    assert outcome.status == verdict
    assert sentence.replace("1 votes were", "1 vote was") in outcome.sentence


@pytest.mark.parametrize(
    ("in_favour", "against", "sentence"),
    [
        (2, 0, "Declined: only 2 of the 3 votes that were needed came in time (2 for, 0 against)."),
        (2, 2, "Declined: 2 for, 2 against, and more for than against were needed."),
        (1, 5, "Declined: 1 for, 5 against, and more for than against were needed."),
    ],
)
def test_at_the_deadline_a_vote_that_did_not_carry_is_declined_with_the_reason(in_favour, against, sentence):
    outcome = evaluate(Tally(in_favour, against), VoteRules(), NOON, NOON)
    assert (outcome.status, outcome.sentence) == ("declined", sentence)


async def test_a_proposal_is_accepted_as_soon_as_enough_are_for_it(sections, proposed):
    assert (await cast(sections, ALICE, proposed)).result.status == "undecided"
    assert (await cast(sections, BOB, proposed, in_favour=False)).tally == Tally(1, 1)
    ballot = await cast(sections, CAROL, proposed)
    assert (ballot.section.state, ballot.tally) == ("active", Tally(2, 1))
    assert ballot.section.outcome == ballot.result.sentence == "Accepted: 2 for, 1 against, and 3 votes were needed."
    assert "has ended. Accepted: 2 for" in await refused(cast(sections, DAVE, proposed))


async def test_a_member_has_one_vote_and_may_change_it(sections, proposed):
    for in_favour in (True, True, False, False):
        ballot = await cast(sections, ALICE, proposed, in_favour)
    assert ballot.tally == Tally(0, 1)
    assert (await sections.service.ballot(ALICE, proposed.id)).tally == Tally(0, 1)


async def test_people_from_elsewhere_have_no_vote(sections, proposed):
    assert "no longer exists" in await refused(cast(sections, STRANGER, proposed))
    assert "There is no vote" not in await refused(cast(sections, STRANGER, proposed))
    assert "accept or decline it" in await refused(cast(sections, OPERATOR, proposed))
    assert (await sections.service.ballot(ALICE, proposed.id)).tally == Tally()


async def test_a_vote_that_comes_after_the_deadline_does_not_count(sections, proposed):
    for actor in (ALICE, BOB):
        await cast(sections, actor, proposed)
    ballot = await cast(sections, CAROL, proposed, after=7 * DAY)
    assert (ballot.section.state, ballot.tally) == ("declined", Tally(2, 0))
    assert ballot.result.sentence.startswith("Declined: only 2 of the 3 votes")


async def test_votes_whose_time_is_over_are_closed_once(sections, proposed):
    await sections.service.set_vote_message(proposed.id, 5, 77)
    assert await votes.close_overdue(sections.database, NOON + 7 * DAY - timedelta(seconds=1)) == []
    closed = await votes.close_overdue(sections.database, NOON + 7 * DAY)
    assert [(one.section.id, one.section.state, one.section.channel, one.section.message) for one in closed] == [
        (proposed.id, "declined", 5, 77)
    ]
    assert await votes.close_overdue(sections.database, NOON + 8 * DAY) == []


async def test_two_processes_that_close_at_once_tell_it_once(sections, proposed, database_url):
    other = Database(database_url)
    await other.open()
    closed = await asyncio.gather(
        *(votes.close_overdue(database, NOON + 8 * DAY) for database in (sections.database, other, sections.database, other))
    )
    await other.close()
    assert sorted(len(one) for one in closed) == [0, 0, 0, 1]


async def test_who_may_manage_the_server_decides_at_once(sections, proposed):
    assert "Manage Messages" in await refused(sections.service.decide_now(BOB, proposed.id, accept=True))
    assert "Manage Server" in await refused(sections.service.decide_now(MODERATOR, proposed.id, accept=True))
    await cast(sections, BOB, proposed)
    ballot = await sections.service.decide_now(MANAGER, proposed.id, accept=False)
    assert (ballot.section.state, ballot.section.outcome) == (
        "declined",
        "Declined by a member who may decide at once, at 1 for, 0 against.",
    )


async def test_of_two_who_accept_at_once_one_hears_that_it_is_decided(sections, proposed, database_url):
    other = Database(database_url)
    await other.open()
    done = await asyncio.gather(
        *(
            votes.decide_now(database, actor, proposed.id, NOON, accept=accept)
            for database, actor, accept in (
                (sections.database, MANAGER, True),
                (other, member(10, may_manage=True), True),
                (sections.database, member(12, may_manage=True), False),
            )
        ),
        return_exceptions=True,
    )
    await other.close()
    refusals = [str(one) for one in done if isinstance(one, UserError)]
    assert len(refusals) == 2, done
    assert all("has ended" in one for one in refusals)
    history = (await sections.queries.section("geographical")).history
    assert [one.kind for one in history if one.kind in ("accepted", "declined")] in (["accepted"], ["declined"])


async def test_votes_of_many_at_once_all_count_and_end_the_vote_once(sections, proposed, database_url):
    other = Database(database_url)
    await other.open()
    done = await asyncio.gather(
        *(
            votes.cast_vote(
                [sections.database, other][number % 2], member(100 + number), proposed.id, NOON, in_favour=True
            )
            for number in range(6)
        ),
        return_exceptions=True,
    )
    await other.close()
    assert sum(not isinstance(one, Exception) for one in done) == 3
    ballot = await sections.service.ballot(ALICE, proposed.id)
    assert (ballot.section.state, ballot.tally) == ("active", Tally(3, 0))


async def test_a_communitys_rules_are_its_own(sections, proposed):
    assert "Manage Server" in await refused(sections.service.change_rules(MODERATOR, quorum=1))
    for wrong in ({"quorum": 0}, {"quorum": 10**9}, {"majority": 100}, {"majority": 49}, {"days": 0}, {"days": 91}):
        assert "write a number from" in await refused(sections.service.change_rules(MANAGER, **wrong))
    assert "cannot decide at once" in await refused(sections.service.change_rules(MANAGER, direct_decision="the king"))
    await sections.service.change_rules(MANAGER, quorum=1, majority=75)
    rules = await sections.service.change_rules(MANAGER, days=2, direct_decision="manage messages")
    assert rules == await sections.service.rules(ALICE) == VoteRules(1, 75, 2, "manage-messages")
    stored = await settings.find_setting(sections.database, f"section rules {COMMUNITY}")
    assert json.loads(stored)["at_once"] == "manage-messages"
    assert await sections.service.rules(STRANGER) == VoteRules()
    assert (await cast(sections, ALICE, proposed)).section.state == "active"
    later = (await sections.service.propose(ALICE, "country 1658792")).section
    assert later.decide_by - later.proposed_at == 2 * DAY
    assert (await sections.service.decide_now(MODERATOR, later.id, accept=True)).section.state == "active"


async def test_where_nobody_decides_alone_only_the_operator_and_the_vote_do(sections, proposed):
    await sections.service.change_rules(MANAGER, direct_decision="nobody")
    assert "nobody decides alone" in await refused(sections.service.decide_now(MANAGER, proposed.id, accept=True))
    ballot = await sections.service.decide_now(OPERATOR, proposed.id, accept=True)
    assert (ballot.section.state, ballot.section.operator_approved) == ("active", True)
    assert ballot.section.outcome == "Accepted by the operator, before anybody voted."


async def test_what_was_decided_is_in_the_history(sections, proposed):
    for actor in (ALICE, BOB, CAROL):
        await cast(sections, actor, proposed)
    detail = await sections.queries.section("geographical")
    assert [(one.kind, one.member) for one in detail.history] == [("proposed", ALICE.member), ("accepted", None)]
    assert detail.vote_status == "Accepted: 3 for, 0 against, and 3 votes were needed."
    assert (detail.section.state, detail.section.community, detail.custom.key) == ("active", COMMUNITY, "geographical")
