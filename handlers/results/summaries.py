"""Results of summaries: figures, and sentences that cite their sources."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of a claim: a bug, or one comment of it by its number."""

    bug: int
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that the stored data support, with its citations."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a CA owner, a section or a bug: figures, then a few claims.

    `kind` is "ca", "section" or "bug".
    """

    subject: str
    kind: str
    facts: tuple[tuple[str, int | str | None], ...]
    claims: tuple[Claim, ...]
    since: date | None = None
    until: date | None = None
