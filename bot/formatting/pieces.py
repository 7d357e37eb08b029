"""Sentences made of pieces: our own words, what third parties wrote, and links. Each chat shows them in its own way."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.formatting.plain import to_single_line
from storage.values.incidents import MAX_EXCERPT_LENGTH


@dataclass(frozen=True, slots=True)
class ThirdPartyText:
    """Text of third parties, of which at most `limit` characters are shown."""

    text: str
    limit: int = 80


@dataclass(frozen=True, slots=True)
class BugNumber:
    """The number of a bug, or one of its comments in words, as a link to it."""

    bug: int
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class PageLink:
    """The title of a page, which third parties wrote, as a link to it."""

    title: str
    url: str
    limit: int = 80


@dataclass(frozen=True, slots=True)
class Quotation:
    """The excerpt of a report: plain text with code between backticks."""

    excerpt: str


Piece = str | Quotation | ThirdPartyText | BugNumber | PageLink


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with its sources: the bugs and comments that say so, besides those that its pieces name.

    `speaker` says whose words it quotes, and in which comment; () if it quotes nobody.
    """

    pieces: tuple[Piece, ...]
    bugs: tuple[int, ...] = ()
    speaker: tuple[Piece, ...] = ()

    @property
    def sources(self) -> tuple[BugNumber, ...]:
        """All sources, each once."""
        named = [piece for piece in (*self.pieces, *self.speaker) if isinstance(piece, BugNumber)]
        return tuple(dict.fromkeys((*named, *map(BugNumber, self.bugs))))

    @property
    def text(self) -> str:
        """The sentence as plain text on one line."""
        return plain_text(self.pieces)


def plain_text(pieces: Iterable[Piece]) -> str:
    """Return pieces as plain text on one line."""
    return "".join(_plain(piece) for piece in pieces)


def join_pieces(parts: Iterable[tuple[Piece, ...]], separator: str) -> tuple[Piece, ...]:
    """Return the pieces of all parts, with a separator between two of them."""
    joined: list[Piece] = []
    for part in parts:
        joined += [separator, *part] if joined else part
    return tuple(joined)


def _plain(piece: Piece) -> str:
    match piece:
        case str():
            return piece
        case ThirdPartyText():
            return to_single_line(piece.text, piece.limit)
        case Quotation():
            return to_single_line(piece.excerpt, MAX_EXCERPT_LENGTH)
        case BugNumber():
            return str(piece.bug) if piece.comment is None else f"comment {piece.comment}"
        case PageLink():
            return to_single_line(piece.title, piece.limit)
