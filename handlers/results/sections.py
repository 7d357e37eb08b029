"""Results about sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.results.votes import Ballot
from storage.values.incidents import Incident
from storage.values.sections import CustomSection, Section, SectionChange


@dataclass(frozen=True, slots=True)
class SectionDetail:
    """One section with its newest incidents and the number of incidents of each CA owner, highest first.

    For a section that members proposed, `custom` is its record, `history` its changes (oldest first), and `ballot` the
    vote on it. `section_titles` are the titles by key of all sections.
    """

    section: Section
    owner_counts: tuple[tuple[str, int], ...]
    newest: tuple[Incident, ...]
    open_count: int
    custom: CustomSection | None = None
    history: tuple[SectionChange, ...] = ()
    ballot: Ballot | None = None
    section_titles: Mapping[str, str] = field(default_factory=dict)
