"""The configuration: a TOML file, the environment over it, defaults below both.

Secrets come from the environment alone, so that a configuration file can be shown to anyone.
"""

import difflib
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

ENVIRONMENT_PREFIX = "ROOTWATCH__"
FILE_NAME = "rootwatch.toml"
MOZILLA = "bugzilla.mozilla.org"
MOZILLA_POLL_SECONDS = 300
NOT_IN_FILES = {"discord_token", "bugzilla_api_key", "path"}
SECRET_LOOKING = re.compile(r"token|secret|passw|pwd|credential|(^|[-_]|api)key$", re.IGNORECASE)
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
TYPE_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}

T = TypeVar("T")


class ConfigError(Exception):
    """The configuration cannot be used; the text is one sentence that says which key and what to do."""


class Secret:
    """A text that is not shown by accident."""

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
    """Where everything is kept; a relative SQLite path is relative to the configuration's folder."""

    # not in the repr: the address may hold a password
    url: str = field(default="sqlite:///rootwatch.db", repr=False)


@dataclass(frozen=True, slots=True)
class BugzillaSettings:
    """Which Bugzilla is asked for which component, and how often; every `sweep_polls` polls all ids are compared."""

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
    """One list or feed; `page_seconds` lie between two message pages."""

    name: str
    url: str
    kind: Literal["mail-archive", "feed"] = "mail-archive"
    poll_seconds: float = 600
    page_seconds: float = 3


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Above `flood_bound` events in one poll a route gets one catch-up message."""

    flood_bound: int = 50


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """How the bot is spoken to; the addresses are for tests ("" is Discord itself)."""

    prefix: str = "!"
    api_url: str = ""
    gateway_url: str = ""


DEFAULT_LIST = ListSettings(
    "dev-security-policy", "https://www.mail-archive.com/dev-security-policy@mozilla.org/maillist.xml"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that Rootwatch is told before it starts; `path` is the file it was read from, if any."""

    database: DatabaseSettings = DatabaseSettings()
    bugzilla: BugzillaSettings = BugzillaSettings()
    lists: tuple[ListSettings, ...] = (DEFAULT_LIST,)
    alerts: AlertSettings = AlertSettings()
    discord: DiscordSettings = DiscordSettings()
    ca_aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    discord_token: Secret | None = None
    bugzilla_api_key: Secret | None = None
    path: Path | None = None


