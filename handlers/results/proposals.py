"""Results about proposed sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from handlers.parsing.proposal_parser import parse_proposal
from handlers.similarity.ranking import Match
from storage.values.incidents import Incident
from storage.values.sections import CustomSection, SectionLabel

REQUIRED_CHECKS = 16  # incidents that members labelled when asked, before the text of a section assigns any


@dataclass(frozen=True, slots=True)
class SectionName:
    """The key and title of a section, for comparing names."""

    key: str
    title: str


Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class IncidentTally(Generic[Key]):
    """How many incidents belong to a `key`, such as a CA or a year, and how many of them are no incidents."""

    key: Key
    incidents: int
    not_incidents: int = 0


@dataclass(frozen=True, slots=True)
class Checks:
    """How many incidents members labelled when asked, and whether the text of the section still waits for more."""

    done: int = 0
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """All incidents but the examples, best first; the section would be assigned the first `would_assign` of them.

    `batch` are the matches whose labels would improve the ranking most; `checks` tells how many were labelled so far.
    `holds` is how many incidents the section holds now, and `assigned` how many of them its text found; both are 0
    unless it is active. `incidents` are those of the batch and of the first matches. `warning` is a sentence, or "".
    `examples` belong to the section too. `not_incidents` counts the no incidents among the first
    `would_assign`, `not_incidents_contained` those of all that the section would contain. `by_ca` (largest first),
    `by_year` (of opening, earliest first) and `in_sections` (built-in ones by key, largest first) count all incidents
    that the section would contain, examples included; `total` counts all stored incidents. `section` is None if it is
    not proposed yet. `section_titles` are the titles by key of all sections that the actor sees.
    """

    name: str
    key: str
    would_assign: int
    matches: tuple[Match, ...]
    batch: tuple[Match, ...] = ()
    checks: Checks = Checks()
    holds: int = 0
    assigned: int = 0
    warning: str = ""
    incidents: tuple[Incident, ...] = ()
    examples: tuple[int, ...] = ()
    total: int = 0
    not_incidents: int = 0
    not_incidents_contained: int = 0
    by_ca: tuple[IncidentTally[str], ...] = ()
    by_year: tuple[IncidentTally[int], ...] = ()
    in_sections: tuple[IncidentTally[str], ...] = ()
    section: CustomSection | None = None
    section_titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def would_contain(self) -> int:
        """How many incidents the section would contain, examples included."""
        return len(self.examples) + self.would_assign


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stored proposal with a preview of its incidents.

    `similar_names` are existing sections with a similar name; `rejected_examples` has a sentence for each bug that
    cannot be an example.
    """

    section: CustomSection
    preview: Preview
    similar_names: tuple[SectionName, ...] = ()
    rejected_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelResult:
    """What a member's labels changed, and how many incidents were checked in all.

    `saved` are the labels that were new, `replaced` those of the same incidents before.
    """

    section: CustomSection
    saved: tuple[SectionLabel, ...]
    checks: Checks
    replaced: tuple[SectionLabel, ...] = ()

    @property
    def changed(self) -> tuple[int, ...]:
        """The bugs whose label is new."""
        return tuple(label.bug for label in self.saved)


@dataclass(frozen=True, slots=True)
class ExampleSuggestions:
    """A free section name with incidents that may be its examples.

    `topic_summary` describes the topic of that name. It is "" if the name is no known topic; the preview then comes
    from the terms of the description.
    """

    name: str
    description: str
    topic_summary: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """A prefilled proposal: `name` is "" if the requested name cannot be a section's name.

    It has no description: the subject of the thread describes its occasion, and would bias the ranking towards that.
    """

    name: str
    bugs: tuple[int, ...]

    @property
    def command_line(self) -> str:
        """The command that proposes it: "addsection geographical 1658792 1658794"."""
        bugs = " ".join(map(str, self.bugs))
        unquoted = f"{self.name or 'NAME'} {bugs}"
        # a name that contains a number would be cut off there
        parses_back = parse_proposal(unquoted).name == (self.name or "NAME")
        return f"addsection {unquoted}" if parses_back else f'addsection "{self.name}" {bugs}'
