"""What each command is for and how it is written: read by help, by usage errors and by Discord's own menus."""

from bot.chat.commands.command_spec import Wording
from bot.chat.commands.section_specs import SECTION_COMMANDS

COMMANDS = (
    Wording(
        "incidents",
        "[CA] [section:KEY] [open:yes] [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Incidents of one CA or of all, newest first",
        ("incidents Entrust", "incidents Entrust section:ev-misissuance open:yes since:2024-01-01"),
    ),
    Wording("incident", "BUG", "One incident: how it stands and how its report begins", ("incident 1897630",)),
    Wording("why", "BUG", "How an incident's sections were found, and what decided", ("why 1897630",)),
    Wording(
        "similar",
        "BUG",
        "Earlier incidents like one, and the table of related incidents for a report",
        ("similar 1897630",),
    ),
    Wording("sections", "", "All sections and how many incidents each holds", ("sections",)),
    Wording(
        "section", "NAME", "One section: its newest incidents and whom they are about", ("section ev-misissuance",)
    ),
    Wording(
        "summary",
        "CA, BUG or SECTION [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Numbers and a few sentences, each with its sources",
        ("summary Entrust since:2024-01-01",),
    ),
    Wording(
        "classify",
        "BUG SECTION",
        "Say that an incident belongs in a section",
        ("classify 1897630 ev-misissuance",),
    ),
    Wording(
        "unclassify",
        "BUG [SECTION]",
        "Say that an incident does not belong in a section",
        ("unclassify 1897630", "unclassify 1897630 ev-misissuance"),
    ),
    *SECTION_COMMANDS,
    Wording("watch", "", "Send new incidents and list messages to this channel (Manage Server)", ("watch",)),
    Wording("unwatch", "", "Send nothing more to this channel (Manage Server)", ("unwatch",)),
    Wording("watches", "", "Which channels of this server are sent what (Manage Server)", ("watches",)),
    Wording("status", "", "How fresh everything is, and what went wrong last", ("status",)),
    Wording("help", "[COMMAND]", "What can be asked", ("help incidents",)),
)


def wording_of(name: str) -> Wording | None:
    """Find a command's wording by its name."""
    return next((wording for wording in COMMANDS if wording.name == name), None)


def what(name: str) -> str:
    """Return what a command is for, as Discord's menu shows it."""
    wording = wording_of(name)
    return wording.what if wording else name
