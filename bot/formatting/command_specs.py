"""The table of commands: what each is for and how it is used, for help, usage errors and Discord's command menu."""

from dataclasses import dataclass

LOOKING_UP = "Looking things up"
SECTIONS = "Sections"
PROPOSING = "Proposing a section"
DECIDING = "Deciding about sections"
ALERTS = "Alerts and settings"
OPERATOR = "Operator"
GROUPS = (LOOKING_UP, SECTIONS, PROPOSING, DECIDING, ALERTS)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: `usage` is what follows its name, `examples` are whole lines without the prefix.

    `group` is the heading under which help lists it. The summary is shown in Discord's command menu too, which
    allows 100 characters.
    """

    name: str
    usage: str
    summary: str
    examples: tuple[str, ...]
    group: str


COMMANDS = (
    CommandSpec(
        "incidents",
        "[CAs] [open|closed] [2024|30d] [SECTION] [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Incidents of one CA or of all, newest first",
        ("incidents Entrust", "incidents Entrust open 2024", "incidents Entrust, DigiCert EV mis-issuance"),
        LOOKING_UP,
    ),
    CommandSpec(
        "incident", "BUG", "One incident: its status and the beginning of its report", ("incident 1897630",), LOOKING_UP
    ),
    CommandSpec(
        "list",
        "[CA, BUG, MONTH or SUBJECT] [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Mails of the lists: those that name a CA or a bug, of a month, of a thread",
        ("list Entrust", "list 2024-05", "list 1886467"),
        LOOKING_UP,
    ),
    CommandSpec(
        "similar",
        "BUG",
        "Earlier incidents similar to one, and the table of related incidents for a report",
        ("similar 1897630",),
        LOOKING_UP,
    ),
    CommandSpec(
        "summary",
        "CA, BUG or SECTION [since:YYYY-MM-DD] [until:YYYY-MM-DD]",
        "Figures and a few sentences, each with its sources",
        ("summary Entrust since:2024-01-01",),
        LOOKING_UP,
    ),
    CommandSpec(
        "deadlines",
        "[CA or BUG] [overdue|7d|all]",
        "What is due and what appears overdue, by which rule, what counts most first",
        ("deadlines", "deadlines overdue", "deadlines Entrust 7d"),
        LOOKING_UP,
    ),
    CommandSpec(
        "history",
        "CA",
        "Which clocks a CA missed in the past, by year and rule, beside all CAs",
        ("history Entrust",),
        LOOKING_UP,
    ),
    CommandSpec(
        "commitments",
        "CA or BUG [open|broken]",
        "What a CA promised, by when, and what became of it",
        ("commitments Entrust", "commitments Entrust broken"),
        LOOKING_UP,
    ),
    CommandSpec(
        "checkreport",
        "",
        "Check a draft of an incident report, for you alone: by slash, or in a direct message to me",
        ("checkreport",),
        LOOKING_UP,
    ),
    CommandSpec(
        "explain",
        "TERM",
        "What a tag, a clock or a form of reports is, in two sentences with its source",
        ("explain leaf-revocation-delay", "explain last call", "explain full report"),
        LOOKING_UP,
    ),
    CommandSpec(
        "queue",
        "",
        "What needs a word today: closings, last calls, questions, tags (Manage Messages)",
        ("queue",),
        LOOKING_UP,
    ),
    CommandSpec("sections", "", "All sections and the number of incidents in each", ("sections",), SECTIONS),
    CommandSpec(
        "section",
        "NAME",
        "One section: its newest incidents and their CA owners",
        ("section ev-misissuance",),
        SECTIONS,
    ),
    CommandSpec(
        "why", "BUG", "How an incident's sections were found, and what became of its alert", ("why 1897630",), SECTIONS
    ),
    CommandSpec(
        "classify",
        "BUG SECTION",
        "Say that an incident belongs in a section",
        ("classify 1897630 ev-misissuance",),
        SECTIONS,
    ),
    CommandSpec(
        "unclassify",
        "BUG [SECTION]",
        "Say that an incident does not belong in a section",
        ("unclassify 1897630", "unclassify 1897630 ev-misissuance"),
        SECTIONS,
    ),
    CommandSpec(
        "addsection",
        "NAME [BUGS] [-- DESCRIPTION]",
        "Propose a section: a name, example bugs or a whole mail that links to them",
        ("addsection geographical", "addsection geographical 1658792 1658794 -- Where it is"),
        PROPOSING,
    ),
    CommandSpec(
        "preview",
        "NAME [BUGS] [against: BUGS]",
        "Which incidents a section would contain, whether it is proposed or not",
        ("preview geographical", "preview geographical 1658792 against: 1658801"),
        PROPOSING,
    ),
    CommandSpec(
        "judge",
        "NAME yes BUGS no BUGS",
        "Say which incidents belong in a section and which do not",
        ("judge geographical yes 1658796 1658798 no 1658801",),
        PROPOSING,
    ),
    CommandSpec(
        "vote",
        "NAME yes|no",
        "Vote on a proposed section; voting again replaces your vote",
        ("vote geographical yes",),
        PROPOSING,
    ),
    CommandSpec(
        "withdraw",
        "NAME",
        "Withdraw a proposal: your own, or as a moderator any",
        ("withdraw geographical",),
        PROPOSING,
    ),
    CommandSpec(
        "accept", "NAME", "Accept a proposed section at once (Manage Server)", ("accept geographical",), DECIDING
    ),
    CommandSpec(
        "decline", "NAME", "Decline a proposed section at once (Manage Server)", ("decline geographical",), DECIDING
    ),
    CommandSpec(
        "rename",
        "NAME to NEW NAME",
        "Rename a section (Manage Messages)",
        ("rename geographical to Wrong places",),
        DECIDING,
    ),
    CommandSpec(
        "describe",
        "NAME -- DESCRIPTION",
        "Describe what a section is about (Manage Messages)",
        ("describe geographical -- Where it is",),
        DECIDING,
    ),
    CommandSpec(
        "merge",
        "NAME into OTHER",
        "Merge a section into another (Manage Messages)",
        ("merge geographical into Wrong places",),
        DECIDING,
    ),
    CommandSpec("retire", "NAME", "Retire a section (Manage Messages)", ("retire geographical",), DECIDING),
    CommandSpec(
        "sectionrules",
        "[votes:N] [majority:PERCENT] [days:N] [decides:manage-server|manage-messages|nobody]",
        "How this server decides about sections (Manage Server to change it)",
        ("sectionrules", "sectionrules votes:5 days:3"),
        DECIDING,
    ),
    CommandSpec(
        "watch", "", "Send new incidents and list messages to this channel (Manage Server)", ("watch",), ALERTS
    ),
    CommandSpec("unwatch", "", "Stop sending alerts to this channel (Manage Server)", ("unwatch",), ALERTS),
    CommandSpec(
        "watches", "", "Which alerts the channels of this server receive (Manage Server)", ("watches",), ALERTS
    ),
    CommandSpec(
        "settings",
        "[prefix CHARACTERS]",
        "What stands before commands in this server (Manage Server to change it)",
        ("settings", "settings prefix ?"),
        ALERTS,
    ),
    CommandSpec("status", "", "How fresh the data is, and what went wrong last", ("status",), ALERTS),
    CommandSpec("help", "[COMMAND]", "All commands, or how to use one", ("help incidents",), ALERTS),
)

# Those whose lines are parsed together.
SECTION_COMMANDS = tuple(spec for spec in COMMANDS if spec.group in {PROPOSING, DECIDING})

# For the operator in a terminal only.
OPERATOR_COMMANDS = (
    CommandSpec(
        "share", "NAME", "Share a server's section with all servers (operator)", ("share geographical",), OPERATOR
    ),
    CommandSpec(
        "forget",
        "NUMBER",
        "Remove the sections and votes of a server that the bot has left (operator)",
        ("forget 112233",),
        OPERATOR,
    ),
)


def find_spec(name: str) -> CommandSpec | None:
    """Return the command of this name, None if there is none."""
    return next((spec for spec in COMMANDS if spec.name == name), None)
