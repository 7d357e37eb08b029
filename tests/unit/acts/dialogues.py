"""Lives of a few comments, for the tests of what is read from them."""

from datetime import UTC, datetime, timedelta

from storage.values.incidents import Person
from storage.values.lives import Change, CommentVersion, Life, LifeComment

OPENED = datetime(2025, 4, 29, 12, tzinfo=UTC)
WRITERS = {
    "ca": Person("officer", "fooca.example"),
    "program": Person("staff", "mozilla.com"),
    "community": Person("watcher", "gmail.com"),
}


def person(address):
    name, _, domain = address.partition("@")
    return Person(name, domain)


def dialogue(comments, summary="Foo CA: an error", whiteboard="[ca-compliance]", status="ASSIGNED", days=None):
    """Return the life of a bug of Foo CA with these comments, (role or address, text), two days apart."""
    built = []
    for number, (writer, text) in enumerate(comments):
        posted = OPENED + timedelta(days=days[number] if days else 2 * number)
        author = WRITERS[writer] if writer in WRITERS else person(writer)
        built.append(LifeComment(number, author, posted, (CommentVersion(posted, text),)))
    assigned = Change(OPENED, WRITERS["program"], "assigned_to", "nobody", "officer", WRITERS["ca"])
    return Life(
        1,
        summary,
        whiteboard,
        status,
        "FIXED" if status == "RESOLVED" else "",
        "CA Certificate Compliance",
        False,
        OPENED,
        built[0].author,
        WRITERS["ca"],
        (assigned,),
        tuple(built),
    )
