"""Slash options are values: what stands in one is never read as another, and by prefix a line is parsed once."""

from datetime import date

import pytest

from handlers.queries.filters import IncidentQuery
from tests.chat.interactions import private_text

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def calls(bot_environment, monkeypatch):
    """What corrections were asked for: bug and section."""
    recorded = []
    for name in ("classify", "unclassify"):
        original = getattr(bot_environment.use_cases.corrections, name)

        async def record(actor, bug, section="", *, original=original):
            recorded.append((bug, section))
            return await original(actor, bug, section)

        monkeypatch.setattr(bot_environment.use_cases.corrections, name, record)
    return recorded


async def test_the_option_of_the_ca_may_hold_flags_as_ever(channel, member, bot_environment):
    await member.slash(channel, "incidents", ca="Entrust open:yes", until="2024-06-30")
    query = IncidentQuery("Entrust", state="open", until=date(2024, 6, 30))
    assert bot_environment.use_cases.calls[-1] == (query, 0)


async def test_the_other_options_are_taken_as_they_are(channel, member, bot_environment):
    odd = 'open:yes "since:2024-01-01'
    await member.slash(channel, "incidents", ca="Entrust", section=odd, open="no")
    assert bot_environment.use_cases.calls[-1] == (IncidentQuery("Entrust", odd, state="any"), 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"ca": "Entrust open:yes", "open": "no"},
            "You ask for open incidents and for open and closed ones at once; choose one of the two.",
        ),
        ({"ca": "section:a", "section": "b"}, "section is given twice, as a and as b; give it once."),
        ({"since": "2024-1-1"}, "since:2024-1-1 is not a date. For example: `!incidents Entrust since:2024-03-01`"),
    ],
)
async def test_options_that_cannot_be_meant_are_asked_back(channel, member, bot_environment, options, sentence):
    assert private_text(await member.slash(channel, "incidents", **options)) == sentence
    assert bot_environment.use_cases.calls == []
    assert not bot_environment.problems


async def test_a_bug_and_a_section_stay_two_options(channel, member, calls):
    await member.slash(channel, "classify", bug="https://bugzil.la/5", section="7 bug 8")
    await member.slash(channel, "unclassify", bug="bug 5", section="6 ev-misissuance")
    assert calls == [(5, "7 bug 8"), (5, "6 ev-misissuance")]
    for command in ("classify", "unclassify"):
        result = await member.slash(channel, command, bug="5 ev-misissuance", section="x")
        assert "“5 ev-misissuance” is not a bug number" in private_text(result), command


async def test_by_prefix_a_bug_may_be_several_words(channel, member, calls):
    await member.send(channel, "!classify bug 5 EV mis-issuance")
    await member.send(channel, "!unclassify bug #5")
    await member.slash(channel, "unclassify", bug="5 ev-misissuance")
    assert calls == [(5, "EV mis-issuance"), (5, ""), (5, "ev-misissuance")]
