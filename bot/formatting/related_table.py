"""The table of related incidents, ready to paste into a CA's report on Bugzilla.

The columns follow the CCADB's incident reporting guidelines (ccadb.org/cas/incident-report): Bug, Date, Description.
"""

from collections.abc import Iterable

from bot.formatting.links import BugUrl
from bot.formatting.plain import normalize, split_graphemes
from handlers.results.related import AlikeIncident, RelatedIncident, RelatedIncidents
from handlers.text.truncation import truncate

HEADER_ROWS = ("| Bug | Date | Description |", "|---|---|---|")
MAX_CA_LENGTH, MAX_TITLE_LENGTH, MAX_REASON_LENGTH = 60, 200, 120

# Escaped one by one, backticks begin no code.
_ESCAPED_IN_TABLES = frozenset("\\*_~|`>[]<@:&")


def related_rows(related: RelatedIncidents, bug_url: BugUrl) -> tuple[str, ...]:
    """Return the table's rows, its header first; () if no incident of the two years before is related."""
    return table_rows(related.table, bug_url)


def table_rows(members: Iterable[RelatedIncident | AlikeIncident], bug_url: BugUrl) -> tuple[str, ...]:
    """Return the rows of a table of these incidents, its header first; () if there are none."""
    rows = tuple(_row(member, bug_url) for member in members)
    return (*HEADER_ROWS, *rows) if rows else ()


def escape_table_cell(text: str, limit: int) -> str:
    """Return text for a cell of a Markdown table, shown as written: it never ends the cell.

    At most `limit` characters including backslashes.
    """
    graphemes = split_graphemes(normalize(text, one_line=True))
    pieces = ("\\" + grapheme if grapheme[0] in _ESCAPED_IN_TABLES else grapheme for grapheme in graphemes)
    return truncate(pieces, limit)


def _row(member: RelatedIncident | AlikeIncident, bug_url: BugUrl) -> str:
    incident, bug = member.incident, member.incident.bug
    ca = f"{escape_table_cell(incident.ca, MAX_CA_LENGTH)}: " if incident.ca else ""
    if isinstance(member, RelatedIncident):
        relation = "Referred to"
    else:
        relation = f"In common: {escape_table_cell(', '.join(member.alike.reasons), MAX_REASON_LENGTH)}"
    description = f"{ca}{escape_table_cell(incident.title, MAX_TITLE_LENGTH)}"
    return f"| [{bug.id}]({bug_url(bug.id)}) | {bug.created:%Y-%m-%d} | {description}. {relation} |"
