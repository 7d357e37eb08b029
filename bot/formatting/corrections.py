"""What a correction of an incident's sections did, in sentences that both chats show."""

from handlers.results.corrections import CorrectionResult
from storage.values.incidents import Assignment


def correction_state(correction: CorrectionResult, title: str) -> str:
    """Return what holds after a correction; `title` is the section's title as a chat shows it."""
    if not correction.changed:
        state = f"is in {title} already" if correction.previous else f"is an example of {title} already"
        state = state if correction.belongs else f"is not in {title} anyway"
        return f"{correction.bug} {state}, so there was nothing to change"
    current = correction.current
    if current is not None:
        return f"{correction.bug} is now in {title} ({how_assigned(current)})"
    if correction.belongs:
        # an example of a section that is voted on is not in it yet
        return f"{correction.bug} is now an example of {title}"
    # one that was not in it is kept out, whatever its text says later
    state = "is no longer in" if correction.previous else "stays out of"
    return f"{correction.bug} {state} {title} (by a member)"


def undone_state(correction: CorrectionResult, title: str) -> str:
    """Return what holds again after a correction was undone."""
    current = correction.current
    state = f"is in {title} again ({how_assigned(current)})" if current else f"is not in {title} again"
    return f"Undone: {correction.bug} {state}"


def previous_state(correction: CorrectionResult, title: str) -> str:
    """Return what held before a correction."""
    previous = correction.previous
    if previous is None:
        return f"Before, it was not in {title}"
    return f"Before, it was {'' if previous.confident else 'perhaps '}in {title} ({how_assigned(previous)})"


def how_assigned(assignment: Assignment) -> str:
    """Return how an incident is in a section: by a member, a tag, or its text with the confidence."""
    if assignment.by == "text":
        return f"{assignment.confidence * 100:.0f} % by text"
    return "by its tag" if assignment.by == "tag" else "by a member"


def opposite_line(correction: CorrectionResult) -> str:
    """Return the command line, without a prefix, that says the opposite of a correction."""
    command = "unclassify" if correction.belongs else "classify"
    return f"{command} {correction.bug} {correction.section}"
