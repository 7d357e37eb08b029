"""What one run of one topology has shown."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.harness.findings import Finding, Kind
from tests.harness.schedule import Round


@dataclass(slots=True)
class Outcome:
    """What one run has shown."""

    topology: str
    findings: list[Finding] = field(default_factory=list)
    rounds: dict[int, Round] = field(default_factory=dict)
    kills: Counter[int] = field(default_factory=Counter)  # by round
    events: Counter[int] = field(default_factory=Counter)  # by round
    takeovers: list[float] = field(default_factory=list)  # seconds
    unasked_exits: Counter[int] = field(default_factory=Counter)  # by code
    not_possible: set[str] = field(default_factory=set)
    alerts: int = 0
    waiting: int = 0
    seconds: float = 0

    def find(self, kind: Kind, round_number: int, text: str) -> None:
        """Note that something is wrong."""
        self.add([Finding(kind, round_number, text)])

    def add(self, findings: Iterable[Finding]) -> None:
        """Note all that is wrong, each thing once."""
        self.findings += [finding for finding in findings if finding not in self.findings]
