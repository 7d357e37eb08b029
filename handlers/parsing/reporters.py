"""Who filed an incident: the CA that it is about, a root program, or someone else.

Decided by what was known at the filing: the reporter's e-mail domain, on how many CAs they had filed until then, and
the first text. A later assignee says nothing about it.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType

from handlers.parsing.owners import CaOwner, OwnerDirectory, normalize_name
from storage.values.incidents import Person, ReporterRole

# Who has filed on so many CAs writes for none of them: researchers, and staff of root programs with private addresses.
MANY_CAS = 3

_PROGRAM_DOMAINS = (
    ("mozilla.com", "Mozilla"),
    ("mozilla.org", "Mozilla"),
    ("chromium.org", "Chrome"),
    ("ccadb.org", "CCADB"),
)
# Root programs and CAs with one domain: their people write about their own CA for it, about any other for the program.
_PROGRAM_OWNERS = frozenset(("Apple", "Google Trust Services", "Microsoft"))
# The programs' shared accounts there, which write for the program whatever it is about.
_PROGRAM_LOGINS = (
    ("google.com", "chrome-root", "Chrome"),
    ("apple.com", "apple-root", "Apple"),
)

# A CA's own report: the questions of the form, or what only those say who are responsible.
_OWN_REPORT = re.compile(
    r"^[^\w\n]*+(?:(?:draft|preliminary|initial|full|final|audit) )*incident report\b"
    r"|\bthis is an? (?:[\w/]+ ){0,3}(?:incident|preliminary) report\b"
    r"|\b(?:became|made) aware\b|\bwas notified\b|\bpreliminary investigation\b|\bfull (?:incident )?report will\b",
    re.IGNORECASE | re.MULTILINE,
)
_PLURAL = re.compile(r"\b(?:we|our|ours|us)\b", re.IGNORECASE)
_SINGULAR = re.compile(r"\bI\b|\b[Mm]y\b")
_MIN_PLURAL = 2  # "we" once is also written by those who report for a company
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_MAX_TEXT = 20_000  # in characters; a report says early whose it is
_MIN_LABEL_LENGTH = 4


@dataclass(frozen=True, slots=True)
class ProgramAccount:
    """An account from which a person writes for a root program, until a last day (UTC)."""

    program: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Filing:
    """What is known of the filing of an incident.

    `cas` are the CA owners that it is about; `day` is in UTC; `cas_filed_on` counts the CA owners on which its creator
    had filed until then, this time included. `text` is the first text of the bug, None if it is not known yet.
    """

    creator: Person
    cas: tuple[str, ...]
    day: date
    cas_filed_on: int = 1
    text: str | None = None


def affiliation(person: Person, owners: OwnerDirectory, day: date | None = None) -> tuple[str, str]:
    """Return whom a person writes for on a day: ("ca", owner), ("root program", name), or ("", "") if unknown.

    Without a day, as it is today.
    """
    domain, name = _domain(person), person.name.casefold()
    if not domain:
        return ("", "")
    for host, prefix, program in _PROGRAM_LOGINS:
        if _is_within(domain, host) and name.startswith(prefix):
            return ("root program", program)
    account = _program_accounts().get(account_digest(name, domain))
    if account and (day or date.max) <= account.last_day:
        return ("root program", account.program)
    for host, program in _PROGRAM_DOMAINS:
        if _is_within(domain, host):
            return ("root program", program)
    owner = next((owner for owner in owners.owners if _writes_from(owner, domain, day)), None)
    return ("ca", owner.name) if owner else ("", "")


def account_digest(login: str, domain: str) -> str:
    """Return the name of an account in `program_accounts.toml`, where no address can be read."""
    return hashlib.sha256(f"{login}@{domain}".casefold().encode(errors="surrogatepass")).hexdigest()


def reporter_role(filing: Filing, owners: OwnerDirectory) -> ReporterRole | None:
    """Return who filed an incident; None if only its text would tell and is not known yet."""
    kind, name = affiliation(filing.creator, owners, filing.day)
    if kind == "root program":
        return "a root program"
    if kind == "ca" and _is_one_organisation(name, filing, owners):
        return "the CA itself"
    if kind == "ca":
        return "a root program" if name in _PROGRAM_OWNERS else "someone else"
    return _role_by_filing(filing, owners)


@cache
def _program_accounts() -> Mapping[str, ProgramAccount]:
    text = resources.files("handlers.parsing").joinpath("program_accounts.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            entry["sha256"]: ProgramAccount(entry["program"], entry.get("last_day", date.max))
            for entry in tomllib.loads(text)["account"]
        }
    )


def _role_by_filing(filing: Filing, owners: OwnerDirectory) -> ReporterRole | None:
    """Return who filed an incident if the directory does not know the creator's domain."""
    if not filing.cas or filing.cas_filed_on >= MANY_CAS:
        return "someone else"
    if any(owners.find(ca) is None and _is_named_like(filing.creator, ca) for ca in filing.cas):
        return "the CA itself"
    if filing.text is None:
        return None
    return "the CA itself" if _is_own_report(filing.text) else "someone else"


def _is_one_organisation(name: str, filing: Filing, owners: OwnerDirectory) -> bool:
    """Return whether an owner is one that an incident is about, or has taken it over, or was taken over by it.

    Without regard to the day of the takeover: older bugs show the address that their creator has today.
    """
    successors = owners.successors_of((name,))
    return name in filing.cas or name in owners.successors_of(filing.cas) or not {*filing.cas}.isdisjoint(successors)


def _writes_from(owner: CaOwner, domain: str, day: date | None) -> bool:
    if any(_is_within(domain, host) for host in owner.domains):
        return True
    return day is not None and any(_is_within(domain, host) and day < end for host, end in owner.former_domains)


def _is_named_like(person: Person, ca: str) -> bool:
    """Return whether a person's domain is called like a CA owner that the directory does not know."""
    label, name = normalize_name(_domain(person).partition(".")[0]), normalize_name(ca)
    return len(label) >= _MIN_LABEL_LENGTH and (name.startswith(label) or label.startswith(name))


def _is_own_report(text: str) -> bool:
    own = _QUOTED_LINE.sub("", text[:_MAX_TEXT])
    if _SINGULAR.search(own):
        return False
    return bool(_OWN_REPORT.search(own)) or len(_PLURAL.findall(own)) >= _MIN_PLURAL


def _domain(person: Person) -> str:
    """Return a person's e-mail domain without the suffix ".invalid" that Bugzilla's public data adds."""
    return person.domain.strip().casefold().removesuffix(".invalid").strip(".")


def _is_within(domain: str, host: str) -> bool:
    return domain == host or domain.endswith("." + host)
