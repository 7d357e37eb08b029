"""Headings and labels as they stand in a text: which kind of report they name, and labels without marks."""

import re

from handlers.reports.forms import read_forms

_MAX_NAME_WORDS = 8
_FINDING = re.compile(r"(?:finding|issue|non conformity|nonconformity|observation)\s*(?:#\s?[0-9]{0,3}|[0-9]{1,3})\b")
_FINDING_LINE = re.compile(r"\W*[A-Za-z-]+(?: [a-z]+)?\s*#?\s?[0-9]{1,3}\s*(?:[:–—-]|\Z)")
_PLAIN_LABEL = re.compile(r"([^:\n?]{2,120}\??)(?:\s*[:：]|(?<=\?))(?=\s|\Z)\s*")


def title_kind(normalized: str, *, exact: bool) -> str:
    """Return which kind of report a heading names, "" if none: "acme corp full incident report" is a full one.

    What may be a sentence is read with `exact`: then nothing may stand beside it.
    """
    words = normalized.split()
    if len(words) > _MAX_NAME_WORDS:
        return ""
    for ending, kind in read_forms().titles:
        if normalized == ending:
            return kind
        if exact or ending == "incident":
            continue
        if normalized.endswith(f" {ending}") or (normalized.startswith(f"{ending} ") and kind != "report"):
            return kind
    return ""


def split_plain_label(text: str) -> tuple[str, str]:
    """Return what stands before a colon or question mark, and the rest; "" without one."""
    match = _PLAIN_LABEL.match(text)
    return (match[1], text[match.end() :].strip()) if match else ("", "")


def begins_finding(label: str, normalized: str, *, is_marked: bool) -> bool:
    """Return whether a heading or bold line, or else a line like "Issue #1: a title", begins an audit's finding."""
    return bool(_FINDING.match(normalized)) and (is_marked or _FINDING_LINE.match(label) is not None)


def without_finding(normalized: str) -> str:
    """Return a label without the finding that it names: "issue #1 root cause" is "root cause"."""
    return _FINDING.sub("", normalized, count=1).strip()
