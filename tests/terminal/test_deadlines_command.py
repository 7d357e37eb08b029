"""The commands deadlines, history and incident on the invented lives, from Bugzilla to the JSON document."""

from collections import Counter

import pytest

from tests.support.hand_made_acts import read_cases
from tests.support.lives import LIVES

pytestmark = pytest.mark.skipif(not LIVES.exists(), reason="the invented lives are not part of the project")


def keys(clocks):
    return Counter((clock["rule"], clock["due"], clock["state"], clock["of"]) for clock in clocks)


def test_a_past_moment_shows_the_clocks_that_were_read_by_hand(ask):
    right, total = 0, 0
    for case in [case for case in read_cases() if case["clocks"]][::12]:
        document = ask("deadlines", "--bug", str(case["bug"]), "--as-of", case["as_of"], "--all", "--json")
        shown = keys(document["deadlines"])
        sure = [clock | {"of": clock.get("of")} for clock in case["clocks"] if not clock.get("ambiguous")]
        total += len(sure)
        right += (shown & keys(sure)).total()
    assert total > 20
    assert right >= 0.97 * total


def test_the_document_has_every_promised_key(ask):
    document = ask("deadlines", "--as-of", "2026-07-08T12:00:00Z", "--json")
    assert document["as_of"] == "2026-07-08T12:00:00Z"
    clock = next(clock for clock in document["deadlines"] if clock["rule"] == "next-update-3.0")
    assert clock == {
        "bug": 3000008,
        "ca": "Granite PKI",
        "rule": "next-update-3.0",
        "due": "2026-10-01",
        "state": "due",
        "since": clock["since"],
        "because": clock["because"],
        "of": None,
        "late_days": None,
        "ambiguous": False,
        "source": "CCADB Incident Reporting Guidelines 3.0 to 3.2",
        "why": None,
        "strength": "must",
        "last_word": 7,
    }


def test_without_all_only_due_and_overdue_are_listed(ask):
    line = ("deadlines", "--bug", "3000008", "--as-of", "2026-07-08T12:00:00Z", "--json")
    assert {clock["state"] for clock in ask(*line)["deadlines"]} <= {"due", "overdue"}
    assert {clock["state"] for clock in ask(*line, "--all")["deadlines"]} > {"due"}


def test_a_bare_day_means_its_end(ask):
    day = ask("deadlines", "--bug", "3000008", "--as-of", "2026-07-08", "--all", "--json")
    assert day["as_of"] == "2026-07-08T23:59:59Z"


def test_an_incident_has_its_reports_questions_roles_and_clocks(ask):
    document = ask("incident", "3000008", "--json")
    reports = {report["comment"]: report for report in document["reports"]}
    assert (reports[0]["form"], reports[2]["form"], reports[8]["form"]) == ("3-preliminary", "3-full", "3-closure")
    assert reports[2]["ccadb_id"] == "A009008"
    assert {"comment": 3, "role": "auditor"} in document["roles"]
    question = document["questions"][0]
    assert set(question) == {"id", "comment", "text", "role", "answers"}
    assert {answer["how"] for question in document["questions"] for answer in question["answers"]} <= {
        "full", "part", "date", "withdrawn",
    }  # fmt: skip
    assert document["report"] is None
    assert isinstance(document["deadlines"], list)


def test_the_history_of_a_ca_counts_by_year_and_rule(ask):
    document = ask("history", "Granite", "PKI", "--json")
    assert document["ca"]["name"] == "Granite PKI"
    assert document["incidents"] == 1
    for year in document["years"]:
        assert year["missed"] == sum(year["rules"].values())
        assert year["all"]["missed"] >= year["missed"]
    assert all(miss["late_days"] > 0 for miss in document["missed"])
    assert sum(not miss["ambiguous"] for miss in document["missed"]) == sum(y["missed"] for y in document["years"])


def test_the_text_has_the_rule_its_source_and_links(ask):
    text = ask("deadlines", "--as-of", "2026-07-08T12:00:00Z")
    assert text.startswith("All CAs: nothing appears overdue, 3 due\n")
    assert "Update on the agreed date due 1 October (in 85 days)" in text
    assert "CCADB Incident Reporting Guidelines 3.0 to 3.2: an update on or before the Next update, must" in text
    assert "https://www.ccadb.org/cas/incident-report" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("deadlines", "--as-of", "yesterday"), "yesterday is neither a day nor a moment"),
        (("deadlines", "--bug", "99"), "Rootwatch does not know bug 99"),
        (("deadlines", "Nobody", "at", "home"), "Nobody at home"),
        (("history", "Nobody", "at", "all"), "Nobody at all"),
        (("deadlines", "--bug", "x"), "is not a bug number"),
    ],
)
def test_what_cannot_be_answered_ends_with_1_and_a_sentence(ask, line, sentence):
    assert sentence in ask(*line, code=1)
