"""What a writer's account and words tell of the role: machines, auditors, other CAs, and domains open to anybody."""

import re
import tomllib
from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Any

from handlers.parsing.owners import normalize_name
from storage.values.incidents import Person

_MIN_LABEL = 4
_LOGIN_WORD = re.compile(r"[a-z]+")
_QUOTED_LINE = re.compile(r"^[ \t]{0,8}>.*$", re.MULTILINE)
_MAX_MACHINE_START = 500  # characters


def is_machine(person: Person, text: str) -> bool:
    """Return whether an account is a machine's, by its domain, login or words."""
    words = _data()
    domain = person.domain.casefold().removesuffix(".invalid")
    endings = () if is_public(domain) else words["automation_endings"]
    if any(domain == ending or domain.endswith("." + ending) for ending in endings):
        return True
    if not set(_LOGIN_WORD.findall(person.name.casefold())).isdisjoint(words["automation_words"]):
        return True
    return _says(text[:_MAX_MACHINE_START], "automation_phrases")


def is_auditor(person: Person, text: str) -> bool:
    """Return whether somebody writes for an audit firm."""
    words = _data()
    if not is_public(domain_of(person)):
        labels = {part for label in _labels(domain_of(person)) for part in (label, *label.split("-"))}
        known = [normalize_name(name) for name in words["auditor_labels"]]
        if any(label in known or (len(name) >= 5 and name in label) for label in labels for name in known):
            return True
    if not set(_LOGIN_WORD.findall(person.name.casefold())).isdisjoint(words["auditor_logins"]):
        return True
    return _says(text, "auditor_phrases")


def is_other_ca(person: Person, text: str, others: Collection[str]) -> bool:
    """Return whether somebody writes for a CA; `others` are normalized names of CAs."""
    words = _data()
    domain = domain_of(person)
    if is_public(domain):
        return _says(text, "ca_phrases")
    labels = _labels(domain)
    if any(word in label for label in labels for word in words["watcher_words"]):
        return False
    if any(is_called(domain, name) for name in others):
        return True
    if not set(_LOGIN_WORD.findall(person.name.casefold())).isdisjoint(words["ca_logins"]):
        return True
    if any(label.endswith(tuple(words["ca_endings"])) for label in labels):
        return True
    return _says(text, "ca_phrases")


def _says(text: str, phrases: str) -> bool:
    """Return whether a text has one of the phrases of the word list, from the beginning of a word on."""
    own = _QUOTED_LINE.sub("", text)
    return _phrases(phrases).search(own) is not None


def key_of(person: Person) -> tuple[str, str]:
    """Return the organisation of a person, or the person where the domain is open to anybody."""
    domain = domain_of(person)
    return (person.name, domain) if not domain or is_public(domain) else ("", organisation(domain))


def domain_of(person: Person) -> str:
    """Return a person's domain without the suffix of Bugzilla's public data."""
    return person.domain.strip().casefold().removesuffix(".invalid").strip(".")


def _labels(domain: str) -> list[str]:
    """Return the labels of a domain that may be an organisation's name."""
    labels = [
        label for label in domain.split(".")[:-1] if label not in {"co", "com", "gov", "org", "ac", "www", "mail"}
    ]
    return labels or [domain]


def organisation(domain: str) -> str:
    """Return the domain without the labels of departments."""
    parts = domain.split(".")
    short = len(parts) >= 3 and len(parts[-2]) <= 3
    return ".".join(parts[-3:] if short else parts[-2:])


def is_public(domain: str) -> bool:
    """Return whether anybody may have an address at a domain."""
    words = _data()
    return domain in words["public_domains"] or domain.split(".", maxsplit=1)[0] in words["public_labels"]


def is_called(domain: str, name: str) -> bool:
    """Return whether a domain is called like an owner, given as a normalized name."""
    for label in map(normalize_name, _labels(domain)):
        if len(label) >= _MIN_LABEL and (name.startswith(label) or label.startswith(name)):
            return True
    return False


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("handlers.acts").joinpath("roles.toml").read_text(encoding="utf-8"))


@cache
def _phrases(name: str) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(phrase.strip()) for phrase in _data()[name])
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
