"""The table of commands: what each is for and how it is used, for help, usage errors and Discord's command menu."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: `usage` is what follows its name, `examples` are whole lines without the prefix.

    The summary is shown in Discord's command menu too, which allows 100 characters.
    """

    name: str
    usage: str
    summary: str
    examples: tuple[str, ...]
    group: str = ""


COMMANDS = (
    CommandSpec(
        "incidents",
        "[CA] [section:KEY] [open:yes] [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Incidents of one CA or of all, newest first",
        ("incidents Entrust", "incidents Entrust section:ev-misissuance open:yes since:2024-01-01"),
    ),
    CommandSpec("incident", "BUG", "One incident: its status and the beginning of its report", ("incident 1897630",)),
    CommandSpec("why", "BUG", "How an incident's sections were found, and what became of its alert", ("why 1897630",)),
    CommandSpec(
        "similar",
        "BUG",
        "Earlier incidents similar to one, and the table of related incidents for a report",
        ("similar 1897630",),
    ),
    CommandSpec("sections", "", "All sections and the number of incidents in each", ("sections",)),
    CommandSpec(
        "section", "NAME", "One section: its newest incidents and their CA owners", ("section ev-misissuance",)
    ),
    CommandSpec(
        "summary",
        "CA, BUG or SECTION [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Figures and a few sentences, each with its sources",
        ("summary Entrust since:2024-01-01",),
    ),
    CommandSpec(
        "classify",
        "BUG SECTION",
        "Say that an incident belongs in a section",
        ("classify 1897630 ev-misissuance",),
    ),
    CommandSpec(
        "unclassify",
        "BUG [SECTION]",
        "Say that an incident does not belong in a section",
        ("unclassify 1897630", "unclassify 1897630 ev-misissuance"),
    ),
    CommandSpec(
        "addsection",
        "NAME [BUGS] [-- DESCRIPTION]",
        "Propose a section: a name, example bugs or a whole mail that links to them",
        ("addsection geographical", "addsection geographical 1658792 1658794 -- Where it is"),
        group="sections",
    ),
    CommandSpec(
        "preview",
        "NAME [BUGS] [against: BUGS]",
        "Which incidents a section would contain, whether it is proposed or not",
        ("preview geographical", "preview geographical 1658792 against: 1658801"),
        group="sections",
    ),
    CommandSpec(
        "judge",
        "NAME yes BUGS no BUGS",
        "Say which incidents belong in a section and which do not",
        ("judge geographical yes 1658796 1658798 no 1658801",),
        group="sections",
    ),
    CommandSpec(
        "vote",
        "NAME yes|no",
        "Vote on a proposed section; voting again replaces your vote",
        ("vote geographical yes",),
        group="sections",
    ),
    CommandSpec(
        "accept",
        "NAME",
        "Accept a proposed section at once (Manage Server)",
        ("accept geographical",),
        group="sections",
    ),
    CommandSpec(
        "decline",
        "NAME",
        "Decline a proposed section at once (Manage Server)",
        ("decline geographical",),
        group="sections",
    ),
    CommandSpec(
        "withdraw",
        "NAME",
        "Withdraw a proposal: your own, or as a moderator any",
        ("withdraw geographical",),
        group="sections",
    ),
    CommandSpec(
        "rename",
        "NAME to NEW NAME",
        "Rename a section (Manage Messages)",
        ("rename geographical to Wrong places",),
        group="sections",
    ),
    CommandSpec(
        "describe",
        "NAME -- DESCRIPTION",
        "Describe what a section is about (Manage Messages)",
        ("describe geographical -- Where it is",),
        group="sections",
    ),
    CommandSpec(
        "merge",
        "NAME into OTHER",
        "Merge a section into another (Manage Messages)",
        ("merge geographical into Wrong places",),
        group="sections",
    ),
    CommandSpec("retire", "NAME", "Retire a section (Manage Messages)", ("retire geographical",), group="sections"),
    CommandSpec(
        "sectionrules",
        "[votes:N] [majority:PERCENT] [days:N] [decides:manage-server|manage-messages|nobody]",
        "How this server decides about sections (Manage Server to change it)",
        ("sectionrules", "sectionrules votes:5 days:3"),
        group="sections",
    ),
    CommandSpec("watch", "", "Send new incidents and list messages to this channel (Manage Server)", ("watch",)),
    CommandSpec("unwatch", "", "Stop sending alerts to this channel (Manage Server)", ("unwatch",)),
    CommandSpec("watches", "", "Which alerts the channels of this server receive (Manage Server)", ("watches",)),
    CommandSpec("status", "", "How fresh the data is, and what went wrong last", ("status",)),
    CommandSpec("help", "[COMMAND]", "All commands, or how to use one", ("help incidents",)),
)

SECTION_COMMANDS = tuple(spec for spec in COMMANDS if spec.group == "sections")

# For the operator in a terminal only.
OPERATOR_COMMANDS = (
    CommandSpec("share", "NAME", "Share a server's section with all servers (operator)", ("share geographical",)),
    CommandSpec(
        "forget",
        "NUMBER",
        "Remove the sections and votes of a server that the bot has left (operator)",
        ("forget 112233",),
    ),
)


def find_spec(name: str) -> CommandSpec | None:
    """Return the command of this name, None if there is none."""
    return next((spec for spec in COMMANDS if spec.name == name), None)
