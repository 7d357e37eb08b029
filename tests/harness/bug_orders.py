"""Events as orders to the stand-in for Bugzilla, with words by which each text is recognised."""

from datetime import datetime, timedelta
from typing import Any

from tests.harness.markers import marker
from tests.harness.script import Action

OWNERS = ("Telia", "Entrust", "Sectigo", "HARICA", "Buypass")
ELSEWHERE = "CA Security Vulnerability"
NEVER = "2099-01-01T00:00:00Z"  # a bug that is filed then does not exist, as one that was deleted


def new_bug(action: Action, now: datetime) -> dict[str, Any]:
    """Return a bug to be filed, at `now` of Bugzilla's clock or as many minutes earlier as it is late."""
    bug: dict[str, Any] = {
        "summary": _title(action.item, 0),
        "text": f"{marker('c', action.item, 0)} is what happened to this CA.",
        "whiteboard": "[ca-compliance]",
        "creator": "somebody@ca.example",
    }
    match action.kind:
        case "file late":
            bug["at"] = _minutes_before(now, action.minutes)
        case "file hidden":
            bug["hidden"] = True
        case "file elsewhere":
            bug["component"] = ELSEWHERE
    return bug


def change(action: Action, number: int, now: datetime) -> dict[str, Any]:
    """Return the order for what happens to the bug of this number."""
    match action.kind:
        case "hide" | "show" | "move" | "return":
            return {action.kind: number}
        case "delete":
            return {"file": {"id": number, "summary": "none", "at": NEVER}}
        case "close":
            return {"change": {"id": number, "status": "RESOLVED", "resolution": "FIXED"}}
        case "rename":
            return {"change": {"id": number, "summary": _title(action.item, action.version)}}
        case "tag":
            whiteboard = f"[ca-compliance] [dv-misissuance] {marker('w', action.item, action.version)}"
            return {"change": {"id": number, "whiteboard": whiteboard}}
    comment: dict[str, Any] = {"id": number, "text": f"{marker('c', action.item, action.version)} is what we add."}
    if action.kind == "comment late":
        comment["at"] = _minutes_before(now, action.minutes)
    return {"comment": comment}


def _title(item: int, version: int) -> str:
    return f"{OWNERS[item % len(OWNERS)]}: {marker('t', item, version)} went wrong"


def _minutes_before(now: datetime, minutes: int) -> str:
    return f"{now - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
