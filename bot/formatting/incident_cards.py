"""What one incident's card says in words, and why it is in its sections, the same in both chats.

What others wrote goes through `escape`, which each chat has of its own and which is given a length.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.formatting.alert_text import describe_reporter, describe_sections, section_name
from bot.formatting.incident_lists import describe_next_update, describe_state, join_names
from bot.formatting.wording import count_of, long_day
from handlers.results.incidents import IncidentDetail, SectionExplanation
from storage.values.incidents import Assignment, Correction, Incident

NO_SECTION = "no section yet"

Titles = Mapping[str, str]
Escape = Callable[[str, int], str]


def card_headline(detail: IncidentDetail, escape: Escape) -> str:
    """Return an incident's state and sections in one line."""
    incident = detail.incident
    sections = describe_sections(incident.sections, detail.section_titles, escape)
    return f"Bug {incident.bug.id} · {describe_state(incident)} · {sections}"


def card_facts(incident: Incident, escape: Escape) -> Iterator[str]:
    """Yield lines about an incident's owners and dates."""
    bug = incident.bug
    if incident.also_about:
        yield f"Also about {join_names([escape(name, 80) for name in incident.also_about])}"
    if incident.successors and incident.ca:
        yield f"{escape(incident.ca, 80)} is today part of {join_names([escape(n, 80) for n in incident.successors])}"
    yield f"Opened {long_day(bug.created)} {describe_reporter(incident, escape)}"
    dates = [f"closed {long_day(bug.closed)}" if bug.closed else "", describe_next_update(incident)]
    dates.append(f"to be closed on {long_day(incident.close_on)}" if incident.close_on and bug.is_open else "")
    dates.append(count_of(incident.comments, "comment"))
    line = " · ".join(date for date in dates if date)
    yield line[:1].upper() + line[1:]


def explanation_headline(explanation: SectionExplanation, escape: Escape) -> str:
    """Return in which sections an incident is."""
    titles = explanation.section_titles
    names = [section_name(assignment.section, titles, escape) for assignment in explanation.sections]
    return f"Bug {explanation.incident.bug.id} is in {join_names(names) or NO_SECTION}"


def explain_assignment(assignment: Assignment, escape: Escape) -> str:
    """Return how an incident got into a section."""
    if assignment.by == "tag":
        return "Bugzilla's whiteboard has its tag"
    if assignment.by == "member":
        return "a member said so"
    reasons = escape(", ".join(assignment.reasons), 200)
    return f"{assignment.confidence * 100:.0f} % by its text" + (f", for {reasons}" if reasons else "")


def describe_correction(correction: Correction, titles: Titles, escape: Escape) -> str:
    """Return what a member, or the operator, did with an incident and a section, without the time."""
    is_operator = correction.member is None
    author = "The operator" if is_operator else escape(correction.member_name, 80) or "A member"
    action = "put it in" if correction.verdict == "in" else "took it out of"
    scope = ", for every server" if is_operator else ""
    return f"{author} {action} {section_name(correction.section, titles, escape)}{scope}"


def best_first(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Return assignments by text, the surest first."""
    return sorted(assignments, key=lambda assignment: -assignment.confidence)
