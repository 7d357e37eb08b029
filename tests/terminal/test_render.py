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
    summary_document,
)
from bot.terminal.layout import OutputStyle
from bot.terminal.render.dispatch import RENDERERS, render
from handlers.related.find import Echo
from handlers.results.alerts import (
    CatchUpAlert,
    IncidentAlert,
    MessageAlert,
    RequestedSection,
    RouteList,
    WithdrawnAlert,
)
from handlers.results.corrections import CorrectionResult
from handlers.results.incidents import IncidentDetail, IncidentList, Owner, SectionExplanation
from handlers.results.related import RelatedIncident, RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from handlers.results.summaries import Citation, Claim, Summary
from storage.values.incidents import Assignment, Bug, Correction, Incident, IncidentFilter, Person
from storage.values.messages import ListMessage
from storage.values.outbox import Route
from storage.values.sections import Section

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
    primary_reason = "refers to" if group == "refers to" else "shared words"
    return RelatedIncident(
        Echo(subject.bug.id, 0.91234, reasons, primary_reason, 9.0, group == "same CA", True), subject
    )


def all_results(text: str) -> list[object]:
    subject = incident(text=text, sections=(Assignment(text, "text", 0.7, (text,)), *SUGGESTED))
    message = ListMessage("list", "key", f"https://list.example/{text}", text, text, OPENED, bugs=(1897630,))
    section = Section(text, text, "builtin", text, incidents=42)
    source = SourceStatus(text, 200, text, 3)
    owner = Owner(text, (text,))
    return [
        IncidentList(owner, IncidentFilter(section=text), text, 71, 1, OPENED, ((text, 3),), (subject,), 0, 8),
        IncidentList(None, IncidentFilter(), "", 1, 1, OPENED, (), (subject, incident(7, text))),
        IncidentDetail(replace(subject, excerpt=text)),
        SectionExplanation(
            subject, subject.sections[:1], SUGGESTED, (Correction(1897630, text, 0, None, "in", OPENED),)
        ),
        RelatedIncidents(subject, tuple(build_echo(subject, group) for group in ("refers to", "same CA", "other CAs"))),
        RelatedIncidents(subject, ()),
        CorrectionResult(1897630, text, True, subject.sections[0], subject.sections),
        CorrectionResult(1897630, text, False, subject.sections[0], subject.sections, changed=False),
        (section,),
        SectionDetail(section, ((text, 2),), (subject,), 1),
        Summary(text, "ca", ((text, text), ("open", 0)), (Claim(text, (Citation(1897630, 3),)),)),
        Status((source,), 1394, 26, (("pending", 0),), 5, ClassifierStatus(problem=text), ((OPENED, text),)),
        RouteList((Route(1, 2, (text,), 3, OPENED, text),)),
        IncidentAlert(replace(subject, excerpt=text), text, ((text, 4),), (build_echo(subject, "same CA"),)),
        MessageAlert(message, text),
        MessageAlert(message, text, RequestedSection(text, (subject,), (7, 8))),
        CatchUpAlert((subject,), (message,)),
        WithdrawnAlert(1897630, "restricted"),
    ]


STYLES = [OutputStyle(url), OutputStyle(url, 80, colour=False), OutputStyle(url, 120, colour=True)]
WITHOUT_BUGS = (tuple, Status, RouteList)


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
        Owner("Entrust", ("AffirmTrust",)), IncidentFilter(since=date(2024, 1, 1), open_only=True),
        "Entrust", 71, 0, OPENED, (("ev-misissuance", 20), ("policy-failure", 3)), (incident(),), 1, 8,
    )  # fmt: skip
    assert render(result, OutputStyle(url)).split("\n") == [
        "Entrust (also AffirmTrust), open ones, since 2024-01-01: 71 incidents, 0 open, the first opened 2024-05-19",
        "ev-misissuance 20, policy-failure 3",
        (
            " 1897630  2024-05-19  open    Jurisdiction issue in some certificates  "
            "https://bugzilla.mozilla.org/show_bug.cgi?id=1897630  [ev-misissuance]"
        ),
        "page 2 of 8; add page:3 for the next",
    ]


