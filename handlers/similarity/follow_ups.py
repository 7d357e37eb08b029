"""Finds the incident a follow-up belongs to (a delayed revocation to its mis-issuance)."""

import re

from handlers.parsing.documents import MAX_TITLE_LENGTH, IncidentDocument

# A late or missing revocation or report: what happens after an incident, and because of it.
_FOLLOW_UP = re.compile(
    r"(?:delay|\blate\b|\bfail\w{0,4} to|\bnot\b|\bdecision|\buntimely).{0,60}\brevo[ck]"
    r"|\b(?:un|non-?)?revo[ck]\w{0,7}.{0,60}(?:delay|\blate\b|deadline|timel|time ?frame|within|\bnot\b)"
    r"|(?:delay\w{0,3}|\blate) (?:incident )?report"
)


def is_follow_up(document: IncidentDocument) -> bool:
    """Return whether an incident is about what its CA owner did about an earlier one."""
    return document.ca is not None and _FOLLOW_UP.search(document.title[:MAX_TITLE_LENGTH].lower()) is not None


def referenced_causes(document: IncidentDocument) -> tuple[int, ...]:
    """Return the earlier bugs that a follow-up may belong to, likeliest first.

    The index narrows them down by CA owner: only a bug of the same CA can be the cause, another's is a precedent.
    """
    return tuple(bug for bug in (*document.references, *document.linked) if bug < document.bug)
