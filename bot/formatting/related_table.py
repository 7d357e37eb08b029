"""The table of related incidents, ready to paste into a CA's report on Bugzilla.

The columns follow the CCADB's incident reporting guidelines (ccadb.org/cas/incident-report): Bug, Date, Description.
"""

from bot.formatting.links import BugUrl
from bot.formatting.plain import normalize, split_graphemes, truncate
from handlers.results.related import RelatedIncident, RelatedIncidents

HEADER_ROWS = ("| Bug | Date | Description |", "|---|---|---|")
MAX_CA_LENGTH, MAX_TITLE_LENGTH, MAX_REASON_LENGTH = 60, 200, 120
FENCE = "```"

# Escaped one by one, backticks never end a code block around the table.
_ESCAPED_IN_TABLES = frozenset("\\*_~|`>[]<@:&")


def related_rows(related: RelatedIncidents, bug_url: BugUrl) -> tuple[str, ...]:
    """Return the table's rows, its header first; () if no incident of the two years before is related."""
    rows = tuple(_row(incident, bug_url) for incident in related.reportable)
    return (*HEADER_ROWS, *rows) if rows else ()


def code_block(rows: tuple[str, ...], limit: int) -> tuple[str, int]:
    """Return as many rows as fit into `limit` characters, as a code block to copy from, and how many were omitted."""
    count = len(rows)
    while count > len(HEADER_ROWS) and len(_fenced(rows[:count])) > limit:
        count -= 1
    return _fenced(rows[:count]), len(rows) - count


def escape_table_cell(text: str, limit: int) -> str:
    """Return text for a cell of a Markdown table, shown as written; within a code block it ends neither block nor cell.

    At most `limit` characters including backslashes.
    """
    graphemes = split_graphemes(normalize(text, one_line=True))
    pieces = ("\\" + grapheme if grapheme[0] in _ESCAPED_IN_TABLES else grapheme for grapheme in graphemes)
    return truncate(pieces, limit)


def _fenced(rows: tuple[str, ...]) -> str:
    return "\n".join((FENCE, *rows, FENCE))


def _row(related: RelatedIncident, bug_url: BugUrl) -> str:
    incident, bug = related.incident, related.incident.bug
    ca = f"{escape_table_cell(incident.ca, MAX_CA_LENGTH)}: " if incident.ca else ""
    if related.echo.primary_reason == "refers to":
        relation = "Referred to"
    else:
        relation = f"In common: {escape_table_cell(related.echo.reason, MAX_REASON_LENGTH)}"
    description = f"{ca}{escape_table_cell(incident.title, MAX_TITLE_LENGTH)}"
    return f"| [{bug.id}]({bug_url(bug.id)}) | {bug.created:%Y-%m-%d} | {description}. {relation} |"
