"""A feed that its makers change: its ids are made anew, its order, its texts or its whole format are other ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Form = Literal["rss", "new ids", "reversed", "other texts", "atom"]
FORMS: tuple[Form, ...] = ("rss", "new ids", "reversed", "other texts", "atom")

START = datetime(2024, 6, 1, tzinfo=UTC)


def render_feed(url: str, count: int, form: Form) -> bytes:
    """Return a feed of so many entries, in one of its forms; the entries and their links are the same in each."""
    numbers = range(count) if form == "reversed" else range(count - 1, -1, -1)
    entries = "".join(_entry(url, number, form) for number in numbers)
    if form == "atom":
        head = f"<id>{url}</id><title>News</title><updated>{START:%Y-%m-%dT%H:%M:%SZ}</updated>"
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()
    return f'<rss version="2.0"><channel><title>News</title><link>{url}</link>{entries}</channel></rss>'.encode()


def entry_link(url: str, number: int) -> str:
    """Return the link of an entry."""
    return f"{url}/entry/{number}"


def _entry(url: str, number: int, form: Form) -> str:
    link, posted, title = entry_link(url, number), START + timedelta(hours=number), f"Entry {number}"
    text = f"{'An other' if form == 'other texts' else 'A'} text of entry {number}."
    if form == "atom":
        when = f"<updated>{posted:%Y-%m-%dT%H:%M:%SZ}</updated>"
        return (
            f'<entry><id>{link}</id><title>{title}</title>{when}<link href="{link}"/><summary>{text}</summary></entry>'
        )
    guid = f"made-anew-{number}" if form == "new ids" else link
    parts = f'<title>{title}</title><guid isPermaLink="false">{guid}</guid><link>{link}</link>'
    return f"<item>{parts}<pubDate>{format_datetime(posted)}</pubDate><description>{text}</description></item>"


class FeedServer:
    """The feed on a free port; it has one entry at the start."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.count, self.form = 1, FORMS[0]

    def post(self) -> str:
        """Add an entry; return its link."""
        self.count += 1
        return entry_link(self.url, self.count - 1)

    def change(self, form: Form) -> None:
        """Show the same entries in another form."""
        self.form = form


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    """Run the server of a feed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = render_feed(feed.url, feed.count, feed.form)
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that was killed while it read."""

    with Server(("127.0.0.1", 0), Handler) as server:
        feed = FeedServer(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield feed
        server.shutdown()