def load(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration: the file given, else ROOTWATCH_CONFIG's, else ./rootwatch.toml, else the defaults.

    Raises ConfigError.
    """
    environ = os.environ if environ is None else environ
    file = _choose_file(path, environ)
    given = {"lists": [_as_table(DEFAULT_LIST)]} if file is None else _read_file(file)
    _apply_environment(given, environ)
    _reject_secrets("", given)
    _reject_unknown_keys("", given, [f.name for f in fields(Settings) if f.name not in NOT_IN_FILES])
    settings = Settings(
        database=_read_table(DatabaseSettings, "database", given.get("database", {})),
        bugzilla=_read_table(BugzillaSettings, "bugzilla", given.get("bugzilla", {})),
        lists=tuple(_read_table(ListSettings, f"lists.{n}", entry) for n, entry in enumerate(_list_tables(given))),
        alerts=_read_table(AlertSettings, "alerts", given.get("alerts", {})),
        discord=_read_table(DiscordSettings, "discord", given.get("discord", {})),
        ca_aliases=_read_aliases(given.get("ca_aliases", {})),
        discord_token=_secret(environ, "DISCORD_TOKEN"),
        bugzilla_api_key=_secret(environ, "BUGZILLA_API_KEY"),
        path=file,
    )
    _validate(settings)
    folder = Path.cwd() if file is None else file.resolve().parent
    return replace(
        settings,
        database=DatabaseSettings(_resolve_sqlite_path(settings.database.url, folder)),
        bugzilla=replace(settings.bugzilla, url=settings.bugzilla.url.rstrip("/")),
    )


class _EnvString(str):
    """A value that is text only because the environment knows nothing else."""

    __slots__ = ()


def _choose_file(path: str | Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path or environ.get("ROOTWATCH_CONFIG")
    if named:
        return Path(named)
    return Path(FILE_NAME) if Path(FILE_NAME).is_file() else None


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The configuration file {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} is not valid TOML: {error}.") from error


def _as_table(settings: ListSettings) -> dict[str, Any]:
    return {f.name: getattr(settings, f.name) for f in fields(settings)}


def _list_tables(given: Mapping[str, Any]) -> list[Any]:
    lists = given.get("lists", [])
    if not isinstance(lists, list):
        raise ConfigError("lists must be written as [[lists]], once for each list.")
    return lists


def _apply_environment(given: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put what the environment says over what the file says."""
    variables = [v for v in environ if v.startswith(ENVIRONMENT_PREFIX)]
    for variable in sorted(variables, key=lambda v: (len(v.split("__")[2]) if v.count("__") > 2 else 0, v)):
        section, *number, key = [""] * 2 if variable.count("__") < 2 else variable.split("__")[1:]
        section, key = section.lower(), key if section.lower() == "ca_aliases" else key.lower()
        if section == "lists" and len(number) == 1 and re.fullmatch("[0-9]{1,4}", number[0]):
            tables = _list_tables(given)
            if int(number[0]) > len(tables):
                raise ConfigError(f"{variable} leaves a gap: lists are numbered from 0, and there are {len(tables)}.")
            if int(number[0]) == len(tables):
                given["lists"] = tables = [*tables, {}]
            table = tables[int(number[0])]
        elif section and key and not number and section != "lists":
            table = given.setdefault(section, {})
        else:
            raise ConfigError(
                f"{variable} is not understood: write ROOTWATCH__SECTION__KEY, or ROOTWATCH__LISTS__0__KEY for a list."
            )
        if not isinstance(table, dict):
            raise ConfigError(f"[{section}] must be a table of keys.")
        table[key] = _EnvString(environ[variable])


def _reject_secrets(where: str, given: Any) -> None:
    """Refuse keys that look like secrets, wherever they stand; names of CAs are no keys."""
    for key, value in given.items() if isinstance(given, dict) else ():
        if SECRET_LOOKING.search(key):
            variable = "DISCORD_TOKEN" if "token" in key.lower() else "BUGZILLA_API_KEY"
            raise ConfigError(
                f"{where}{key} looks like a secret, and secrets come from the environment alone: "
                f"set {variable} there and remove this key."
            )
        if key != "ca_aliases":
            for inner in value if isinstance(value, list) else [value]:
                _reject_secrets(f"{where}{key}.", inner)


def _reject_unknown_keys(where: str, given: Iterable[str], known: list[str]) -> None:
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(key.lower(), known, 1)
            meant = f"did you mean {where}{close[0]}?" if close else f"known are {', '.join(known)}."
            raise ConfigError(f"{where}{key} is no key of the configuration; {meant}")


def _read_table(kind: type[T], name: str, given: Any) -> T:
    """Read one table into its dataclass, whose fields say which keys there are and of what type."""
    if not isinstance(given, dict):
        raise ConfigError(f"{name} must be a table of keys.")
    hints = get_type_hints(kind)
    _reject_unknown_keys(f"{name}.", given, list(hints))
    for each in fields(kind):  # type: ignore[arg-type]
        if each.name not in given and each.default is MISSING:
            raise ConfigError(f"{name}.{each.name} is missing.")
    return kind(**{key: _read_value(hints[key], f"{name}.{key}", value) for key, value in given.items()})


def _read_value(hint: Any, name: str, value: Any) -> Any:
    """Return the value in its type; the sentence of a refusal never holds the value, which may be a password."""
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(f"{name} must be {' or '.join(get_args(hint))}.")
        return str(value)
    if isinstance(value, _EnvString):
        value = _from_text(hint, value)
    right = type(value) is hint or (hint is float and type(value) is int)
    if not right or (isinstance(value, float) and not math.isfinite(value)):
        raise ConfigError(f"{name} must be {TYPE_NAMES[hint]}.")
    return value


def _from_text(hint: type, text: str) -> Any:
    """Return what the text says in that type, None where it says nothing of the kind."""
    if hint is str:
        return str(text)
    if hint is bool:
        return BOOLEANS.get(text.strip().lower())
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _read_aliases(given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict):
        raise ConfigError("[ca_aliases] must be a table of keys.")
    for spelling, owner in given.items():
        if not isinstance(owner, str) or not owner.strip():
            raise ConfigError(f"ca_aliases.{spelling} must be the name of a CA owner.")
    return MappingProxyType({spelling: str(owner) for spelling, owner in given.items()})


def _secret(environ: Mapping[str, str], variable: str) -> Secret | None:
    value = environ.get(variable, "").strip()
    return Secret(value) if value else None


def _validate(settings: Settings) -> None:
    """Refuse what has the right type and still cannot work."""
    bugzilla, discord, names = settings.bugzilla, settings.discord, [each.name for each in settings.lists]
    rules = [
        (bool(bugzilla.product and bugzilla.component), "bugzilla.product and bugzilla.component must not be empty"),
        (_is_address(bugzilla.url, "http", "https"), "bugzilla.url must be an http(s) address without password"),
        (bugzilla.poll_seconds >= 0, "bugzilla.poll_seconds must be 0 or more"),
        (
            bugzilla.poll_seconds >= MOZILLA_POLL_SECONDS or _host(bugzilla.url) != MOZILLA,
            f"bugzilla.poll_seconds must be at least {MOZILLA_POLL_SECONDS} for {MOZILLA}, which many people share",
        ),
        (bugzilla.sweep_polls >= 1, "bugzilla.sweep_polls must be at least 1"),
        (len({*names, "bugzilla", ""}) == len(names) + 2, "Each list needs a name of its own (other than bugzilla)"),
        (settings.alerts.flood_bound >= 0, "alerts.flood_bound must be 0 or more"),
        (bool(re.fullmatch(r"\S{1,10}", discord.prefix)), "discord.prefix must be 1 to 10 characters without spaces"),
        (not discord.api_url or _is_address(discord.api_url, "http", "https"), "discord.api_url must be an address"),
        (not discord.gateway_url or _is_address(discord.gateway_url, "ws", "wss"), "discord.gateway_url must be ws(s)"),
    ]
    for n, each in enumerate(settings.lists):
        rules += [
            (_is_address(each.url, "http", "https"), f"lists.{n}.url must be an http(s) address without password"),
            (each.poll_seconds >= 0, f"lists.{n}.poll_seconds must be 0 or more"),
            (each.page_seconds >= 0, f"lists.{n}.page_seconds must be 0 or more"),
        ]
    for holds, sentence in rules:
        if not holds:
            raise ConfigError(f"{sentence}.")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.password is None and (parts.port or 1) > 0
    except ValueError:
        return False


def _resolve_sqlite_path(url: str, folder: Path) -> str:
    """Return the database's address with a relative SQLite path made absolute."""
    scheme, _, rest = url.partition("://")
    backend = scheme.split("+")[0]
    if backend == "postgresql" and rest:
        return url
    if backend != "sqlite" or not (rest == "" or rest.startswith("/")):
        raise ConfigError("database.url must begin with sqlite:/// or with postgresql://.")
    file, question, query = rest[1:].partition("?")
    if file in {"", ":memory:"} or file.startswith("file:"):
        return url
    return f"{scheme}:///{folder / file}{question}{query}"
