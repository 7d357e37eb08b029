"""What is shown in pictures: each flow of the chat, from a member's line or press to the message that answers it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
from season import Season

START = datetime(2024, 3, 1, tzinfo=UTC)
REQUESTED = datetime(2024, 5, 8, tzinfo=UTC)  # the day before, a mail asked for a section
END = datetime(2024, 6, 10, tzinfo=UTC)
AFTER_PAUSE = datetime(2024, 9, 2, tzinfo=UTC)
LATE_ANSWERS, JURISDICTIONS = "1886626 1886785", "1867130 1897630"
EXAMPLES = "1658792 1658794 1802916 1804753 1867130"
DRAFT_TITLE = "Example CA: Wrong jurisdiction in EV certificates"
DRAFT = """# Incident Report

## Summary

Twelve EV certificates name the wrong jurisdiction of incorporation.

## Impact

12 certificates, of which 9 are valid.

## Timeline

All times are UTC.

2024-06-03

- 09:20 A check of our own found the first one.

## Root Cause Analysis

The country was copied from the request and compared with nothing.

## Lessons Learned

### What went well

- We found it ourselves.

### What didn't go well

- Nobody compared the register with the certificate.

### Where we got lucky

## Action Items

| Action Item | Kind | Due Date |
|---|---|---|
| Compare the register before signing | Prevent | |
"""
TEXT_INPUT = 4  # a component's type in Discord's API


@dataclass(frozen=True, slots=True)
class Shown:
    """A message or an answer that only its `viewer` sees, in one of the two channels."""

    target: object
    viewer: object = None
    in_alerts: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One picture: its file name, what it shows, and how it comes about."""

    name: str
    title: str
    run: Callable[[Season], Awaitable[Shown]]


def ask(line: str, title: str = "", *, name: str = "", as_manager: bool = False, first: str = "") -> Flow:
    """Return the flow of a line that a member writes, if need be after another line `first` by a second member.

    By default the picture is named after its command.
    """

    async def run(season: Season) -> Shown:
        member = season.manager if as_manager else season.bob
        if first:
            await season.carol.send(season.questions, f"!{first}")
        await member.send(season.questions, f"!{line}")
        return Shown(season.questions.last_message)

    return Flow(name or line.split(maxsplit=1)[0], title or f"`!{line}`", run)


def press(line: str, custom_id: str, name: str, title: str) -> Flow:
    """Return the flow of a button below an answer; `custom_id` is the beginning of its id."""

    async def run(season: Season) -> Shown:
        await season.bob.send(season.questions, f"!{line}")
        message = season.questions.last_message
        result = await season.bob.click(message, custom_id=_find_id(message, custom_id))
        return Shown(result if result.ephemeral else season.questions.last_message, season.bob)

    return Flow(name, title, run)


async def incident_alert(season: Season) -> Shown:
    """Return the alert of a bug that came with its report."""
    return Shown(_alert_of(season, "1886467"), in_alerts=True)


async def request_alert(season: Season) -> Shown:
    """Return the alert of the mail that asks for a section."""
    return Shown(_alert_with(season, "rw:propose:"), in_alerts=True)


async def mail_alert(season: Season) -> Shown:
    """Return the alert of the newest other mail with a text."""
    messages = reversed(season.alerts.history())
    mails = (message for message in messages if _is_mail(message) and not _ids(message, "rw:propose:"))
    return Shown(next(mails), in_alerts=True)


async def wrong_section(season: Season) -> Shown:
    """Return what the button Wrong section opens for the member who presses it."""
    message = _alert_of(season, "1886467")
    result = await season.bob.click(message, custom_id=_find_id(message, "rw:wrong:"))
    return Shown(result, season.bob, in_alerts=True)


async def proposal(season: Season) -> Shown:
    """Return the proposal that the button below the mail leads to."""
    message = _alert_with(season, "rw:propose:")
    opened = await season.bob.click(message, custom_id=_find_id(message, "rw:propose:"))
    inputs = [part for part in _parts(opened.modal["components"]) if part.get("type") == TEXT_INPUT]
    await season.bob.submit_modal(opened, {part["custom_id"]: part.get("value", "") for part in inputs})
    proposed = season.alerts.last_message
    await season.carol.click(proposed, custom_id=_find_id(proposed, "rw:vote:for"))
    return Shown(_fresh(season.alerts, proposed), in_alerts=True)


async def judging(season: Season) -> Shown:
    """Return the menus with which a member says what belongs to a proposed section."""
    message = _alert_with(season, "rw:judge:")
    return Shown(await season.bob.click(message, custom_id=_find_id(message, "rw:judge:")), season.bob, in_alerts=True)


async def decided(season: Season) -> Shown:
    """Return a proposal after a manager accepted it."""
    proposed = _alert_with(season, "rw:judge:")
    await season.manager.send(season.questions, "!accept geographical")
    return Shown(_fresh(season.alerts, proposed), in_alerts=True)


