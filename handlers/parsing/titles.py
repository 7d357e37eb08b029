"""Read a bug's summary: which CA owner it names, and what happened."""

import re
import unicodedata
from dataclasses import dataclass

from handlers.parsing.owners import CaOwner, OwnerTable, is_auditor

# No owner's name is longer; what lies further on is part of the sentence.
_PREFIX_LIMIT = 120
_NAME_LIMIT = 40
_NAME_WORDS = 5

# A colon of an address ("https://") or of a time ("10:30") divides nothing.
_COLON = re.compile(r"[:：](?!//)(?!(?<=[0-9]:)[0-9])")
# A hyphen within a word is part of the name: E-Tugra, D-Trust.
_DASH = re.compile(r"\s-{1,3}\s|\s-{1,3}(?=\w)|(?<=\w)-{1,3}\s|\s?[‒–—―]\s?")
_JOINT = re.compile(r"[/&(),]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")

# What stands before a colon without being anybody's name.
_NO_NAMES = frozenset(
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
    """A summary in two parts; `ca` is None where it names no CA owner, and `title` is then the whole."""

    ca: str | None
    title: str


def read_title(summary: str, owners: OwnerTable) -> Title:
    """Read the CA owner before the colon or dash and the title after it.

    A prefix that the table lacks is returned as it stands if it looks like a name. Never raises.
    """
    text = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", summary)).split())
    # "[meta] ..." is a bug about bugs, whomever it names.
    if text.startswith("["):
        return Title(None, text)
    colon = _COLON.search(text, 0, _PREFIX_LIMIT)
    before_colon = text[: colon.start()].strip() if colon else ""
    after_colon = text[colon.end() :].strip() if colon else ""
    if is_auditor(before_colon):
        return Title(None, text)
    # The colon goes first: "D-Trust - QWAC: ..." has both, "SSL.com: Entrust - ..." must not be read by its dash.
    if owner := _owner_of(before_colon, owners):
        return Title(owner.name, after_colon or text)
    for dash in _DASH.finditer(text, 0, colon.start() if colon else _PREFIX_LIMIT):
        before, after = text[: dash.start()].strip(), text[dash.end() :].strip()
        if after and (owner := _owner_of(before, owners)):
            return Title(owner.name, after)
    if colon and after_colon and text[colon.end() : colon.end() + 1] == " " and _looks_like_a_name(before_colon):
        return Title(before_colon, after_colon)
    return Title(None, text)


def _owner_of(prefix: str, owners: OwnerTable) -> CaOwner | None:
    """Find the owner of a prefix: as a whole, else by the first of the joint names that is known."""
    if owner := owners.find(prefix):
        return owner
    parts = _JOINT.split(prefix)
    found = (owners.find(part) for part in parts) if len(parts) > 1 else ()
    return next((owner for owner in found if owner), None)


def _looks_like_a_name(prefix: str) -> bool:
    words = prefix.split()
    if not words or len(prefix) > _NAME_LIMIT or len(words) > _NAME_WORDS:
        return False
    if any(word.casefold().strip(".,") in _NO_NAMES for word in words):
        return False
    # Names are capitalised throughout, sentences are not; "e-commerce monitoring" and the like are in the table.
    capitalised = sum(any(letter.isupper() for letter in word) for word in words)
    return capitalised * 2 > len(words)
