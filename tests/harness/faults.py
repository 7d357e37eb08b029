"""The faults that a round may have: what is asked of the stand-ins, of the database, of the clock or of a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Target = Literal[
    "none", "discord", "login", "interaction", "source", "feed", "database", "clock", "gateway", "channel", "message"
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `options` go to the stand-in as they are, `method` is that of the requests to Discord it meets."""

    name: str
    target: Target
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    method: str = "POST"


def _fault(name: str, target: Target, method: str = "POST", **options: Any) -> Fault:
    return Fault(name, target, MappingProxyType(options), method)


NO_FAULT = _fault("none", "none")

# a status 429 with a code is answered without Retry-After, as a proxy in front of Discord does
DISCORD_FAULTS = (
    _fault("Discord 429 with Retry-After", "discord", status=429, retry_after=1.5),
    _fault("Discord 429 without Retry-After", "discord", status=429, code=0),
    _fault("Discord 500", "discord", status=500),
    _fault("Discord 502", "discord", status=502),
    _fault("Discord 503", "discord", status=503),
    _fault("Discord 200 with an error inside", "discord", status=200),
    _fault("Discord drops the connection", "discord", status="reset"),
    _fault("Discord drops the connection after posting", "discord", status="reset-after"),
    _fault("Discord is slow", "discord", status="hang", s=4),
    _fault("Discord drops the connection after an edit", "discord", "PATCH", status="reset-after"),
    _fault("Discord 500 to edits", "discord", "PATCH", status=500),
    _fault("Discord 401", "discord", status=401),
    _fault("Discord 403 code 50013", "discord", status=403, code=50013),
    _fault("Discord 403 code 50001", "discord", status=403, code=50001),
    _fault("Discord 400 code 50083", "discord", status=400, code=50083),
    _fault("Discord 404 code 10003", "discord", status=404, code=10003),
    _fault("Discord 400 code 30046 to edits", "discord", "PATCH", status=400, code=30046),
    _fault("Discord 403 code 50005 to edits", "discord", "PATCH", status=403, code=50005),
    _fault("Discord 401 at the login", "login", "GET", status=401),
    _fault("Discord 503 at the login", "login", "GET", status=503),
    _fault("Discord 400 code 40060", "interaction", status=400, code=40060),
    _fault("Discord 404 code 10062", "interaction", status=404, code=10062),
    _fault("a deleted message (10008)", "message"),
    _fault("a forbidden channel (50013)", "channel", forbid=True),
    _fault("a deleted channel (10003)", "channel", delete=True),
    _fault("the gateway drops", "gateway"),
)

SOURCE_FAULTS = (
    _fault("source 429 with Retry-After", "source", status=429, retry_after=5),
    _fault("source 429 without Retry-After", "source", status=429, body="html"),
    _fault("source 500", "source", status=500),
    _fault("source 502", "source", status=502, body="html"),
    _fault("source 503 with 3,600", "source", status=503, retry_after=3600, body="html"),
    _fault("source 200 with an error inside", "source", status=200, body="json"),
    _fault("source 200 that is empty", "source", status=200, body="empty"),
    _fault("source 200 with a changed body", "source", status=200, body="html"),
    _fault("source body cut", "source", kind="cut"),
    _fault("source body slow", "source", kind="slow"),
    _fault("source drops the connection", "source", kind="drop"),
    _fault("a changed feed", "feed"),
)

LOCAL_FAULTS = (
    _fault("database locked", "database", trouble="locked"),
    _fault("database full", "database", trouble="full"),
    _fault("database restarted", "database", trouble="restarted"),
    _fault("clock ahead", "clock", sign=1),
    _fault("clock behind", "clock", sign=-1),
)

FAULTS = (NO_FAULT, *DISCORD_FAULTS, *SOURCE_FAULTS, *LOCAL_FAULTS)
BY_NAME = MappingProxyType({fault.name: fault for fault in FAULTS})
CLOCK_JUMPS = (90, 7_200, 3 * 86_400)  # seconds
