"""A draft is checked with the related incidents that it could name."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import build_owner_directory
from handlers.queries.draft_checks import DraftChecks, DraftNotChecked
from storage import incidents
from storage.values.incidents import Bug, BugLinks, Incident, Person
from tests.support.database import write
from tests.support.drafts import PRELIMINARY, TITLE, WITHOUT_POLICIES

PERSON = Person("ops", "ca.example")
STATE = "Wrong state or province in OV certificates"


@pytest.fixture
async def checks(database):
    owners = build_owner_directory()
    indexes = IncidentIndexes(database, owners)
    yield DraftChecks(database, owners, indexes)
    await indexes.close()


async def store(database, number, ca, title, days=30):
    opened = datetime.now(UTC) - timedelta(days=days)
    bug = Bug(number, f"{ca}: {title}", "", "NEW", "", True, opened, opened, None, PERSON, PERSON, 1, BugLinks())
    incident = Incident(bug, ca, title, (), None, None, report_text=f"{title}: the subject had a wrong state.")
    await write(database, incidents.save_incidents, [incident])


@pytest.fixture
async def filled(database):
    await store(database, 1800001, "Entrust", STATE)
    await store(database, 1800002, "DigiCert", STATE, 60)
    await store(database, 1800003, "Telia", STATE, 900)
    for number, title in enumerate(("CRL published late", "OCSP answered nonsense", "Weak keys", "Audit letter late")):
        await store(database, 1800010 + number, "Sectigo", title)


def bugs(draft):
    return [member.incident.bug.id for member in draft.related]


async def test_incidents_of_two_years_are_named_those_of_other_cas_first(checks, filled):
    draft = await checks.check(OPERATOR, PRELIMINARY, TITLE)
    assert draft.check.missing == ()
    assert (draft.ca, draft.has_title) == ("Entrust", True)
    assert bugs(draft) == [1800002, 1800001]


async def test_what_the_draft_names_already_is_not_named_again(checks, filled):
    draft = await checks.check(OPERATOR, f"{PRELIMINARY}\nSee also bug 1800002.", TITLE)
    assert bugs(draft) == [1800001]


async def test_a_first_line_with_the_name_of_a_ca_is_the_title(checks, filled):
    draft = await checks.check(OPERATOR, f"{TITLE}\n\n{WITHOUT_POLICIES}")
    assert (draft.ca, draft.has_title, draft.check.missing) == ("Entrust", True, ("policies",))
    assert bugs(draft) == [1800002, 1800001]
    untitled = await checks.check(OPERATOR, PRELIMINARY)
    assert (untitled.ca, untitled.has_title) == (None, False)


async def test_what_was_withdrawn_is_not_named(checks, filled, database):
    await checks.check(OPERATOR, PRELIMINARY, TITLE)
    await write(database, incidents.mark_unavailable, 1800002, "restricted")
    assert bugs(await checks.check(OPERATOR, PRELIMINARY, TITLE)) == [1800001]


async def test_an_empty_draft_is_refused_and_any_other_text_is_answered(checks):
    with pytest.raises(UserError, match="no text to check"):
        await checks.check(OPERATOR, " \n ")
    assert (await checks.check(OPERATOR, "Good morning.")).check.form is None
    assert (await checks.check(OPERATOR, "| " * 100_000)).check.is_cut


@pytest.mark.parametrize("part", ["check_draft", "parse_title"])
async def test_the_message_of_a_fault_holds_nothing_of_the_draft(checks, monkeypatch, part):
    def fail(text, *_):
        raise ValueError(text)

    monkeypatch.setattr(f"handlers.queries.draft_checks.{part}", fail)
    with pytest.raises(DraftNotChecked) as caught:
        await checks.check(OPERATOR, "zebrafish")
    assert "zebrafish" not in str(caught.value)
    assert str(caught.value).startswith("ValueError in fail")
