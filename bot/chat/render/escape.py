"""Escape third-party text for Discord's Markdown and keep embeds within Discord's limits.

Bug titles, comments and mails are written by anybody. Their text is shown exactly, but it must not act in a chat:
no ping, link, formatting, hidden text or reversed line.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

import discord

from bot.formatting.plain import normalize, split_graphemes
from handlers.text.truncation import ELLIPSIS, truncate, truncate_at_word

# Discord's limits in characters, for MAX_FIELDS a count (discord.com/developers/docs/resources/message#embed-object)
MAX_TITLE = 256
MAX_DESCRIPTION = 4096
MAX_FIELDS = 25
MAX_FIELD_NAME = 256
MAX_FIELD_VALUE = 1024
MAX_FOOTER = 2048
MAX_AUTHOR = 256
MAX_EMBED = 6000
MAX_MESSAGE = 2000
# the choices of an option: discord.com/developers/docs/interactions/application-commands
MAX_CHOICE = 100
MAX_CHOICES = 25
# discord.com/developers/docs/components/reference#string-select-select-option-structure
MAX_OPTIONS = 25
# discord.com/developers/docs/components/reference#button
MAX_BUTTON_LABEL = 80
# discord.com/developers/docs/components/reference#action-row
MAX_BUTTONS_IN_ROW = 5
# discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id
MAX_CUSTOM_ID = 100
MAX_ID_ARGUMENT = 80  # ours: what a command was asked, after "rw:ask:", its name and a colon of MAX_CUSTOM_ID

EMPTY_VALUE = "–"

# Discord drops a backslash before any punctuation, so escaping too much only costs length.
_ALWAYS_ESCAPED = frozenset("\\*_~|`#>[]()<@:")
_BULLETS = frozenset("-+")
_ESCAPED = re.compile(f"[{re.escape(''.join(sorted(_ALWAYS_ESCAPED)))}]")
# Discord links addresses by their colon, and shows an invitation even where its address has none.
_ACTS_INLINE = re.compile(
    r"[\\*_~|`<@\[\]]|:(?=//|[^\s:]+:)|(?:(?<=discord\.gg)|(?<=discord\.com)|(?<=discordapp\.com)|(?<=discord\.new)"
    r"|(?<=discord\.gift)|(?<=discord\.gifts))/",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"^( *(?=[-+])| *[0-9]+ *(?=\.))", re.MULTILINE)
_LINK_PART = re.compile(r"\\.|\[|\]\(?", re.DOTALL)
_LINK_END = re.compile(r"[)\s]")


def escape_markdown(text: str, limit: int, *, one_line: bool = False) -> str:
    """Return text that Discord's Markdown shows exactly as written, without pings, links or formatting.

    At most `limit` characters including backslashes; never cut within an escape or a grapheme. Line breaks are
    kept, but never two empty lines in a row, unless `one_line`.
    """
    plain = normalize(text, one_line=one_line)
    if plain.isascii():
        # most titles; each letter is a grapheme, so patterns do what takes ten times as long letter by letter
        escaped = _LINE_START.sub(r"\1\\", _ESCAPED.sub(r"\\\g<0>", plain))
        if len(escaped) <= limit:
            return escaped
    return truncate(_escape_graphemes(split_graphemes(plain)), limit)


def escape_line(text: str, limit: int) -> str:
    """Return text on one line as `escape_markdown` does."""
    return escape_markdown(text, limit, one_line=True)


def escape_words(text: str, limit: int) -> str:
    """Return text on one line as `escape_markdown` does, cut at a word to `limit` characters as they are seen."""
    words = truncate_at_word(normalize(text, one_line=True), limit)
    return escape_markdown(words, 2 * len(words) + 1, one_line=True)


def escape_inline(text: str, limit: int) -> str:
    """Return text for the middle of a line of `content`, with as few backslashes as safety allows.

    A push notification may show the backslashes. What acts only where a line begins cannot act here, and a colon acts
    only in an address or around the name of an emoji. Otherwise as `escape_markdown` on one line.
    """
    plain = normalize(text, one_line=True)
    acting = {match.start() for match in _ACTS_INLINE.finditer(plain)}
    return truncate(_escape_at(split_graphemes(plain), acting), limit)


def safe_url(url: str) -> str | None:
    """Return an HTTP(S) address that is valid in a masked link and an embed, or None if `url` is not one."""
    if len(url) > MAX_MESSAGE:
        return None
    quoted = quote(url.strip(), safe="!#$%&'*+,/:;=?@[]~", errors="replace")
    try:
        parts = urlsplit(quoted)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return quoted if usable and len(quoted) <= MAX_MESSAGE else None


def fit_lines(lines: Iterable[str], limit: int) -> tuple[str, int]:
    """Join as many whole lines as fit; return the text and how many lines were omitted."""
    fitting: list[str] = []
    size = omitted = 0
    for line in lines:
        if omitted or size + len(line) + 1 > limit:
            omitted += 1
            continue
        fitting.append(line)
        size += len(line) + 1
    return "\n".join(fitting), omitted


def clamp_embed(embed: discord.Embed) -> discord.Embed:
    """Bring an embed within Discord's limits: long texts are truncated, surplus fields dropped from the end."""
    embed.title = truncate_markdown(embed.title, MAX_TITLE) if embed.title else None
    embed.description = truncate_markdown(embed.description, MAX_DESCRIPTION) if embed.description else None
    if embed.footer.text:
        embed.set_footer(text=truncate(split_graphemes(embed.footer.text), MAX_FOOTER), icon_url=embed.footer.icon_url)
    if embed.author.name:
        embed.set_author(name=truncate(split_graphemes(embed.author.name), MAX_AUTHOR), url=embed.author.url)
    fields = [(field.name or "", field.value or "", bool(field.inline)) for field in embed.fields[:MAX_FIELDS]]
    embed.clear_fields()
    for name, value, inline in fields:
        # Discord refuses a whole message for one empty field.
        clamped_name, clamped_value = truncate_markdown(name, MAX_FIELD_NAME), truncate_markdown(value, MAX_FIELD_VALUE)
        embed.add_field(
            name=clamped_name.strip() or EMPTY_VALUE, value=clamped_value.strip() or EMPTY_VALUE, inline=inline
        )
    while len(embed) > MAX_EMBED and embed.fields:
        embed.remove_field(len(embed.fields) - 1)
    if len(embed) > MAX_EMBED and embed.description:
        embed.description = truncate_markdown(embed.description, len(embed.description) - (len(embed) - MAX_EMBED))
    return embed


