"""Invented incidents of six kinds, indexed for ranking by similarity."""

from datetime import UTC, datetime, timedelta
from functools import cache

from handlers.parsing.documents import IncidentDocument
from handlers.parsing.owners import build_owner_directory
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.masking import build_mask
from handlers.similarity.ranking import SimilarityRanking

MASK = build_mask(build_owner_directory())
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
    return IncidentDocument(FIRST_BUG + number, title, text, ca, START + timedelta(days=number), refers_to)


@cache
def invented_documents(count: int = 150) -> tuple[IncidentDocument, ...]:
    made = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        words = (PLACES if kind == "place" else FILLERS)[number // len(KINDS) % 5]
        title, text = (part.format(words) for part in KINDS[kind])
        made.append(build_document(number, title, f"{text} Case {number}.", OWNERS[number % len(OWNERS)]))
    return tuple(made)


def bugs_of_kind(kind: str, count: int = 200) -> list[int]:
    return [FIRST_BUG + number for number in range(list(KINDS).index(kind), count, len(KINDS))]


def build_index(*more: IncidentDocument) -> SimilarityIndex:
    return SimilarityIndex(MASK, (*invented_documents(), *more))


def ranked_bugs(ranking: SimilarityRanking) -> list[int]:
    return [match.bug for match in ranking.matches]
