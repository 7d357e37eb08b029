"""Answers in a terminal and as documents: complete, linked, within the width, and harmless."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rich.cells import cell_len
from rich.text import Text

from bot.terminal.json_output import (
    detail_document,
    incident_document,
    incidents_document,
    related_document,
    sections_document,
    status_document,
)
from bot.terminal.layout import OutputStyle
from bot.terminal.render.dispatch import RENDERERS, render
from handlers.queries.explanations import Explanations
from handlers.related.alike import Alike
from handlers.related.echoes import Echo
from handlers.results.alerts import (
    CatchUpAlert,
    IncidentAlert,
    MessageAlert,
    OwnerHistory,
    RequestedSection,
    RouteList,
    WithdrawnAlert,
)
from handlers.results.corrections import CorrectionResult
from handlers.results.deadlines import IncidentCard
from handlers.results.explanations import Explanation
from handlers.results.incidents import IncidentDetail, IncidentList, Owner, SectionExplanation
from handlers.results.messages import ListedMessage, MessageList
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from handlers.results.summaries import BugSummary
from storage.values.incidents import Assignment, Bug, Correction, Incident, IncidentCounts, IncidentFilter, Person
from storage.values.messages import ListMessage, MessageFilter
from storage.values.outbox import Route
from storage.values.sections import Section
from tests.support.commitments import commitment_list, promise
from tests.support.deadlines import deadline_list, listed, missed_history
from tests.support.queues import queue, reason
from tests.support.summaries import group_summary

OPENED = datetime(2024, 5, 19, 0, 36, 6, tzinfo=UTC)
NOBODY = Person("nobody")
HOSTILE = "\x1b[31mred\x1b]8;;http://evil\x07 \x9b2J \u202egnp.exe\u200b\nsecond \x00line"
CERTAIN = Assignment("ev-misissuance", "tag", 1.0)
SUGGESTED = tuple(Assignment(f"suggestion-{n}", "text", n / 10, ("word",), confident=False) for n in (1, 3, 2, 4))


def url(bug: int) -> str:
    return f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug}"


def incident(number: int = 1897630, text: str = "Jurisdiction issue in some certificates", **changes) -> Incident:
    bug = Bug(number, f"Entrust: {text}", "", "NEW", "", True, OPENED, OPENED, None, NOBODY, NOBODY)
    return Incident(
        bug, "Entrust", text, ("ca-compliance", "ev-misissuance"), None, date(2024, 6, 1), comments=12,
        **{"sections": (CERTAIN,), **changes},
    )  # fmt: skip


def build_echo(subject: Incident, group: str) -> RelatedIncident:
    reasons = "refers to" if group == "refers to" else (subject.title, "same CA, 3 days before")
    primary_reason = "refers to" if group == "refers to" else "in common"
    echo = Echo(subject.bug.id, 0.91234, reasons, primary_reason, group == "same CA", True)
    return RelatedIncident(echo, subject)


def build_alike(subject: Incident, *, same_ca: bool = False) -> AlikeIncident:
    return AlikeIncident(Alike(subject.bug.id, 0.83456, (subject.title, "wrong state"), same_ca, True), subject)


def all_results(text: str) -> list[object]:
    subject = incident(text=text, sections=(Assignment(text, "text", 0.7, (text,)), *SUGGESTED))
    message = ListMessage("list", "key", f"https://list.example/{text}", text, text, OPENED, bugs=(1897630,))
    section = Section(text, text, "builtin", text, incidents=42)
    source = SourceStatus(text, 200, text, 3)
    owner = Owner(text, (text,))
    return [
        IncidentList(
            (owner,), IncidentFilter(section=text), text, IncidentCounts(71, 1), ((text, 3),), (subject,), 0, 8, 6
        ),
        IncidentList((), IncidentFilter(), "", IncidentCounts(1, 1), (), (subject, incident(7, text))),
        MessageList(
            MessageFilter(thread=text), text, 8, (ListedMessage(message, (subject,), "t", 3),), page=0, page_count=2
        ),
        IncidentDetail(replace(subject, excerpt=text)),
        IncidentCard(IncidentDetail(subject), deadline_list([listed(subject, subject=text)])),
        deadline_list([listed(subject, subject=text, why=text), listed(subject, state="due")], ca=text, text=text),
        missed_history(subject, text),
        commitment_list((), ca=text, rows=[promise(subject, text), promise(subject, text, became="never")]),
        queue([subject], reasons=(reason("question", comment=2, subject=text),)),
        Explanations().explain("last call"),
        SectionExplanation(
            subject, subject.sections[:1], SUGGESTED, (Correction(1897630, text, 0, None, "in", OPENED),)
        ),
        RelatedIncidents(
            subject,
            (build_echo(incident(2, text), "refers to"), build_echo(incident(3, text), "same CA")),
            (build_alike(incident(4, text), same_ca=True), build_alike(incident(5, text))),
        ),
        RelatedIncidents(subject, ()),
        CorrectionResult(1897630, text, True, subject.sections[0], subject.sections),
        CorrectionResult(1897630, text, False, subject.sections[0], subject.sections, changed=False),
        (section,),
        SectionDetail(section, ((text, 2),), (subject,), 1),
        group_summary(text, (subject, subject), text),
        group_summary(text, (subject, subject), text, "section"),
        BugSummary(replace(subject, excerpt=text, excerpt_comment=2), 3, text, text, (subject,)),
        Status((source,), 1394, 26, (("pending", 0),), 5, ClassifierStatus(problem=text), ((OPENED, text),)),
        RouteList((Route(1, 2, (text,), 3, OPENED, text),)),
        IncidentAlert(
            replace(subject, excerpt=text),
            OwnerHistory(text, IncidentCounts(5, 1), ((text, 4),)),
            RelatedIncidents(subject, (), (build_alike(incident(4, text)),)),
        ),
        MessageAlert(message, text, incidents=(subject,)),
        MessageAlert(message, text, RequestedSection(text, (subject,), (7, 8))),
        CatchUpAlert((subject,), (message,)),
        WithdrawnAlert(1897630, "restricted"),
    ]


STYLES = [OutputStyle(url), OutputStyle(url, 80, colour=False), OutputStyle(url, 120, colour=True)]
WITHOUT_BUGS = (tuple, Status, RouteList, Explanation)


def test_every_answer_can_be_shown():
    assert {type(result) for result in all_results("x")} | {list} == set(RENDERERS)


@pytest.mark.parametrize("style", STYLES)
def test_what_others_wrote_never_steers_the_terminal(style):
    for result in all_results(HOSTILE):
        text = render(result, style)
        if style.colour and style.width:
            # our own colours and nothing else
            text = Text.from_ansi(text).plain
        assert all(letter.isprintable() or letter == "\n" for letter in text), (result, text)
        assert "\u202e" not in text


@pytest.mark.parametrize("style", STYLES)
def test_every_answer_about_bugs_shows_their_links(style):
    for result in all_results("A thing"):
        if not isinstance(result, WITHOUT_BUGS):
            assert url(1897630) in render(result, style).replace("\n", ""), result


@pytest.mark.parametrize("width", [80, 120])
def test_no_row_is_wider_than_the_terminal(width):
    for result in all_results("証明書 that was issued in a hurry, " * 9):
        for row in render(result, OutputStyle(url, width, colour=False)).split("\n"):
            # what is to be pasted stays one line for the clipboard; the terminal wraps it
            assert cell_len(row) <= width or row.startswith("| "), row


def test_a_list_begins_with_its_totals():
    result = IncidentList(
        (Owner("Entrust", ("AffirmTrust",)),), IncidentFilter(("Entrust",), since=date(2024, 1, 1)), "Entrust",
        IncidentCounts(46, 2, 14), (("ev-misissuance", 20), ("policy-failure", 3)), (incident(),) * 6, 1, 8, 6,
        {"ev-misissuance": "EV mis-issuance"},
    )  # fmt: skip
    rows = render(result, OutputStyle(url)).split("\n")
    assert rows[:2] == [
        "Entrust, opened since 1 January 2024: 2 open of 46 bugs, of which 14 are no incidents",
        "EV mis-issuance 20 · policy-failure 3",
    ]
    assert rows[2] == (
        " 1897630  Jurisdiction issue in some certificates  "
        "https://bugzilla.mozilla.org/show_bug.cgi?id=1897630  open · 19 May 2024 · EV mis-issuance"
    )
    assert rows[-1] == "7–12 of 46 · also AffirmTrust · add page:3 for the next"


def test_a_section_found_by_text_says_how_surely():
    text = render(
        SectionExplanation(incident(), (Assignment("crl", "text", 0.74, ("crl", "stale")),), SUGGESTED[:1]),
        OutputStyle(url),
    )
    assert "crl: 74 % by its text, for crl, stale" in text
    assert "perhaps suggestion-1: 10 % by its text, for word" in text


def test_a_members_correction_is_shown_with_who_and_when():
    assignment = Assignment("crl", "member", 1.0)
    corrections = tuple(
        Correction(1897630, key, 5, member, verdict, OPENED, member_name=name)
        for key, member, verdict, name in (("crl", 77, "in", "alice"), ("ocsp", None, "out", ""), ("ev", 78, "in", ""))
    )
    text = render(SectionExplanation(incident(), (assignment,), (), corrections), OutputStyle(url))
    assert "  crl: a member said so\n" in text
    assert "alice put it in crl, 19 May 2024, 00:36 UTC" in text
    assert "The operator took it out of ocsp, for every server, 19 May 2024" in text
    assert "A member put it in ev, 19 May 2024" in text


def test_a_source_never_read_says_so():
    status = Status((SourceStatus("list", None, "It does not answer."),), 0, 0, (), 0, ClassifierStatus())
    text = render(status, OutputStyle(url))
    assert text.startswith("list not read to the end yet, and cannot be read now · 0 incidents · 0 mails\n")
    assert "\nlist: It does not answer." in text


def test_an_incidents_document_is_what_was_promised():
    assert incident_document(incident(), url) == {
        "bug": 1897630, "url": url(1897630), "ca": "Entrust",
        "summary": "Entrust: Jurisdiction issue in some certificates",
        "title": "Jurisdiction issue in some certificates",
        "opened": "2024-05-19T00:36:06Z", "closed": None, "status": "open", "resolution": "", "not_incident": None,
        "tags": ["ca-compliance", "ev-misissuance"], "next_update": None, "close_on": "2024-06-01", "comments": 12,
        "sections": [{"key": "ev-misissuance", "by": "tag", "confidence": 1.0}], "perhaps": [],
    }  # fmt: skip


def test_perhaps_holds_three_best_first_and_nothing_beside_something_sure():
    uncertain = incident_document(incident(sections=SUGGESTED), url)
    assert uncertain["sections"] == []
    assert uncertain["perhaps"] == [{"key": f"suggestion-{n}", "confidence": n / 10} for n in (4, 3, 2)]
    certain = incident_document(incident(sections=(Assignment("crl", "text", 0.9), *SUGGESTED)), url)
    assert certain["perhaps"] == []


def test_a_limit_cuts_the_incidents_and_not_the_totals():
    incidents = tuple(incident(number) for number in (3, 2, 1))
    result = IncidentList((), IncidentFilter(), "", IncidentCounts(3, 3), (), incidents)
    assert len(incidents_document(result, url)["incidents"]) == 3
    limited = incidents_document(result, url, 2)
    assert ([row["bug"] for row in limited["incidents"]], limited["total"], limited["ca"]) == ([3, 2], 3, None)


def test_one_incidents_document_adds_the_reasons():
    subject = incident()
    explanation = SectionExplanation(subject, (replace(CERTAIN, reasons=("ev-misissuance",)),), ())
    related = RelatedIncidents(subject, tuple(build_echo(incident(n), "same CA") for n in range(9)))
    document = detail_document(IncidentDetail(subject), explanation, related, url)
    assert document["why"] == [{"section": "ev-misissuance", "by": "tag", "words": ["ev-misissuance"]}]
    member = Assignment("crl-failure", "member", 1.0)
    explanation = SectionExplanation(incident(sections=(member,)), (member,), ())
    document = detail_document(IncidentDetail(explanation.incident), explanation, related, url)
    assert document["sections"] == [{"key": "crl-failure", "by": "member", "confidence": 1.0}]
    assert document["why"] == [{"section": "crl-failure", "by": "member", "words": []}]
    assert document["echoes"] == related_document(related)["echoes"][:5]
    assert document["report"] is None


def test_related_incidents_are_a_document_with_their_reasons():
    subject = incident()
    echoes = (build_echo(incident(2), "refers to"), build_echo(incident(3), "other CAs"))
    result = RelatedIncidents(subject, echoes, (build_alike(incident(4)), build_alike(incident(5), same_ca=True)))
    assert related_document(result) == {
        "bug": 1897630,
        "echoes": [
            {"bug": 2, "score": 0.9123, "why": "refers to", "group": "refers to", "within_two_years": True},
            {"bug": 3, "score": 0.9123, "why": [subject.title, "same CA, 3 days before"], "group": "other CAs",
             "within_two_years": True},
        ],
        "alike": [
            {"bug": 4, "score": 0.8346, "why": [subject.title, "wrong state"], "same_ca": False},
            {"bug": 5, "score": 0.8346, "why": [subject.title, "wrong state"], "same_ca": True},
        ],
        "table": [2, 4, 5],
    }  # fmt: skip
    limited = related_document(replace(result, limit=1))
    assert (len(limited["echoes"]), len(limited["alike"]), limited["table"]) == (1, 1, [2, 4, 5])
    assert related_document(RelatedIncidents(subject, ())) == {
        "bug": 1897630, "echoes": [], "alike": [], "table": []
    }  # fmt: skip


def test_a_terminal_says_that_nothing_is_like_an_incident():
    subject = incident()
    assert "Found nothing like 1897630 in the two years before" in render(RelatedIncidents(subject, ()), STYLES[0])
    referring = RelatedIncidents(subject, (build_echo(incident(2), "refers to"),))
    assert "Found nothing else like it in the two years before" in render(referring, STYLES[0])


def test_the_table_to_paste_is_whole_in_a_terminal_too():
    subject = incident(text="A long title that goes on and on " * 4)
    result = RelatedIncidents(subject, (), (build_alike(subject),))
    tables = [
        [row for row in render(result, style).split("\n") if row.startswith("|")] for style in (STYLES[0], STYLES[1])
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 3


def test_the_other_documents():
    section = Section("weak-keys", "Weak keys", "builtin", incidents=42, by_tag=30, by_text=4, not_incidents=2)
    assert sections_document([section])["sections"] == [
        {
            "key": "weak-keys",
            "title": "Weak keys",
            "state": "builtin",
            "community": None,
            "incidents": 42,
            "by_tag": 30,
            "by_text": 4,
            "not_incidents": 2,
        }
    ]
    source = SourceStatus("bugzilla", 12, "")
    status = status_document(Status((source,), 1394, 26, (("pending", 0),), 0, ClassifierStatus(), ()))
    assert status["sources"][0] | {"backlog": 0, "missed": 0} == {
        "name": "bugzilla", "fresh_seconds": 12, "error": None, "backlog": 0, "missed": 0,
        "warning": None, "unreadable": {"count": 0, "items": []},
    }  # fmt: skip
    assert (status["incidents"], status["messages"], status["deliveries"]) == (1394, 26, {"pending": 0})
    json.dumps(status)
