"""The schema of the configuration: each dataclass is a table of the TOML file, each field one of its keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

MOZILLA = "bugzilla.mozilla.org"


class ConfigError(Exception):
    """The configuration cannot be used; the text is one sentence that names the key and the remedy."""


class Secret:
    """A text that does not appear in representations."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The database; a relative SQLite path is relative to the folder of the configuration file."""

    # not in the repr, since the address may contain a password
    url: str = field(default="sqlite:///rootwatch.db", repr=False)


@dataclass(frozen=True, slots=True)
class BugzillaSettings:
    """The Bugzilla component to poll, and how often; each `sweep_polls`-th poll is a sweep of all bugs."""

    url: str = f"https://{MOZILLA}"
    product: str = "CA Program"
    component: str = "CA Certificate Compliance"
    poll_seconds: float = 300
    key_in_query: bool = False
    sweep_polls: int = 12

    def bug_url(self, bug: int) -> str:
        """Return the link to a bug's page."""
        return f"{self.url}/show_bug.cgi?id={bug}"


@dataclass(frozen=True, slots=True)
class ListSettings:
    """One mailing list or feed; requests for message pages are `page_seconds` apart."""

    name: str
    url: str
    kind: Literal["mail-archive", "feed"] = "mail-archive"
    poll_seconds: float = 600
    page_seconds: float = 3


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Alerts; if one poll has more than `flood_bound` events for a route, the route gets one catch-up message."""

    flood_bound: int = 50


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """The command prefix, and other API addresses than Discord's own for tests ("" is Discord itself)."""

    prefix: str = "!"
    api_url: str = ""
    gateway_url: str = ""


DEFAULT_LIST = ListSettings(
    "dev-security-policy", "https://www.mail-archive.com/dev-security-policy@mozilla.org/maillist.xml"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration; `path` is the file it was read from, if any."""

    database: DatabaseSettings = DatabaseSettings()
    bugzilla: BugzillaSettings = BugzillaSettings()
    lists: tuple[ListSettings, ...] = (DEFAULT_LIST,)
    alerts: AlertSettings = AlertSettings()
    discord: DiscordSettings = DiscordSettings()
    ca_aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    discord_token: Secret | None = None
    bugzilla_api_key: Secret | None = None
    path: Path | None = None
