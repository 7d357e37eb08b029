"""The command `rootwatch check-report`: reads a draft from a file or standard input, and nothing else.

No configuration, no database and no network are used; what was read is neither stored nor logged.
"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.terminal.layout import sanitize
from handlers.reports.check import DraftCheck, check_draft

# In bytes; a comment of Bugzilla has at most 65,535 characters.
MAX_DRAFT_SIZE = 1_000_000
STANDARD_INPUT = "-"


class DraftUnreadable(Exception):
    """The draft could not be read; the message is one sentence for the user."""


def run(
    file: str,
    as_of: date | None,
    write: Callable[[str], object],
    write_json: Callable[[dict[str, Any]], int],
    *,
    as_json: bool,
) -> int:
    """Check the draft and write the result; return the exit code, 0 also if something is missing."""
    check = check_draft(read_draft(file), as_of or datetime.now(UTC).date())
    if as_json:
        return write_json(check_document(check))
    write("\n".join(check_lines(check)))
    return 0


def read_draft(file: str) -> str:
    """Return the text of a file, of standard input for "-". Raises DraftUnreadable."""
    try:
        if file == STANDARD_INPUT:
            content = sys.stdin.buffer.read(MAX_DRAFT_SIZE + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(MAX_DRAFT_SIZE + 1)
    except OSError as error:
        raise DraftUnreadable(f"“{file}” cannot be read: {error.strerror or error}") from None
    if len(content) > MAX_DRAFT_SIZE:
        raise DraftUnreadable(
            f"“{file}” is larger than {MAX_DRAFT_SIZE:,} bytes; a comment has at most 65,535 characters"
        )
    return content.decode("utf-8-sig", errors="replace")


def check_document(check: DraftCheck) -> dict[str, Any]:
    """Return a check as a JSON document."""
    return {
        "form": check.form,
        "version": check.version,
        "in_force": check.in_force,
        "allowed": check.allowed,
        "missing": list(check.missing),
        "na": list(check.na),
        "remarks": [
            {"field": remark.field, "text": remark.text, "rule": remark.rule, "source": remark.source}
            for remark in check.remarks
        ],
        "cut": check.is_cut,
    }


def check_lines(check: DraftCheck) -> list[str]:
    """Return a check as lines of text, without control characters."""
    if check.form is None:
        lines = [f"No form of an incident report is recognised; {check.in_force} is in force."]
    else:
        allowed = "allowed" if check.allowed else "no longer allowed"
        lines = [f"{check.form} ({check.title}), version {check.version}; in force: {check.in_force}; {allowed}."]
        lines.append(f"Missing, empty or template text: {', '.join(check.missing) or 'nothing'}")
        if check.na:
            lines.append(f"N/A: {', '.join(check.na)}")
    lines.extend(f"{remark.field}: {remark.text} [{remark.rule}: {remark.source}]" for remark in check.remarks)
    if check.form is not None and not check.remarks:
        lines.append("No other remarks.")
    if check.is_cut:
        lines.append("Only the first 65,535 characters were read: a comment cannot be longer.")
    return [sanitize(line) for line in lines]
