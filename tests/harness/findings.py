"""What may be wrong, each with the round that it concerns."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["lost", "doubled", "out of order", "stuck", "readable", "unanswered", "dead task", "pace", "ended"]
PASSING: tuple[Kind, ...] = ("lost", "stuck", "readable", "dead task")  # what time may mend


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and the round of the event that it concerns (0: none)."""

    kind: Kind
    round: int
    text: str
