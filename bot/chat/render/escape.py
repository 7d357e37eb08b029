"""The one place through which third-party text goes on its way to Discord, and the one that knows its limits.

Bug titles, comments and mails are written by anybody. What they say is shown exactly; what it would do in a chat
(ping, link, format, hide, turn the line around) is taken away.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

import discord

TITLE = 256
DESCRIPTION = 4096
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
FOOTER = 2048
AUTHOR = 256
WHOLE_EMBED = 6000
MESSAGE = 2000
CHOICE = 100

ELLIPSIS = "…"
NOTHING = "–"

# Discord drops a backslash before any punctuation, so escaping too much costs length only.
_ALWAYS_ESCAPED = frozenset("\\*_~|`#>[]()<@:")
# In a cell of a Markdown table; escaped one by one, backticks never end a code block around it.
_ESCAPED_IN_TABLES = (_ALWAYS_ESCAPED - frozenset("#()")) | {"&"}
_BULLETS = frozenset("-+")
_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Letters and marks that show nothing: fillers, variation selectors, the grapheme joiner, the empty Braille cell.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
# Living scripts stack no more; what does is there to paint over the neighbouring lines.
_MOST_MARKS = 4
_UNFINISHED_LINK = re.compile(r"(?<!\\)\[[^\[\]]*(?:\]\(?[^)\s]*)?$")


def harmless(text: str, limit: int, *, one_line: bool = False) -> str:
    """Return text that shows exactly as written in Discord's markdown and does nothing there.

    At most `limit` characters, the backslashes counted; never cut within an escape or a grapheme. Line breaks are
    kept, but never two empty lines, unless `one_line`.
    """
    return _cut(_escaped(_graphemes(_cleaned(text, one_line=one_line))), limit)


def table_cell(text: str, limit: int) -> str:
    """Return text for a cell of a Markdown table, which shows it as written and does nothing else.

    Within a code block around the table it ends neither the block nor the cell.
    """
    pieces = ("\\" + one if one[0] in _ESCAPED_IN_TABLES else one for one in _graphemes(_cleaned(text, one_line=True)))
    return _cut(pieces, limit)


def plain(text: str, limit: int) -> str:
    """Return cleaned text on one line for places without markdown: footers, autocomplete, a terminal."""
    return _cut(_graphemes(_cleaned(text, one_line=True)), limit)


def safe_url(url: str) -> str | None:
    """Return an http address that fits a masked link and an embed, or None where it is no such address."""
    cleaned = quote(url.strip(), safe="!#$%&'*+,/:;=?@[]~")
    try:
        parts = urlsplit(cleaned)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return cleaned if usable and len(cleaned) <= MESSAGE else None


def lines_within(lines: Iterable[str], limit: int) -> tuple[str, int]:
    """Join as many whole lines as fit, and count those that did not."""
    kept: list[str] = []
    size = left = 0
    for line in lines:
        if left or size + len(line) + 1 > limit:
            left += 1
            continue
        kept.append(line)
        size += len(line) + 1
    return "\n".join(kept), left


def fit(embed: discord.Embed) -> discord.Embed:
    """Hold an embed to Discord's limits: what is too long is cut, what is too much is left out from the end."""
    embed.title = cut_marked(embed.title, TITLE) if embed.title else None
    embed.description = cut_marked(embed.description, DESCRIPTION) if embed.description else None
    if embed.footer.text:
        embed.set_footer(text=_cut(_graphemes(embed.footer.text), FOOTER), icon_url=embed.footer.icon_url)
    if embed.author.name:
        embed.set_author(name=_cut(_graphemes(embed.author.name), AUTHOR), url=embed.author.url)
    fields = [(field.name or "", field.value or "", bool(field.inline)) for field in embed.fields[:FIELDS]]
    embed.clear_fields()
    for name, value, inline in fields:
        # Discord refuses a whole message for one empty field.
        shown_name, shown_value = cut_marked(name, FIELD_NAME), cut_marked(value, FIELD_VALUE)
        embed.add_field(name=shown_name.strip() or NOTHING, value=shown_value.strip() or NOTHING, inline=inline)
    while len(embed) > WHOLE_EMBED and embed.fields:
        embed.remove_field(len(embed.fields) - 1)
    if len(embed) > WHOLE_EMBED and embed.description:
        embed.description = cut_marked(embed.description, len(embed.description) - (len(embed) - WHOLE_EMBED))
    return embed


def cut_marked(text: str, limit: int) -> str:
    """Cut text that is escaped already: at a line's end, else a word's, never within an escape or a link of ours."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    at = next((place for mark in "\n " if (place := head.rfind(mark)) > limit // 2), len(head))
    head = head[:at]
    if (len(head) - len(head.rstrip("\\"))) % 2:
        head = head[:-1]
    return _UNFINISHED_LINK.sub("", head).rstrip() + ELLIPSIS


def _cleaned(text: str, *, one_line: bool) -> str:
    """Drop what cannot be seen and what changes how the rest is seen; spaces of all kinds become plain ones."""
    lines = [_visible(line) for line in _LINE_BREAKS.split(text)]
    if one_line:
        return " ".join(" ".join(lines).split())
    return re.sub("\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _visible(line: str) -> str:
    shown: list[str] = []
    marks = 0
    for letter in _BLANK.sub("", line):
        category = unicodedata.category(letter)
        if letter == "\t" or category == "Zs":
            shown.append(" ")
        elif category in _DROPPED_CATEGORIES or (category in _MARKS and (marks >= _MOST_MARKS or not shown)):
            continue
        else:
            shown.append(letter)
        marks = marks + 1 if category in _MARKS else 0
    return "".join(shown)


def _graphemes(text: str) -> Iterator[str]:
    """Split into what a reader takes for one character; joiners are gone already."""
    cluster = ""
    for letter in text:
        if cluster and _belongs_to(cluster, letter):
            cluster += letter
            continue
        if cluster:
            yield cluster
        cluster = letter
    if cluster:
        yield cluster


def _belongs_to(cluster: str, letter: str) -> bool:
    if unicodedata.category(letter) in _MARKS:
        return cluster != "\n"
    if "\U0001f3fb" <= letter <= "\U0001f3ff":  # skin tones
        return unicodedata.category(cluster[-1]) == "So"
    if "\U0001f1e6" <= letter <= "\U0001f1ff":  # a flag is two of these
        return len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"
    # Hangul written in its parts: vowels and finals follow an initial, two vowels or two finals may follow each other.
    return "\u1160" <= letter <= "\u11ff" and "\u1100" <= cluster[-1] <= "\u11ff" and letter >= cluster[-1]


def _escaped(graphemes: Iterable[str]) -> Iterator[str]:
    before = ""  # of this line
    for grapheme in graphemes:
        first = grapheme[0]
        bullet = first in _BULLETS and not before.strip()
        numbered = first == "." and before.strip().isdigit()
        yield "\\" + grapheme if first in _ALWAYS_ESCAPED or bullet or numbered else grapheme
        before = "" if first == "\n" else before + grapheme


def _cut(pieces: Iterable[str], limit: int) -> str:
    """Join pieces that are never divided; where they do not all fit, an ellipsis takes the last place."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        if size + len(piece) > limit:
            while kept and (size + 1 > limit or kept[-1].isspace()):
                size -= len(kept.pop())
            return "".join(kept) + ELLIPSIS if limit > 0 else ""
        kept.append(piece)
        size += len(piece)
    return "".join(kept)
