"""Parses feeds and message pages into plain values. It runs in the parser's process, on hostile input.

What is in a document is read item by item: one that cannot be read is named, and the others are kept.
"""

import calendar
import email.utils
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.sources.feeds.charsets import decode_html, decode_xml
from bot.sources.feeds.html_bounds import bound_html
from bot.sources.feeds.markup import is_html, looks_like_html, looks_like_html_title, to_text
from bot.sources.sanitize import html_to_text, sanitize_header, strip_control_chars

MAX_ITEMS = 1_000  # of one feed; of a longer one the newest are read
MAX_BODY_LENGTH = 100_000  # characters of an item's or a message's text; the longest comment of Bugzilla has 65,535
MAX_LINE_LENGTH = 1_000  # of subjects, authors and links

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A date outside is no date: year 0 and year 9999 stand for "unknown"."""

BODY_MARKER = "X-Body-of-Message"


class FeedItem(NamedTuple):
    """An item of a feed as sanitized text; `posted` in seconds since 1970, UTC, None if it has no possible date.

    `link` is as written. `linked_name` is the text of the last link in its description, in which archives name the
    author.
    """

    id: str
    link: str
    title: str
    author: str
    body: str
    linked_name: str
    posted: int | None


class ParsedFeed(NamedTuple):
    """A feed's items in its own order; `version` is empty if the document is not a feed.

    `unreadable` names items that could not be read, `left_out` counts those beyond MAX_ITEMS. `complete` is false if
    the feed had to be read item by item, so that some may be readable another time.
    """

    version: str
    items: tuple[FeedItem, ...]
    unreadable: tuple[str, ...] = ()
    left_out: int = 0
    complete: bool = True


class ArchivePage(NamedTuple):
    """A message's page as sanitized text; `posted` in seconds since 1970, UTC, None if it has no possible date."""

    subject: str
    author: str
    body: str
    message_id: str
    posted: int | None


def parse_feed(body: bytes, content_type: str) -> ParsedFeed:
    """Parse RSS or Atom."""
    import feedparser

    # feedparser would open a file if given bytes that look like a path, so it always gets a BytesIO
    document = io.BytesIO(decode_xml(body, content_type).encode("utf-8", "replace"))
    feed = feedparser.parse(
        document,
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    version = str(feed.get("version") or "")
    entries = list(feed.get("entries", ()))
    newest = _newest(entries)
    items, unreadable = [], []
    for number, entry in newest:
        try:
            items.append(_parse_entry(entry, atom=version.startswith("atom")))
        except Exception as error:  # noqa: BLE001 - whatever one entry causes, the others are read
            unreadable.append(f"{_entry_name(entry, number)} ({type(error).__name__})")
    return ParsedFeed(version, tuple(items), tuple(unreadable), len(entries) - len(newest))


def parse_page(body: bytes, content_type: str) -> ArchivePage | None:
    """Parse a message's page of mail-archive.com; None if it lacks the subject or the body marker."""
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    tree = LexborHTMLParser(bound_html(decode_html(body, content_type)))
    subject, author = tree.css_first("span.subject"), tree.css_first("span.sender [itemprop=name]")
    text: LexborNode | None = None
    for div in tree.css("div"):
        if any(
            child.is_comment_node and (child.comment_content or "").strip() == BODY_MARKER for child in div.iter(True)
        ):
            text = div
            break
    if subject is None or text is None:
        return None
    date, message_id = tree.css_first("span.date"), tree.css_first("input[name=msgid]")
    return ArchivePage(
        _line(subject.text()),
        _line(author.text() if author else ""),
        html_to_text(text.html or "")[:MAX_BODY_LENGTH].strip("\n").rstrip(),
        strip_control_chars((message_id.attributes.get("value") if message_id else "") or "").strip()[:MAX_LINE_LENGTH],
        parse_mail_date(date.text() if date else ""),
    )


def parse_mail_date(text: str) -> int | None:
    """Parse a mail's date with its offset, as seconds since 1970; None if it is not a possible date."""
    try:
        date = email.utils.parsedate_to_datetime(text.strip())
        return _plausible((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _newest(entries: list[Any]) -> list[tuple[int, Any]]:
    """Return at most MAX_ITEMS entries with their places in the feed: the newest, or the first if few have dates."""
    numbered = list(enumerate(entries))
    if len(entries) <= MAX_ITEMS:
        return numbered
    dates = {number: _posted(entry) for number, entry in numbered}
    if sum(date is not None for date in dates.values()) > len(entries) / 2:
        numbered.sort(key=lambda pair: -(dates[pair[0]] or 0))
    return sorted(numbered[:MAX_ITEMS], key=lambda pair: pair[0])


def _parse_entry(entry: Any, *, atom: bool) -> FeedItem:
    summary, summary_type = _typed_text(entry, "summary")
    summary_is_html = is_html(summary_type) if atom else looks_like_html(summary)
    title, title_type = _typed_text(entry, "title")
    return FeedItem(
        id=strip_control_chars(str(entry.get("id") or "")),
        link=strip_control_chars(str(entry.get("link") or "")).strip()[:MAX_LINE_LENGTH],
        title=_line(to_text(title, html=is_html(title_type) if atom else looks_like_html_title(title))),
        author=_line(str(entry.get("author") or "")),
        body=to_text(summary, html=summary_is_html)[:MAX_BODY_LENGTH],
        linked_name=_linked_name(summary) if summary_is_html else "",
        posted=_posted(entry),
    )


def _typed_text(entry: Any, name: str) -> tuple[str, str]:
    """Return a text of an entry and its declared type; without a summary, its content."""
    detail = entry.get(f"{name}_detail")
    if not detail and name == "summary" and entry.get("content"):
        detail = entry["content"][0]
    if not detail:
        return str(entry.get(name) or ""), ""
    return str(detail.get("value") or ""), str(detail.get("type") or "")


def _posted(entry: Any) -> int | None:
    for name in ("published_parsed", "updated_parsed"):
        try:
            if posted := entry.get(name):
                return _plausible(calendar.timegm(posted))
        except (TypeError, ValueError, OverflowError):  # such as a day of year 0
            return None
    return None


def _plausible(seconds: float) -> int | None:
    return int(seconds) if EARLIEST.timestamp() <= seconds <= LATEST.timestamp() else None


def _linked_name(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    links = LexborHTMLParser(bound_html(html[:MAX_BODY_LENGTH])).css("a")
    return _line(links[-1].text()) if links else ""


def _line(text: str) -> str:
    return sanitize_header(text[: 4 * MAX_LINE_LENGTH])[:MAX_LINE_LENGTH]


def _entry_name(entry: Any, number: int) -> str:
    """Return what to call an unreadable entry in `status`."""
    for name in ("id", "link", "title"):
        try:
            if text := _line(str(entry.get(name) or "")):
                return text[:120]
        except Exception:  # noqa: BLE001, S112 - the entry is unreadable; another of its values may do
            continue
    return f"item {number + 1}"


PARSERS: dict[str, Callable[[bytes, str], tuple[Any, ...] | None]] = {"feed": parse_feed, "page": parse_page}
