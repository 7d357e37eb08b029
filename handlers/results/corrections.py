"""Result of a correction of an incident's sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.values.incidents import Assignment


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """The effect of a correction: the section's previous assignment, and all sections of the incident after it.

    `changed` is false if the incident's sections already agreed with the correction, so that nothing was saved.
    `belongs` is what the correction says; once it was undone, what holds again. `incident_title` is the title of the
    incident with its CA owner. `undo` names the correction for `Corrections.undo`, "" if there is nothing to undo.
    `section_titles` are the titles by key of all sections that the actor sees.
    """

    bug: int
    section: str
    belongs: bool
    previous: Assignment | None
    sections: tuple[Assignment, ...]
    changed: bool = True
    section_titles: Mapping[str, str] = field(default_factory=dict)
    incident_title: str = ""
    undo: str = ""

    @property
    def current(self) -> Assignment | None:
        """How the incident is in the section now, None if it is not."""
        return next((entry for entry in self.sections if entry.section == self.section and entry.confident), None)

    @property
    def can_be_undone(self) -> bool:
        """Whether the opposite command restores the previous state; not if the correction confirmed a prediction."""
        return self.previous is None or self.previous.confident != self.belongs
