"""Suggestions while a member types, from a database with a few incidents and sections."""

import pytest

from storage import incidents
from tests.support.database import write
from tests.support.sections import ALICE, STRANGER, build_incident, build_sections_fixture


@pytest.fixture
async def sections_fixture(database):
    fixture = await build_sections_fixture(database)
    await fixture.accepted_section(text="geographical places 1658792 1658794")
    return fixture


async def bugs(fixture, text):
    return [bug for bug, _ in await fixture.use_cases.suggestions.bugs(text)]


async def test_a_bug_is_suggested_by_number_or_by_all_typed_words(sections_fixture):
    newest = await bugs(sections_fixture, "")
    assert newest[0] == 1658798
    assert await bugs(sections_fixture, "  entrust: COUNTR ") == [1658798, 1658796, 1658792, 1658800]
    assert await bugs(sections_fixture, "entrust stat") == [1658796, 1658794]
    for text in ("1658794", "#1658794", "bug 1658794", "https://bugs.example/show_bug.cgi?id=1658794"):
        assert await bugs(sections_fixture, text) == [1658794]
    assert await bugs(sections_fixture, "16587") == [bug for bug in newest if str(bug).startswith("16587")]
    assert await bugs(sections_fixture, "nothing like it") == []
    assert await bugs(sections_fixture, "\0' OR 1=1 --") == []


async def test_digits_are_also_words_of_titles(sections_fixture):
    incident = build_incident(1800000, "Audit of 2024 late")
    await write(sections_fixture.database, incidents.save_incidents, [incident])
    assert await bugs(sections_fixture, "2024") == [1800000]


async def test_owners_are_suggested_by_name_before_alias(sections_fixture):
    suggest = sections_fixture.use_cases.suggestions.owners
    assert await suggest("") == ("Entrust",)
    assert await suggest("TRUST") == ("Entrust",)
    assert await suggest("affirm") == ("Entrust",)  # an alias
    assert await suggest("nobody") == ()


async def test_sections_are_suggested_to_who_sees_them(sections_fixture):
    suggest = sections_fixture.use_cases.suggestions.sections
    assert await suggest(ALICE, "places") == (("geographical-places", "geographical places"),)
    assert await suggest(STRANGER, "places") == ()
    assert (await suggest(ALICE, ""))[0] == ("geographical-places", "geographical places")
    assert (await suggest(ALICE, "crl"))[0][0] == "crl-failure"
    assert await suggest(ALICE, "places", ("proposed",)) == ()
    assert len(await suggest(ALICE, "")) > 20


async def test_a_subject_is_an_owner_a_section_or_a_bug(sections_fixture):
    suggest = sections_fixture.use_cases.suggestions.subjects
    assert [value for value, _ in await suggest(ALICE, "entrust countr")] == [
        "1658798",
        "1658796",
        "1658792",
        "1658800",
    ]
    found = await suggest(ALICE, "entrust")
    assert found[0] == ("Entrust", "Entrust")
    assert ("1658792", "1658792 Entrust: Wrong country in certificates") in found
    assert (await suggest(ALICE, "geograph"))[0] == ("geographical-places", "geographical places")
    assert len(await suggest(ALICE, "")) <= 25
