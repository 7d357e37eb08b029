"""Who wrote something: mask e-mail addresses in texts, and derive from a login whom its holder writes for."""

import re
import unicodedata

from handlers.parsing.owners import OwnerDirectory
from handlers.text.invisible import strip_invisible
from storage.values.incidents import Person, ReporterRole

# What people write for the sign and the dots of an address: ASCII, full-width and small forms, escaped for Markdown,
# as in a URL and as in HTML.
_AT = r"(?:[@\uff20\ufe6b]|%40|&\#0{0,5}64;|&\#[xX]0{0,5}40;|&commat;)"
_DOT = (
    r"(?:\\?(?:[.\uff0e\u2024\ufe52]|[\u3002\uff61](?=[0-9A-Za-z]))"
    r"|%2[eE]|&\#0{0,5}46;|&\#[xX]0{0,5}2[eE];|&period;)"
)
# Letters, digits, marks and symbols of all scripts; no punctuation or space beyond ASCII.
_NO_LETTERS = (
    r"\x7f-\xbf\u1680\u2000-\u206f\u2e00-\u2e2e\u2e30-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u303f"
    r"\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_LABEL = rf"[^\x00-,./:-@\[-`{{-~{_NO_LETTERS}]"
_LABEL_OR_UNDERSCORE = rf"[^\x00-,./:-@\[-^`{{-~{_NO_LETTERS}]"
# Possessive quantifiers: without backtracking, a page of such characters is scanned once.
# A local part may end in "/" too, but "https://medium.com/@user.name" is not an e-mail address.
_AT_DOMAIN = re.compile(
    rf"(?<=[^\x00- (),/:;<>@\[\]{_NO_LETTERS}])(?P<at>{_AT})(?P<domain>{_LABEL}++(?:{_DOT}{_LABEL_OR_UNDERSCORE}++)++)"
)
_OTHER_AT = re.compile("[\uff20\ufe6b]")
_VERSION = re.compile(r"v?[0-9][\w-]*(?:\.[0-9][\w-]*)*\Z", re.IGNORECASE)
_LOCAL_PART = re.compile(r"[\w.%+'-]{1,80}\Z")
_MAX_LOCAL_PART_LENGTH = 80
_MAX_URL_LENGTH = 300

_LIST_ADDRESSES = frozenset(
    (
        "ct-policy@chromium.org",
        "dev-security-policy@mozilla.org",
        "dev-security-policy+unsubscribe@mozilla.org",
        "public@ccadb.org",
        "public+unsubscribe@ccadb.org",
        "public@cabforum.org",
        "smcwg-public@cabforum.org",
        "servercert-wg@cabforum.org",
        "validation@cabforum.org",
        "netsec@cabforum.org",
    )
)
_LIST_DOMAINS = ("googlegroups.com", "groups.cabforum.org", "lists.cabforum.org", "lists.mozilla.org")

_PROGRAM_DOMAINS = (
    ("mozilla.com", "Mozilla"),
    ("mozilla.org", "Mozilla"),
    ("chromium.org", "Chrome"),
    ("ccadb.org", "CCADB"),
)
# Google and Apple are root programs and CAs with one domain; the programs' logins have a prefix.
_PROGRAM_LOGINS = (
    ("google.com", "chrome-", "Chrome"),
    ("apple.com", "apple-", "Apple"),
)
_PUBLIC_MAIL_DOMAINS = frozenset(
    (
        "126.com",
        "163.com",
        "aol.com",
        "disabled.tld",
        "duck.com",
        "fastmail.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.ru",
        "me.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.com",
    )
)


def mask_addresses(text: str) -> str:
    """Return a text with the domains of e-mail addresses masked ("name@…"), except mailing lists' own addresses.

    Invisible characters are dropped first, since they would hide an address here and not from its reader. Idempotent,
    linear, and never raises.
    """
    text = strip_invisible(text)
    pieces: list[str] = []
    position = 0
    for match in _AT_DOMAIN.finditer(text):
        domain = match["domain"].rstrip(".-_\\")
        before = text[max(0, match.start() - _MAX_LOCAL_PART_LENGTH) : match.start()]
        local_part = local_match.group() if (local_match := _LOCAL_PART.search(before)) else ""
        if _stays_visible(local_part, domain) or (match["at"] == "%40" and _is_in_url(text, match.start())):
            continue
        pieces += (text[position : match.start()], "@…")
        position = match.start("domain") + len(domain)
    return "".join((*pieces, text[position:]))


def _is_in_url(text: str, position: int) -> bool:
    """Return whether a place in a text is within the address of a web page, which may hold a message's id."""
    before = text[max(0, position - _MAX_URL_LENGTH) : position].rsplit(None, 1)
    return bool(before) and "://" in before[-1]


def parse_login(login: str) -> Person:
    """Parse a login into the name before the @ and the domain, which is "" if there is none.

    The name has no invisible character and no address in it.
    """
    name, at, domain = _OTHER_AT.sub("@", strip_invisible(login)).strip().rpartition("@")
    return Person(mask_addresses(name), domain.casefold()) if at else Person(domain)


def affiliation(person: Person, owners: OwnerDirectory) -> tuple[str, str]:
    """Return whom a person writes for: ("ca", owner), ("root program", name), or ("", "") if unknown."""
    domain = _domain(person)
    if not domain:
        return ("", "")
    for host, prefix, name in _PROGRAM_LOGINS:
        if _is_within(domain, host) and person.name.casefold().startswith(prefix):
            return ("root program", name)
    for host, name in _PROGRAM_DOMAINS:
        if _is_within(domain, host):
            return ("root program", name)
    for owner in owners.owners:
        if any(_is_within(domain, host) for host in owner.domains):
            return ("ca", owner.name)
    return ("", "")


def reporter_role(creator: Person, assignee: Person, ca: str | None, owners: OwnerDirectory) -> ReporterRole:
    """Return who filed an incident: "the CA itself", "a root program" or "someone else"."""
    kind, name = affiliation(creator, owners)
    if kind == "root program":
        return "a root program"
    if kind == "ca" and name == ca:
        return "the CA itself"
    if creator.name and (creator.name, _domain(creator)) == (assignee.name, _domain(assignee)):
        return "the CA itself"
    domain = _domain(creator)
    # Staff of a CA may file incidents of another, so a shared domain counts only if its owner is unknown.
    if not kind and domain and domain == _domain(assignee) and domain not in _PUBLIC_MAIL_DOMAINS:
        return "the CA itself"
    return "someone else"


def _stays_visible(local_part: str, domain: str) -> bool:
    domain = unicodedata.normalize("NFKC", domain).replace("\\", "")
    # "package@1.2.3" is a version; "unsubscr...@mozilla.org" is masked already.
    if _VERSION.match(domain) or local_part.endswith(".."):
        return True
    address = f"{local_part}@{domain}".casefold()
    return address in _LIST_ADDRESSES or any(_is_within(domain.casefold(), host) for host in _LIST_DOMAINS)


def _domain(person: Person) -> str:
    """Return a person's e-mail domain without the suffix ".invalid" that Bugzilla's public data adds."""
    return person.domain.strip().casefold().removesuffix(".invalid").strip(".")


def _is_within(domain: str, host: str) -> bool:
    return domain == host or domain.endswith("." + host)
