"""Take the README's pictures: the bot on the replay of real incidents, shown as Discord would show it.

Needs the replay, which is not part of the project (tests/support/shared.py says where it is expected), and a Chromium.
"""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import discord
import simcord

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from bot.app import App, build  # noqa: E402
from bot.config import load  # noqa: E402
from tests.support.replay import replay  # noqa: E402 (shared with the tests)

WIDTH = 760
BEFORE = datetime(2024, 3, 20, 14, 30, tzinfo=UTC)
AFTER = datetime(2024, 3, 20, 14, 50, tzinfo=UTC)  # bug 1886467 was opened in between, with its report
SECTION_REQUESTED = datetime(2024, 5, 7, 23, 0, tzinfo=UTC)  # that day a list message asked for a section
TEXT_INPUT = 4  # a component's type in Discord's API


async def take_pictures(folder: Path, replayed: object) -> None:
    """Send commands, advance the clock, and take a picture of each channel."""
    config = folder / "rootwatch.toml"
    config.write_text(
        f'[bugzilla]\nurl = "{replayed.url}"\n'
        f'[[lists]]\nname = "dev-security-policy"\nurl = "{replayed.list_url}"\npage_seconds = 0\n'
    )
    app = build(load(config))
    try:
        await app.open()
        await poll(app)
        async with simcord.run(app.bot) as env:
            # simcord's defaults are 2026-01-01 and TestBot; replaced before any message is created
            env.backend.clock._epoch = BEFORE  # noqa: SLF001 (there is no other way)
            env.backend.edit_bot_profile("Rootwatch")
            guild = env.create_guild("Web PKI")
            queries, alerts = guild.create_text_channel("incidents"), guild.create_text_channel("alerts")
            bob = guild.add_member(env.create_user("bob"))
            managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
            alice = guild.add_member(env.create_user("alice"), roles=[managers])

            await bob.send(queries, "!incidents Entrust")
            await picture(env, queries, bob, "incidents.png", height=940)

            await alice.send(alerts, "!watch")
            replayed.control(now=AFTER.strftime("%Y-%m-%dT%H:%M:%SZ"))
            env.backend.clock._epoch = AFTER  # noqa: SLF001
            await poll(app)
            await app.deliver()
            await picture(env, alerts, alice, "alert.png", height=1030)
            elsewhere = guild.create_text_channel("general")
            await bob.send(elsewhere, "!why 1886467")
            await picture(env, elsewhere, bob, "why.png", height=460)

            replayed.control(now=SECTION_REQUESTED.strftime("%Y-%m-%dT%H:%M:%SZ"))
            env.backend.clock._epoch = SECTION_REQUESTED  # noqa: SLF001
            await poll(app)
            await app.deliver()
            await propose(bob, alerts)
            await picture(env, alerts, bob, "section.png", height=1890)
    finally:
        await app.close()


async def propose(member: object, channel: object) -> None:
    """Press the button below the mail that asks for a section, and submit the form as it is prefilled."""
    parts = ((message, part) for message in channel.history() for row in message.components for part in row.children)
    alert, button = next((message, part) for message, part in parts if part.label.startswith("Propose"))
    opened = await member.click(alert, custom_id=button.custom_id)
    inputs = [part for part in all_parts(opened.modal["components"]) if part.get("type") == TEXT_INPUT]
    await member.submit_modal(opened, {part["custom_id"]: part.get("value", "") for part in inputs})


def all_parts(components: list[dict]) -> Iterator[dict]:
    """Yield every part of a form, nested ones too."""
    for part in components:
        yield part
        yield from all_parts([*part.get("components", ()), *([part["component"]] if "component" in part else [])])


async def poll(app: App) -> None:
    """Poll every source, and exit if one fails: a picture of incomplete data is useless."""
    result = await app.poll()
    if result.failed:
        raise SystemExit(f"a source failed: {result}")


async def picture(env: simcord.Env, channel: object, viewer: object, name: str, *, height: int) -> None:
    """Take a picture of a whole channel; the height has to fit all its messages."""
    size = {"width": WIDTH, "height": height}
    async with env.preview(channel, viewers=[viewer], layout="channel", display="fixed", **size) as preview:
        await preview.screenshot(HERE / name, viewer=viewer, mode="viewport")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, replay(BEFORE.strftime("%Y-%m-%dT%H:%M:%SZ")) as replayed:
        asyncio.run(take_pictures(Path(folder), replayed))
