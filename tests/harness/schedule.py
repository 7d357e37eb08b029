"""The schedule of a run: rounds of events, each with a fault and an end of the process, chosen by a seed alone.

Nothing here depends on what the bot does, so a seed repeats the schedule; how it meets the bot is up to the machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.harness.faults import CLOCK_JUMPS, FAULTS, NO_FAULT, Fault
from tests.harness.feed import FORMS, Form
from tests.harness.script import Action, Script

Ending = Literal["SIGKILL", "SIGTERM", "SIGSTOP", "long SIGSTOP", "none"]
Victim = Literal["active", "standby", "both"]

LEASE_LIFE_SECONDS = 60
ENDINGS: dict[Ending, int] = {"SIGKILL": 16, "SIGTERM": 2, "SIGSTOP": 1, "none": 1}
VICTIMS: dict[Victim, int] = {"active": 6, "standby": 2, "both": 2}
BURST_SHARE = 0.2
SETTLE_EVERY = 7  # rounds
SOURCES = ("bugzilla", "list")


@dataclass(frozen=True, slots=True)
class Topology:
    """Which database, and how many processes on it."""

    name: str
    database: Literal["sqlite", "postgresql"]
    processes: int = 1


TOPOLOGIES = (
    Topology("sqlite", "sqlite"),
    Topology("postgresql", "postgresql"),
    Topology("two", "postgresql", 2),
)


@dataclass(frozen=True, slots=True)
class Round:
    """Events `before` a fault and `during` it, the end of a process after `delay` seconds, events while it is `down`.

    `again_after`: seconds after the restart at which the process is killed once more. `count`: how many requests the
    fault meets; `channel`, `source`: where; `jump`: by how many seconds the clock is wrong; `form`: the feed's.
    """

    number: int
    fault: Fault
    before: tuple[Action, ...]
    during: tuple[Action, ...]
    down: tuple[Action, ...]
    ending: Ending
    victim: Victim
    delay: float
    down_seconds: float
    stop_seconds: float
    again_after: float | None
    count: int
    channel: int
    source: str
    jump: int
    form: Form
    trouble_seconds: float
    settles: bool

    @property
    def kills(self) -> int:
        """How many processes the round kills: two where both are killed, and one more where one is killed again."""
        first = (1 + (self.victim == "both")) if self.ending == "SIGKILL" else 0
        return first + (self.again_after is not None)

    @property
    def actions(self) -> tuple[Action, ...]:
        """All events of the round, in order."""
        return (*self.before, *self.during, *self.down)


def deal_faults(seed: int, topology: Topology) -> Iterator[Fault]:
    """Yield faults without end, each once before any comes again; each topology begins at another one."""
    deck = [fault for fault in FAULTS if fault is not NO_FAULT]
    random.Random(f"{seed}/deck").shuffle(deck)
    start = len(deck) * TOPOLOGIES.index(topology) // len(TOPOLOGIES)
    while True:
        for index in range(len(deck)):
            yield deck[(start + index) % len(deck)]
            if index % 8 == 7:
                yield NO_FAULT


def build_schedule(seed: int, topology: Topology, kills: int, long_stops: int) -> tuple[Round, ...]:
    """Return rounds with at least so many kills, `long_stops` of them with a stop beyond the life of a lease."""
    rng = random.Random(f"{seed}/{topology.name}")
    script, faults = Script(rng), deal_faults(seed, topology)
    rounds: list[Round] = []
    killed = 0
    while killed < kills:
        rounds.append(_build_round(rng, script, next(faults), topology, len(rounds) + 1))
        killed += rounds[-1].kills
    for _ in range(long_stops):
        rounds.append(_build_round(rng, script, next(faults), topology, len(rounds) + 1, "long SIGSTOP"))
    return tuple(rounds)


def _build_round(
    rng: random.Random, script: Script, fault: Fault, topology: Topology, number: int, ending: Ending | None = None
) -> Round:
    ending = ending or rng.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    before = [script.choose() for _ in range(rng.randint(1, 3))]
    during = [script.choose() for _ in range(rng.randint(1, 4))]
    if rng.random() < BURST_SHARE:
        during += script.burst()
    down = [script.choose() for _ in range(rng.randint(0, 2))]
    is_long = ending == "long SIGSTOP"
    victim: Victim = "active"
    if topology.processes > 1 and not is_long:
        victim = rng.choices(list(VICTIMS), list(VICTIMS.values()))[0]
    return Round(
        number=number,
        fault=fault,
        before=tuple(before),
        during=tuple(during),
        down=tuple(down),
        ending=ending,
        victim=victim,
        delay=round(rng.uniform(0.1, 2.5), 3),
        down_seconds=round(rng.uniform(0.0, 1.5), 3),
        stop_seconds=round(rng.uniform(5, 10) if is_long else rng.uniform(2, 6), 3)
        + (LEASE_LIFE_SECONDS if is_long else 0),
        again_after=round(rng.uniform(0.1, 2.0), 3) if ending == "SIGKILL" and rng.random() < 0.25 else None,
        count=rng.randint(1, 5),
        channel=rng.randrange(100),
        source=rng.choice(SOURCES),
        jump=rng.choice(CLOCK_JUMPS) * fault.options.get("sign", 1),
        form=rng.choice(FORMS),
        trouble_seconds=round(rng.uniform(1.5, 5), 3),
        settles=number % SETTLE_EVERY == 0,
    )
