"""Who wrote something: read logins, and mask e-mail addresses in texts."""

import re
import unicodedata

from handlers.text.invisible import strip_invisible
from storage.values.incidents import Person

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
_ANY_AT = re.compile(_AT)
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
        if _stays_visible(local_part, domain) or (match["at"] == "%40" and _is_message_id(text, match.start())):
            continue
        pieces += (text[position : match.start()], "@…")
        position = match.start("domain") + len(domain)
    return "".join((*pieces, text[position:]))


def _is_message_id(text: str, position: int) -> bool:
    """Return whether a place in a text is within a web page's address where that may hold a message's id.

    In its path, or in a parameter that is named so; any other parameter ("?user=...") holds a person's address.
    """
    before = text[max(0, position - _MAX_URL_LENGTH) : position].rsplit(None, 1)
    if not before or "://" not in before[-1]:
        return False
    _, question_mark, query = before[-1].partition("?")
    return not question_mark or "msg" in query.rpartition("&")[2].partition("=")[0].lower()


def parse_login(login: str) -> Person:
    """Parse a login into the name before the @ and the domain, which is "" if there is none.

    The name has no invisible character and no address in it.
    """
    name, at, domain = _ANY_AT.sub("@", strip_invisible(login)).strip().rpartition("@")
    return Person(mask_addresses(name), domain.casefold()) if at else Person(domain)


def _stays_visible(local_part: str, domain: str) -> bool:
    domain = unicodedata.normalize("NFKC", domain).replace("\\", "")
    # "package@1.2.3" is a version; "unsubscr...@mozilla.org" is masked already.
    if _VERSION.match(domain) or local_part.endswith(".."):
        return True
    address = f"{local_part}@{domain}".casefold()
    return address in _LIST_ADDRESSES or any(_is_within(domain.casefold(), host) for host in _LIST_DOMAINS)


def _is_within(domain: str, host: str) -> bool:
    return domain == host or domain.endswith("." + host)
