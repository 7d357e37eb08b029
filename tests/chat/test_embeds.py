from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.alerts import render_alert
from bot.chat.render.common import CLOSED_COLOUR, OPEN_COLOUR
from bot.chat.render.incidents import render_incidents
from bot.chat.render.summaries import render_summary
from handlers.alerts.routing import MAX_PER_CATCH_UP
from handlers.results.alerts import CatchUpAlert, IncidentAlert, MessageAlert, WithdrawnAlert
from handlers.results.incidents import IncidentList
from handlers.results.summaries import Summary
from storage.values.incidents import Assignment, IncidentFilter
from storage.values.messages import ListMessage
from tests.support.fake_use_cases import HOSTILE, TITLES, FakeUseCases, echo, incident

BUG_URL = FakeUseCases().bug_url
BY_TEXT = Assignment("ev-misissuance", "text", 0.78, ("jurisdiction", "EV"))


def render(alert):
    return render_alert(alert, titles=TITLES, bug_url=BUG_URL, reference="k3f9")


def build_alert(subject, excerpt="We found out on 2024-05-19 that", sections=(BY_TEXT,), echoes=()):
    earlier = (("ev-misissuance", 12), ("policy-failure", 0))
    subject = replace(subject, excerpt=excerpt, sections=sections, reporter_role="the CA itself")
    return IncidentAlert(subject, "entrust.com", earlier, echoes)


def test_an_incidents_alert_says_who_what_and_how_often_before():
    subject = incident(1897630)
    embed = render(build_alert(subject))
    assert embed.url == "https://bugs.example/show_bug.cgi?id=1897630"
    assert embed.title == "Entrust: Jurisdiction issue in some EV certificates"
    assert embed.timestamp == subject.bug.created
    assert embed.footer.text == "ref k3f9"
    assert embed.colour == OPEN_COLOUR
    assert embed.description == "We found out on 2024-05-19 that"
    assert {field.name: field.value for field in embed.fields} == {
        "Opened by": "the CA itself (entrust.com)",
        "Sections": "**EV mis-issuance** 78 % by text: *jurisdiction, EV*",
        "Earlier incidents of Entrust there": "12 in EV mis-issuance",
    }


def test_an_alert_without_a_report_says_so():
    embed = render(build_alert(incident(1, is_open=False), excerpt="", sections=()))
    assert embed.description == "The report has not been posted yet."
    assert embed.colour == CLOSED_COLOUR
    assert embed.fields[1].value == "none found yet"


def test_an_alert_names_its_best_echoes_with_links_days_and_reasons():
    echoes = (echo(11, "refers to"), echo(13, ca="DigiCert", title=HOSTILE))
    fields = {field.name: field.value for field in render(build_alert(incident(1897630), echoes=echoes)).fields}
    first, second = fields["Echoes"].split("\n")
    assert first == (
        "[11](https://bugs.example/show_bug.cgi?id=11) EV jurisdiction wrong (2024-05-12, *referred to*)"
    )  # fmt: skip
    assert second.startswith("[13](https://bugs.example/show_bug.cgi?id=13) DigiCert: \\@everyone \\[click\\]")
    assert second.endswith("(2024-05-14, *jurisdiction, ev*)")


def test_a_list_messages_alert_links_what_it_speaks_of():
    url = "https://www.mail-archive.com/list@example.org/msg1.html"
    posted = datetime(2024, 5, 7, tzinfo=UTC)
    message = ListMessage("dev-security-policy", "k", url, "Re: Entrust", "Ben", posted, bugs=(5, 6), cas=("Entrust",))
    embed = render(MessageAlert(message, "Dear all"))
    assert embed.url == url
    assert embed.author.name == "Ben on dev-security-policy"
    assert embed.timestamp == posted
    assert "[5](https://bugs.example/show_bug.cgi?id=5), [6]" in embed.fields[0].value
    assert embed.fields[1].value == "Entrust"


def test_a_message_of_many_bugs_or_of_none_fits():
    message = ListMessage("list", "k", "no address", "", "", None, bugs=tuple(range(1897000, 1897400)))
    embed = render(MessageAlert(message, ""))
    assert embed.url is None
    assert embed.fields[0].value.endswith("more")


def test_a_catch_up_links_as_many_as_fit_and_counts_the_rest():
    embed = render(CatchUpAlert(tuple(incident(n) for n in range(1, 201)), ()))
    assert embed.title == "Catching up: 200 incidents"
    link_count = embed.description.count("](https://bugs.example")
    assert embed.description.endswith(f"… and {200 - link_count} more.")
    assert len(embed.description) <= 4096


@pytest.mark.parametrize(("reason", "text"), [("restricted", "became restricted"), ("moved", "another component")])
def test_a_withdrawn_alert_holds_nothing_but_the_number(reason, text):
    embed = render(WithdrawnAlert(1897630, reason))
    assert text in embed.description
    assert embed.title == "Bug 1897630"
    assert not embed.fields


def test_every_row_of_a_full_catch_up_has_its_title():
    long_title = "A title of the usual length of about a hundred characters, which says what went wrong and where"
    incidents = [incident(1_890_000 + n, title=long_title, ca="A CA with a long name") for n in range(MAX_PER_CATCH_UP)]
    embed = render_alert(
        CatchUpAlert(tuple(incidents), ()), titles=TITLES, reference="k3f9",
        bug_url=lambda bug: f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug}",
    )  # fmt: skip
    lines = embed.description.split("\n")
    assert len(lines) == MAX_PER_CATCH_UP
    assert all("A title of the usual" in line for line in lines)


@given(st.text(max_size=300), st.text(max_size=4000))
def test_no_title_or_opening_breaks_an_alert(title, excerpt):
    subject = incident(7, title=title * 3, ca=title or None)
    for embed in (render(build_alert(subject, excerpt)), render(CatchUpAlert((subject,) * 60, ()))):
        assert len(embed) <= 6000
        assert len(embed.title) <= 256
        assert len(embed.description) <= 4096
        assert all(field.name and 0 < len(field.value) <= 1024 for field in embed.fields)


@given(st.text(max_size=400))
def test_ten_incidents_fit_one_page_whatever_they_are_called(title):
    incidents = tuple(incident(n, title=title or HOSTILE, sections=(BY_TEXT,) * 9) for n in range(1897000, 1897010))
    counts = tuple((title or "x", 9) for _ in range(9))
    embed = render_incidents(
        IncidentList(None, IncidentFilter(), title, 10, 10, None, counts, incidents), TITLES, BUG_URL
    )
    assert embed.description.count("https://bugs.example") == 10
    assert len(embed) <= 6000


def test_a_summary_of_a_bug_links_it():
    embed = render_summary(Summary("Bug 7", "bug", (("bug", 7), ("closed", None), ("days", 3)), ()), BUG_URL)
    assert embed.description == "Bug [7](https://bugs.example/show_bug.cgi?id=7) · Days **3**"
