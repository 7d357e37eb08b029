"""The CA owners that Rootwatch knows, and the spellings of their names.

The built-in owners and auditors are data: see `owners.toml`. Communities add spellings of their own. Spellings are
compared without case, accents, spaces and punctuation.
"""

import hashlib
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

# "AS" or "EY" would hide words of the language in a text; longer spellings are whole sentences. In normalized
# characters.
MIN_MENTION_LENGTH, MAX_MENTION_LENGTH = 3, 100


@dataclass(frozen=True, slots=True)
class CaOwner:
    """An organisation that runs a certification authority; `domains` are the e-mail domains its people write from."""

    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


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
        """Return a short digest that changes whenever any spelling maps to another owner."""
        pairs = sorted((spelling, owner.name) for spelling, owner in self.spellings.items())
        return hashlib.sha256(repr(pairs).encode()).hexdigest()[:16]

    def find(self, spelling: str) -> CaOwner | None:
        """Return the owner with this name or alias, or None."""
        return self.spellings.get(normalize_name(spelling))


@cache
def built_in_owners() -> tuple[CaOwner, ...]:
    """Return the owners of `owners.toml`, in the order of the file."""
    return tuple(
        CaOwner(entry["name"], tuple(entry.get("aliases", ())), tuple(entry.get("domains", ())))
        for entry in _load_data()["owner"]
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
    key_by_alias = {normalize_name(alias): normalize_name(owner.name) for owner in built_in for alias in owner.aliases}
    overrides: dict[str, str] = {}
    for spelling, name in extra.items():
        if not normalize_name(spelling) or not normalize_name(name):
            continue
        key = normalize_name(name)
        if key not in owners:
            key = key_by_alias.get(key, key)
        owner = owners.get(key, CaOwner(name.strip()))
        if normalize_name(spelling) != normalize_name(owner.name):
            owner = CaOwner(owner.name, (*owner.aliases, spelling), owner.domains)
        owners[key] = owner
        overrides[normalize_name(spelling)] = key
    spellings = {normalize_name(alias): owner for owner in owners.values() for alias in owner.aliases}
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
