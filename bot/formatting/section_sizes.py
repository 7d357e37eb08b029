"""What a section holds and would hold, in one sentence whose figures agree, the same in both chats."""

from bot.formatting.wording import count_none, count_of
from handlers.results.proposals import REQUIRED_CHECKS, Checks, Preview
from storage.values.sections import CustomSection


def size_sentence(preview: Preview, section: CustomSection | None) -> str:
    """Return what a section holds, how many more look like its examples, and what has to happen until it holds them.

    `section` is None for a section that is not proposed yet. The sentence has no full stop.
    """
    if section is not None and section.state == "active":
        return _active_size(preview, section)
    more = _look_alike(preview)
    if not preview.would_assign:
        return more
    if preview.checks.needed:
        accepted = "it is accepted and " if section is not None else ""
        return f"{more}; the likely ones join once {accepted}{_condition(preview.checks)}"
    return f"{more} and join when it is accepted"


def contents_sentence(preview: Preview, section: CustomSection | None, title: str) -> str:
    """Return how many of all incidents a section holds or would hold; `title` is its title as a chat shows it."""
    total = count_of(preview.total, "bug" if preview.not_incidents_contained else "incident")
    if section is not None and section.state == "active":
        return f"“{title}” holds {preview.holds:,} of {total}"
    about = "about " if preview.checks.needed and preview.would_assign else ""
    size = f"“{title}” would hold {about}{preview.would_contain:,} of {total}"
    if apart := preview.not_incidents_contained:
        size += f", of which {count_none(apart)}"
    return size


def checks_sentence(checks: Checks) -> str:
    """Return how many incidents were checked, and what for."""
    if checks.needed:
        return f"{_progress(checks)} checked; from {REQUIRED_CHECKS} on the text adds the likely ones"
    return f"{count_of(checks.done, 'incident')} checked; the text adds the likely ones, and each check improves that"


def backfill_progress(section: CustomSection) -> str:
    """Return how far an accepted section's incidents are looked for by text, "" if nobody looks now."""
    if section.state != "active" or section.backfill_requested <= section.backfill_completed:
        return ""
    if section.backfill_done >= section.backfill_total:
        return "the rest is being looked for"
    return f"{section.backfill_done:,} of {section.backfill_total:,} incidents compared"


def _active_size(preview: Preview, section: CustomSection) -> str:
    holds = f"It holds {count_of(preview.holds, 'incident')}"
    if preview.checks.needed:
        if not preview.would_assign:
            return f"{holds}; nothing else looks like them yet"
        return f"{holds}; {_look_alike(preview)}, and the likely ones join once {_condition(preview.checks)}"
    missing, progress = preview.would_assign - preview.assigned, backfill_progress(section)
    if missing <= 0:
        return f"{holds}; {progress}" if progress else holds
    joining = f"{missing:,} more {'is' if missing == 1 else 'are'} joining"
    return f"{holds}; {joining} ({progress})" if progress else f"{holds}; {joining}"


def _look_alike(preview: Preview) -> str:
    count, pronoun = preview.would_assign, "them" if preview.examples else "it"
    if not count:
        checked = f" ({preview.checks.done:,} checked)" if preview.checks.done else ""
        return f"Nothing else looks like {pronoun} yet{checked}"
    more = "more " if preview.examples else ""
    return f"{count:,} {more}{'looks' if count == 1 else 'look'} like {pronoun}"


def _condition(checks: Checks) -> str:
    return f"{REQUIRED_CHECKS} were checked ({_progress(checks)})"


def _progress(checks: Checks) -> str:
    return f"{checks.done} of {REQUIRED_CHECKS}"
