"""Invented incidents of six kinds, indexed for ranking by similarity."""

from datetime import UTC, datetime, timedelta
from functools import cache

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owners import build_owner_directory
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import Ranking

DIRECTORY = build_owner_directory()
START = datetime(2021, 1, 1, tzinfo=UTC)
FIRST_BUG = 1_700_000
OWNERS = ("Entrust", "Sectigo", "DigiCert", "SwissSign", "Let's Encrypt")
KINDS = {
    "place": ("Wrong {} in EV certificates", "The {} of the subject was not where the company is registered."),
    "ocsp": ("OCSP responder gave {} answers", "Requests were answered with {} responses for hours."),
    "crl": ("CRL with {} entries", "Our revocation list had {} entries."),
    "audit": ("Audit letter with {} gaps", "The auditor told us of {} gaps in the period."),
    "cps": ("CPS with a {} chapter", "Our practice statement described {} things."),
    "caa": ("CAA records of {} domains not checked", "We did not look up {} records before issuance."),
}
PLACES = ("stateOrProvinceName", "locality", "country code", "jurisdiction", "postal code")
FILLERS = ("stale", "northern", "second", "broken", "missing")


def build_document(
    number: int, title: str, text: str = "", ca: str | None = "Entrust", refers_to: tuple[int, ...] = ()
) -> IncidentDocument:
    """Return a document opened that many days after START."""
    return IncidentDocument(FIRST_BUG + number, title, text, ca, START + timedelta(days=number), refers_to)


@cache
def invented_documents(count: int = 150) -> tuple[IncidentDocument, ...]:
    """Return documents of all kinds in turn, one a day."""
    documents = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        filler = (PLACES if kind == "place" else FILLERS)[number // len(KINDS) % 5]
        title, text = (template.format(filler) for template in KINDS[kind])
        documents.append(build_document(number, title, f"{text} Case {number}.", OWNERS[number % len(OWNERS)]))
    return tuple(documents)


def bugs_of_kind(kind: str, count: int = 200) -> list[int]:
    """Return the bugs of one kind among the first `count` invented documents."""
    return [FIRST_BUG + number for number in range(list(KINDS).index(kind), count, len(KINDS))]


def build_index(*documents: IncidentDocument) -> SimilarityIndex:
    """Return an index of the invented documents and of these."""
    return SimilarityIndex(DIRECTORY, (*invented_documents(), *documents))


def ranked_bugs(ranking: Ranking) -> list[int]:
    """Return the bugs of a ranking, best first."""
    return [match.bug for match in ranking.matches]
