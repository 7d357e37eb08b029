"""Invented incidents, so many days after a first one, to be compared with each other."""

from datetime import UTC, datetime, timedelta

from handlers.parsing.documents import IncidentDocument

START = datetime(2020, 1, 1, tzinfo=UTC)


def incident(bug, title, ca="Entrust", day=0, text="", refers_to=()):
    return IncidentDocument(bug, title, text, ca, START + timedelta(days=day), refers_to)
