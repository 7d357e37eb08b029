"""Pauses between rounds and at the end, in which all faults are over and everything must come right."""

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.harness.checks import Checks
from tests.harness.findings import PASSING, Finding
from tests.harness.members import FIRST_QUESTION
from tests.harness.outcome import Outcome
from tests.harness.snapshot import Snapshot
from tests.harness.status_check import check_status
from tests.harness.waiting import wait_until
from tests.harness.world import ACTIVE_SECONDS, POLL_SECONDS, WATCHED, World

SETTLE_SECONDS, FINAL_SECONDS, PROGRESS_SECONDS = 45, 150, 60
ANSWER_SECONDS = 60
PACE_SECONDS, PACE_SLACK = 8, 2
SYNC_PAUSE = 8  # seconds between two acts of the operator
FIRST_NUMBER = 1_000_000  # of the questions and votes in pauses


class Pauses:
    """The pauses of one run; what is wrong goes into its outcome."""

    def __init__(self, world: World, outcome: Outcome, tell: Callable[[str], None]) -> None:
        self._world = world
        self._outcome = outcome
        self._tell = tell
        self._numbers = itertools.count(FIRST_NUMBER)

    def settle(self, number: int, *, is_final: bool = False) -> None:
        """End all faults after this round, wait until all is right or the time is over, and note what is wrong.

        What time may mend is left to the end, where what waits with its reason is waited for too, as long as less and
        less is wrong.
        """
        world = self._world
        world.lift()
        if world.wait_until_active(ACTIVE_SECONDS) is None:
            self._outcome.find("stuck", number, "no process was active and connected in a pause")
        end = time.monotonic() + (FINAL_SECONDS if is_final else SETTLE_SECONDS)
        next_act, least = 0.0, None
        while True:
            findings, waiting = self.check()
            may_pass = any(finding.kind in PASSING for finding in findings)
            if is_final and (least is None or len(findings) < least):
                least, end = len(findings), max(end, time.monotonic() + PROGRESS_SECONDS)
            if time.monotonic() > end or not (may_pass or (is_final and waiting)):
                break
            if may_pass and time.monotonic() > next_act:
                self._act_as_operator()
                next_act = time.monotonic() + SYNC_PAUSE
            time.sleep(0.5)
            world.keep_running()
        self._outcome.add(finding for finding in findings if is_final or finding.kind not in PASSING)
        self._outcome.waiting = waiting
        self._tell(f"pause after round {number}: {len(findings)} wrong, {waiting} waiting")
        for finding in findings:
            self._tell(f"  {finding.kind}, round {finding.round}: {finding.text}")
        self._use(number)

    def check(self) -> tuple[list[Finding], int]:
        """Return what is wrong now, and how much waits with its reason in view."""
        checks = Checks(self._world.ledger, self._snapshot(), WATCHED)
        return checks.run(), checks.waiting

    def _snapshot(self) -> Snapshot:
        world = self._world
        # before the messages: an alert that is sent in between is then in Discord already, not missing there
        tables = world.database.dump()
        return Snapshot(
            messages=world.chat.control()["messages"],
            channels={name: int(number) for name, number in world.chat.startup_info["channels"].items()},
            tables=tables,
            logs="".join(process.log + process.commands_log for process in world.processes),
            raw=world.database.raw_bytes(),
            bug_url=world.bug_url,
        )

    def _act_as_operator(self) -> None:
        """Do what an operator does who reads `status`: end the waits of sources, and confirm what is gone."""
        world = self._world
        sources = {row["name"]: row for row in world.database.dump()["source"]}
        if any(row["error"] for row in sources.values()):
            world.command("sync", "--now")
        if sources.get("bugzilla", {}).get("doubt"):
            world.command("confirm-gone")

    def _use(self, number: int) -> None:
        """Ask and vote, look whether all tasks are alive, and count the polls meanwhile."""
        world = self._world
        polls, started = world.polls(), time.monotonic()
        questions = [world.members.ask(next(self._numbers), number, is_sure=True) for _ in range(3)]
        self._outcome.events[number] += len(questions) + 1
        if not wait_until(lambda: world.members.are_answered(questions), ANSWER_SECONDS):
            for question in questions:
                if not world.members.are_answered([question]):
                    text = f"question {question - FIRST_QUESTION} was not answered"
                    self._outcome.find("unanswered", number, text)
        self._vote(number)
        if not world.members.use_slash_command(seconds=30):
            self._outcome.find("unanswered", number, "a slash command was not answered")
        if not wait_until(lambda: not self._status_findings(), ANSWER_SECONDS):
            self._outcome.add(self._status_findings())
        time.sleep(max(0.0, PACE_SECONDS - (time.monotonic() - started)))
        new_polls, seconds = world.polls() - polls, time.monotonic() - started
        if new_polls > seconds / POLL_SECONDS + PACE_SLACK:
            text = f"{new_polls} polls of Bugzilla in {seconds:.0f} s, one each {POLL_SECONDS} s"
            self._outcome.find("pace", number, text)

    def _vote(self, number: int) -> None:
        members, ledger = self._world.members, self._world.ledger
        member, in_favour = members.vote(next(self._numbers))
        if not wait_until(lambda: members.votes().get(member) == in_favour, ANSWER_SECONDS):
            self._outcome.find("unanswered", number, f"the vote of {member} was not counted")
        for name, stored in members.votes().items():
            if name in ledger.votes and stored not in ledger.votes[name]:
                self._outcome.find("doubled", number, f"{name} never voted as it is stored")

    def _status_findings(self) -> list[Finding]:
        world = self._world
        return list(check_status(world.command("status"), len(world.processes), datetime.now(UTC)))
