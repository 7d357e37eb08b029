"""What Discord's refusal of a send or an edit means for the message: a pure function of the error.

Only codes that speak of this very message end it. Everything else passes (a token that is being reset, an archived
thread, a limit, a fault of Discord) or can be mended (permissions), so the message waits.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import discord

from bot.chat.delivery.error_codes import (
    BLOCKED_CONTENT,
    CHANNEL_GONE,
    EDITS_EXHAUSTED,
    FOREIGN_MESSAGE,
    INVALID_FORM,
    MESSAGE_GONE,
    NO_ACCESS,
    NO_PERMISSION,
    THREAD_ARCHIVED,
)
from bot.formatting.plain import to_single_line

MAX_QUOTED = 120
FIRST_PAUSE = timedelta(seconds=1)  # after a fault of Discord or the network
FIRST_PAUSE_REFUSED = timedelta(seconds=10)
FIRST_PAUSE_FORBIDDEN = timedelta(seconds=30)  # a channel that changes is tried again at once
FIRST_PAUSE_EXHAUSTED = timedelta(seconds=60)

OutcomeKind = Literal["postponed", "invalid", "message gone", "foreign", "channel gone"]

# the codes that speak of this very message, or of its channel
FINAL_KINDS: dict[int, OutcomeKind] = {
    MESSAGE_GONE: "message gone",
    **dict.fromkeys(FOREIGN_MESSAGE, "foreign"),
    **dict.fromkeys((*INVALID_FORM, *BLOCKED_CONTENT), "invalid"),
    **dict.fromkeys(CHANNEL_GONE, "channel gone"),
}

# codes whose meaning the operator should read in plain words
REASONS = {
    NO_ACCESS: "the bot cannot see the channel",
    NO_PERMISSION: "the bot may not write or embed links there",
    THREAD_ARCHIVED: "the thread is archived or locked",
    EDITS_EXHAUSTED: "Discord allows no more edits of its old messages for now",
    MESSAGE_GONE: "the message was deleted",
    50005: "another bot account posted the message, so this one cannot edit it",
    50021: "it is a message of Discord's own, which cannot be edited",
    10003: "Discord does not know the channel",
    10004: "Discord does not know the server",
    20028: "Discord limits how fast messages are written there",
    20029: "Discord limits how fast messages are written in that server",
    50035: "Discord finds the message invalid",
    50006: "Discord finds the message empty",
    200000: "the server's AutoMod blocked the message",
    200001: "the server's AutoMod blocked the title",
    240000: "Discord's filter of harmful links blocked the message",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a message that was refused.

    "postponed": it waits. "invalid": it will never be accepted as it stands. "foreign": it can never be edited by this
    account. `whole_channel`: no other message of the channel's queue would fare better, so all of them wait.
    `refused`: Discord answered, and it was the first try, so a message that was sent has certainly not arrived. `pause`
    is the first pause, doubled with each failure; `exact_pause` the one that Discord asked for.
    """

    kind: OutcomeKind
    reason: str
    whole_channel: bool = False
    refused: bool = True
    pause: timedelta = FIRST_PAUSE_REFUSED
    exact_pause: timedelta | None = None


def outcome_of(error: Exception) -> Outcome:
    """Return what an error of a send or an edit means."""
    if isinstance(error, discord.RateLimited):
        pause = timedelta(seconds=error.retry_after)
        return Outcome("postponed", "Discord asks for fewer requests", whole_channel=True, exact_pause=pause)
    if isinstance(error, discord.DiscordServerError):
        reason = f"Discord has a fault (status {error.status})"
        return Outcome("postponed", reason, whole_channel=True, refused=False, pause=FIRST_PAUSE)
    if isinstance(error, discord.HTTPException):
        return _outcome_of_refusal(error)
    # what escapes from discord.py for an answer that it did not expect says nothing of other messages
    if isinstance(error, OSError | TimeoutError) or type(error).__module__.startswith("aiohttp"):
        reason = f"Discord cannot be reached ({type(error).__name__})"
        return Outcome("postponed", reason, whole_channel=True, refused=False, pause=FIRST_PAUSE)
    return Outcome("postponed", f"Discord's answer was not understood ({type(error).__name__})", refused=False)


def _outcome_of_refusal(error: discord.HTTPException) -> Outcome:
    reason = _reason(error)
    if kind := FINAL_KINDS.get(error.code):
        return Outcome(kind, reason, whole_channel=kind == "channel gone", pause=FIRST_PAUSE_FORBIDDEN)
    if error.code == THREAD_ARCHIVED:
        return Outcome("postponed", reason)
    if error.code == EDITS_EXHAUSTED:
        return Outcome("postponed", reason, pause=FIRST_PAUSE_EXHAUSTED)
    if error.status == 403:
        return Outcome("postponed", reason, whole_channel=True, pause=FIRST_PAUSE_FORBIDDEN)
    return Outcome("postponed", reason, whole_channel=error.status in {401, 429})


def _reason(error: discord.HTTPException) -> str:
    if words := REASONS.get(error.code):
        return f"{words} (Discord's code {error.code})"
    if error.status == 401:
        return "Discord does not accept the bot's token at the moment (status 401)"
    if error.status == 429:
        return f"Discord asks for fewer requests (status 429, code {error.code})"
    # the first line is Discord's own; what follows may repeat what was sent
    text = to_single_line((error.text or "").split("\n")[0], MAX_QUOTED)
    return f"Discord answered {error.status} (code {error.code}{': ' if text else ''}{text})"
