"""Sections in lists: which are worth a line, and their counts in words, the same in both chats."""

import re
from collections.abc import Sequence

from bot.formatting.wording import count_none, count_of
from storage.values.sections import Section

SECTION_STATE_LABELS = {
    "builtin": "from Bugzilla's tags",
    "proposed": "proposed",
    "active": "by members",
    "declined": "declined",
    "retired": "retired",
}


def split_listed(sections: Sequence[Section]) -> tuple[list[Section], list[Section]]:
    """Return the sections that hold incidents or are voted on, and those that a list leaves out."""
    listed = [section for section in sections if _is_listed(section)]
    return listed, [section for section in sections if not _is_listed(section)]


def section_list_headline(listed: Sequence[Section]) -> str:
    """Return a list of sections in one line, without a full stop."""
    if not listed or not listed[0].incidents:
        return "No section holds incidents yet"
    largest = listed[0]
    count = count_of(largest.incidents, "incident")
    return f"{count_of(len(listed), 'section')}; the largest is {largest.title} with {count}"


def hidden_sentence(hidden: Sequence[Section], example: str) -> str:
    """Return how many sections a list leaves out, and the command that shows one, without a full stop."""
    verb = "is" if len(hidden) == 1 else "are"
    return f"{len(hidden)} more {verb} empty or declined; {example} shows one"


def describe_listed_counts(section: Section) -> str:
    """Return what a list tells apart of a section's incidents: those by text, and those that are none."""
    parts = []
    if section.by_text:
        parts.append(f"{section.by_tag:,} by tag, {section.by_text:,} by text")
    if section.not_incidents:
        parts.append(count_none(section.not_incidents))
    return " · ".join(parts)


def describe_origins(section: Section) -> str:
    """Return how a section's incidents got into it and how many are none, "" if there is nothing to tell apart."""
    by_members = section.incidents - section.by_tag - section.by_text
    origins = [(section.by_tag, "by tag"), (section.by_text, "by text"), (by_members, "by members")]
    named = ", ".join(f"{count:,} {name}" for count, name in origins if count)
    parts = [named] if section.by_tag or section.by_text else []
    if section.not_incidents:
        parts.append(f"of which {count_none(section.not_incidents)}")
    return " · ".join(parts)


def describe_section_state(section: Section) -> str:
    """Return where a section comes from, "" for a built-in one."""
    if section.state == "builtin":
        return ""
    scope = ", of all servers" if section.community is None else ""
    return f"{SECTION_STATE_LABELS[section.state]}{scope}"


def distinct_key(section: Section) -> str:
    """Return a section's key, "" if it is the title in lower case with hyphens."""
    return "" if section.key == "-".join(re.findall(r"\w+", section.title.lower())) else section.key


def _is_listed(section: Section) -> bool:
    if section.state in {"declined", "retired"}:
        return False
    return section.incidents > 0 or section.state == "proposed"
