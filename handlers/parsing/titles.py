"""Parse a bug's summary into the CA owner it names and the rest of the title."""

import re
import unicodedata
from dataclasses import dataclass

from handlers.parsing.owners import CaOwner, OwnerDirectory, is_auditor
from handlers.text.invisible import strip_invisible

# No owner's name is longer; a separator further on is part of the sentence. In characters.
_PREFIX_LIMIT = 120
_NAME_LIMIT = 40
_NAME_WORDS = 5

# Not the colon of a URL ("https://") or of a time ("10:30").
_COLON = re.compile(r"[:：](?!//)(?!(?<=[0-9]:)[0-9])")
# A hyphen within a word is part of the name: E-Tugra, D-Trust.
_DASH = re.compile(r"\s-{1,3}\s|\s-{1,3}(?=\w)|(?<=\w)-{1,3}\s|\s?[‒–—―]\s?")
_JOINT = re.compile(r"[/&(),]")

# Words that stand before a colon and are not part of a name.
_NOT_NAMES = frozenset(
    (
        "audit",
        "bug",
        "ca",
        "cas",
        "certificate",
        "certificates",
        "crl",
        "discussion",
        "draft",
        "error",
        "firefox",
        "fwd",
        "incident",
        "issue",
        "meta",
        "mozilla",
        "note",
        "ocsp",
        "policy",
        "potential",
        "problem",
        "proposal",
        "question",
        "re",
        "report",
        "request",
        "security",
        "summary",
        "test",
        "update",
        "warning",
    )
)


@dataclass(frozen=True, slots=True)
class Title:
    """A summary in two parts; if it names no CA owner, `ca` is None and `title` is the whole summary."""

    ca: str | None
    title: str


def parse_title(summary: str, owners: OwnerDirectory) -> Title:
    """Parse a summary into the CA owner before the colon or dash and the title after it.

    A prefix that is not in the directory is returned unchanged if it looks like a name. Never raises.
    """
    text = " ".join(unicodedata.normalize("NFC", strip_invisible(summary)).split())
    # "[meta] ..." is a bug about other bugs, even if it names an owner.
    if text.startswith("["):
        return Title(None, text)
    colon = _COLON.search(text, 0, _PREFIX_LIMIT)
    before_colon = text[: colon.start()].strip() if colon else ""
    after_colon = text[colon.end() :].strip() if colon else ""
    if is_auditor(before_colon):
        return Title(None, text)
    # The colon has precedence: "SSL.com: Entrust - ..." must not be split at its dash.
    if owner := _resolve_prefix(before_colon, owners):
        return Title(owner.name, after_colon or text)
    for dash in _DASH.finditer(text, 0, colon.start() if colon else _PREFIX_LIMIT):
        before, after = text[: dash.start()].strip(), text[dash.end() :].strip()
        if after and (owner := _resolve_prefix(before, owners)):
            return Title(owner.name, after)
    if colon and after_colon and text[colon.end() : colon.end() + 1] == " " and _looks_like_a_name(before_colon):
        return Title(before_colon, after_colon)
    return Title(None, text)


def _resolve_prefix(prefix: str, owners: OwnerDirectory) -> CaOwner | None:
    """Return the owner of a prefix: of the whole, or else of the first known name in a joint prefix."""
    if owner := owners.find(prefix):
        return owner
    names = _JOINT.split(prefix)
    candidates = (owners.find(name) for name in names) if len(names) > 1 else ()
    return next((owner for owner in candidates if owner), None)


def _looks_like_a_name(prefix: str) -> bool:
    words = prefix.split()
    if not words or len(prefix) > _NAME_LIMIT or len(words) > _NAME_WORDS:
        return False
    if any(word.casefold().strip(".,") in _NOT_NAMES for word in words):
        return False
    # Most words of a name are capitalised; exceptions such as "e-commerce monitoring" are in the directory.
    capitalised = sum(any(letter.isupper() for letter in word) for word in words)
    return capitalised * 2 > len(words)
