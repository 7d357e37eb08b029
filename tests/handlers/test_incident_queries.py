"""What lists of incidents hold for what people type, and what is suggested where nothing is called so."""

from dataclasses import replace

import pytest

from bot.terminal.json_output import incidents_document, sections_document
from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.queries.filters import IncidentQuery, parse_query
from storage import incidents
from tests.support.database import write
from tests.support.sections import ALICE, STRANGER, build_incident, build_sections_fixture

DIGICERT = build_incident(1700001, "OCSP responder was down")
ODD = build_incident(1700002, "Audit late")
DUPLICATE = build_incident(1700003, "The same again")


def about(incident, ca, **bug):
    return replace(incident, bug=replace(incident.bug, summary=f"{ca}: {incident.title}", **bug), ca=ca)


@pytest.fixture
async def fixture(database):
    fixture = await build_sections_fixture(database)
    await fixture.accepted_section(text="geographical places 1658792 1658794")
    stored = [
        about(DIGICERT, "DigiCert", is_open=False, resolution="FIXED"),
        about(ODD, "2024 CA"),
        replace(about(DUPLICATE, "DigiCert", is_open=False, resolution="DUPLICATE"), not_incident="duplicate"),
    ]
    await write(database, incidents.save_incidents, stored)
    return fixture


async def listed(fixture, text, actor=ALICE, page=None):
    return await fixture.use_cases.incidents.list(actor, parse_query(text), page)


async def error(fixture, text, actor=ALICE):
    with pytest.raises(UserError) as caught:
        await listed(fixture, text, actor)
    return caught.value


def bugs(page):
    return {incident.bug.id for incident in page.incidents}


async def test_two_cas_are_listed_together_and_named_in_json(fixture):
    both = await listed(fixture, "Entrust and DigiCert")
    entrust, digicert = await listed(fixture, "Entrust"), await listed(fixture, "DigiCert")
    assert bugs(both) == bugs(entrust) | bugs(digicert)
    assert both.counts.total == entrust.counts.total + digicert.counts.total
    document = incidents_document(both, fixture.use_cases.bug_url)
    assert document["ca"] is None
    assert [ca["name"] for ca in document["cas"]] == ["Entrust", "DigiCert"]
    assert document["not_incidents"] == 1
    one = incidents_document(digicert, fixture.use_cases.bug_url)
    assert (one["ca"]["name"], one["total"], one["open"], one["not_incidents"]) == ("DigiCert", 2, 0, 1)
    assert "cas" not in one
    # a button asks by this text what the list was asked
    assert bugs(await listed(fixture, both.query_text)) == bugs(both)


async def test_a_ca_that_only_titles_name_wins_over_a_year(fixture):
    assert bugs(await listed(fixture, "2024 CA")) == {1700002}
    assert bugs(await listed(fixture, "2024 CA closed")) == set()
    assert 1700002 not in bugs(await listed(fixture, "1999"))


async def test_words_for_open_and_closed_agree_with_the_flags(fixture):
    everything = await listed(fixture, "")
    for word, flag in (("open", "open:yes"), ("closed", "closed:yes"), ("all", "open:no")):
        assert bugs(await listed(fixture, word)) == bugs(await listed(fixture, flag)), word
    assert bugs(await listed(fixture, "open")) | bugs(await listed(fixture, "closed")) == bugs(everything)
    assert bugs(await listed(fixture, "closed")) == {1700001, 1700003}


async def test_a_custom_section_is_read_by_its_title_where_members_see_it(fixture):
    expected = {1658792, 1658794}
    assert expected <= bugs(await listed(fixture, "geographical places"))
    assert expected <= bugs(await listed(fixture, "Entrust geographical-places open"))
    unknown = await error(fixture, "geographical places", STRANGER)
    assert str(unknown).startswith("No CA owner called “geographical places” is known.")


async def test_a_page_is_asked_for_in_words(fixture):
    first, second = await listed(fixture, "", page=0), await listed(fixture, "page 2", page=0)
    assert len(first.incidents) == 6
    assert second.page == 1
    assert not bugs(first) & bugs(second)


@pytest.mark.parametrize(
    ("text", "sentence", "suggested"),
    [
        ("Goggle open", "No CA owner called “Goggle” is known. Did you mean", ["Google Trust Services open:yes"]),
        (
            "Entrust ev mississuance",
            "Entrust is known to me, but I do not understand “ev mississuance” beside it. Did you mean",
            ["Entrust section:ev-misissuance"],
        ),
        ("Entrust opne", "Entrust is known to me, but I do not understand “opne” beside it.", ["Entrust open:yes"]),
        ("polcy failure", "No CA owner called “polcy failure” is known. Did you mean", ["section:policy-failure"]),
        ("foo bar", "No CA owner called “foo bar” is known. Write a CA owner as people call it.", []),
    ],
)
async def test_what_nothing_is_called_is_suggested_only_if_it_is_alike(fixture, text, sentence, suggested):
    unknown = await error(fixture, text)
    assert str(unknown).startswith(sentence)
    assert [question.argument for question in unknown.suggestions][: len(suggested)] == suggested
    assert {question.command for question in unknown.suggestions} <= {"incidents"}
    assert bool(unknown.example) == (not suggested)
    for question in unknown.suggestions:
        await listed(fixture, question.argument)


async def test_dates_in_the_wrong_order_are_asked_back_in_words_too(fixture):
    assert "swap the two dates" in str(await error(fixture, "since 2024 until 2023"))


async def test_a_typed_option_and_a_word_must_agree(fixture):
    query = parse_query("Entrust closed").with_options(IncidentQuery(state="open"))
    with pytest.raises(UserError, match="at once"):
        await fixture.use_cases.incidents.list(ALICE, query)


async def test_sections_say_how_many_are_by_tag_and_how_many_are_none(fixture):
    document = sections_document(await fixture.use_cases.sections.list(OPERATOR))
    for section in document["sections"]:
        assert section["by_tag"] + section["by_text"] <= section["incidents"]
        assert section["not_incidents"] <= section["incidents"]
