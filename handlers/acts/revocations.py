"""When, by a bug's own words, the last certificate was revoked."""

from dataclasses import dataclass
from datetime import date

from handlers.acts.dates import find_days
from handlers.acts.item_words import is_to_revoke
from handlers.acts.statements import read_statements
from handlers.acts.values import Acts
from handlers.acts.word_lists import read_patterns
from storage.values.lives import Life


@dataclass(frozen=True, slots=True)
class RevocationEnd:
    """The comment that tells the end of the revocation, and its day."""

    comment: int
    day: date


def revocation_end(life: Life, acts: Acts) -> RevocationEnd | None:
    """Return the first comment of the CA by which nothing is left to revoke, None without one.

    By its figures, by an action item to revoke that is complete, or by its words. Linear, never raises.
    """
    by_number = {comment.number: comment for comment in life.comments}
    for comment_acts in acts.comments:
        comment = by_number.get(comment_acts.comment)
        if comment is None or comment_acts.role != "ca":
            continue
        day = comment.posted.date()
        for change in comment_acts.items:
            item = acts.items.get(change.item)
            if item and change.status == "complete" and is_to_revoke(item.text):
                return RevocationEnd(comment.number, change.on or day)
        figures = comment_acts.figures
        if figures and figures.left == 0:
            ended = figures.estimate if figures.estimate and figures.estimate <= day else day
            return RevocationEnd(comment.number, ended)
        if not comment_acts.new_items and (described := _described_end(comment.text, day)):
            return RevocationEnd(comment.number, described)
    return None


def _described_end(text: str, day: date) -> date | None:
    """Return the day on which, by a comment's own words, the last certificate was revoked."""
    nothing_left = read_patterns("figures.toml")["nothing_left"]
    for statement in read_statements(text).own:
        if "timeline" in statement.section or not nothing_left.search(statement.text):
            continue
        days = [named.day for named in find_days(statement.text, day) if named.day <= day]
        return days[0] if days else day
    return None
