"""What the commands about members' sections are for and how they are written."""

from bot.chat.commands.command_spec import Wording

SECTION_COMMANDS = (
    Wording(
        "addsection",
        "NAME [BUGS] [-- DESCRIPTION]",
        "Propose a section: a name, example bugs or a whole mail that links to them",
        ("addsection geographical", "addsection geographical 1658792 1658794 -- Where it is"),
    ),
    Wording(
        "preview",
        "NAME [BUGS] [against: BUGS]",
        "What a section would hold, proposed or only thought of",
        ("preview geographical", "preview geographical 1658792 against: 1658801"),
    ),
    Wording(
        "judge",
        "NAME yes BUGS no BUGS",
        "Say which incidents belong into a section and which do not",
        ("judge geographical yes 1658796 1658798 no 1658801",),
    ),
    Wording("vote", "NAME yes|no", "Vote on a proposed section; a later vote counts", ("vote geographical yes",)),
    Wording("accept", "NAME", "Accept a proposed section at once (Manage Server)", ("accept geographical",)),
    Wording("decline", "NAME", "Decline a proposed section at once (Manage Server)", ("decline geographical",)),
    Wording("withdraw", "NAME", "Take a proposal back: your own, or as a moderator", ("withdraw geographical",)),
    Wording(
        "rename", "NAME to NEW NAME", "Rename a section (Manage Messages)", ("rename geographical to Wrong places",)
    ),
    Wording(
        "describe",
        "NAME -- DESCRIPTION",
        "Say what a section is about (Manage Messages)",
        ("describe geographical -- Where it is",),
    ),
    Wording(
        "merge",
        "NAME into OTHER",
        "Put a section into another (Manage Messages)",
        ("merge geographical into Wrong places",),
    ),
    Wording("retire", "NAME", "End a section (Manage Messages)", ("retire geographical",)),
    Wording(
        "sectionrules",
        "[votes:N] [majority:PERCENT] [days:N] [decides:manage-server|manage-messages|nobody]",
        "How this server decides about sections (Manage Server to change it)",
        ("sectionrules", "sectionrules votes:5 days:3"),
    ),
)

# The operator's alone, in a terminal.
OPERATOR_COMMANDS = (
    Wording("share", "NAME", "Make a server's section common to all (the operator)", ("share geographical",)),
    Wording(
        "forget", "NUMBER", "Remove the sections and votes of a server that was left (the operator)", ("forget 112233",)
    ),
)
