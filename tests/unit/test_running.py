"""The end of the program when something hangs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANGING = """
import asyncio, sys, time
import bot.running

bot.running.STOP_SECONDS = 0.1
sys.stdin.readline()  # until the other end of standard error is closed
bot.running._stop(asyncio.Event())
time.sleep(60)
"""


def test_a_program_that_hangs_is_ended_although_nobody_reads_what_it_says():
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stderr.close()
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.wait(50) == 0
