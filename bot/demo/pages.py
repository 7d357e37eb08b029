"""The pages of the record's server that are no JSON: the list archive's feed and messages, and a bug for the reader.

The markup has what Rootwatch's client of mail-archive.com reads, and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from bot.demo.record import RecordedMessage

REAL_BUG = "https://bugzilla.mozilla.org/show_bug.cgi?id="
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
)


def render_feed(messages: Iterable[RecordedMessage], list_url: str, now: datetime) -> str:
    """Return the feed of a list, newest message first; `list_url` is the address of its archive."""
    items = "".join(_feed_item(message, list_url) for message in sorted(messages, key=lambda message: -message.number))
    address = escape(list_url)  # the request names the list
    head = f"<title>{address.rpartition('/')[2]}</title><link>{address}</link><description>a list</description>"
    date = f"<pubDate>{format_datetime(now, usegmt=True)}</pubDate>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{date}{items}</channel></rss>'


def render_message(message: RecordedMessage) -> str:
    """Return the page of one message of the list."""
    author = f'<span class="sender"><span itemprop="name">{escape(message.author)}</span></span>'
    date = f'<span class="date">{format_datetime(message.posted)}</span>'
    return _page(
        message.subject,
        f'<h1><span class="subject">{escape(message.subject)}</span></h1><p>{author}, {date}</p>'
        f"<div><!--X-Body-of-Message--><pre>{escape(message.body, quote=False)}</pre></div>"
        f'<input type="hidden" name="msgid" value="demo-{message.number}@rootwatch.invalid">'
        "<p><small>A retelling for Rootwatch's demonstration.</small></p>",
    )


def render_bug(row: dict[str, Any]) -> str:
    """Return a bug with its comments for a reader who opened its link; `row` is as in the REST API."""
    address = f"{REAL_BUG}{row['id']}"
    comments = "".join(
        f"<h3>{escape(comment['creator'])}, {comment['time'][:10]}</h3><pre>{escape(comment['text'])}</pre>"
        for comment in row["comments"]
    )
    state = " ".join(filter(None, (row["status"], row["resolution"], row["whiteboard"])))
    return _page(
        row["summary"],
        f"<h1>{row['id']} {escape(row['summary'])}</h1><p>{escape(state)}</p>"
        "<p>This is a retelling for Rootwatch's demonstration. Number, dates, CA, tags and states are those of the "
        f'public record; the words are not. The real bug is <a href="{address}">{address}</a>.</p>{comments}',
    )


def _feed_item(message: RecordedMessage, list_url: str) -> str:
    author = f'<a href="{list_url}">{escape(message.author)}</a>'  # the archive names the author in the last link
    return (
        f"<item><title>{escape(message.subject)}</title><link>{list_url}/msg{message.number:05d}.html</link>"
        f"<description>{escape(author)}</description>"
        f"<pubDate>{format_datetime(message.posted, usegmt=True)}</pubDate></item>"
    )


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'
