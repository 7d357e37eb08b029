"""The demonstration as a newcomer uses it: in a real browser, without a network, and gone without a trace."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page

from bot.demo.record import load_record
from bot.demo.season import SEASON_START
from tests.support.browser import browser_page

ROOT = Path(__file__).resolve().parents[2]
WAIT_MS = 180_000  # for a machine that is busy with other tests


@dataclass
class RunningDemo:
    """A demonstration in a process of its own: its address, and the folders that it may use."""

    process: asyncio.subprocess.Process
    url: str
    work: Path
    temp: Path


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[RunningDemo]:
    work, temp = folder / "work", folder / "temp"
    work.mkdir()
    temp.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ROOTWATCH", "DISCORD"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.offline_demo", "--no-browser",
        cwd=work, env={**environment, "TMPDIR": str(temp), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WAIT_MS / 1000):
            line = (await process.stdout.readline()).decode()
        assert "http://127.0.0.1:" in line, (await process.stderr.read()).decode()
        yield RunningDemo(process, line.split()[-1], work, temp)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_newcomer_asks_lets_a_week_pass_and_votes_in_the_browser(tmp_path):
    async with running_demo(tmp_path) as demo, browser_page() as page:
        page.set_default_timeout(WAIT_MS)
        await page.goto(demo.url)
        chat = page.locator("#preview-app")
        await chat.get_by_text("This is a demonstration").wait_for()

        await say(page, "!incidents Entrust")
        await chat.get_by_text(re.compile(r"^Entrust: \d")).first.wait_for()

        await chat.get_by_role("button", name="Next week").last.click()
        day = SEASON_START + timedelta(days=7)
        await chat.get_by_text(f"{day.day} {day:%B %Y}", exact=False).last.wait_for()
        await chat.get_by_text("New incident").first.wait_for()
        await chat.get_by_role("button", name="Wrong section").last.click()
        await page.get_by_text("Only you can see this").first.wait_for()

        bugs = [bug.number for bug in load_record().bugs if bug.created < day][:3]
        await say(page, f"!addsection first steps {' '.join(map(str, bugs))}")
        await chat.get_by_role("button", name=re.compile("^For")).wait_for()
        await page.get_by_label("Viewing as").select_option(label="Member")
        await chat.get_by_role("button", name=re.compile("^For")).click()
        await chat.get_by_text(re.compile(r"\b1 for\b")).first.wait_for()

        demo.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WAIT_MS / 1000):
            errors = (await demo.process.stderr.read()).decode()
            assert await demo.process.wait() == 0
        assert errors == ""
        assert list(demo.temp.iterdir()) == list(demo.work.iterdir()) == []


async def say(page: Page, text: str) -> None:
    """Type a line and send it; a page that is just drawing takes no Enter yet, so a person would press it again."""
    composer = page.get_by_placeholder("Message #incidents")
    await composer.fill(text)
    async with asyncio.timeout(WAIT_MS / 1000):
        while await composer.input_value():
            await composer.press("Enter")
            await page.wait_for_timeout(500)


async def test_nothing_is_left_when_ctrl_c_ends_the_demonstration_and_no_browser_was_opened(tmp_path):
    async with running_demo(tmp_path) as demo:
        assert [folder.name.startswith("rootwatch-demo-") for folder in demo.temp.iterdir()] == [True]
        demo.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(WAIT_MS / 1000):
            assert await demo.process.wait() == 0
        assert list(demo.temp.iterdir()) == list(demo.work.iterdir()) == []


def test_a_port_in_use_is_refused_in_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run_demo_command("--no-browser", "--port", str(port))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"Port {port}" in result.stderr
    assert "--port" in result.stderr


def test_without_simcord_one_sentence_says_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['simcord'] = None\n")
    result = run_demo_command("--no-browser", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "pip install 'rootwatch[demo]'" in result.stderr


def run_demo_command(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "demo", *options]
    return subprocess.run(
        command, check=False, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )
