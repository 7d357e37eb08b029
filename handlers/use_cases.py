"""All use cases that the chats offer, in one value that is built once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from handlers.alerts.content import build_alert
from handlers.alerts.routes import AlertRoutes
from handlers.button_states import ButtonStates
from handlers.classification.service import SectionClassifier
from handlers.corrections import Corrections
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.owners import OwnerDirectory
from handlers.queries.commitments import CommitmentQueries
from handlers.queries.deadlines import DeadlineQueries
from handlers.queries.draft_checks import DraftChecks
from handlers.queries.explanations import Explanations
from handlers.queries.incidents import IncidentQueries
from handlers.queries.messages import MessageQueries
from handlers.queries.missed_history import MissedClockQueries
from handlers.queries.queue import QueueQueries
from handlers.queries.status import StatusQueries
from handlers.queries.suggestions import Suggestions
from handlers.queries.summaries import Summaries
from handlers.results.alerts import Alert
from handlers.sections.catalogue import SectionCatalogue
from handlers.sections.service import SectionService
from handlers.server_settings import SettingsService
from handlers.visible_incidents import BugUrl
from storage.database import Database
from storage.values.outbox import Event


@dataclass(frozen=True, slots=True)
class UseCases:
    """The use cases by subject; one class for each, which takes the actor as its methods' first argument.

    `bug_url` returns a bug's URL on the configured Bugzilla. `build_alert` returns an event's alert as a community
    sees it now, None if nothing is left to show.
    """

    incidents: IncidentQueries
    deadlines: DeadlineQueries
    missed_clocks: MissedClockQueries
    commitments: CommitmentQueries
    queue: QueueQueries
    drafts: DraftChecks
    explanations: Explanations
    messages: MessageQueries
    summaries: Summaries
    suggestions: Suggestions
    sections: SectionCatalogue
    custom_sections: SectionService
    corrections: Corrections
    routes: AlertRoutes
    status: StatusQueries
    settings: SettingsService
    button_states: ButtonStates
    build_alert: Callable[[Event, int], Awaitable[Alert | None]]
    bug_url: BugUrl


def build_use_cases(
    database: Database,
    owners: OwnerDirectory,
    classifier: SectionClassifier,
    indexes: IncidentIndexes,
    custom_sections: SectionService,
    source_names: tuple[str, ...],
    bugzilla_url: str,
) -> UseCases:
    """Build the use cases on one database; `bugzilla_url` is where bugs are linked to."""
    bug_url = partial(_bug_url, bugzilla_url.rstrip("/"))
    return UseCases(
        incidents=IncidentQueries(database, owners, indexes, bug_url),
        deadlines=DeadlineQueries(database, owners, indexes, bug_url),
        missed_clocks=MissedClockQueries(database, owners, indexes),
        commitments=CommitmentQueries(database, owners, indexes, bug_url),
        queue=QueueQueries(database, owners, indexes),
        drafts=DraftChecks(database, owners, indexes),
        explanations=Explanations(),
        messages=MessageQueries(database, owners),
        summaries=Summaries(database, owners, bug_url),
        suggestions=Suggestions(database, owners),
        sections=SectionCatalogue(database),
        custom_sections=custom_sections,
        corrections=Corrections(database, custom_sections, bug_url),
        routes=AlertRoutes(database),
        status=StatusQueries(database, classifier, source_names),
        settings=SettingsService(database),
        button_states=ButtonStates(database),
        build_alert=partial(build_alert, database, indexes),
        bug_url=bug_url,
    )


def _bug_url(bugzilla_url: str, bug: int) -> str:
    return f"{bugzilla_url}/show_bug.cgi?id={bug}"
