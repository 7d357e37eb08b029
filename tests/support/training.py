"""A classifier service whose training a test controls."""

from dataclasses import replace

from handlers.classification.service import SectionClassifier
from handlers.classifier.model import RULES_ONLY
from handlers.classifier.serialization import to_bytes
from handlers.parsing.owners import build_owner_directory
from storage import error_log
from tests.support.database import read

FIRST_MODEL, SECOND_MODEL = (to_bytes(replace(RULES_ONLY, training_size=count)) for count in (60, 70))


class ScriptedTraining:
    """A classifier whose trainings return the given results; it records the arguments of each training."""

    def __init__(self, database, *results):
        self.database = database
        self.results = list(results)
        self.calls = []
        self.classifier = SectionClassifier(database, build_owner_directory({}), self.train)

    async def train(self, examples, current):
        """Record the call and return the next result, or call it if it is a function."""
        self.calls.append((examples, current))
        result = self.results.pop(0)
        return await result() if callable(result) else result

    async def problems(self):
        """Return the recorded problems, newest first."""
        return [sentence for _, sentence in await read(self.database, error_log.find_problems)]
