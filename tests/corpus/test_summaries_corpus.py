"""Summaries of the recorded incidents: figures that others published, and sentences in plain English."""

import asyncio
import re
from collections import Counter

import pytest

from bot.formatting.summary_text import bug_headline, bug_statements, group_headline, group_statements
from bot.terminal.summary_document import summary_document
from handlers.actor import OPERATOR
from handlers.queries.filters import parse_query
from handlers.results.summaries import GroupSummary
from storage import incidents
from storage.values.incidents import IncidentFilter
from tests.support.replay import replay
from tests.support.shared import SHARED
from tests.support.small_corpus import build_app

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the corpus is not part of the project")

# "Root Causes" 383 of 2024-05-02, counted by hand; domain/forms_and_clocks.md, part 5, has both.
DELAYS_BY_QUARTER = {
    "2022-Q1": 3, "2022-Q2": 0, "2022-Q3": 0, "2022-Q4": 6, "2023-Q1": 2, "2023-Q2": 0, "2023-Q3": 4, "2023-Q4": 6,
}  # fmt: skip
# WebPKI Observatory of 2026-03-15: all bugs of the component by the year of their opening
BUGS_BY_YEAR = {
    2014: 3, 2015: 1, 2016: 5, 2017: 123, 2018: 108, 2019: 255, 2020: 237, 2021: 187, 2022: 106, 2023: 133, 2024: 236,
}  # fmt: skip
# what a sentence for members never holds: keys, "1 of 1", empty places, Python's own words
NO_PROSE = re.compile(
    r"[a-z]_[a-z]|\b(?:misissuance|leaf-revocation|policy-failure|[a-z]+-failure|[a-z]+-misissuance)\b"
    r"|\bSection:|\b(\d+) of \1\b|\bNone\b|\bTrue\b|  |: ,|\(\)|, ,"
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The URL of a database with all recorded incidents until the end of 2024."""

    async def fill(app):
        await app.open()
        assert not (await app.poll()).failed
        await app.close()

    with replay("2025-01-01") as server:
        url = f"sqlite:///{tmp_path_factory.mktemp('summaries') / 'rootwatch.db'}"
        asyncio.run(fill(build_app(url, server.url, server.list_url)))
        yield url


@pytest.fixture
async def app(recorded):
    app = build_app(recorded, "http://127.0.0.1:9")
    await app.open()
    yield app
    await app.close()


async def summarize(app, text):
    return await app.use_cases.summaries.summarize(OPERATOR, parse_query(text))


async def test_delayed_revocations_by_quarter_are_those_counted_by_hand(app):
    summary = await summarize(app, "leaf-revocation-delay since:2022-01-01 until:2023-12-31")
    assert summary_document(summary)["facts"]["by_quarter"] == DELAYS_BY_QUARTER
    assert "By quarter 2022: 3, 0, 0, 6 · 2023: 2, 0, 4, 6" in [line.text for line in group_statements(summary)]


async def test_bugs_by_year_are_those_of_the_observatory(app):
    async with app.database.read() as transaction:
        all_incidents = await incidents.find_incidents(transaction, IncidentFilter())
    # a bug about two CAs is in the summaries of both, and one that names none is in no CA's
    years = {incident.bug.id: incident.bug.created.year for incident in all_incidents if incident.ca is None}
    for owner in {incident.ca for incident in all_incidents if incident.ca}:
        summary = await summarize(app, owner)
        of_owner = {incident.bug.id: incident.bug.created.year for incident in summary.incidents}
        assert {year: count for year, count in summary.by_year if count} == Counter(of_owner.values())
        years |= of_owner
    assert Counter(years.values()) == BUGS_BY_YEAR


async def test_no_summary_of_a_ca_shows_a_key_or_says_nothing(app):
    async with app.database.read() as transaction:
        all_incidents = await incidents.find_incidents(transaction, IncidentFilter())
    for owner in sorted({incident.ca for incident in all_incidents if incident.ca}):
        for condition in ("", " since:2024-01-01", " open:yes", " until:2020-06-30"):
            summary = await summarize(app, owner + condition)
            assert all(count.title != count.key for count in summary.sections)
            for statement in (group_headline(summary), *group_statements(summary)):
                ours = "".join(piece if isinstance(piece, str) else "X" for piece in statement.pieces)
                assert not NO_PROSE.search(ours), ours
                assert "section:" not in statement.text.lower()
                assert (
                    statement.sources
                    or "no incidents" in statement.text
                    or "no open" in statement.text
                    or (statement.text.startswith("On the list"))
                )


async def test_every_figure_of_a_summary_counts_its_bugs_once(app):
    for subject in ("Entrust", "DigiCert since:2019-01-01 until:2020-12-31", "policy-failure", "Sectigo open:yes"):
        summary = await summarize(app, subject)
        assert isinstance(summary, GroupSummary)
        total = len(summary.incidents)
        assert sum(count for _, count in summary.by_year) == sum(count for _, count in summary.by_quarter) == total
        assert all(count.total <= total and len(set(count.bugs)) == count.total for count in summary.sections)
        facts = summary_document(summary)["facts"]
        apart = facts["not_incidents"]
        for name in ("year", "quarter"):
            assert facts[f"not_incidents_by_{name}"].keys() == facts[f"by_{name}"].keys()
            assert sum(facts[f"not_incidents_by_{name}"].values()) == apart
        assert all(0 <= count["not_incidents"] <= min(apart, count["total"]) for count in facts["sections"].values())
        assert all(count <= apart for count in facts["not_incidents_by_ca"].values())


async def test_jurisdiction_came_back_at_entrust(app):
    summary = await summarize(app, "Entrust since:2024-01-01 until:2024-06-10")
    again = next(line.text for line in group_statements(summary) if line.text.startswith("Same fault again"))
    assert again == "Same fault again: jurisdiction 1802916 (2022), 1867130 (2023), 1897630 (2024) and 1 earlier"


async def test_a_bugs_summary_names_what_it_refers_to_and_who_said_what(app):
    summary = await summarize(app, "1804753")
    assert bug_headline(summary).text == "Bug 1804753 of Entrust: closed on 13 April 2023 after 125 days"
    lines = list(bug_statements(summary))
    assert "Refers to 1802916 Entrust: EV TLS Certificate incorrect jurisdiction, 28 November 2022" in [
        line.text for line in lines
    ]
    (quotation,) = [line for line in lines if line.speaker]
    assert [(source.bug, source.comment) for source in quotation.sources] == [(1804753, 0)]
