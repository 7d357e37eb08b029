"""The table of related incidents, ready to paste into a CA's report on Bugzilla.

Columns as the CCADB's incident reporting guidelines have them (ccadb.org/cas/incident-report): Bug, Date, Description.
"""

from collections.abc import Callable

from bot.chat.render.escape import MESSAGE, table_cell
from handlers.results import RelatedIncident, RelatedIncidents

BugUrl = Callable[[int], str]

HEAD = ("| Bug | Date | Description |", "|---|---|---|")
CA_LENGTH, TITLE_LENGTH, REASON_LENGTH = 60, 200, 120
FENCE = "```"


def related_rows(answer: RelatedIncidents, bug_url: BugUrl) -> tuple[str, ...]:
    """Return the table's lines, its head first; () where no incident of the two years before is related."""
    rows = tuple(_row(one, bug_url) for one in answer.reportable)
    return (*HEAD, *rows) if rows else ()


def code_block(rows: tuple[str, ...], limit: int = MESSAGE) -> tuple[str, int]:
    """Return as many of a table's lines as fit, as a code block to copy from, and how many were left out."""
    kept = len(rows)
    while kept > len(HEAD) and len(_fenced(rows[:kept])) > limit:
        kept -= 1
    return _fenced(rows[:kept]), len(rows) - kept


def _fenced(rows: tuple[str, ...]) -> str:
    return "\n".join((FENCE, *rows, FENCE))


def _row(one: RelatedIncident, bug_url: BugUrl) -> str:
    incident = one.incident
    whose = f"{table_cell(incident.ca, CA_LENGTH)}: " if incident.ca else ""
    how = (
        "Referred to" if one.echo.ground == "refers to" else f"In common: {table_cell(one.echo.reason, REASON_LENGTH)}"
    )
    description = f"{whose}{table_cell(incident.title, TITLE_LENGTH)}"
    bug = incident.bug
    return f"| [{bug.id}]({bug_url(bug.id)}) | {bug.created:%Y-%m-%d} | {description}. {how} |"