def test_a_section_found_by_text_says_how_surely():
    text = render(
        SectionExplanation(incident(), (Assignment("crl", "text", 0.74, ("crl", "stale")),), SUGGESTED[:1]),
        OutputStyle(url),
    )
    assert "crl  by text, 74% sure: crl, stale" in text
    assert "perhaps suggestion-1  by text, 10% sure: word" in text


def test_a_members_correction_is_shown_with_who_and_when():
    assignment = Assignment("crl", "member", 1.0)
    corrections = tuple(
        Correction(1897630, key, 5, member, verdict, OPENED)
        for key, member, verdict in (("crl", 77, "in"), ("ocsp", None, "out"))
    )
    text = render(SectionExplanation(incident(), (assignment,), (), corrections), OutputStyle(url))
    assert "crl  by member" in text
    assert "member 77 on 2024-05-19 00:36Z: it belongs in crl" in text
    assert "the operator on 2024-05-19 00:36Z: it does not belong in ocsp" in text


def test_a_source_never_read_says_so():
    status = Status((SourceStatus("list", None, "It does not answer."),), 0, 0, (), 0, ClassifierStatus())
    assert render(status, OutputStyle(url)).startswith("list: not read to the end yet; It does not answer.")


def test_an_incidents_document_is_what_was_promised():
    assert incident_document(incident(), url) == {
        "bug": 1897630, "url": url(1897630), "ca": "Entrust",
        "summary": "Entrust: Jurisdiction issue in some certificates",
        "title": "Jurisdiction issue in some certificates",
        "opened": "2024-05-19T00:36:06Z", "closed": None, "status": "open", "resolution": "",
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
    result = IncidentList(None, IncidentFilter(), "", 3, 3, OPENED, (), incidents)
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
    assert {document[key] for key in ("deadlines", "report")} == {None}


def test_echoes_are_a_document_with_their_reasons():
    subject = incident()
    result = RelatedIncidents(subject, (build_echo(incident(2), "refers to"), build_echo(incident(3), "other CAs")))
    assert related_document(result) == {
        "bug": 1897630,
        "echoes": [
            {"bug": 2, "score": 0.9123, "why": "refers to", "group": "refers to", "within_two_years": True},
            {"bug": 3, "score": 0.9123, "why": [subject.title, "same CA, 3 days before"], "group": "other CAs",
             "within_two_years": True},
        ],
    }  # fmt: skip
    assert len(related_document(result, 1)["echoes"]) == 1


def test_the_table_to_paste_is_whole_in_a_terminal_too():
    subject = incident(text="A long title that goes on and on " * 4)
    result = RelatedIncidents(subject, (build_echo(subject, "other CAs"),))
    tables = [
        [row for row in render(result, style).split("\n") if row.startswith("|")] for style in (STYLES[0], STYLES[1])
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 3


def test_the_other_documents():
    section = Section("weak-keys", "Weak keys", "builtin", incidents=42)
    assert sections_document([section])["sections"] == [
        {"key": "weak-keys", "title": "Weak keys", "state": "builtin", "community": None, "incidents": 42}
    ]
    claim = Claim("It was late.", (Citation(7, 0), Citation(8)))
    summary = summary_document(Summary("Entrust", "ca", (("total", 71),), (claim,), date(2024, 1, 1)))
    assert (summary["facts"], summary["since"], summary["until"]) == ({"total": 71}, "2024-01-01", None)
    assert summary["sentences"][0]["sources"] == [{"bug": 7, "comment": 0}, {"bug": 8, "comment": None}]
    source = SourceStatus("bugzilla", 12, "")
    status = status_document(Status((source,), 1394, 26, (("pending", 0),), 0, ClassifierStatus(), ()))
    assert status["sources"][0] | {"backlog": 0, "missed": 0} == {
        "name": "bugzilla", "fresh_seconds": 12, "error": None, "backlog": 0, "missed": 0,
        "warning": None, "unreadable": {"count": 0, "items": []},
    }  # fmt: skip
    assert (status["incidents"], status["messages"], status["deliveries"]) == (1394, 26, {"pending": 0})
    json.dumps([summary, status])
