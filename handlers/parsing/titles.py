"""Parse a bug's summary into the CA owner it names and the rest of the title."""

import re
import unicodedata
from dataclasses import dataclass

from handlers.parsing.owners import CaOwner, OwnerDirectory, is_auditor
from handlers.text.invisible import strip_invisible

# No owner's name is longer; a separator further on is part of the sentence. In characters.
_PREFIX_LIMIT = 120
_NAME_LIMIT = 100
_NAME_WORDS = 12
_PUNCTUATION = ".,;()[]'\"“”‘’"

# Not the colon of a URL ("https://") or of a time ("10:30").
_COLON = re.compile(r"[:：](?!//)(?!(?<=[0-9]:)[0-9])")
# A hyphen within a word is part of the name: E-Tugra, D-Trust.
_DASH = re.compile(r"\s-{1,3}\s|\s-{1,3}(?=\w)|(?<=\w)-{1,3}\s|\s?[‒–—―]\s?")
_WORD_GAP = re.compile(r"[\s/&,]+")
_JOINT = re.compile(r"[/&(),]")
_SECOND_NAME = re.compile(r"\(([^()]{1,40})\)\s|([^:()]{1,40}):\s")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of which none stands in a name: they tell what happened, or what the text is.
_NOT_NAMES = _words(
    """
    audits bug certificates crls delayed discussion draft error errors expired failure fwd improper inaccurate
    incident incidents incorrect invalid issue issues late meta misissuance misissued missing multiple note
    outdated overdue possible potential preliminary problem problems proposal question re report reports request
    revocation revoked several some summary test unrevoked update various warning wrong
    """
)
# Words that stand in many names ("Telekom Security", "Beijing CA"), but are none alone.
_GENERIC = _words(
    """
    audit auditor authority browser ca cas ccadb certificate certification chrome code company cp cps crl cross
    csr ct dns domain dv email ev ff firefox ica intermediate key leaf mozilla nss ocsp ov pki policy
    precertificate program root s/mime security server service services signing smime ssl store sub subca
    subordinate tls trust validation web webpki
    """
)
# Words of a name that are written in lower case: "Agence Nationale de Certification Electronique".
_PARTICLES = _words("a al and by da de del der des di do du e el et for i in la le of the und van von y")


@dataclass(frozen=True, slots=True)
class Title:
    """A summary in two parts; if it names no CA owner, `ca` is None and `title` is the whole summary.

    `also_about` are further known CA owners that it is about, as in "DigiCert / Siemens: ...".
    """

    ca: str | None
    title: str
    also_about: tuple[str, ...] = ()


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
        return _title_about(owner, before_colon, after_colon or text, owners)
    for dash in _DASH.finditer(text, 0, colon.start() if colon else _PREFIX_LIMIT):
        before, after = text[: dash.start()].strip(), text[dash.end() :].strip()
        if after and (owner := _resolve_prefix(before, owners)):
            return _title_about(owner, before, after, owners)
    if colon and after_colon and text[colon.end()] != ":" and _looks_like_a_name(before_colon):
        return Title(before_colon, after_colon)
    return Title(None, text)


def _title_about(owner: CaOwner, prefix: str, rest: str, owners: OwnerDirectory) -> Title:
    """Return the title of a prefix that names this owner, with the other owners named in the prefix and behind it."""
    names = [named.name for part in _JOINT.split(prefix) if (named := owners.find(part))]
    if not owners.find(prefix):
        # the other of two is not known yet; a joint prefix in the directory has been decided there
        parts = [part.strip() for part in prefix.split("/")]
        names += [part for part in parts if not _resolve_prefix(part, owners) and _looks_like_a_name(part)]
    if second := _second_owner(owner, rest, owners):
        names.append(second.name)
    return Title(owner.name, rest, tuple(name for name in dict.fromkeys(names) if name != owner.name))


def _second_owner(owner: CaOwner, rest: str, owners: OwnerDirectory) -> CaOwner | None:
    """Return the owner that begins the rest of a title, as in "DigiCert: Verizon: ..." and "PKIoverheid: (KPN) ...".

    Without a colon or parentheses it counts only if it issues under the first: "SSL.com: Entrust API" is about one CA.
    """
    if (marked := _SECOND_NAME.match(rest)) and (second := owners.find(marked[1] or marked[2])):
        return second
    words = rest.split()[:_NAME_WORDS]
    spellings = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    candidates = (named for spelling in spellings if (named := owners.find(spelling)))
    return next((candidate for candidate in candidates if owner.name in candidate.issues_under), None)


def _resolve_prefix(prefix: str, owners: OwnerDirectory) -> CaOwner | None:
    """Return the owner of a prefix: of the whole, or else of the first known name in a joint prefix."""
    if owner := owners.find(prefix):
        return owner
    names = _JOINT.split(prefix)
    candidates = (owners.find(name) for name in names) if len(names) > 1 else ()
    return next((owner for owner in candidates if owner), None)


def _looks_like_a_name(prefix: str) -> bool:
    """Return whether a prefix that no directory knows may be the name of a CA owner: a new one must not be dropped."""
    words = [stripped for word in _WORD_GAP.split(prefix) if (stripped := word.strip(_PUNCTUATION))]
    if not words or len(prefix) > _NAME_LIMIT or len(words) > _NAME_WORDS:
        return False
    folded = [word.casefold() for word in words]
    if any(word in _NOT_NAMES for word in folded) or all(word in _GENERIC or word in _PARTICLES for word in folded):
        return False
    if len(words) == 1:
        # "emSign" and "beSECURE" have their capitals elsewhere; "certificate" and "ssl3" have none
        return any(letter.isupper() for letter in prefix) or prefix.count(".") == 1 or not prefix.isascii()
    # Most words of a name are capitalised; a sentence is not.
    significant = [word for word in words if word.casefold() not in _PARTICLES]
    capitalised = sum(any(letter.isupper() for letter in word) or not word.isascii() for word in significant)
    return capitalised * 2 > len(significant)
