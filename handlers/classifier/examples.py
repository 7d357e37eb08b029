"""What the classifier predicts for, and what it is trained on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Instance:
    """One incident to classify: title, and text of its report (`extract_report_text`).

    The title may be with or without the CA owner, as long as training examples and instances do the same. `bug` is the
    bug number, whose own training example says nothing about it, or 0 if unknown.
    """

    title: str
    text: str
    bug: int = 0


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One incident with the sections that staff's tags and members' corrections put it in.

    `tags` are canonical spellings; tags that are not sections are ignored. `negative_sections` are sections that an
    incident without tags is known not to be in. `corrected`: a member's correction changed the tags. `opened` is in
    UTC; `bug` is the bug number, or 0 if unknown.
    """

    title: str
    text: str
    tags: tuple[str, ...]
    opened: datetime
    bug: int = 0
    negative_sections: tuple[str, ...] = ()
    corrected: bool = False

    @property
    def instance(self) -> Instance:
        """The same incident without its tags, as an input to the classifier."""
        return Instance(self.title, self.text)
