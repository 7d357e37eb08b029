"""Related earlier incidents in words, the same in both chats: the answer in a sentence, then the others in groups."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.formatting.pieces import BugNumber, Piece, Statement, ThirdPartyText
from bot.formatting.wording import count_of, long_day
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents

MAX_SHOWN = 2  # in each group of the answer
MAX_LIKELY_REFERENCES = 5
MAX_REASONS, MAX_TITLE_LENGTH = 2, 55
DAYS_PER_MONTH, DAYS_PER_YEAR = 30.4, 365.25

Section = tuple[str, tuple[Statement, ...]]
Member = RelatedIncident | AlikeIncident


def related_headline(related: RelatedIncidents) -> Statement:
    """Return the answer in one line: what the incident belongs or refers to, or which earlier one is like it."""
    incident = related.incident
    relation, best = related.answer
    number = BugNumber(incident.bug.id)
    if best is None:
        return Statement(
            ("Found nothing like ", number, " in the two years before, and it refers to no earlier incident")
        )
    owner: tuple[Piece, ...] = (ThirdPartyText(best.incident.ca, 40), ", ") if best.incident.ca else ()
    when = earlier_by(best.incident.bug.created, incident.bug.created)
    named = (BugNumber(best.incident.bug.id), " ", ThirdPartyText(best.incident.title, MAX_TITLE_LENGTH))
    if isinstance(best, AlikeIncident) and related.is_new_kind:
        return Statement(
            ("Found nothing like ", number, " in the two years before; earlier ", *named, " (", *owner, when, ")")
        )
    match relation:
        case "had before":
            subject: tuple[Piece, ...] = (ThirdPartyText(incident.ca or "", 40), " had this before: ")
            return Statement((*subject, *named, f" ({when})"))
        case "other CAs":
            return Statement((number, " is like ", *named, " (", *owner, when, ")"))
        case _:
            return Statement((number, f" {relation} ", *named, " (", *owner, when, ")"))


def novelty_note(related: RelatedIncidents) -> str:
    """Return that nothing else like an incident was found, if its headline is about another one; else ""."""
    return "Found nothing else like it in the two years before" if related.is_new_kind and related.referenced else ""


def related_sections(related: RelatedIncidents, limit: int | None = MAX_SHOWN) -> tuple[Section, ...]:
    """Return the related incidents by group, without an empty group.

    At most `limit` of each group; None: all, and those that the incident may refer to as well.
    """
    relation, _ = related.answer
    shown = {member.incident.bug.id for member in related.referenced}
    alike = [member for member in related.alike_shown if member.incident.bug.id not in shown]
    groups: list[tuple[str, Sequence[Member]]] = [
        ("Belongs to" if relation == "belongs to" else "Refers to", related.referenced),
        (
            f"{related.incident.ca or 'The same CA'} before",
            [member for member in alike if member.alike.same_ca],
        ),
        ("Other CAs", [member for member in alike if not member.alike.same_ca]),
    ]
    if limit is None:
        groups.append(("May refer to", list(_likely_references(related))[:MAX_LIKELY_REFERENCES]))
    return tuple(
        (heading, tuple(_statement(related, member) for member in members[:limit]))
        for heading, members in groups
        if members
    )


def count_hidden(related: RelatedIncidents) -> int:
    """Return how many incidents the limited answer leaves out."""
    return _count(related_sections(related, None)) - _count(related_sections(related))


def earlier_by(earlier: datetime, later: datetime) -> str:
    """Return how much earlier one of two moments was, such as "6 days earlier"."""
    days = max((later - earlier).days, 0)
    if days == 0:
        return "within a day"
    if days < 2 * DAYS_PER_MONTH:
        return f"{count_of(days, 'day')} earlier"
    if days < 2 * DAYS_PER_YEAR:
        return f"{count_of(int(days / DAYS_PER_MONTH), 'month')} earlier"
    return f"{count_of(int(days / DAYS_PER_YEAR), 'year')} earlier"


def _likely_references(related: RelatedIncidents) -> Iterator[RelatedIncident]:
    """Yield the echoes that are not shown under another heading, likeliest first."""
    shown: Iterable[Member] = (*related.referenced, *related.alike_shown)
    bugs = {member.incident.bug.id for member in shown}
    return (member for member in related.echoes_shown if member.incident.bug.id not in bugs)


def _count(sections: Iterable[Section]) -> int:
    return sum(len(statements) for _, statements in sections)


def _statement(related: RelatedIncidents, member: Member) -> Statement:
    incident = member.incident
    same_ca = incident.ca is not None and incident.ca == related.incident.ca
    owner: tuple[Piece, ...] = () if same_ca or not incident.ca else (ThirdPartyText(incident.ca, 40), ": ")
    # the answer's title stands in its line of content
    _, best = related.answer
    is_answer = best is not None and best.incident.bug.id == incident.bug.id
    title: tuple[Piece, ...] = () if is_answer else (" ", *owner, ThirdPartyText(incident.title, MAX_TITLE_LENGTH))
    day = f", {long_day(incident.bug.created)}"
    return Statement((BugNumber(incident.bug.id), *title, day, *_in_common(member)))


def _in_common(member: Member) -> tuple[Piece, ...]:
    """Return why an incident is shown; () for one that is referred to."""
    if isinstance(member, AlikeIncident):
        return (" (both: ", ThirdPartyText(", ".join(member.alike.reasons[:MAX_REASONS])), ")")
    if member.echo.reasons == "refers to":
        return ()
    return (" (", ThirdPartyText(", ".join(member.echo.reasons[:MAX_REASONS])), ")")
