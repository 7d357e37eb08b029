"""The configuration: its schema, and the loader that reads it from a TOML file and the environment."""

from bot.config.loader import forget_secrets, load
from bot.config.schema import (
    AlertSettings,
    BugzillaSettings,
    ConfigError,
    DatabaseSettings,
    DiscordSettings,
    ListSettings,
    Secret,
    Settings,
)

__all__ = [
    "AlertSettings",
    "BugzillaSettings",
    "ConfigError",
    "DatabaseSettings",
    "DiscordSettings",
    "ListSettings",
    "Secret",
    "Settings",
    "forget_secrets",
    "load",
]
