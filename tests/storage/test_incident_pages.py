"""A page of a list agrees with the incidents that it is part of, whatever corrections and sections a community has."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import assignments, corrections, incident_pages, incidents, section_labels, section_matches, sections
from storage.database import Database
from storage.values.incidents import (
    GLOBAL_COMMUNITY,
    Assignment,
    Bug,
    Correction,
    Incident,
    IncidentCounts,
    IncidentFilter,
    Person,
    SectionCounts,
)
from storage.values.sections import CustomSection, SectionLabel, TextMatch
from tests.support.database import read

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NOBODY = Person("nobody")
COMMUNITY, OTHER = 11, 22
BUILT_IN = ("crl-failure", "ocsp-failure", "ev-misissuance")


def incident(number: int) -> Incident:
    opened, ca = NOON + timedelta(days=number // 2), "Entrust" if number % 3 else "Telia"
    bug = Bug(number, f"{ca}: x", "", "NEW", "", bool(number % 4), opened, opened, None, NOBODY, NOBODY)
    return Incident(bug, ca, "x", (), None, None, not_incident="duplicate" if number % 5 == 1 else None)


def correction(bug: int, section: str, verdict: str, community: int) -> Correction:
    return Correction(bug, section, community, 5, verdict, NOON, overrides_tags=bug % 2 == 0)


@pytest.fixture
async def filled(database: Database) -> Database:
    """24 incidents, with tags, text, corrections of two communities and the operator, and a custom section."""
    async with database.transaction() as transaction:
        await incidents.save_incidents(transaction, [incident(number) for number in range(24)])
        by_text_or_tag = {
            number: [
                Assignment(BUILT_IN[number % 3], "tag" if number % 5 else "text", 0.9),
                Assignment(BUILT_IN[(number + 1) % 3], "text", 0.2, ("words",), confident=False),
            ]
            for number in range(20)
        }
        await assignments.save_assignments(transaction, by_text_or_tag)
        for number in range(0, 24, 2):
            community = (COMMUNITY, OTHER, GLOBAL_COMMUNITY)[number % 3]
            for offset, verdict in ((0, "out"), (1, "in")):
                section = BUILT_IN[(number + offset) % 3]
                await corrections.save_correction(transaction, correction(number, section, verdict, community))
        for community in (COMMUNITY, OTHER):
            section = CustomSection("places", "Places", "active", NOON, "", community)
            section_id = await sections.add_section(transaction, section)
            labels = [SectionLabel(bug, bug != 4, 5, NOON, None) for bug in (3, 4, 5)]
            await section_labels.save_labels(transaction, section_id, labels)
            matches = {bug: TextMatch(bug, 0.7, ("place",)) for bug in (4, 5, 6, 7)}
            await section_matches.save_text_matches(transaction, section_id, matches)
        await incidents.mark_unavailable(transaction, 7, "moved")
    return database


FILTERS = [
    IncidentFilter(),
    IncidentFilter(("Entrust",)),
    IncidentFilter(("Telia",), state="open"),
    IncidentFilter(("Telia", "Entrust"), state="closed"),
    IncidentFilter(section="crl-failure"),
    IncidentFilter(("Entrust",), "places", since=date(2024, 5, 2)),
    IncidentFilter(since=date(2024, 5, 3), until=date(2024, 5, 6)),
    IncidentFilter(("Nobody",)),
]


@pytest.mark.parametrize("community", [GLOBAL_COMMUNITY, COMMUNITY])
async def test_pages_are_the_whole_list_in_parts_with_its_counts(filled: Database, community: int) -> None:
    for chosen in FILTERS:
        filters = replace(chosen, community=community)
        listed = await read(filled, incidents.find_incidents, filters)
        everything = await read(filled, incident_pages.find_page, filters)
        sizes = Counter(
            assignment.section for incident in listed for assignment in incident.sections if assignment.confident
        )
        assert everything.incidents == tuple(listed)
        assert dict(everything.section_counts) == sizes
        assert list(everything.section_counts) == sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
        assert everything.counts == IncidentCounts(
            len(listed),
            sum(incident.bug.is_open for incident in listed),
            sum(incident.not_incident is not None for incident in listed),
            min((incident.bug.created for incident in listed), default=None),
        )
        assert await read(filled, incidents.count_incidents, filters) == everything.counts
        pages = [await read(filled, incident_pages.find_page, filters, 5, n) for n in range(len(listed) // 5 + 1)]
        assert [incident for page in pages for incident in page.incidents][: len(listed)] == listed
        assert {page.section_counts for page in pages} == {everything.section_counts}


async def test_a_custom_section_has_what_is_labelled_and_what_its_text_finds(filled: Database) -> None:
    by_origin = {}
    for community in (COMMUNITY, OTHER, GLOBAL_COMMUNITY):
        page = await read(filled, incident_pages.find_page, IncidentFilter(section="places", community=community))
        by_origin[community] = {
            incident.bug.id: assignment.by
            for incident in page.incidents
            for assignment in incident.sections
            if assignment.section == "places"
        }
    assert by_origin[COMMUNITY] == by_origin[OTHER] == {3: "member", 5: "member", 6: "text"}
    assert by_origin[GLOBAL_COMMUNITY] == {}


@pytest.mark.parametrize("community", [GLOBAL_COMMUNITY, COMMUNITY])
async def test_a_sections_counts_tell_what_is_only_guessed_and_what_is_no_incident(
    filled: Database, community: int
) -> None:
    counts = await read(filled, incidents.count_section_origins, IncidentFilter(community=community))
    sections_seen = {*BUILT_IN, "places"} if community else set(BUILT_IN)
    assert set(counts) == sections_seen
    for section, of_section in counts.items():
        listed = await read(filled, incidents.find_incidents, IncidentFilter(section=section, community=community))
        origins = Counter(entry.by for incident in listed for entry in incident.sections if entry.section == section)
        assert of_section == SectionCounts(
            len(listed),
            origins["tag"],
            origins["text"],
            sum(incident.not_incident is not None for incident in listed),
        )
    assert sum(of_section.by_text for of_section in counts.values()) > 0
    assert sum(of_section.not_incidents for of_section in counts.values()) > 0


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (4, 4), (5, 4), (999999, 4), (2**31, 4)])
async def test_after_the_last_page_comes_the_last_page(filled: Database, number: int, shown: int) -> None:
    page = await read(filled, incident_pages.find_page, IncidentFilter(), 5, number)
    assert (page.number, page.page_count, page.counts.total) == (shown, 5, 23)
    assert page.incidents


async def test_a_list_without_incidents_has_one_empty_page(filled: Database) -> None:
    page = await read(filled, incident_pages.find_page, IncidentFilter(("Nobody",)), 5, 3)
    assert (page.number, page.page_count, page.counts) == (0, 1, IncidentCounts())
    assert page.incidents == page.section_counts == ()
