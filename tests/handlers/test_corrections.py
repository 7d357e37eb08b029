"""Members' corrections of sections: whose is in force where, who may make it, and how often, on both databases."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.repl import CommandInterpreter
from handlers.actor import OPERATOR, Actor
from handlers.alerts.outbox import enqueue_events
from handlers.correction_undo import undo
from handlers.corrections import RATE_LIMITS, CorrectionRequest, apply_correction
from handlers.errors import UserError
from handlers.parsing.bug_references import parse_bug_number, split_bug_and_section
from storage import corrections, deliveries, routes
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY, Correction
from storage.values.outbox import Event, Route
from tests.support.classified import CONFIDENT_TITLE, CRL_TITLE, NOON, build_bug
from tests.support.corrections import ALICE, BOB, COMMUNITY, MODERATOR, OTHER_COMMUNITY, STRANGER, CorrectionsFixture
from tests.support.database import read, write
from tests.support.older_database import take_back_to

ANY_TEXT = st.text(max_size=60)


@pytest.fixture
async def unchecked_communities(database):
    unchecked_communities = CorrectionsFixture(database)
    await unchecked_communities.ingest(
        build_bug(1, CONFIDENT_TITLE), build_bug(2, CRL_TITLE, "crl-failure"), build_bug(3, "It rained")
    )
    return unchecked_communities


@pytest.fixture
async def communities(unchecked_communities):
    """Return the communities; only bug 1 has a confident section by text."""
    assert await unchecked_communities.confident_sections(ALICE) == {"leaf-revocation-delay": "text"}
    assert await unchecked_communities.confident_sections(ALICE, 2) == {"crl-failure": "tag"}
    return unchecked_communities


async def test_a_members_correction_is_in_force_in_its_server_at_once_and_nowhere_else(communities):
    result = await communities.classify(ALICE, "1 Audit delay")
    assert (result.previous, result.changed) == (None, True)
    assert [
        (assignment.section, assignment.by, assignment.confidence)
        for assignment in result.sections
        if assignment.confident
    ] == [("audit-delay", "member", 1.0)]
    assert await communities.confident_sections(BOB) == {"audit-delay": "member"}
    assert (
        await communities.confident_sections(STRANGER)
        == await communities.confident_sections(OPERATOR)
        == {"leaf-revocation-delay": "text"}
    )
    assert (await communities.unclassify(STRANGER, "1")).section == "leaf-revocation-delay"
    assert await communities.confident_sections(STRANGER) == {}
    assert await communities.confident_sections(ALICE) == {"audit-delay": "member"}


async def test_an_undo_says_truly_why_there_is_nothing_to_undo(database, communities):
    token = (await communities.classify(ALICE, "1 Audit delay")).undo
    for actor in (STRANGER, OPERATOR):
        with pytest.raises(UserError, match="was made in another server"):
            await write(database, undo, actor, token, NOON)
    await write(database, undo, ALICE, token, NOON)
    with pytest.raises(UserError, match="was undone before"):
        await write(database, undo, ALICE, token, NOON)


async def test_lists_and_counts_follow_the_servers_corrections(communities):
    await communities.classify(ALICE, "3 crl-failure")
    queries, other_queries = (
        communities.queries(ALICE),
        communities.queries(STRANGER),
    )
    assert {incident.bug.id for incident in (await queries.incidents("section:crl-failure")).incidents} == {2, 3}
    assert {incident.bug.id for incident in (await other_queries.incidents("section:crl-failure")).incidents} == {2}
    assert dict((await queries.incidents("")).section_counts)["crl-failure"] == 2
    assert next(section.incidents for section in await queries.sections() if section.key == "crl-failure") == 2
    assert (await queries.section("crl-failure")).section.incidents == 2
    assert (await other_queries.section("crl-failure")).section.incidents == 1
    assert len((await queries.summary("crl-failure")).incidents) == 2


async def test_the_operators_correction_is_in_force_in_every_server(communities):
    await communities.classify(OPERATOR, "1 audit-delay")
    for actor in (ALICE, STRANGER, OPERATOR):
        assert await communities.confident_sections(actor) == {"audit-delay": "member"}
        assert await communities.corrections(actor) == [("audit-delay", "in", None)]
    with pytest.raises(UserError, match="overrule the operator's correction"):
        await communities.unclassify(ALICE, "1")
    await communities.unclassify(MODERATOR, "1")
    assert await communities.confident_sections(ALICE) == {"leaf-revocation-delay": "text"}
    assert await communities.confident_sections(STRANGER) == {"audit-delay": "member"}
    await communities.classify(MODERATOR, "1 audit-delay")
    assert await communities.corrections(ALICE) == [("audit-delay", "in", None)]


async def test_the_operator_may_overrule_staffs_tags_everywhere(communities):
    await communities.unclassify(OPERATOR, "2")
    assert await communities.confident_sections(ALICE, 2) == {}
    await communities.classify(OPERATOR, "2 crl-failure")
    assert await communities.confident_sections(ALICE, 2) == {"crl-failure": "tag"}


async def test_overruling_staffs_tag_needs_the_permission_to_moderate(communities):
    with pytest.raises(UserError, match=r"Manage Messages in this server to overrule the tag that Bugzilla's staff"):
        await communities.unclassify(ALICE, "2")
    await communities.classify(ALICE, "2 audit-delay")
    assert await communities.confident_sections(ALICE, 2) == {"audit-delay": "member", "crl-failure": "tag"}
    await communities.unclassify(MODERATOR, "2 crl-failure")
    assert await communities.confident_sections(ALICE, 2) == {"audit-delay": "member"}
    with pytest.raises(UserError, match="overrule another member's correction"):
        await communities.classify(ALICE, "2 crl-failure")


async def test_overruling_another_member_needs_the_permission_to_moderate(communities):
    await communities.classify(ALICE, "1 audit-delay")
    with pytest.raises(UserError, match="overrule another member's correction"):
        await communities.unclassify(BOB, "1 audit-delay")
    assert await communities.corrections(ALICE) == [("audit-delay", "in", ALICE.member)]
    await communities.unclassify(MODERATOR, "1 audit-delay")
    assert await communities.corrections(ALICE) == []
    await communities.unclassify(ALICE, "1 leaf-revocation-delay")
    await communities.classify(MODERATOR, "1 leaf-revocation-delay")
    assert await communities.corrections(ALICE) == [("leaf-revocation-delay", "in", MODERATOR.member)]


async def test_a_later_tag_overrules_a_correction_made_without_the_permission(communities):
    await communities.unclassify(ALICE, "1")
    await communities.unclassify(replace(MODERATOR, community=OTHER_COMMUNITY), "1")
    assert await communities.confident_sections(ALICE) == await communities.confident_sections(STRANGER) == {}
    await communities.ingest(build_bug(1, CONFIDENT_TITLE, "leaf-revocation-delay"))
    assert await communities.confident_sections(ALICE) == {"leaf-revocation-delay": "tag"}
    assert await communities.corrections(ALICE) == []
    assert await communities.confident_sections(STRANGER) == {}
    with pytest.raises(UserError, match="the tag"):
        await communities.unclassify(ALICE, "1")
    stored = await read(communities.database, corrections.find_all_corrections)
    assert [(correction.community, correction.verdict) for correction in stored] == [(OTHER_COMMUNITY, "out")]


async def test_a_section_named_by_member_and_later_by_tag_is_there_once(communities):
    await communities.classify(ALICE, "1 audit-delay")
    await communities.ingest(build_bug(1, CONFIDENT_TITLE, "audit-delay"))
    assert await communities.confident_sections(ALICE) == {"audit-delay": "tag"}
    assert not (await communities.classify(ALICE, "1 audit-delay")).changed


async def test_classifying_again_leaves_members_corrections_alone(communities):
    await communities.classify(ALICE, "1 audit-delay")
    await communities.unclassify(BOB, "1 leaf-revocation-delay")
    await communities.ingest(build_bug(1, f"{CONFIDENT_TITLE} again"))
    await communities.classifier.classify_pending()
    assert await communities.confident_sections(ALICE) == {"audit-delay": "member"}
    await communities.unclassify(ALICE, "1 audit-delay")
    assert await communities.confident_sections(ALICE) == {}


async def test_a_member_undoes_a_correction_and_the_assignment_by_text_is_back(communities):
    result = await communities.unclassify(ALICE, "1")
    assert (result.previous.by, result.sections) == (
        "text",
        tuple(assignment for assignment in result.sections if not assignment.confident),
    )
    assert await communities.corrections(ALICE) == [("leaf-revocation-delay", "out", ALICE.member)]
    await communities.classify(ALICE, "1 leaf-revocation-delay")
    assert await communities.confident_sections(ALICE) == {"leaf-revocation-delay": "text"}
    assert await communities.corrections(ALICE) == []
    assert (await communities.classify(ALICE, "1 leaf-revocation-delay")).changed
    assert await communities.confident_sections(ALICE) == {"leaf-revocation-delay": "member"}
    assert not (await communities.classify(BOB, "1 leaf-revocation-delay")).changed
    await communities.unclassify(ALICE, "1 leaf-revocation-delay")
    assert await communities.confident_sections(ALICE) == {}


async def test_undoing_a_correction_never_leaves_the_request_undone(communities):
    await communities.unclassify(ALICE, "1 leaf-revocation-delay")
    await communities.classify(BOB, "1 audit-delay")
    await communities.classify(ALICE, "1 leaf-revocation-delay")
    assert await communities.confident_sections(ALICE) == {"audit-delay": "member", "leaf-revocation-delay": "member"}


async def test_a_correction_that_changes_nothing_is_reported_and_not_stored_again(communities):
    assert not (await communities.unclassify(ALICE, "2 audit-delay")).changed
    assert not (await communities.classify(ALICE, "2 crl-failure")).changed
    assert (await communities.classify(ALICE, "3 audit-delay")).changed
    assert not (await communities.classify(ALICE, "3 audit-delay")).changed
    assert len(await read(communities.database, corrections.find_all_corrections)) == 1


async def test_a_suggestion_can_be_rejected(communities):
    assert "audit-delay" in await communities.suggested_sections(ALICE, 3)
    result = await communities.unclassify(ALICE, "3 audit-delay")
    assert "audit-delay" not in await communities.suggested_sections(ALICE, 3)
    assert "audit-delay" in await communities.suggested_sections(STRANGER, 3)
    assert not result.can_be_undone
    await communities.classify(ALICE, "3 audit-delay")
    assert await communities.confident_sections(ALICE, 3) == {"audit-delay": "member"}


async def test_five_corrections_in_ten_minutes_and_thirty_a_day(unchecked_communities):
    (short_limit, short_period, _), (long_limit, long_period, _) = RATE_LIMITS
    await unchecked_communities.ingest(*(build_bug(number, "It rained") for number in range(10, 100)))
    now, correction_count = NOON, 0

    async def correct(number, actor=ALICE):
        return await apply_correction(
            unchecked_communities.database, actor, CorrectionRequest(number, "crl-failure", belongs=True), now
        )

    for number in range(10, 10 + short_limit):
        await correct(number)
    with pytest.raises(UserError, match=r"5 corrections in 10 minutes; the next one can be made at 12:10 UTC"):
        await correct(50)
    assert not (await correct(10)).changed
    await correct(50, BOB)
    await correct(51, STRANGER)
    for number in range(20, 40):
        await correct(number, MODERATOR)
    now += short_period
    correction_count = short_limit
    while correction_count < long_limit:
        await correct(correction_count + 60)
        correction_count += 1
        now += short_period / short_limit
    with pytest.raises(UserError, match=r"30 corrections in a day; the next one can be made at 12:00 UTC"):
        await correct(99)
    now = NOON + long_period
    await correct(99)


async def test_the_operator_corrects_in_a_terminal(communities):
    terminal = CommandInterpreter(communities.use_cases, "!", io.StringIO())
    link = "https://bugs.example/show_bug.cgi?id=1"
    reply = (await terminal.reply("classify 1 audit-delay")).split("\n")
    assert reply == [
        "1 is now in Audit delay (by a member).",
        "Entrust: Late revocation: delayed revocation leaf not revoked within 5 days",
        "Before, it was not in Audit delay.",
        "This holds in every server without a correction of its own.",
        "unclassify 1 audit-delay undoes this",
        link,
    ]
    reply = await terminal.reply("!classify 1 audit-delay")
    assert reply.startswith("1 is in Audit delay already, so there was nothing to change.\n")
    assert reply.endswith(link)
    assert "The operator put it in Audit delay, for every server" in await terminal.reply("why 1")
    reply = await terminal.reply("unclassify 2")
    assert reply.startswith("2 is no longer in CRL failure (by a member).")
    assert "Before, it was in CRL failure (by its tag).\nIt is in no section now." in reply
    assert (await terminal.reply("classify 1 \x1b[2J")).startswith("No section called “[2J” is known.")


async def test_in_a_private_message_sections_are_not_corrected(communities):
    with pytest.raises(UserError, match="in one of the server's channels"):
        await communities.classify(Actor(GLOBAL_COMMUNITY, 5, 101, may_manage=False), "1 audit-delay")
    assert await communities.confident_sections(OPERATOR) == {"leaf-revocation-delay": "text"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "Say which section the bug belongs in"),
        ("1", "Say which section the bug belongs in"),
        ("audit-delay 1", "“audit-delay” is not a bug number"),
        ("-1 audit-delay", "“-1” is not a bug number"),
        ("99999999999999999999 audit-delay", "is not a bug number"),
        ("999999999 audit-delay", "Rootwatch does not know bug 999999999 as an incident"),
        ("1 zebra crossing", "No section called “zebra crossing” is known. `sections` lists them all."),
        ("1 audit", "Did you mean"),
        ("1 <@&5> @everyone [x](http://x)", "No section called “<@&5> @everyone"),
    ],
)
async def test_what_is_not_understood_is_reported(unchecked_communities, line, message):
    with pytest.raises(UserError) as refusal:
        await unchecked_communities.classify(ALICE, line)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "message"), [("", "Say which bug"), ("3", "is in no section"), ("2", "is in 2 sections (")]
)
async def test_without_a_section_it_must_be_clear_which_is_meant(unchecked_communities, line, message):
    await unchecked_communities.classify(ALICE, "2 audit-delay")
    with pytest.raises(UserError) as refusal:
        await unchecked_communities.unclassify(ALICE, line)
    assert message in str(refusal.value)


async def test_a_restricted_bug_loses_its_corrections_and_gets_no_new_ones(communities):
    await communities.classify(ALICE, "1 audit-delay")
    await communities.bug_ingest.mark_unavailable({1: "restricted"})
    for actor in (ALICE, OPERATOR):
        with pytest.raises(UserError, match="no longer public"):
            await communities.classify(actor, "1 crl-failure")
    with pytest.raises(UserError, match="no longer public"):
        await apply_correction(communities.database, ALICE, CorrectionRequest(1, "crl-failure", belongs=True), NOON)
    async with communities.database.read() as transaction:
        assert await corrections.find_corrections(transaction, 1, COMMUNITY) == []
    assert await read(communities.database, corrections.find_all_corrections) == []
    await communities.ingest(build_bug(1, CONFIDENT_TITLE))
    assert await communities.confident_sections(ALICE) == {"leaf-revocation-delay": "text"}


async def test_every_correction_is_stored_with_its_member_and_time(communities):
    await communities.unclassify(ALICE, "1")
    await communities.classify(MODERATOR, "1 leaf-revocation-delay")
    table = communities.database.tables["correction"]
    async with communities.database.read() as transaction:
        rows = (await transaction.execute(table.select().order_by(table.c.id))).all()
    assert [(row.member, row.verdict, row.in_force) for row in rows] == [(101, "out", False), (103, "in", True)]
    assert all(datetime.now(UTC) - row.corrected_at < timedelta(minutes=5) for row in rows)
    in_force = (await communities.queries(ALICE).explain("1")).corrections
    assert in_force == (
        Correction(1, "leaf-revocation-delay", COMMUNITY, 103, "in", rows[1].corrected_at, overrides_tags=True),
    )


@given(st.integers(1, 999_999_999), st.sampled_from(["{}", "#{}", "bug {}", "Bug #{}", "<https://x/show_bug.cgi?id={}>"]),
       ANY_TEXT)  # fmt: skip
def test_a_bug_and_a_section_are_separated_however_they_are_written(number, form, section):
    bug, rest = split_bug_and_section(f"  {form.format(number)} \n {section}")
    assert parse_bug_number(bug) == number
    assert rest.split() == section.split()


@given(st.text())
def test_nothing_typed_is_lost_between_a_bug_and_a_section(text):
    bug, section = split_bug_and_section(text)
    assert f"{bug} {section}".split() == text.split()


async def test_an_alert_of_an_older_version_belongs_to_the_server_of_its_channel(database, database_url):
    await write(database, routes.save_route, Route(COMMUNITY, 1, ("filed",), 1, NOON))
    event = Event("filed", "filed:1", NOON, bug=1)
    async with database.transaction() as transaction:
        await enqueue_events(transaction, [event], {}, 50, NOON)
    take_back_to(database_url, "0002")
    migrated = Database(database_url)
    await migrated.open()
    await write(migrated, routes.delete_route, 1)
    async with migrated.transaction() as transaction:
        await transaction.execute(sa.text("UPDATE delivery SET state = 'sent', stale = 1"))
    assert [delivery.community for delivery in await read(migrated, deliveries.find_edits, 1, NOON)] == [COMMUNITY]
    await migrated.close()
