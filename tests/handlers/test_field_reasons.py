"""A section by a report's field is stored with the field as its reason, until staff set tags."""

from datetime import UTC, datetime

from handlers.classification.service import SectionClassifier
from handlers.parsing.owners import build_owner_directory
from storage.database import Database
from storage.values.incidents import Bug, BugLinks, Incident, Person
from tests.support.field_reports import REPORTS

DAY = datetime(2025, 9, 1, tzinfo=UTC)
NOBODY = Person("")
REPORT = next(report for report in REPORTS if "external" in report.sections)


def incident(*tags: str) -> Incident:
    bug = Bug(7, REPORT.title, "", "NEW", "", True, DAY, DAY, None, NOBODY, NOBODY, 1, BugLinks())
    return Incident(bug, "Meadow Trust", REPORT.title, tags, None, None)


async def never_train(examples, current):
    raise AssertionError


async def test_sections_by_field_are_explained_by_the_field() -> None:
    classifier = SectionClassifier(Database("sqlite://"), build_owner_directory(), never_train)
    sections = {entry.section: entry for entry in classifier.classify(incident(), [(0, REPORT.text)])}
    assert sections["dv-misissuance"].reasons[0] == "affected types: DV"
    assert sections["external"].reasons == ("source of disclosure: a third party",)
    assert {entry.by for entry in sections.values()} == {"text"}
    by_tag = classifier.classify(incident("ocsp-failure"), [(0, REPORT.text)])
    assert [(entry.section, entry.by) for entry in by_tag] == [("ocsp-failure", "tag")]
