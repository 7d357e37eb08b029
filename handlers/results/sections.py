"""Results about sections."""

from dataclasses import dataclass

from storage.values.incidents import Incident
from storage.values.sections import CustomSection, Section, SectionChange


@dataclass(frozen=True, slots=True)
class SectionDetail:
    """One section with its newest incidents and the number of incidents of each CA owner, highest first.

    For a section that members proposed, `custom` is its record, `history` its changes (oldest first), and
    `vote_status` a sentence about its vote.
    """

    section: Section
    owner_counts: tuple[tuple[str, int], ...]
    newest: tuple[Incident, ...]
    open_count: int
    custom: CustomSection | None = None
    history: tuple[SectionChange, ...] = ()
    vote_status: str = ""
