"""Read who writes: mask the addresses in texts, and tell from a login's domain whom a person writes for."""

import re

from handlers.parsing.owners import OwnerTable
from storage.values.incidents import Filer, Person

# The characters of an address are taken and never given back, so a page of them is read once.
# "/" may end a name too, but "https://medium.com/@user.name" is an address of another kind.
_DOMAIN = re.compile(r"(?<=[\w.!#$%&'*+=?^`{|}~\"-])@((?:[^\W_]|-)++(?:\.[\w-]++)++)")
_LOCAL = re.compile(r"[\w.%+'-]{1,80}\Z")
_LOCAL_LIMIT = 80

_LISTS = frozenset(
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
# Google and Apple are root programs and CAs under one domain; the programs' logins say so.
_PROGRAM_LOGINS = (
    ("google.com", "chrome-", "Chrome"),
    ("apple.com", "apple-", "Apple"),
)
_PUBLIC_MAIL = frozenset(
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
    """Return a text with the domains of e-mail addresses hidden ("name@…"); a mailing list's own address stays.

    Never raises, and changes nothing in a text that it has masked before.
    """
    pieces: list[str] = []
    done = 0
    for match in _DOMAIN.finditer(text):
        domain = match[1].rstrip(".-_")
        before = text[max(0, match.start() - _LOCAL_LIMIT) : match.start()]
        local = found.group() if (found := _LOCAL.search(before)) else ""
        if _stays(local, domain):
            continue
        pieces += (text[done : match.start()], "@…")
        done = match.start() + 1 + len(domain)
    return "".join((*pieces, text[done:]))


def person_of(login: str) -> Person:
    """Return who has a login: the part before the @, and the domain, "" where there is none."""
    name, at, domain = login.strip().rpartition("@")
    return Person(name, domain.casefold()) if at else Person(domain)


def organisation_of(person: Person, owners: OwnerTable) -> tuple[str, str]:
    """Return whom a person writes for: ("ca", owner), ("root program", name), or ("", "") where nobody can tell."""
    domain = _domain(person)
    if not domain:
        return ("", "")
    for host, start, name in _PROGRAM_LOGINS:
        if _is_within(domain, host) and person.name.casefold().startswith(start):
            return ("root program", name)
    for host, name in _PROGRAM_DOMAINS:
        if _is_within(domain, host):
            return ("root program", name)
    for owner in owners.owners:
        if any(_is_within(domain, host) for host in owner.domains):
            return ("ca", owner.name)
    return ("", "")


def filer_of(creator: Person, assignee: Person, ca: str | None, owners: OwnerTable) -> Filer:
    """Tell who filed an incident: "the CA itself", "a root program" or "someone else"."""
    kind, name = organisation_of(creator, owners)
    if kind == "root program":
        return "a root program"
    if kind == "ca" and name == ca:
        return "the CA itself"
    if creator.name and (creator.name, _domain(creator)) == (assignee.name, _domain(assignee)):
        return "the CA itself"
    domain = _domain(creator)
    # Staff of one CA file against another; a domain shared with the assignee says more only if we do not know it.
    if not kind and domain and domain == _domain(assignee) and domain not in _PUBLIC_MAIL:
        return "the CA itself"
    return "someone else"


def _stays(local: str, domain: str) -> bool:
    # "package@1.2.3" is a version; "unsubscr...@mozilla.org" is masked already.
    if domain.rpartition(".")[2].isdecimal() or local.endswith(".."):
        return True
    address = f"{local}@{domain}".casefold()
    return address in _LISTS or any(_is_within(domain.casefold(), host) for host in _LIST_DOMAINS)


def _domain(person: Person) -> str:
    """Return the domain as the organisation has it; Bugzilla's public data end it in ".invalid"."""
    return person.domain.strip().casefold().removesuffix(".invalid").strip(".")


def _is_within(domain: str, host: str) -> bool:
    return domain == host or domain.endswith("." + host)
