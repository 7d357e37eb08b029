"""Small lives and what their comments do, written as a test would tell them."""

from datetime import UTC, datetime

from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.inputs import Acts, CommentActs, ReportActs
from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment

CA, STAFF = Person("alice", "ca.example"), Person("ben", "mozilla.com")


def at(text):
    """Return a moment: "2025-06-01" or "2025-06-01 09:30", UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def comment(moment, role="ca", *, report=None, allowed=True, aware=None, letter=None, **acts):
    """Return a comment as (moment, acts without number)."""
    if report:
        acts["report"] = ReportActs(
            report, allowed, at(aware) if aware else None, None, at(letter).date() if letter else None
        )
    return at(moment), role, acts


def change(moment, field, added, removed=""):
    return Change(at(moment), STAFF, field, removed, added)


def build(*events, title="Example CA: Wrong country in OV certificates", whiteboard="[ca-compliance]"):
    """Return a life and its acts from comments and changes."""
    comments = [event for event in events if isinstance(event, tuple)]
    changes = tuple(event for event in events if isinstance(event, Change))
    acts = tuple(CommentActs(number, role, **does) for number, (_, role, does) in enumerate(comments))
    last = {event.field: event.added for event in changes}
    life = Life(
        3999999,
        title,
        last.get("whiteboard", whiteboard),
        last.get("status", "ASSIGNED"),
        last.get("resolution", ""),
        last.get("component", "CA Certificate Compliance"),
        bool(last.get("groups")),
        comments[0][0] if comments else at("2025-06-01"),
        CA,
        CA,
        changes,
        tuple(
            LifeComment(number, CA if role == "ca" else STAFF, moment, (CommentVersion(moment, "text"),))
            for number, (moment, role, _) in enumerate(comments)
        ),
    )
    return life, Acts(acts)


def clocks(case, moment, **options):
    """Return (rule, due, state) of the clocks at a moment, in order."""
    life, acts = case
    deadlines = compute_deadlines(life, acts, at(moment), **options)
    return [(entry.rule.id, str(entry.due or ""), entry.state) for entry in deadlines]


def clock(case, moment, rule, of=None):
    """Return the clock of a rule at a moment, met ones included, None if there is none."""
    life, acts = case
    deadlines = compute_deadlines(life, acts, at(moment), include_all=True)
    return next((entry for entry in deadlines if entry.rule.id == rule and (of is None or entry.of == of)), None)
