"""Every count in JSON has beside it how many of the bugs are no incidents, and both chats say so of a total."""

from dataclasses import replace

from bot.formatting.phrases import describe_freshness
from bot.formatting.summary_text import group_headline
from bot.terminal.json_output import status_document
from bot.terminal.summary_document import summary_document
from handlers.results.status import ClassifierStatus, Status
from tests.support.fake_use_cases import incident
from tests.support.summaries import group_summary


def summary(state=None):
    """Return a summary of three incidents, the last of which is none."""
    incidents = [incident(number) for number in (1897630, 1897629)]
    duplicate = replace(incident(1897628), not_incident="duplicate")
    result = group_summary("Entrust", (*incidents, duplicate))
    return replace(result, scope=replace(result.scope, state=state), earlier=replace(result.earlier, not_incidents=1))


def test_a_summary_counts_apart_in_its_total_and_by_year_quarter_ca_section_and_span():
    facts = summary_document(summary())["facts"]
    assert (facts["total"], facts["not_incidents"]) == (3, 1)
    assert (facts["by_year"], facts["not_incidents_by_year"]) == ({"2024": 3}, {"2024": 1})
    assert facts["not_incidents_by_quarter"] == {"2024-Q1": 0, "2024-Q2": 1}
    assert (facts["cas"], facts["not_incidents_by_ca"]) == ({"Entrust": 3}, {"Entrust": 1})
    assert facts["sections"]["ev-misissuance"]["not_incidents"] == 1
    assert (facts["before"]["total"], facts["before"]["not_incidents"]) == (1, 1)


def test_a_summary_of_open_ones_says_how_many_of_them_are_no_incidents():
    assert "3 open bugs, of which 1 is no incident" in group_headline(summary("open")).text


def test_the_status_counts_apart():
    status = Status((), 1394, 26, (), 0, ClassifierStatus(), not_incidents=61)
    assert status_document(status)["not_incidents"] == 61
    assert describe_freshness(status) == "1,394 bugs, of which 61 are no incidents · 26 mails"
