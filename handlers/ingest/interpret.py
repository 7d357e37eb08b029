"""Turns a bug into an incident: its CA owner and title, its whiteboard's facts, and which comment is its report."""

from collections.abc import Sequence

from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.report_forms import find_report_comment, parse_ccadb_id
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.incidents import Bug, Incident


def interpret_bug(
    bug: Bug, owners: OwnerDirectory, texts: Sequence[tuple[int, str]] | None, previous: Incident | None = None
) -> Incident:
    """Interpret a bug.

    `texts` are its first comments with text, as (number, text); None if they were not fetched this time. Facts that
    only comments contain are then copied from `previous`.
    """
    title, whiteboard = parse_title(bug.summary, owners), parse_whiteboard(bug.whiteboard)
    if texts is None:
        report, ccadb_id = (previous.report, previous.ccadb_id) if previous else (None, None)
    else:
        report = find_report_comment(texts)
        ccadb_id = next((number for _, text in texts if (number := parse_ccadb_id(text))), None)
    return Incident(
        bug,
        title.ca,
        title.title,
        whiteboard.tags,
        whiteboard.next_update,
        whiteboard.close_on,
        ccadb_id,
        report,
        sections=previous.sections if previous else (),
    )
