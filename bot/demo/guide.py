"""The demonstration's guide: what it says in the channel, and the buttons that move time. It is no part of the bot."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import discord

COLOUR = 0x5865F2
WELCOME = (
    "This is a demonstration. **The bot is real**, Discord is simulated. {incidents} incidents of spring 2024 and of "
    "what they echo are **retold** from the public record: numbers, dates, CAs, tags and states are facts, the words "
    "are ours. Nothing is sent anywhere, and all of it goes when you stop the demonstration."
)
SUGGESTIONS = """\
1. Send `!incidents Entrust`, and try the buttons of the answer.
2. Press **Next week** below: alerts arrive.
3. On 7 May a mail asks for a section: press its *Propose* button.
4. Vote from three seats: choose one above, at *Viewing as*.
5. `!help` lists all commands."""
SEASON_END = "The season is over. Everything still answers; start the demonstration again for another one."


@dataclass(frozen=True, slots=True)
class TimeState:
    """What the time control shows: the demonstration's day, whether time runs by itself, and what has just arrived."""

    now: datetime
    is_running: bool = False
    is_over: bool = False
    alerts: int | None = None  # None before the first step


class TimeRequests:
    """What the buttons ask for: steps to make, and whether time runs by itself."""

    def __init__(self) -> None:
        self.is_running = False
        self.days = 0
        self._changed = asyncio.Event()

    def request_days(self, days: int) -> None:
        """Ask for time to move on."""
        self.days += days
        self._changed.set()

    def toggle_running(self) -> None:
        """Let time run by itself, or pause it."""
        self.is_running = not self.is_running
        self._changed.set()

    async def wait(self, seconds: float) -> None:
        """Wait for a button; while time runs by itself, ask for a day after `seconds`."""
        try:
            async with asyncio.timeout(seconds if self.is_running else None):
                await self._changed.wait()
        except TimeoutError:
            self.days += 1
        self._changed.clear()


class TimeControls(discord.ui.View):
    """The buttons below the guide's message."""

    def __init__(self, requests: TimeRequests, state: TimeState) -> None:
        super().__init__(timeout=None)
        self._requests = requests
        run_label = "Pause" if state.is_running else "Run: a week a minute"
        for label, on_press in (
            ("Next day", lambda: requests.request_days(1)),
            ("Next week", lambda: requests.request_days(7)),
            (run_label, requests.toggle_running),
        ):
            self.add_item(_TimeButton(label, on_press, disabled=state.is_over))


class _TimeButton(discord.ui.Button[TimeControls]):
    def __init__(self, label: str, on_press: Callable[[], None], *, disabled: bool) -> None:
        style = discord.ButtonStyle.primary if label == "Next week" else discord.ButtonStyle.secondary
        super().__init__(label=label, style=style, disabled=disabled)
        self._on_press = on_press

    async def callback(self, interaction: discord.Interaction) -> None:
        """Note the request; the demonstration's own loop moves the time."""
        self._on_press()
        await interaction.response.defer()


class Guide:
    """Speaks in the channel; its time control is always the last of its messages.

    It welcomes through a webhook, under a name of its own. The buttons hang below a message of the bot's account, since
    a webhook that simcord makes may have none.
    """

    def __init__(self, channel: discord.TextChannel, requests: TimeRequests) -> None:
        self._channel = channel
        self._requests = requests
        self._control: discord.Message | None = None

    async def welcome(self, incidents: int) -> None:
        """Say what this is and what to try."""
        embed = discord.Embed(title="Rootwatch, to try", description=WELCOME.format(incidents=incidents), colour=COLOUR)
        embed.add_field(name="Try this", value=SUGGESTIONS)
        webhook = await self._channel.create_webhook(name="Guide of the demonstration")
        await webhook.send(embed=embed)

    async def show_time(self, state: TimeState) -> None:
        """Show the time control below everything else: change it if it is there already, else post it anew."""
        previous, view = self._control, TimeControls(self._requests, state)
        if previous is not None and self._channel.last_message_id == previous.id:
            await previous.edit(content=describe_time(state), view=view)
            return
        self._control = await self._channel.send(describe_time(state), view=view)
        if previous is not None:
            await previous.delete()


def describe_time(state: TimeState) -> str:
    """Return the line above the buttons."""
    day = f"{state.now:%A} {state.now.day} {state.now:%B %Y}"
    news = {None: "", 0: " · nothing new", 1: " · 1 new message above"}.get(
        state.alerts, f" · {state.alerts} new messages above"
    )
    end = f"\n{SEASON_END}" if state.is_over else ""
    return f"🕰️ It is **{day}**{news}{end}\n-# The demonstration's time control, no part of the bot."
