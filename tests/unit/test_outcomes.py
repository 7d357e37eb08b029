"""What Discord's refusals mean: only those that speak of this very message end it."""

from types import SimpleNamespace

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.delivery.error_codes import BLOCKED_CONTENT, CHANNEL_GONE, FOREIGN_MESSAGE, INVALID_FORM, MESSAGE_GONE
from bot.chat.delivery.outcomes import outcome_of
from bot.chat.delivery.requests import DiscordRequests, Refused

ABOUT_THE_MESSAGE = {MESSAGE_GONE, *CHANNEL_GONE, *FOREIGN_MESSAGE, *INVALID_FORM, *BLOCKED_CONTENT}


def refusal(status, code, text="Refused"):
    response = SimpleNamespace(status=status, reason="x")
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": text})


@pytest.mark.parametrize(
    ("status", "code", "kind", "whole_channel"),
    [
        (401, 0, "postponed", True),
        (400, 50083, "postponed", False),
        (429, 30046, "postponed", True),
        (403, 50001, "postponed", True),
        (403, 50013, "postponed", True),
        (403, 50005, "foreign", False),
        (404, 10008, "message gone", False),
        (404, 10003, "channel gone", True),
        (404, 0, "postponed", False),
        (400, 50035, "invalid", False),
        (503, 0, "postponed", True),
    ],
)
def test_a_refusal_means(status, code, kind, whole_channel):
    outcome = outcome_of(refusal(status, code))
    expected_scope = False if code == 30046 else whole_channel  # only old messages, of which others are not told
    assert (outcome.kind, outcome.whole_channel) == (kind, expected_scope)
    assert outcome.reason


@given(st.integers(400, 599), st.integers(0, 300_000).filter(lambda code: code not in ABOUT_THE_MESSAGE))
def test_a_refusal_that_nobody_knows_ends_no_message(status, code):
    assert outcome_of(refusal(status, code)).kind == "postponed"


@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ServerDisconnectedError(), KeyError("retry_after")])
def test_an_error_without_an_answer_may_have_arrived(error):
    outcome = outcome_of(error)
    assert (outcome.kind, outcome.refused) == ("postponed", False)


def test_the_reason_repeats_nothing_that_was_sent():
    outcome = outcome_of(refusal(400, 99999, "Odd\nIn embeds.0: plughword"))
    assert "plughword" not in outcome.reason
    assert "99999" in outcome.reason


async def test_a_refusal_after_a_try_that_may_have_arrived_is_no_proof_that_nothing_did(monkeypatch):
    monkeypatch.setattr("bot.chat.delivery.requests.RETRY_DELAYS", (0.0, 0.0, 0.0))
    answers = iter([ConnectionResetError(), refusal(403, 50001)])

    async def send():
        raise next(answers)

    with pytest.raises(Refused) as refused:
        await DiscordRequests().run(send)
    assert not refused.value.outcome.refused

    answers = iter([refusal(403, 50001)])
    with pytest.raises(Refused) as refused:
        await DiscordRequests().run(send)
    assert refused.value.outcome.refused
