"""The CA owners that Rootwatch knows, and the spellings of their names.

The built-in owners and auditors are data: see `owners.toml`. Communities add spellings of their own. Spellings are
compared without case, accents, spaces and punctuation.
"""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

# "AS" or "EY" would hide words of the language in a text; longer spellings are whole sentences. In normalized
# characters.
MIN_MENTION_LENGTH, MAX_MENTION_LENGTH = 3, 100


@dataclass(frozen=True, slots=True)
class CaOwner:
    """An organisation that runs, or ran, a certification authority.

    `nicknames` are spellings for a question or a title only; in running text they may mean something else ("AWS").
    `domains` are the e-mail domains that its people write from, `former_domains` those they wrote from before a day.
    `successor` is the name of the owner that has taken this one over, `succeeded` the day (UTC) where it is sure.
    `issues_under` are owners of roots under which this one runs a certification authority.
    """

    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    former_domains: tuple[tuple[str, date], ...] = ()
    successor: str | None = None
    succeeded: date | None = None
    issues_under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerDirectory:
    """The built-in owners together with a community's own; built by `build_owner_directory`.

    `spellings` maps every normalized spelling to its owner. For those that are recognised in a text (see
    `owner_mentions.py`), `written` maps them to how they are written, and `prefixes` are their beginnings.
    """

    owners: tuple[CaOwner, ...]
    spellings: Mapping[str, CaOwner]
    written: Mapping[str, str]
    prefixes: frozenset[str]

    @property
    def version(self) -> str:
        """Return a short digest that changes whenever any spelling maps to another owner, or an owner changes."""
        pairs = sorted((spelling, owner.name) for spelling, owner in self.spellings.items())
        facts = [(owner.name, owner.domains, owner.former_domains, owner.successor) for owner in self.owners]
        return hashlib.sha256(repr((pairs, sorted(facts, key=repr))).encode()).hexdigest()[:16]

    def find(self, spelling: str) -> CaOwner | None:
        """Return the owner with this name or alias, or None."""
        return self.spellings.get(normalize_name(spelling))

    def successors_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the owners that have since taken over any of these, each once, and none of these themselves."""
        owners = [owner for name in names if (owner := self.find(name))]
        successors = dict.fromkeys(owner.successor for owner in owners if owner.successor)
        return tuple(name for name in successors if name not in {owner.name for owner in owners})

    def taken_over_by(self, name: str) -> tuple[str, ...]:
        """Return the owners that this one has taken over, in the order of the directory."""
        return tuple(owner.name for owner in self.owners if owner.successor == name)


@cache
def built_in_owners() -> tuple[CaOwner, ...]:
    """Return the owners of `owners.toml`, in the order of the file."""
    return tuple(_owner_of(entry) for entry in _load_data()["owner"])


def _owner_of(entry: Mapping[str, Any]) -> CaOwner:
    return CaOwner(
        entry["name"],
        tuple(entry.get("aliases", ())),
        tuple(entry.get("domains", ())),
        tuple(entry.get("nicknames", ())),
        tuple(entry.get("former_domains", {}).items()),
        entry.get("successor"),
        entry.get("succeeded"),
        tuple(entry.get("issues_under", ())),
    )


@cache
def auditors() -> tuple[str, ...]:
    """Return the names of auditors in `owners.toml`."""
    return tuple(_load_data()["auditors"])


def normalize_name(spelling: str) -> str:
    """Return a spelling without case, accents, spaces and punctuation, for comparison."""
    # without marks, which are dropped anyway: normalizing a stack of them takes quadratic time
    unmarked = "".join(letter for letter in spelling.casefold() if not unicodedata.combining(letter))
    decomposed = unicodedata.normalize("NFKD", unmarked)
    return "".join(letter for letter in decomposed if letter.isalnum())


def build_owner_directory(extra: Mapping[str, str] = MappingProxyType({})) -> OwnerDirectory:
    """Return the built-in owners with further spellings.

    `extra` maps a spelling to an owner's name or alias; an unknown name adds an owner. A spelling in `extra` takes
    precedence over the same spelling in the built-in owners.
    """
    built_in = built_in_owners()
    owners = {normalize_name(owner.name): owner for owner in built_in}
    key_by_alias = {
        normalize_name(alias): normalize_name(owner.name)
        for owner in built_in
        for alias in (*owner.aliases, *owner.nicknames)
    }
    overrides: dict[str, str] = {}
    for spelling, name in extra.items():
        if not normalize_name(spelling) or not normalize_name(name):
            continue
        key = normalize_name(name)
        if key not in owners:
            key = key_by_alias.get(key, key)
        owner = owners.get(key, CaOwner(name.strip()))
        if normalize_name(spelling) != normalize_name(owner.name):
            owner = replace(owner, aliases=(*owner.aliases, spelling))
        owners[key] = owner
        overrides[normalize_name(spelling)] = key
    spellings = {
        normalize_name(alias): owner for owner in owners.values() for alias in (*owner.nicknames, *owner.aliases)
    }
    spellings |= owners
    spellings |= {spelling: owners[key] for spelling, key in overrides.items()}
    written = {
        key: spelling
        for owner in owners.values()
        for spelling in (*owner.aliases, owner.name)
        if MIN_MENTION_LENGTH <= len(key := normalize_name(spelling)) <= MAX_MENTION_LENGTH
    }
    prefixes = frozenset(key[:length] for key in written for length in range(1, len(key) + 1))
    return OwnerDirectory(tuple(owners.values()), MappingProxyType(spellings), MappingProxyType(written), prefixes)


def is_auditor(prefix: str) -> bool:
    """Return whether a title's prefix names an auditor ("Ernst & Young Poland"), which is not a CA owner."""
    words = _normalize_words(prefix)
    return any(words == name or words.startswith(name + " ") for name in map(_normalize_words, auditors()))


def _normalize_words(name: str) -> str:
    return " ".join(normalize_name(word) for word in name.replace("&", " and ").split())


@cache
def _load_data() -> dict[str, Any]:
    return tomllib.loads(resources.files("handlers.parsing").joinpath("owners.toml").read_text(encoding="utf-8"))
