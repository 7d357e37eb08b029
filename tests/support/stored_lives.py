"""Small lives of incidents in a database, as a poll stores them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage import comments, incidents, lives
from storage.values.incidents import Bug, BugLinks, Comment, Incident, Person
from tests.support.database import write

OPENED = datetime(2025, 5, 1, 9, tzinfo=UTC)
CA, STAFF = Person("ops", "entrust.com"), Person("ben", "mozilla.com")
OTHER_CA = Person("ops", "digicert.com")
WATCHED = "CA Certificate Compliance"


async def store_life(database, number, ca, texts, changes=(), tags=("ca-compliance", "ov-misissuance"), **values):
    """Store an incident with comments of (author, day after the opening, text) and its changes.

    The author CA stands for whoever the CA is.
    """
    person = OTHER_CA if ca == "DigiCert" else CA
    texts = [(person if author is CA else author, day, text) for author, day, text in texts]
    whiteboard = " ".join(f"[{tag}]" for tag in tags)
    bug = Bug(
        number, f"{ca}: Wrong state", whiteboard, "ASSIGNED", "", True, OPENED, OPENED, None, person, person,
        len(texts), BugLinks(),
    )  # fmt: skip
    dates = {name: values.pop(name, None) for name in ("next_update", "close_on")}
    bug = replace(bug, **values)
    await write(database, lives.save_component, WATCHED)
    incident = Incident(bug, ca, "Wrong state", tuple(tags), dates["next_update"], dates["close_on"])
    await write(database, incidents.save_incidents, [incident])
    await store_comments(database, number, texts)
    await write(database, lives.save_changes, {number: list(changes)})


async def store_comments(database, number, texts, read_at=OPENED):
    """Store the comments of an incident, as read at a moment."""
    rows = [
        Comment(number, index, number * 10 + index, author, OPENED + timedelta(days=day), text)
        for index, (author, day, text) in enumerate(texts)
    ]
    await write(database, comments.save_comments, {number: rows}, {number: OPENED}, read_at)
