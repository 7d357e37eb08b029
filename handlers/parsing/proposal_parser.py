"""Read what a member writes to propose a section: its name, example bugs and a description.

The first line holds the name, and after it any bugs: everything from the first number or link on is one. A name that
holds a number stands in quotes. A description follows " -- " (or a dash) on the first line, or "description:" there
or at the start of a line of its own; without a mark nothing is one. The rest may be a whole pasted mail: it gives the
bugs that it links to or calls bugs, and lines that hold nothing but bugs; its other numbers are prose.
"""

import re
from dataclasses import dataclass

from handlers.parsing.messages import mentioned_bugs

MAX_TEXT_LENGTH = 100_000  # characters; a mail is a tenth of it
MAX_LINE_LENGTH = 2_000  # of a name or description as read; whoever checks them is stricter
MAX_BUG_ID = 99_999_999  # Bugzilla counts one by one and is at two million

_QUOTED = re.compile(r"\s*(?:\"([^\"\n]*)\"|“([^”\n]*)”|„([^“”\n]*)[“”]|«([^»\n]*)»)\s*")
_SAID = re.compile(r"(?:^|(?<=\s))(?:--|—|–)\s(?P<dash>.*)$|(?:^|(?<=\s))description:\s*(?P<word>.*)$", re.IGNORECASE)
_SAID_ON_A_LINE = re.compile(r"\s*description:\s*(.*)$", re.IGNORECASE)
# a word that starts what is no name any more
_FIRST_BUG = re.compile(
    r"(?:^|(?<=[\s,;]))(?:<?https?://|bugs?\s*:?\s*#?\d|#\d|[-+]?\d+(?:[.,;]|#c\d+)*(?=[\s,;]|$))", re.IGNORECASE
)
_LINK = re.compile(
    r"https?://[^\s<>]*?(?:show_bug\.cgi\?(?:[^\s<>#]*?&)?id=|bugzil\.la/|mozilla\.org/)(\d{1,40})(?!\d)", re.IGNORECASE
)
_URL = re.compile(r"<?https?://[^\s<>]*>?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.#-])#?([-+]?\d+)(?:#c\d+)?(?![\w-])")
_BETWEEN = re.compile(r"(?:\b(?:and|or|bugs?)\b|[\s,;.:*•>&|-])*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedProposal:
    """What was read: `unreadable` holds numbers and links, cut short, that stand where bugs do and can be none."""

    name: str = ""
    bugs: tuple[int, ...] = ()
    description: str = ""
    invalid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BugList:
    """Bugs in the order in which they were named, each once, and what can be none."""

    bugs: tuple[int, ...] = ()
    invalid: tuple[str, ...] = ()

    def __add__(self, other: "BugList") -> "BugList":
        """Put two lists together."""
        return BugList(
            tuple(dict.fromkeys((*self.bugs, *other.bugs))), tuple(dict.fromkeys((*self.invalid, *other.invalid)))
        )


def parse_proposal(text: str) -> ParsedProposal:
    """Read a proposal; an empty name where none is written. Never raises."""
    first, *rest = text[:MAX_TEXT_LENGTH].strip().splitlines() or [""]
    name, after = _name_and_rest(first)
    listed, description = _listed_and_said(after)
    found = parse_bug_list(listed)
    for line in rest:
        if said := _SAID_ON_A_LINE.match(line):
            description = description or said[1]
        else:
            found += _bugs_of_line(line)
    return ParsedProposal(
        _one_line(name)[:MAX_LINE_LENGTH], found.bugs, _one_line(description)[:MAX_LINE_LENGTH], found.invalid
    )


def parse_bug_list(text: str) -> BugList:
    """Read a list of bugs, however they are written: "1658792, #1658794 https://bugzil.la/1658795". Never raises."""
    bugs: dict[int, None] = {}
    unreadable: dict[str, None] = {}
    for piece in re.split(r"[\s,;]+", text[:MAX_TEXT_LENGTH]):
        if _URL.fullmatch(piece):
            linked = _LINK.search(piece)
            number = linked[1] if linked else None
        else:
            plain = _NUMBER.fullmatch(piece.strip("<>()[].:*•"))
            if plain is None:
                continue
            number = plain[1]
        if number is not None and number.isdecimal() and len(number) < 20 and 0 < int(number) <= MAX_BUG_ID:
            bugs[int(number)] = None
        else:
            unreadable[piece[:40]] = None
    return BugList(tuple(bugs), tuple(unreadable))


def _name_and_rest(line: str) -> tuple[str, str]:
    if quoted := _QUOTED.match(line):
        return next(part for part in quoted.groups() if part is not None), line[quoted.end() :]
    starts = [found.start() for pattern in (_FIRST_BUG, _SAID) if (found := pattern.search(line))]
    end = min(starts, default=len(line))
    return line[:end], line[end:]


def _listed_and_said(text: str) -> tuple[str, str]:
    said = _SAID.search(text)
    return (text[: said.start()], said["dash"] or said["word"] or "") if said else (text, "")


def _bugs_of_line(line: str) -> BugList:
    """Read a line of a mail: a list of bugs whole, of anything else only what is called a bug or linked as one."""
    without = _NUMBER.sub(" ", _URL.sub(" ", line))
    if _BETWEEN.fullmatch(without):
        listed = parse_bug_list(line)
        # a line of other links is no list of bugs, and a lone date or price is none either
        return BugList(listed.bugs) if _URL.search(line) else listed
    linked = (int(found[1]) for found in _LINK.finditer(line) if len(found[1]) < 20)
    return BugList(tuple(bug for bug in dict.fromkeys((*linked, *mentioned_bugs(line))) if 0 < bug <= MAX_BUG_ID))


def _one_line(text: str) -> str:
    return " ".join(text.split())
