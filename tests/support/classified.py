"""A bug ingest and a classifier on one database, for tests of what follows from stored bugs."""

from datetime import UTC, datetime

from handlers.classification.service import SectionClassifier
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.ingest.bugs import BugIngest
from handlers.parsing.owners import build_owner_directory
from storage import predictions
from storage.values.incidents import Bug, Comment, Person
from storage.values.sources import SourceState
from tests.support.database import read

NOON = datetime(2024, 6, 10, 12, tzinfo=UTC)
NOBODY = Person("nobody")
CRL_TITLE, CONFIDENT_TITLE = "CRL published late", "Late revocation: delayed revocation leaf not revoked within 5 days"


def build_bug(number, title=CRL_TITLE, *tags):
    """Return an open bug of Entrust with the tag "ca-compliance" and these tags."""
    whiteboard = " ".join(f"[{tag}]" for tag in ("ca-compliance", *tags))
    return Bug(number, f"Entrust: {title}", whiteboard, "NEW", "", True, NOON, NOON, None, NOBODY, NOBODY, 1)


async def unexpected_training(examples, current):
    """Fail the test: no training is expected."""
    raise AssertionError("nothing was to be learned")


class ClassifierFixture:
    """A bug ingest and a classifier on one database; the classifier has its rules only."""

    def __init__(self, database):
        self.database = database
        owners = build_owner_directory({})
        self.classifier = SectionClassifier(database, owners, unexpected_training)
        self.indexes = IncidentIndexes(database, owners)
        self.bug_ingest = BugIngest(database, owners, self.classifier, self.indexes, 50)

    async def ingest(self, *bugs, with_comments=True):
        """Ingest bugs, each with one comment; or as if their comments could not be read."""
        comments = {bug.id: [Comment(bug.id, 0, bug.id, NOBODY, NOON, "It went wrong.")] for bug in bugs}
        state = SourceState("bugzilla", baseline_at=NOON)
        await self.bug_ingest.ingest_bugs(bugs, comments if with_comments else {}, {}, state, NOON)

    async def prediction(self, number=1):
        """Return the stored prediction for a bug, or None."""
        async with self.database.transaction() as transaction:
            return (await predictions.find_predictions(transaction, [number])).get(number)

    async def recent_accuracy(self):
        """Return the accuracy of the last predictions that staff's tags evaluated."""
        return (await read(self.database, self.classifier.status)).recent
