"""Pieces of a sentence in Discord's Markdown."""

from collections.abc import Iterable

from bot.chat.render.common import bug_link
from bot.chat.render.escape import escape_markdown, safe_url
from bot.chat.render.excerpts import render_excerpt
from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, PageLink, Piece, Quotation, ThirdPartyText


def render_pieces(pieces: Iterable[Piece], bug_url: BugUrl | None) -> str:
    """Return pieces as Markdown; without `bug_url` no piece is a link, as it has to be outside of embeds."""
    return "".join(_render(piece, bug_url) for piece in pieces)


def _render(piece: Piece, bug_url: BugUrl | None) -> str:
    match piece:
        case str():
            return piece
        case ThirdPartyText():
            return escape_markdown(piece.text, piece.limit, one_line=True)
        case Quotation():
            return render_excerpt(piece.excerpt)
        case BugNumber():
            return _render_bug(piece, bug_url)
        case PageLink():
            title, url = escape_markdown(piece.title, piece.limit, one_line=True), safe_url(piece.url)
            return f"[{title}]({url})" if title and url and bug_url else title


def _render_bug(piece: BugNumber, bug_url: BugUrl | None) -> str:
    if piece.comment is None:
        return str(piece.bug) if bug_url is None else bug_link(piece.bug, bug_url)
    text = f"comment {piece.comment}"
    return text if bug_url is None else f"[{text}]({bug_url(piece.bug)}#c{piece.comment})"
