"""The harness: the real process against faulty stand-ins, killed at random moments; `make harness` runs it.

It prints its seed, which repeats the schedule, the totals by fault, and exits with 1 if anything is wrong.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.harness.outcome import Outcome
from tests.harness.report import render_findings, render_outcome, render_totals
from tests.harness.runner import Runner
from tests.harness.schedule import TOPOLOGIES, Round, Topology, build_schedule
from tests.harness.world import World
from tests.support.shared import DISCORD_SERVER, REPLAY


def main() -> int:
    """Run all topologies side by side; return the exit code."""
    args = _parse()
    if not (DISCORD_SERVER.exists() and REPLAY.exists()):
        print("../shared is not here: the harness needs its stand-ins for Bugzilla and Discord.", file=sys.stderr)
        return 2
    topologies = [topology for topology in TOPOLOGIES if topology.name in args.topologies.split(",")]
    started, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="rootwatch-harness-"))
    folder.chmod(0o755)  # PostgreSQL's user must get in
    print(f"seed {args.seed}, {args.kills} kills; to repeat: make harness SEED={args.seed} KILLS={args.kills}")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    share = -(-args.kills // len(TOPOLOGIES))  # the same whichever of them are run, as a seed repeats a schedule
    with ThreadPoolExecutor(len(topologies)) as pool:
        runs = []
        for topology in topologies:
            schedule = build_schedule(args.seed, topology, share, args.long_stops)[: args.rounds]
            runs.append(pool.submit(_run, topology, schedule, folder / topology.name, started, stopping))
        outcomes = [run.result() for run in runs]
    print(render_totals(outcomes))
    for outcome in outcomes:
        print(render_outcome(outcome))
    print("".join(f"{render_findings(args.seed, outcome)}\n" for outcome in outcomes if outcome.findings), end="")
    failed = any(outcome.findings for outcome in outcomes)
    if failed:
        print(f"logs and databases: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    kills = sum(sum(outcome.kills.values()) for outcome in outcomes)
    print(
        f"seed {args.seed}: {kills} kills in {time.monotonic() - started:.0f} s, {'WRONG' if failed else 'all right'}"
    )
    return int(failed)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.harness", description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=60, help="how many processes are killed, over all topologies")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="repeats a run")
    parser.add_argument(
        "--topologies",
        default=",".join(topology.name for topology in TOPOLOGIES),
        help="some of these, with commas",
    )
    parser.add_argument("--long-stops", type=int, default=1, help="stops beyond a lease's life in each topology")
    parser.add_argument("--rounds", type=int, help="no more rounds than these, to chase a fault")
    return parser.parse_args()


def _run(
    topology: Topology, schedule: tuple[Round, ...], folder: Path, started: float, stopping: threading.Event
) -> Outcome:
    """Run one topology; what breaks the harness itself is a finding too."""
    folder.mkdir()
    tell = partial(_tell, started, topology.name)
    outcome = Outcome(topology.name)
    try:
        with World(topology, folder) as world:
            Runner(world, schedule, outcome, tell, stopping).run()
    except Exception as error:  # noqa: BLE001 - the other topologies go on
        traceback.print_exc()
        outcome.find("ended", max(outcome.rounds, default=0), f"the harness broke: {error!r}")
    tell("over")
    return outcome


def _tell(started: float, name: str, line: str) -> None:
    print(f"[{time.monotonic() - started:6.1f}] {name}: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