async def flood(season: Season) -> Shown:
    """Return the alert after a pause in which more happened than is announced one by one."""
    await season.advance(AFTER_PAUSE)
    return Shown(_alert_with(season, "rw:ask:incidents:"), in_alerts=True)


async def flood_titles(season: Season) -> Shown:
    """Return the list that the button below that alert opens for the member who presses it."""
    message = _alert_with(season, "rw:ask:incidents:")
    result = await season.bob.click(message, custom_id=_find_id(message, "rw:ask:incidents:"))
    return Shown(result, season.bob, in_alerts=True)


async def checked_draft(season: Season) -> Shown:
    """Return what the form for a draft answers to the member alone."""
    form = await season.bob.slash(season.questions, "checkreport")
    return Shown(await season.bob.submit_modal(form, {"draft": DRAFT, "title": DRAFT_TITLE}), season.bob)


# While the alerts come in; the clock stands at REQUESTED.
ALERTS = (
    Flow("alert", "A new incident", incident_alert),
    Flow("mail", "A new mail on the list", mail_alert),
    Flow("request", "A mail that asks for a section", request_alert),
    Flow("wrong-section", "*Wrong section*, below an alert", wrong_section),
    Flow("proposal", "A proposed section", proposal),
    Flow("judging", "Checking what belongs to it", judging),
    ask("preview geographical"),
    ask("vote geographical yes", name="vote"),
    Flow("decided", "A decided proposal", decided),
)
# The clock stands at END.
QUESTIONS = (
    ask("incidents Entrust"),
    ask("incidents open", name="incidents-open"),
    ask("incident 1897630"),
    ask("deadlines"),
    ask("deadlines Entrust overdue", name="deadlines-overdue"),
    ask("history Entrust", name="history"),
    ask("why 1886467"),
    ask("similar 1897630"),
    ask("sections"),
    ask("section ev-misissuance"),
    ask("summary Entrust since:2024-01-01"),
    ask("summary 1897630", name="summary-bug"),
    ask("summary leaf-revocation-delay", name="summary-section"),
    ask("classify 1897630 geographical", as_manager=True),
    ask("unclassify 1897630 geographical", as_manager=True),
    ask("addsection wildcard", name="addsection"),
    ask("judge geographical yes 1897630", name="judge", as_manager=True),
    ask("withdraw late answers", as_manager=True, first=f"addsection late answers {LATE_ANSWERS}"),
    ask("decline late answers", as_manager=True, first=f"addsection late answers {LATE_ANSWERS}"),
    ask("accept jurisdictions", as_manager=True, first=f"addsection jurisdictions {JURISDICTIONS}"),
    ask("merge jurisdictions into geographical", as_manager=True),
    ask("sectionrules"),
    ask("rename geographical to Wrong places", name="rename", as_manager=True),
    ask("describe geographical -- Wrong country or state", name="describe", as_manager=True),
    ask("retire geographical", name="retire", as_manager=True),
    ask("watch", as_manager=True),
    ask("watches", as_manager=True),
    ask("unwatch", as_manager=True),
    ask("status", as_manager=True),
    ask("help"),
    ask("help incidents", name="help-command"),
    ask("incidents Trust", name="unknown-name"),
    ask("list Entrust"),
    ask("commitments Entrust"),
    ask("queue", as_manager=True),
    Flow("checkreport", "`/checkreport` with a draft", checked_draft),
    ask("explain leaf-revocation-delay"),
    ask("settings"),
    ask("incident 1897631", name="unknown-bug"),
    ask("incidnets Entrust", name="unknown-command"),
    Flow("flood", "What came in a pause, in one message", flood),
    Flow("flood-titles", "*List with titles*, below it", flood_titles),
)


def _parts(components: list[dict]) -> Iterator[dict]:
    """Yield every part of a form, nested ones too."""
    for part in components:
        yield part
        yield from _parts([*part.get("components", ()), *([part["component"]] if "component" in part else [])])


def _ids(message: discord.Message, beginning: str) -> list[str]:
    parts = (part for row in message.components for part in getattr(row, "children", ()))
    return [part.custom_id for part in parts if (part.custom_id or "").startswith(beginning)]


def _find_id(message: discord.Message, beginning: str) -> str:
    return _ids(message, beginning)[0]


def _alert_of(season: Season, bug: str) -> discord.Message:
    return next(
        message for message in season.alerts.history() if any(bug in (embed.url or "") for embed in message.embeds)
    )


def _alert_with(season: Season, custom_id: str) -> discord.Message:
    return next(message for message in reversed(season.alerts.history()) if _ids(message, custom_id))


def _is_mail(message: discord.Message) -> bool:
    return any("/msg" in (embed.url or "") and embed.description for embed in message.embeds)


def _fresh(channel: object, message: discord.Message) -> discord.Message:
    return next(current for current in channel.history() if current.id == message.id)
