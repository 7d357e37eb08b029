"""Reads the configuration: values from the environment override the TOML file, which overrides the defaults.

Secrets come from the environment only, so that a configuration file can be shown to anyone.
"""

import difflib
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from bot.config.schema import (
    DEFAULT_LIST,
    MOZILLA,
    AlertSettings,
    BugzillaSettings,
    ConfigError,
    DatabaseSettings,
    DiscordSettings,
    ListSettings,
    Secret,
    Settings,
)

ENVIRONMENT_PREFIX = "ROOTWATCH__"
TOKEN, API_KEY = "DISCORD_TOKEN", "BUGZILLA_API_KEY"  # variables of the environment
FILE_NAME = "rootwatch.toml"
MIN_MOZILLA_POLL_SECONDS = 300
ENVIRONMENT_ONLY = {"discord_token", "bugzilla_api_key", "path"}
SECRET_KEY = re.compile(r"token|secret|passw|pwd|credential|(^|[-_]|api)key$", re.IGNORECASE)
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
TYPE_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}

T = TypeVar("T")


def load(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration from `path`, else ROOTWATCH_CONFIG, else ./rootwatch.toml, else use the defaults.

    Raises ConfigError.
    """
    environ = os.environ if environ is None else environ
    file = _choose_file(path, environ)
    config = {"lists": [_to_table(DEFAULT_LIST)]} if file is None else _read_file(file)
    _apply_environment(config, environ)
    _reject_secrets("", config)
    _reject_unknown_keys("", config, [f.name for f in fields(Settings) if f.name not in ENVIRONMENT_ONLY])
    settings = Settings(
        database=_parse_table(DatabaseSettings, "database", config.get("database", {})),
        bugzilla=_parse_table(BugzillaSettings, "bugzilla", config.get("bugzilla", {})),
        lists=tuple(_parse_table(ListSettings, f"lists.{n}", table) for n, table in enumerate(_list_tables(config))),
        alerts=_parse_table(AlertSettings, "alerts", config.get("alerts", {})),
        discord=_parse_table(DiscordSettings, "discord", config.get("discord", {})),
        ca_aliases=_parse_aliases(config.get("ca_aliases", {})),
        discord_token=_read_secret(environ, TOKEN),
        bugzilla_api_key=_read_secret(environ, API_KEY),
        path=file,
    )
    _validate(settings)
    folder = Path.cwd() if file is None else file.resolve().parent
    return replace(
        settings,
        database=DatabaseSettings(_resolve_sqlite_path(settings.database.url, folder)),
        bugzilla=replace(settings.bugzilla, url=settings.bugzilla.url.rstrip("/")),
    )


def forget_secrets() -> None:
    """Remove the secrets from this process's environment, so that no process that it starts inherits them."""
    for variable in (TOKEN, API_KEY):
        os.environ.pop(variable, None)


class _EnvString(str):
    """A value from the environment, which may stand for a value of another type."""

    __slots__ = ()


def _choose_file(path: str | Path | None, environ: Mapping[str, str]) -> Path | None:
    explicit = path or environ.get("ROOTWATCH_CONFIG")
    if explicit:
        return Path(explicit)
    return Path(FILE_NAME) if Path(FILE_NAME).is_file() else None


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The configuration file {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} is not valid TOML: {error}.") from error


def _to_table(settings: ListSettings) -> dict[str, Any]:
    return {f.name: getattr(settings, f.name) for f in fields(settings)}


def _list_tables(config: Mapping[str, Any]) -> list[Any]:
    lists = config.get("lists", [])
    if not isinstance(lists, list):
        raise ConfigError("lists must be written as [[lists]], once for each list.")
    return lists


def _apply_environment(config: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Override the values of the file with those of the environment, in place."""
    variables = [v for v in environ if v.startswith(ENVIRONMENT_PREFIX)]
    # lists in the order of their numbers: 10 after 9
    for variable in sorted(variables, key=lambda v: (len(v.split("__")[2]) if v.count("__") > 2 else 0, v)):
        section, *number, key = [""] * 2 if variable.count("__") < 2 else variable.split("__")[1:]
        section, key = section.lower(), key if section.lower() == "ca_aliases" else key.lower()
        if section == "lists" and len(number) == 1 and re.fullmatch("[0-9]{1,4}", number[0]):
            tables = _list_tables(config)
            if int(number[0]) > len(tables):
                raise ConfigError(f"{variable} leaves a gap: lists are numbered from 0, and there are {len(tables)}.")
            if int(number[0]) == len(tables):
                config["lists"] = tables = [*tables, {}]
            table = tables[int(number[0])]
        elif section and key and not number and section != "lists":
            table = config.setdefault(section, {})
        else:
            raise ConfigError(
                f"{variable} is not understood: write ROOTWATCH__SECTION__KEY, or ROOTWATCH__LISTS__0__KEY for a list."
            )
        if not isinstance(table, dict):
            raise ConfigError(f"[{section}] must be a table of keys.")
        table[key] = _EnvString(environ[variable])


def _reject_secrets(prefix: str, config: Any) -> None:
    """Reject keys that look like secrets, at any depth; the keys of ca_aliases are names of CAs and are not checked."""
    for key, value in config.items() if isinstance(config, dict) else ():
        if SECRET_KEY.search(key):
            variable = "DISCORD_TOKEN" if "token" in key.lower() else "BUGZILLA_API_KEY"
            raise ConfigError(
                f"{prefix}{key} looks like a secret, and secrets come from the environment alone: "
                f"set {variable} there and remove this key."
            )
        if key != "ca_aliases":
            for inner in value if isinstance(value, list) else [value]:
                _reject_secrets(f"{prefix}{key}.", inner)


def _reject_unknown_keys(prefix: str, keys: Iterable[str], known: list[str]) -> None:
    for key in keys:
        if key not in known:
            close = difflib.get_close_matches(key.lower(), known, 1)
            hint = f"did you mean {prefix}{close[0]}?" if close else f"known are {', '.join(known)}."
            raise ConfigError(f"{prefix}{key} is not a key of the configuration; {hint}")


def _parse_table(kind: type[T], name: str, table: Any) -> T:
    """Return a table as its dataclass, whose fields define the keys and their types."""
    if not isinstance(table, dict):
        raise ConfigError(f"{name} must be a table of keys.")
    hints = get_type_hints(kind)
    _reject_unknown_keys(f"{name}.", table, list(hints))
    for key in fields(kind):  # type: ignore[arg-type]
        if key.name not in table and key.default is MISSING:
            raise ConfigError(f"{name}.{key.name} is missing.")
    return kind(**{key: _parse_value(hints[key], f"{name}.{key}", value) for key, value in table.items()})


def _parse_value(hint: Any, name: str, value: Any) -> Any:
    """Return the value in its type; an error message never contains the value, which may be a password."""
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(f"{name} must be {' or '.join(get_args(hint))}.")
        return str(value)
    if isinstance(value, _EnvString):
        value = _parse_text(hint, value)
    has_type = type(value) is hint or (hint is float and type(value) is int)
    if not has_type or (isinstance(value, float) and not math.isfinite(value)):
        raise ConfigError(f"{name} must be {TYPE_NAMES[hint]}.")
    return value


def _parse_text(hint: type, text: str) -> Any:
    """Return the text as a value of the type, or None if it is not one; a number may be of either numeric type."""
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


def _parse_aliases(table: Any) -> Mapping[str, str]:
    if not isinstance(table, dict):
        raise ConfigError("[ca_aliases] must be a table of keys.")
    for alias, owner in table.items():
        if not isinstance(owner, str) or not owner.strip():
            raise ConfigError(f"ca_aliases.{alias} must be the name of a CA owner.")
    return MappingProxyType({alias: str(owner) for alias, owner in table.items()})


def _read_secret(environ: Mapping[str, str], variable: str) -> Secret | None:
    value = environ.get(variable, "").strip()
    return Secret(value) if value else None


def _validate(settings: Settings) -> None:
    """Reject values that have the right type but cannot work."""
    bugzilla, discord, names = settings.bugzilla, settings.discord, [config.name for config in settings.lists]
    rules = [
        (bool(bugzilla.product and bugzilla.component), "bugzilla.product and bugzilla.component must not be empty"),
        (_is_address(bugzilla.url, "http", "https"), "bugzilla.url must be an http(s) address without password"),
        (bugzilla.poll_seconds >= 0, "bugzilla.poll_seconds must be 0 or more"),
        (
            bugzilla.poll_seconds >= MIN_MOZILLA_POLL_SECONDS or _host(bugzilla.url) != MOZILLA,
            f"bugzilla.poll_seconds must be at least {MIN_MOZILLA_POLL_SECONDS} for {MOZILLA}, which many people share",
        ),
        (bugzilla.sweep_polls >= 1, "bugzilla.sweep_polls must be at least 1"),
        (len({*names, "bugzilla", ""}) == len(names) + 2, "Each list needs a name of its own (other than bugzilla)"),
        (settings.alerts.flood_bound >= 0, "alerts.flood_bound must be 0 or more"),
        (bool(re.fullmatch(r"\S{1,10}", discord.prefix)), "discord.prefix must be 1 to 10 characters without spaces"),
        (not discord.api_url or _is_address(discord.api_url, "http", "https"), "discord.api_url must be an address"),
        (not discord.gateway_url or _is_address(discord.gateway_url, "ws", "wss"), "discord.gateway_url must be ws(s)"),
    ]
    for n, config in enumerate(settings.lists):
        rules += [
            (_is_address(config.url, "http", "https"), f"lists.{n}.url must be an http(s) address without password"),
            (config.name.isprintable(), f"lists.{n}.name must be printable"),
            (config.poll_seconds >= 0, f"lists.{n}.poll_seconds must be 0 or more"),
            (config.page_seconds >= 0, f"lists.{n}.page_seconds must be 0 or more"),
        ]
    for is_met, message in rules:
        if not is_met:
            raise ConfigError(f"{message}.")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and url.isprintable()
        has_password, port = parts.password is not None, parts.port or 1
    except ValueError:
        return False
    return is_whole and not has_password and port > 0


def _resolve_sqlite_path(url: str, folder: Path) -> str:
    """Return the database's address with a relative SQLite path made absolute."""
    scheme, _, rest = url.partition("://")
    backend = scheme.split("+")[0]
    if backend == "postgresql" and rest:
        return url
    if backend != "sqlite" or not (rest == "" or rest.startswith("/")):
        raise ConfigError("database.url must begin with sqlite:/// or with postgresql://.")
    path, separator, query = rest[1:].partition("?")
    if path in {"", ":memory:"} or path.startswith("file:"):
        return url
    return f"{scheme}:///{folder / path}{separator}{query}"
