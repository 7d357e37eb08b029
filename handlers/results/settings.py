"""Results about the settings of a server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of a server: `prefix` is what stands before its commands, None where it keeps the default."""

    prefix: str | None = None
