from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.alerts import render_alert
from bot.chat.render.common import CLOSED_COLOUR, OPEN_COLOUR
from bot.chat.render.incidents import render_incidents
from handlers.alerts.routing import MAX_PER_CATCH_UP
from handlers.results.alerts import CatchUpAlert, IncidentAlert, MessageAlert, OwnerHistory, WithdrawnAlert
from handlers.results.incidents import IncidentList
from handlers.results.related import RelatedIncidents
from storage.values.incidents import Assignment, IncidentCounts, IncidentFilter
from storage.values.messages import ListMessage
from tests.support.fake_use_cases import HOSTILE, TITLES, FakeUseCases, alike, echo, incident

BUG_URL = FakeUseCases().bug_url
BY_TEXT = Assignment("ev-misissuance", "text", 0.78, ("jurisdiction", "EV"))


def render(alert):
    return render_alert(alert, titles=TITLES, bug_url=BUG_URL, reference="k3f9")


def build_alert(subject, excerpt="We found out on 2024-05-19 that", sections=(BY_TEXT,), echoes=(), others=()):
    history = OwnerHistory("Entrust", IncidentCounts(44, 5, 2), (("ev-misissuance", 12), ("policy-failure", 0)))
    subject = replace(subject, excerpt=excerpt, sections=sections, reporter_role="the CA itself")
    return IncidentAlert(subject, history, RelatedIncidents(subject, echoes, others))


def moment_of(subject):
    return f"<t:{int(subject.bug.created.timestamp())}:R>"


def test_an_incidents_alert_says_who_what_and_how_often_before():
    subject = incident(1897630)
    answer = render(build_alert(subject))
    assert answer.content == "New incident · Entrust: Jurisdiction issue in some EV certificates"
    assert answer.embed.url == "https://bugs.example/show_bug.cgi?id=1897630"
    assert answer.embed.title == "Entrust: Jurisdiction issue in some EV certificates"
    assert answer.embed.footer.text == "ref k3f9"
    assert answer.embed.colour == OPEN_COLOUR
    assert answer.embed.description.split("\n") == [
        "We found out on 2024-05-19 that",
        "",
        "Probably EV mis-issuance (78 %)",
        "**Entrust** before: 5 open of 44 (2 are no incidents) · 12 EV mis-issuance",
        f"Opened {moment_of(subject)} by Entrust",
    ]


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        ((), "No section found yet"),
        ((Assignment("policy-failure", "tag", 1.0), Assignment("x", "member", 1.0)), "Policy failure · x"),
        ((replace(BY_TEXT, confident=False, confidence=0.31),), "Perhaps EV mis-issuance (31 %)"),
        ((Assignment("policy-failure", "tag", 1.0), BY_TEXT), "Policy failure · probably EV mis-issuance (78 %)"),
        (tuple(Assignment(f"s{n}", "tag", 1.0) for n in range(5)), "s0 · s1 · s2 and 2 more"),
    ],
)
def test_an_alert_tells_what_is_certain_from_what_its_text_suggests(sections, line):
    assert line in render(build_alert(incident(1), sections=sections)).embed.description.split("\n")


def test_an_alert_without_a_report_says_so_in_the_embed_and_names_the_bug_in_its_line():
    answer = render(build_alert(incident(1, is_open=False), excerpt="", sections=()))
    assert answer.content == "New incident · Entrust: Jurisdiction issue in some EV certificates"
    assert answer.embed.description.startswith("The report has not been posted yet.\n\n")
    assert answer.embed.colour == CLOSED_COLOUR


def test_an_alert_names_what_it_refers_to_or_else_the_one_that_is_most_like_it_and_why():
    referenced, like = echo(11), alike(13, ("wrong state", "EV", "x"), ca="DigiCert", title=HOSTILE)
    lines = render(build_alert(incident(1897630), echoes=(referenced,), others=(like,))).embed.description.split("\n")
    link = "[11](https://bugs.example/show_bug.cgi?id=11)"
    line = f"Refers to {link} EV jurisdiction wrong, {moment_of(referenced.incident)}"
    assert [text for text in lines if text.startswith(("Refers", "Like"))] == [line]
    lines = render(build_alert(incident(1897630), others=(like,))).embed.description.split("\n")
    (line,) = (text for text in lines if text.startswith("Like"))
    assert line.startswith("Like [13](https://bugs.example/show_bug.cgi?id=13) DigiCert: \\@everyone \\[click\\]")
    assert line.endswith(f"{moment_of(like.incident)} (both: wrong state, EV)")


def test_an_alert_of_a_late_revocation_names_the_incident_that_it_belongs_to():
    cause = echo(11, ("jurisdiction",), may_be_cause=True)
    late = incident(1897630, title="Delayed revocation of EV certificates")
    lines = render(build_alert(late, echoes=(cause,))).embed.description.split("\n")
    assert any(line.startswith("Belongs to [11]") for line in lines)


def test_an_alert_names_nothing_where_nothing_is_alike():
    description = render(build_alert(incident(1897630))).embed.description
    assert not any(word in description for word in ("Refers", "Belongs", "Like"))


def build_message(**changes):
    posted = datetime(2024, 5, 7, tzinfo=UTC)
    url = "https://www.mail-archive.com/list@example.org/msg1.html"
    message = ListMessage("dev-security-policy", "k", url, "Re: Entrust", "Ben", posted, 1, cas=("Entrust",))
    return replace(message, **changes)


