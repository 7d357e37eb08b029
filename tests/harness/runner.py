"""One run of one topology: its rounds, and between them pauses in which all must come right."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from tests.harness.outcome import Outcome
from tests.harness.pauses import Pauses
from tests.harness.processes import RunProcess
from tests.harness.schedule import Round
from tests.harness.script import Action
from tests.harness.waiting import wait_until
from tests.harness.world import ACTIVE_SECONDS, POLL_SECONDS, WATCHED, World

FIRST_STEP_SECONDS = 1200  # of Bugzilla's clock


class Interrupted(Exception):
    """The run was stopped from outside."""


class Runner:
    """Runs the rounds of a schedule in a world; what they show goes into `outcome`.

    `tell` is given a line on each step; `stopping` ends the run.
    """

    def __init__(
        self,
        world: World,
        schedule: Sequence[Round],
        outcome: Outcome,
        tell: Callable[[str], None],
        stopping: threading.Event,
    ) -> None:
        self._world = world
        self._schedule = schedule
        self._tell = tell
        self._stopping = stopping
        self._started = 0.0
        self._outcome = outcome
        self._pauses = Pauses(world, outcome, tell)

    def run(self) -> None:
        """Run everything; what is wrong is in the outcome."""
        self._started = time.monotonic()
        self._begin()
        for current in self._schedule:
            if self._stopping.is_set():
                raise Interrupted
            self._run_round(current)
            if current.settles and current is not self._schedule[-1]:
                self._pauses.settle(current.number)
        self._pauses.settle(self._schedule[-1].number, is_final=True)
        self._end()
        self._outcome.seconds = time.monotonic() - self._started

    def _begin(self) -> None:
        world = self._world
        for process in world.processes:
            process.start()
        if world.wait_until_active(ACTIVE_SECONDS) is None:
            raise RuntimeError(f"no process became active at the start: {world.processes[0].log[-2000:]}")
        if not wait_until(lambda: world.polls() > 1, 60):
            raise RuntimeError("Bugzilla was not polled")
        for channel in WATCHED:
            world.chat.control(**{"say": "!watch", "as": "alice", "in": channel})
        if not wait_until(lambda: all("are posted in" in str(world.chat.messages(channel)) for channel in WATCHED), 30):
            raise RuntimeError("the channels are not watched")
        world.members.propose_section()
        if not wait_until(lambda: bool(world.database.dump()["section"]), 30):
            raise RuntimeError("no section was proposed")
        # what a late commit stamps from here on is after the first poll, so it is news
        world.source.control(advance=FIRST_STEP_SECONDS)

    def _run_round(self, current: Round) -> None:
        world, number = self._world, current.number
        self._tell(f"round {number}: {current.fault.name}, {current.ending}, {len(current.actions)} events")
        self._outcome.rounds[number] = current
        world.clocks.set_right()
        self._act(current.before, current)
        world.inject(current.fault, current)
        self._act(current.during, current)
        time.sleep(current.delay)
        self._end_processes(current)
        if current.again_after is not None:
            time.sleep(current.again_after)
            self._kill(world.processes[0], current)
            world.processes[0].start()
        if world.wait_until_active(ACTIVE_SECONDS + current.trouble_seconds) is None:
            self._outcome.find("stuck", number, "no process was active and connected in time")

    def _act(self, actions: Sequence[Action], current: Round) -> None:
        for action in actions:
            self._world.act(action, current.number)
            self._outcome.events[current.number] += 1

    def _end_processes(self, current: Round) -> None:
        """End the process, or the two, that the round is about, let the others take over, and start them again."""
        victims = self._victims(current)
        match current.ending:
            case "none":
                self._act(current.down, current)
                return
            case "SIGSTOP" | "long SIGSTOP":
                for victim in victims:
                    victim.suspend()
                suspended_at = time.monotonic()
                self._act(current.down, current)
                if current.ending == "long SIGSTOP" and len(self._world.processes) > 1:
                    self._await_takeover(victims, current)
                time.sleep(max(0.0, suspended_at + current.stop_seconds - time.monotonic()))
                for victim in victims:
                    victim.resume()
                return
            case "SIGKILL":
                for victim in victims:
                    self._kill(victim, current)
            case "SIGTERM":
                for victim in victims:
                    self._terminate(victim, current.number)
        self._act(current.down, current)
        if current.victim == "active" and len(self._world.processes) > 1:
            self._await_takeover(victims, current)
        time.sleep(current.down_seconds)
        for victim in victims:
            victim.start()

    def _victims(self, current: Round) -> list[RunProcess]:
        processes = self._world.processes
        if current.victim == "both":
            return list(processes)
        active = self._world.active() or processes[0]
        if current.victim == "standby":
            return [process for process in processes if process is not active]
        return [active]

    def _kill(self, process: RunProcess, current: Round) -> None:
        process.kill()
        self._outcome.kills[current.number] += 1

    def _terminate(self, process: RunProcess, number: int) -> None:
        if process.keep_running() and (fault := process.terminate()):
            self._outcome.find("ended", number, f"after SIGTERM: {fault}")

    def _await_takeover(self, victims: Sequence[RunProcess], current: Round) -> None:
        """Measure how long it takes until another process is active."""
        world, started = self._world, time.monotonic()
        others = [process for process in world.processes if process not in victims]

        def is_taken() -> bool:
            for other in others:
                # one that Discord refused in the round before has ended, and would be started again
                other.keep_running()
            holder = world.database.run_holder()
            return any(other.is_holder(holder) for other in others)

        if wait_until(is_taken, ACTIVE_SECONDS):
            self._outcome.takeovers.append(time.monotonic() - started)
        else:
            self._outcome.find("stuck", current.number, f"no process took over within {ACTIVE_SECONDS} s")

    def _end(self) -> None:
        """End all processes and look once more: what they leave behind, and what only an ended one has written."""
        world = self._world
        for process in world.processes:
            self._terminate(process, 0)
        self._outcome.add(self._pauses.check()[0])
        for process in world.processes:
            if not wait_until(partial(_has_left_nothing, process), 10):
                self._outcome.find("ended", 0, f"processes outlived the bot: {process.left_over()}")
            self._outcome.unasked_exits.update(process.exits)
        self._check_pace(len(world.processes))
        self._outcome.not_possible = world.not_possible
        tables = world.database.dump()
        self._outcome.alerts = len([row for row in tables["delivery"] if row["state"] == "sent"])
        world.save_evidence(tables)

    def _check_pace(self, processes: int) -> None:
        """Compare all polls of the run with what its length, its starts and the operator's commands allow."""
        starts = processes + sum(self._outcome.kills.values()) + len(self._schedule)
        seconds = time.monotonic() - self._started
        allowed = 1.1 * seconds / POLL_SECONDS + starts + self._world.commands_run
        if self._world.polls() > allowed:
            self._outcome.find(
                "pace", 0, f"{self._world.polls()} polls of Bugzilla in {seconds:.0f} s; {allowed:.0f} are allowed"
            )


def _has_left_nothing(process: RunProcess) -> bool:
    return not process.left_over()
