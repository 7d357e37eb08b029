"""Which incident another one follows: a delayed revocation belongs where the mis-issuance belongs that it came from."""

import re

from handlers.parsing.documents import TITLE_READ, Subject

# What happens after an incident, and because of it.
_FOLLOWS = re.compile(
    r"(?:delay|\blate\b|\bfail\w{0,4} to|\bnot\b|\bdecision|\buntimely).{0,60}\brevo[ck]"
    r"|\b(?:un|non-?)?revo[ck]\w{0,7}.{0,60}(?:delay|\blate\b|deadline|timel|time ?frame|within|\bnot\b)"
    r"|(?:delay\w{0,3}|\blate) (?:incident )?report"
)


def is_follower(subject: Subject) -> bool:
    """Tell whether an incident is about what its CA owner did about an earlier one."""
    return subject.ca is not None and _FOLLOWS.search(subject.title[:TITLE_READ].lower()) is not None


def causes_named(subject: Subject) -> tuple[int, ...]:
    """Return the earlier bugs that a follower may follow, likeliest first.

    Which of them it follows is known once their CA owners are: a CA's own bug is a cause, another's a precedent.
    """
    return tuple(bug for bug in (*subject.refers_to, *subject.also) if bug < subject.bug)