def test_a_list_messages_alert_says_who_wrote_and_links_what_it_names_with_titles():
    message = build_message(bugs=(5, 6))
    answer = render(MessageAlert(message, "Dear all, see below.", incidents=(incident(5),)))
    assert answer.content == "New mail · dev-security-policy: Re: Entrust · Ben"
    assert answer.embed.url == message.url
    assert answer.embed.description.split("\n") == [
        "Dear all, see below.",
        "",
        "[5](https://bugs.example/show_bug.cgi?id=5) Entrust: Jurisdiction issue in some EV certificates",
        "[6](https://bugs.example/show_bug.cgi?id=6)",
        "Names Entrust",
        f"Posted <t:{int(message.posted.timestamp())}:R>",
    ]


def test_a_mail_without_text_of_its_own_is_its_subject_alone():
    answer = render(MessageAlert(build_message(bugs=(5,)), ""))
    assert answer.content == "New mail · dev-security-policy: Re: Entrust · Ben"
    assert answer.embed.title == "Re\\: Entrust"
    assert not answer.embed.description
    assert not answer.embed.fields


def test_a_message_of_many_bugs_or_of_no_subject_fits():
    message = ListMessage("list", "k", "no address", "", "", None, bugs=tuple(range(1897000, 1897400)))
    answer = render(MessageAlert(message, "See below."))
    assert answer.content == "New entry · list: (no subject)"
    assert answer.embed.url is None
    assert answer.embed.description.endswith(" more")


def test_an_excerpt_is_cut_at_a_word_with_an_ellipsis():
    excerpt = "certificates " * 60
    for answer in (render(build_alert(incident(1), excerpt)), render(MessageAlert(build_message(), excerpt))):
        quoted = answer.embed.description.split("\n")[0]
        assert len(quoted) <= 300
        assert quoted.endswith("certificates…")


def test_a_catch_up_counts_for_each_ca_and_links_every_incident():
    incidents = [
        incident(n, ca="Entrust" if n % 3 else "Sectigo") for n in range(1_890_000, 1_890_000 + MAX_PER_CATCH_UP)
    ]
    answer = render_alert(
        CatchUpAlert(tuple(incidents), ()), titles=TITLES, reference="k3f9",
        bug_url=lambda bug: f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug}",
    )  # fmt: skip
    assert answer.content == f"{MAX_PER_CATCH_UP} new incidents since 1 May 2024"
    first, second = answer.embed.description.split("\n")
    assert first.startswith("**Entrust** 40: [1890001](https://bugzilla.mozilla.org/show_bug.cgi?id=1890001), ")
    assert second.startswith("**Sectigo** 20: [1890000]")
    assert answer.embed.description.count("](https://") == MAX_PER_CATCH_UP


def test_a_catch_up_of_many_cas_with_long_names_leaves_no_number_out():
    incidents = [
        incident(1_890_000 + n, ca=f"A CA with a long name, the {n}th of its kind") for n in range(MAX_PER_CATCH_UP)
    ]
    answer = render(CatchUpAlert(tuple(incidents), ()))
    assert all(str(subject.bug.id) in answer.embed.description for subject in incidents)
    assert len(answer.embed.description) <= 4096


def test_a_catch_up_of_mails_names_each_thread_once_with_its_count():
    messages = tuple(build_message(key=str(n), thread="Entrust" if n else "Other") for n in range(3))
    answer = render(CatchUpAlert((), messages))
    assert answer.content == "3 new mails since 7 May 2024"
    assert answer.embed.description.split("\n") == [
        "[Entrust](https://www.mail-archive.com/list@example.org/msg1.html) 2",
        "[Other](https://www.mail-archive.com/list@example.org/msg1.html)",
    ]


@pytest.mark.parametrize(("reason", "text"), [("restricted", "became restricted"), ("moved", "another component")])
def test_a_withdrawn_alert_holds_nothing_but_the_number(reason, text):
    answer = render(WithdrawnAlert(1897630, reason))
    assert answer.content.startswith("An incident that ")
    assert text in answer.embed.description
    assert answer.embed.title == "Bug 1897630"
    assert not answer.embed.fields


@given(st.text(max_size=300), st.text(max_size=4000))
def test_no_title_or_opening_breaks_an_alert(title, excerpt):
    subject = incident(7, title=title * 3, ca=title or None)
    for answer in (render(build_alert(subject, excerpt)), render(CatchUpAlert((subject,) * 60, ()))):
        embed = answer.embed
        assert len(answer.content) <= 2000
        assert len(embed) <= 6000
        assert len(embed.title or "") <= 256
        assert len(embed.description) <= 4096
        assert all(field.name and 0 < len(field.value) <= 1024 for field in embed.fields)


@given(st.text(max_size=400))
def test_ten_incidents_fit_one_page_whatever_they_are_called(title):
    incidents = tuple(incident(n, title=title or HOSTILE, sections=(BY_TEXT,) * 9) for n in range(1897000, 1897010))
    counts = tuple((title or "x", 9) for _ in range(9))
    embed = render_incidents(
        IncidentList((), IncidentFilter(), title, IncidentCounts(10, 10), counts, incidents, section_titles=TITLES),
        BUG_URL,
    )
    assert embed.description.count("https://bugs.example") == 10
    assert len(embed) <= 6000
