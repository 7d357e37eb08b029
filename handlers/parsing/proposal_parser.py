"""Parse what a member types to propose a section: its name, example bugs and a description.

The first line has the name and then bugs, which begin with the first number or link. A name that contains a number
must be in quotes. A description follows " -- " (or a dash) on the first line, or "description:" there or at the start
of another line. The remaining lines may be a pasted mail: only its links to bugs, numbers called bugs, and lines that
consist of bugs count; its other numbers do not.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.parsing.messages import mentioned_bugs

MAX_TEXT_LENGTH = 40_000  # characters; a mail has about a quarter
MAX_LINE_LENGTH = 2_000  # characters of a parsed name or description; the later validation is stricter
MAX_BUG_ID = 99_999_999  # Bugzilla numbers bugs consecutively and has reached two million

_QUOTED = re.compile(r"\s*(?:\"([^\"\n]*)\"|“([^”\n]*)”|„([^“”\n]*)[“”]|«([^»\n]*)»)\s*")
_DESCRIPTION = re.compile(
    r"(?:^|(?<=\s))(?:--|—|–)\s(?P<dash>.*)$|(?:^|(?<=\s))description:\s*(?P<word>.*)$", re.IGNORECASE
)
_DESCRIPTION_LINE = re.compile(r"\s*description:\s*(.*)$", re.IGNORECASE)
# Where the bugs begin and the name ends.
_BUGS_START = re.compile(
    r"(?:^|(?<=[\s,;]))(?:<?https?://|bugs?\s*:?\s*#?\d|#\d|[-+]?\d+(?:[.,;]|#c\d+)*(?=[\s,;]|$))", re.IGNORECASE
)
# A link ends where another one begins: nothing is scanned twice.
_HTTP = re.compile(r"https?://(?:(?!https?://)[^\s<>])*", re.IGNORECASE)
_BUG_PAGE = re.compile(r"show_bug\.cgi\?", re.IGNORECASE)
_BUG_PARAMETER = re.compile(r"[?&]id=(\d{1,40})(?!\d)", re.IGNORECASE)
_SHORT_BUG_PAGE = re.compile(r"(?:bugzil\.la|mozilla\.org)/(\d{1,40})(?!\d)", re.IGNORECASE)
_URL = re.compile(r"<?https?://[^\s<>]*>?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.#-])#?([-+]?\d+)(?:#c\d+)?(?![\w-])")
_SEPARATORS = re.compile(r"(?:\b(?:and|or|bugs?)\b|[\s,;.:*•>&|-])*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedProposal:
    """A parsed proposal; `invalid` has the numbers and links, truncated, that stand for bugs and cannot be any."""

    name: str = ""
    bugs: tuple[int, ...] = ()
    description: str = ""
    invalid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BugList:
    """Bugs, each once in order of appearance, and the numbers and links that cannot be bugs."""

    bugs: tuple[int, ...] = ()
    invalid: tuple[str, ...] = ()

    def __add__(self, other: "BugList") -> "BugList":
        """Concatenate two lists."""
        return _join((self, other))


def parse_proposal(text: str) -> ParsedProposal:
    """Parse a proposal; the name is empty if there is none. Never raises."""
    first, *rest = text[:MAX_TEXT_LENGTH].strip().splitlines() or [""]
    name, after_name = _split_name(first)
    listed, description = _split_description(after_name)
    bug_lists = [parse_bug_list(listed)]
    for line in rest:
        if match := _DESCRIPTION_LINE.match(line):
            description = description or match[1]
        else:
            bug_lists.append(_parse_line(line))
    bug_list = _join(bug_lists)
    return ParsedProposal(
        _to_single_line(name)[:MAX_LINE_LENGTH],
        bug_list.bugs,
        _to_single_line(description)[:MAX_LINE_LENGTH],
        bug_list.invalid,
    )


def parse_bug_list(text: str) -> BugList:
    """Parse a list of bugs in any notation: "1658792, #1658794 https://bugzil.la/1658795". Never raises."""
    bugs: dict[int, None] = {}
    invalid: dict[str, None] = {}
    for piece in re.split(r"[\s,;]+", text[:MAX_TEXT_LENGTH]):
        if _URL.fullmatch(piece):
            number = next(_linked_bugs(piece), None)
        else:
            match = _NUMBER.fullmatch(piece.strip("<>()[].:*•"))
            if match is None:
                continue
            number = match[1]
        if number is not None and number.isdecimal() and len(number) < 20 and 0 < int(number) <= MAX_BUG_ID:
            bugs[int(number)] = None
        else:
            invalid[piece[:40]] = None
    return BugList(tuple(bugs), tuple(invalid))


def _split_name(line: str) -> tuple[str, str]:
    """Split the first line into the name and what follows it."""
    if quoted := _QUOTED.match(line):
        return next(name for name in quoted.groups() if name is not None), line[quoted.end() :]
    starts = [match.start() for pattern in (_BUGS_START, _DESCRIPTION) if (match := pattern.search(line))]
    end = min(starts, default=len(line))
    return line[:end], line[end:]


def _split_description(text: str) -> tuple[str, str]:
    """Split what follows the name into the bugs and the description."""
    match = _DESCRIPTION.search(text)
    return (text[: match.start()], match["dash"] or match["word"] or "") if match else (text, "")


def _parse_line(line: str) -> BugList:
    """Parse a line of a mail: every item of a line that consists of bugs, otherwise only links and numbers of bugs."""
    without_numbers = _NUMBER.sub(" ", _URL.sub(" ", line))
    if _SEPARATORS.fullmatch(without_numbers):
        listed = parse_bug_list(line)
        # Other links, and a lone date or price, are not invalid bugs.
        return BugList(listed.bugs) if _URL.search(line) else listed
    linked = (int(number) for number in _linked_bugs(line) if len(number) < 20)
    return BugList(tuple(bug for bug in dict.fromkeys((*linked, *mentioned_bugs(line))) if 0 < bug <= MAX_BUG_ID))


def _linked_bugs(text: str) -> Iterator[str]:
    """Yield the numbers of the bugs that a text links to, in order."""
    for link in _HTTP.findall(text):
        page = _BUG_PAGE.search(link)
        if page:
            fragment = link.find("#", page.end())
            match = _BUG_PARAMETER.search(link, page.end() - 1, fragment if fragment >= 0 else len(link))
        else:
            match = _SHORT_BUG_PAGE.search(link)
        if match:
            yield match[1]


def _join(bug_lists: Iterable[BugList]) -> BugList:
    bugs: dict[int, None] = {}
    invalid: dict[str, None] = {}
    for bug_list in bug_lists:
        bugs |= dict.fromkeys(bug_list.bugs)
        invalid |= dict.fromkeys(bug_list.invalid)
    return BugList(tuple(bugs), tuple(invalid))


def _to_single_line(text: str) -> str:
    return " ".join(text.split())
