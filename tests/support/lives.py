"""The invented lives of ../shared, as values."""

import json
import re
from datetime import datetime
from functools import cache

from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment
from tests.support.shared import SHARED

LIVES = SHARED / "lives"
_LOGIN = re.compile(r"([^\s@(,]+)@([\w.-]+)")


@cache
def read_lives():
    """Return the lives by bug."""
    rows = (json.loads(line) for line in (LIVES / "lives_dev.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: build_life(row) for row in rows}


def build_life(row):
    """Return the life of a row of the file, at its end."""
    # A row says where a bug began; its changes, where it is.
    last = {change["field"]: change["added"] for change in row["changes"]}
    return Life(
        row["id"],
        row["summary"],
        row["whiteboard"],
        row["status"],
        row["resolution"],
        last.get("component", "CA Certificate Compliance"),
        bool(last.get("groups")),
        datetime.fromisoformat(row["creation_time"]),
        person(row["creator"]),
        person(row["assigned_to"]),
        tuple(build_change(change) for change in row["changes"]),
        tuple(build_comment(number, comment) for number, comment in enumerate(row["comments"])),
    )


def build_change(change):
    named = _LOGIN.search(change["added"]) or _LOGIN.search(change["removed"])
    names_person = change["field"] in ("assigned_to", "flags")
    removed = _LOGIN.fullmatch(change["removed"]) if change["field"] == "assigned_to" else None
    return Change(
        datetime.fromisoformat(change["time"]),
        person(change["who"]),
        change["field"],
        _LOGIN.sub(r"\1", change["removed"]),
        _LOGIN.sub(r"\1", change["added"]),
        Person(named[1], named[2]) if named and names_person else None,
        Person(removed[1], removed[2]) if removed else None,
    )


def build_comment(number, comment):
    posted = datetime.fromisoformat(comment["time"])
    edits = [(datetime.fromisoformat(edit["time"]), edit["text"]) for edit in comment.get("edits", ())]
    versions = tuple(CommentVersion(moment, text) for moment, text in [(posted, comment["text"]), *edits])
    return LifeComment(number, person(comment["creator"]), posted, versions)


def person(login):
    name, _, domain = login.partition("@")
    return Person(name, domain)
