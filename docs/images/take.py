"""Take a picture of every flow of the chat at a phone's width, and measure heights.

Writes docs/images/*.png and docs/pictures.md, which shows them and says how high messages are. `--only NAME ...` takes
some of them and writes no page; `--to FOLDER` writes elsewhere.
"""

import argparse
import asyncio
import logging
import random
import statistics
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from flows import ALERTS, END, QUESTIONS, REQUESTED, START, Flow, Shown  # noqa: E402
from season import DESKTOP, PHONE, Season, season  # noqa: E402

SEED = 13
STEP = timedelta(days=7)
README_PICTURES = ("incidents", "alert", "why", "proposal")  # also taken at a desktop's width


async def take_pictures(folder: Path, names: Sequence[str]) -> dict[str, list[int]]:
    """Take the pictures and return heights at a phone's width by kind of message."""
    heights: dict[str, list[int]] = {}
    async with season(START) as replayed:
        await replayed.manager.send(replayed.alerts, "!watch")
        now = START
        while now < REQUESTED:
            now = min(now + STEP, REQUESTED)
            await replayed.advance(now)
        await _take_flows(replayed, ALERTS, folder, names, heights)
        while now < END:
            now = min(now + STEP, END)
            await replayed.advance(now)
        if not names or "alerts" in names:
            heights["alert"] = await _measure_alerts(replayed)
        await _take_flows(replayed, QUESTIONS, folder, names, heights)
        if not names or "kinds" in names:
            await _measure_questions(replayed, heights)
    return heights


async def _take_flows(
    replayed: Season, flows: Sequence[Flow], folder: Path, names: Sequence[str], heights: dict[str, list[int]]
) -> None:
    shown: list[tuple[Flow, Shown]] = []
    for flow in flows:
        # taken at once: a later flow may change the message
        try:
            shown.append((flow, await flow.run(replayed)))
        except Exception as error:
            raise SystemExit(f"{flow.name}: {error}") from error
        if names and flow.name not in names:
            continue
        channel = replayed.alerts if shown[-1][1].in_alerts else replayed.questions
        async with replayed.camera(channel) as camera:
            target, viewer = shown[-1][1].target, shown[-1][1].viewer
            height = await camera.take(target, folder / f"{flow.name}.png", viewer=viewer)
            if flow.name in README_PICTURES:
                await camera.take(target, folder / f"{flow.name}-wide.png", width=DESKTOP, viewer=viewer)
        heights.setdefault(f"picture {flow.name}", []).append(height)
        print(f"{flow.name:16} {height:5} px", flush=True)


async def _measure_alerts(replayed: Season) -> list[int]:
    """Return the heights of the alerts of all incidents of the season."""
    messages = [
        message
        for message in replayed.alerts.history()
        if any("show_bug" in (embed.url or "") for embed in message.embeds)
    ]
    async with replayed.camera(replayed.alerts) as camera:
        heights = [await camera.take(message) for message in messages]
    print(f"{len(heights)} alerts: median {statistics.median(heights)} px, highest {max(heights)}", flush=True)
    return heights


async def _measure_questions(replayed: Season, heights: dict[str, list[int]]) -> None:
    """Measure twenty answers of each kind, on CAs and bugs that are drawn by a seed."""
    drawn = random.Random(SEED)
    cas, bugs = await replayed.subjects()
    kinds = {
        "list": [f"incidents {ca}" for ca in drawn.sample(cas, 20)],
        "summary": [f"summary {ca}" for ca in drawn.sample(cas, 20)],
        "similar": [f"similar {bug}" for bug in drawn.sample(bugs, 20)],
        "incident": [f"incident {bug}" for bug in drawn.sample(bugs, 20)],
    }
    for kind, lines in kinds.items():
        heights[kind] = []
        async with replayed.camera(replayed.questions) as camera:
            for line in lines:
                await replayed.bob.send(replayed.questions, f"!{line}")
                heights[kind].append(await camera.take(replayed.questions.last_message))
                replayed.env.backend.clock._epoch += timedelta(seconds=10)  # noqa: SLF001 (past the members' limit)
        print(f"{kind}: median {statistics.median(heights[kind])} px, highest {max(heights[kind])}", flush=True)


def write_page(heights: dict[str, list[int]]) -> None:
    """Write the page that shows all pictures."""
    lines = [
        "# What members see",
        "",
        f"Flows of the chat, {PHONE} pixels wide as on a phone, on the replay of spring 2024.",
        "Written by `make pictures`.",
        "",
        "| messages | measured | median height | highest |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {kind} | {len(values)} | {statistics.median(values):.0f} px | {max(values)} px |"
        for kind, values in heights.items()
        if not kind.startswith("picture ")
    ]
    for flow in (*ALERTS, *QUESTIONS):
        lines += ["", f"## {flow.title}", "", f"![{flow.name}](images/{flow.name}.png)"]
    (ROOT / "docs" / "pictures.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Read the arguments, take the pictures and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="flows; also: alerts, kinds (heights)")
    parser.add_argument("--to", type=Path, default=HERE)
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    heights = asyncio.run(take_pictures(arguments.to, arguments.only))
    if not arguments.only and arguments.to == HERE:
        write_page(heights)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
