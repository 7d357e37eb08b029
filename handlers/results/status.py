"""Results about Rootwatch itself: sources, classifier, and recent errors."""

from dataclasses import dataclass, field
from datetime import datetime

from storage.values.incidents import Accuracy
from storage.values.outbox import WaitingMessages
from storage.values.processes import ProcessRole


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The state of a source: seconds since its last successful poll, and its error as a sentence ("" if none).

    `backlog` counts the pages still to be fetched, `missed` the changes that only a sweep found. `unreadable` names the
    items that could not be read. `warning` is a sentence about what the operator has to decide ("" if nothing).
    """

    name: str
    age_seconds: int | None
    error: str
    backlog: int = 0
    missed: int = 0
    unreadable: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True)
class ClassifierStatus:
    """The state of the classifier's model, and how accurate its predictions are.

    `trained_at` is None while only the rules are used. `training_size` counts the tagged incidents of the training
    set. `recent` is the accuracy of the last hundred predictions that the staff's tags evaluated, `all_time` that of
    all. `rejected_size` counts the tagged incidents behind a newer model that was rejected. `problem` is a sentence
    ("" if none).
    """

    trained_at: datetime | None = None
    training_size: int = 0
    recent: Accuracy = field(default_factory=Accuracy)
    all_time: Accuracy = field(default_factory=Accuracy)
    rejected_size: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Whether a long-lived task of the process that runs the bot works; `error` is a phrase, "" if none."""

    name: str
    running: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """A process that runs the bot or stands by, on which host, and when it was last seen (UTC)."""

    host: str
    process_id: int | None
    role: ProcessRole
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The state of Rootwatch; `incidents` counts all bugs, and `not_incidents` those of them that are none.

    `errors` holds the latest errors with their times (UTC), newest first.

    `tasks` are those of the process that runs the bot, none if it was stopped; `waiting` are the messages that could
    not be sent or edited when that was last tried.
    """

    sources: tuple[SourceStatus, ...]
    incidents: int
    messages: int
    deliveries: tuple[tuple[str, int], ...]
    comments_pending: int
    classifier: ClassifierStatus
    errors: tuple[tuple[datetime, str], ...] = ()
    tasks: tuple[TaskStatus, ...] = ()
    waiting: tuple[WaitingMessages, ...] = ()
    not_incidents: int = 0
    histories_pending: int = 0
    processes: tuple[ProcessStatus, ...] = ()
