"""What a summary makes of the words that people type after it: filters, a section beside a CA, and what it refuses."""

from dataclasses import replace
from datetime import date

import pytest

from bot.formatting.summary_text import group_headline
from bot.terminal.summary_document import summary_document
from handlers.errors import UserError
from handlers.queries.filters import parse_query
from storage import incidents
from storage.values.incidents import Assignment
from tests.support.database import write
from tests.support.sections import ALICE, NOON, build_incident, build_sections_fixture


@pytest.fixture
async def fixture(database):
    fixture = await build_sections_fixture(database)
    old = build_incident(1500001, "EV field wrong")
    old = replace(old, bug=replace(old.bug, created=NOON.replace(year=2019), is_open=False, closed=NOON))
    digicert = replace(build_incident(1700001, "OCSP responder was down"), ca="DigiCert")
    await write(database, incidents.save_incidents, [old, digicert])
    for number in (1500001, 1658792):
        await fixture.save_assignments(number, Assignment("ev-misissuance", "tag", 1.0))
    return fixture


async def summarize(fixture, text):
    return await fixture.use_cases.summaries.summarize(ALICE, parse_query(text))


async def bugs(fixture, text):
    return [incident.bug.id for incident in (await summarize(fixture, text)).incidents]


async def test_open_and_closed_count_only_these_and_say_so(fixture):
    assert len(await bugs(fixture, "Entrust")) == 10
    open_ones = await summarize(fixture, "Entrust open")
    assert group_headline(open_ones).text == "Entrust: 9 open incidents"
    document = summary_document(open_ones)
    assert (document["about"], document["kind"], document["state"]) == ("Entrust", "ca", "open")
    assert document["facts"]["total"] == document["facts"]["open"] == 9
    assert await bugs(fixture, "Entrust closed") == [1500001]


async def test_a_year_is_its_days(fixture):
    summary = await summarize(fixture, "Entrust 2019")
    assert (summary.scope.since, summary.scope.until) == (date(2019, 1, 1), date(2019, 12, 31))
    assert [incident.bug.id for incident in summary.incidents] == [1500001]
    document = summary_document(summary)
    assert (document["since"], document["until"]) == ("2019-01-01", "2019-12-31")


async def test_a_section_by_its_title_with_and_without_a_ca(fixture):
    alone = await summarize(fixture, "ev mis-issuance closed")
    assert (alone.scope.subject, alone.scope.kind) == ("EV mis-issuance", "section")
    assert [incident.bug.id for incident in alone.incidents] == [1500001]
    both = await summarize(fixture, "Entrust ev mis-issuance")
    assert group_headline(both).text.startswith("Entrust, EV mis-issuance: 2 incidents, 1 still open")
    document = summary_document(both)
    assert (document["about"], document["section"]) == ("Entrust", "EV mis-issuance")
    # what the buttons ask is what was asked
    for query in (alone.scope, both.scope):
        assert await bugs(fixture, query.summary_query) in ([1500001], [1658792, 1500001])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Entrust DigiCert", "A summary is of one CA owner; ask for each alone."),
        ("page 2", "A summary has no pages."),
        ("Entrust page 2", "A summary has no pages."),
        ("open", "Say what to sum up: a CA owner, a section or a bug."),
        ("1658792 open:yes", "The summary of a bug takes no conditions; give its number alone."),
    ],
)
async def test_what_cannot_be_summed_up_is_refused_in_a_sentence_with_an_example(fixture, text, sentence):
    with pytest.raises(UserError) as caught:
        await summarize(fixture, text)
    assert str(caught.value) == sentence
    assert await summarize(fixture, caught.value.example.removeprefix("summary "))