def truncate_markdown(text: str, limit: int) -> str:
    """Truncate escaped text at the end of a line or else a word, never within an escape or one of our links."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    end = next((index for separator in "\n " if (index := head.rfind(separator)) > limit // 2), len(head))
    head = head[:end]
    if (len(head) - len(head.rstrip("\\"))) % 2:
        head = head[:-1]
    return _without_unfinished_link(head).rstrip() + ELLIPSIS


def _without_unfinished_link(text: str) -> str:
    """Return escaped text without a link of ours at its end that was cut."""
    start: int | None = None
    position = 0
    while part := _LINK_PART.search(text, position):
        position = part.end()
        if part.group() == "[":
            start = part.start()
        elif part.group() == "](" and start is not None:
            end = _LINK_END.search(text, position)
            if end is None:
                return text[:start]
            start, position = None, end.end()
        elif part.group() == "]" and position < len(text):
            start = None
    return text if start is None else text[:start]


def _escape_at(graphemes: Iterable[str], positions: set[int]) -> Iterator[str]:
    """Put a backslash before the graphemes that begin at these positions of the text."""
    position = 0
    for grapheme in graphemes:
        yield "\\" + grapheme if position in positions else grapheme
        position += len(grapheme)


def _escape_graphemes(graphemes: Iterable[str]) -> Iterator[str]:
    # What the line has had so far, which decides whether a bullet or a number begins a list.
    is_blank, is_number, number_ended = True, False, False
    for grapheme in graphemes:
        first = grapheme[0]
        bullet = first in _BULLETS and is_blank
        numbered = first == "." and is_number
        yield "\\" + grapheme if first in _ALWAYS_ESCAPED or bullet or numbered else grapheme
        if first == "\n":
            is_blank, is_number, number_ended = True, False, False
        elif grapheme.isspace():
            number_ended = is_number
        else:
            is_number = grapheme.isdigit() and (is_blank or (is_number and not number_ended))
            is_blank = False
