"""Which sections the fields of a report suggest: certificate types, source of disclosure, analysis, policies."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.reports.values import Report

MISISSUANCE = "-misissuance"  # how the keys of the sections end of which the type of certificate chooses one
_TYPE_SECTIONS = {
    "DV": "dv-misissuance",
    "OV": "ov-misissuance",
    "IV": "iv-misissuance",
    "EV": "ev-misissuance",
    "mailbox-validated": "smime-misissuance",
    "organization-validated": "smime-misissuance",
    "sponsor-validated": "smime-misissuance",
    "individual-validated": "smime-misissuance",
    "root": "ca-misissuance",
}
_AUDIT_FORMS = frozenset(("1.0-audit", "2.0-audit"))
_MAX_LENGTH = 2_000
_THIRD_PARTY = re.compile(r"\bthird[ -]part(?:y|ies)\b", re.IGNORECASE)
_AUDIT = re.compile(r"\baudit", re.IGNORECASE)
_SELF = re.compile(r"\bself\b", re.IGNORECASE)
_CA_CERTIFICATE = re.compile(r"\b(?:intermediate|subordinate|sub|root|issuing)[- ]?cas?\b", re.IGNORECASE)
# Sections of the TLS Baseline Requirements, of which the S/MIME ones share the numbers.
_POLICY_SECTIONS = (
    (re.compile(r"4\.9\.(?:7|8)\b|7\.2\b"), "crl-failure"),
    (re.compile(r"4\.9\.(?:9|10)\b|7\.3\b"), "ocsp-failure"),
)
# What certificates must hold and what has to be validated before they are issued.
_ISSUANCE = re.compile(r"3\.2\b|4\.2\.[12]\b|7\.1\b")
_REVOCATION_TIMES = re.compile(r"4\.9\.1\b(?!\.[3-9])")
_REVOCATION = re.compile(r"\brevo(?:ke|king|cation)", re.IGNORECASE)
_REQUIREMENTS = re.compile(
    r"(?:\bbaseline requirements?\b|\bt?brs?\b)[^;\n]{0,40}?(?<![0-9.])([1-9](?:\.[0-9]{1,2}){1,4})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SectionHint:
    """A section that a field suggests, with the reason to show ("affected types: OV").

    `probability` is how often such a field was right, set by hand: the texts of the corpus end before most fields. A
    hint that only `chooses` says which of the mis-issuance sections an incident belongs in, and nothing if it belongs
    in none of them: certificates are affected by other failures too.
    """

    section: str
    probability: float
    reason: str
    chooses: bool = False


def section_hints(report: Report) -> tuple[SectionHint, ...]:
    """Return the sections that the fields of a report suggest, each once, the surest first."""
    best: dict[str, SectionHint] = {}
    for hint in _hints(report):
        if hint.section not in best or best[hint.section].probability < hint.probability:
            best[hint.section] = hint
    return tuple(sorted(best.values(), key=lambda hint: (-hint.probability, hint.section)))


def _hints(report: Report) -> Iterator[SectionHint]:
    policies = [match[1] for match in _REQUIREMENTS.finditer((report.policies or "")[:_MAX_LENGTH])]
    subjects = [*_analysis(report, policies), *_policies(policies)]
    yield from subjects
    yield from _source(report)
    is_issuance = (
        not subjects and any(map(_ISSUANCE.match, policies)) and not any(map(_REVOCATION_TIMES.match, policies))
    )
    yield from _types(report, chooses=not is_issuance)


def _analysis(report: Report, policies: Sequence[str]) -> Iterator[SectionHint]:
    """Yield a delay of revocation if the analysis is about one; some CAs fill it in for any incident."""
    analysis = report.fields.get("analysis")
    if analysis is None or not analysis.is_filled or analysis.is_na:
        return
    text = analysis.text[:_MAX_LENGTH]
    if any(map(_REVOCATION_TIMES.match, policies)) or _REVOCATION.search(text):
        is_of_cas = report.types == ("root",) or _CA_CERTIFICATE.search(text)
        section = "ca-revocation-delay" if is_of_cas else "leaf-revocation-delay"
        yield SectionHint(section, 0.9, "analysis of a delayed revocation")


def _policies(policies: Sequence[str]) -> Iterator[SectionHint]:
    for number in policies:
        for pattern, section in _POLICY_SECTIONS:
            if pattern.match(number):
                yield SectionHint(section, 0.9, f"relevant policies: section {number}")


def _types(report: Report, *, chooses: bool) -> Iterator[SectionHint]:
    sections = {_TYPE_SECTIONS[kind] for kind in report.types if kind in _TYPE_SECTIONS}
    for section in sections:
        names = ", ".join(kind for kind in report.types if _TYPE_SECTIONS.get(kind) == section)
        yield SectionHint(section, 0.9 if len(sections) == 1 else 0.6, f"affected types: {names}", chooses)


def _source(report: Report) -> Iterator[SectionHint]:
    if report.form in _AUDIT_FORMS or report.findings:
        yield SectionHint("audit-finding", 0.95, "form: audit incident report")
    source = (report.source or "")[:_MAX_LENGTH]
    is_self, is_audit, is_third = (bool(pattern.search(source)) for pattern in (_SELF, _AUDIT, _THIRD_PARTY))
    if is_self + is_audit + is_third != 1:  # none of the form's choices, or its template
        return
    if is_audit:
        yield SectionHint("audit-finding", 0.9, "source of disclosure: audit")
    if is_third:
        yield SectionHint("external", 0.8, "source of disclosure: a third party")
