"""The sections that whiteboard tags make: their titles and descriptions, and other spellings of the tags.

Staff of the root programs choose the tags (wiki.mozilla.org/CA/Bug_Triage). The list is open, so an unknown tag is
never an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# On nearly every bug of the component, so it is not a section.
BASE_TAG = "ca-compliance"
# Where tags are defined.
BUG_TRIAGE = "Mozilla wiki, CA/Bug_Triage"
LIST_PROPOSAL = "proposal on dev-security-policy (B. Wilson), before the Mozilla wiki, CA/Bug_Triage"
OBSERVED = "seen in use on Bugzilla; no published definition is known"


@dataclass(frozen=True, slots=True)
class SectionTag:
    """A tag that makes a section of incidents; `group` is the key of a group of related sections.

    `source` says where the tag is defined.
    """

    key: str
    title: str
    description: str
    group: str
    source: str = BUG_TRIAGE


BUILT_IN_SECTIONS: tuple[SectionTag, ...] = (
    SectionTag(
        "dv-misissuance",
        "DV mis-issuance",
        "A TLS certificate with a validated domain only should not have been issued as it was.",
        "misissuance",
    ),
    SectionTag(
        "ov-misissuance",
        "OV mis-issuance",
        "A TLS certificate that names an organisation should not have been issued as it was.",
        "misissuance",
    ),
    SectionTag(
        "ev-misissuance",
        "EV mis-issuance",
        "An extended-validation TLS certificate should not have been issued as it was.",
        "misissuance",
    ),
    SectionTag(
        "iv-misissuance",
        "IV mis-issuance",
        "A TLS certificate that names a person should not have been issued as it was.",
        "misissuance",
        OBSERVED,
    ),
    SectionTag(
        "smime-misissuance",
        "S/MIME mis-issuance",
        "A certificate for signed or encrypted mail should not have been issued as it was.",
        "misissuance",
        OBSERVED,
    ),
    SectionTag(
        "ca-misissuance",
        "CA certificate mis-issuance",
        "A root or intermediate certificate should not have been issued as it was.",
        "misissuance",
    ),
    SectionTag(
        "leaf-revocation-delay",
        "Leaf revocation delay",
        "Subscribers' certificates were not revoked within 24 hours or 5 days as required.",
        "revocation-delay",
        LIST_PROPOSAL,
    ),
    SectionTag(
        "ca-revocation-delay",
        "CA certificate revocation delay",
        "An intermediate certificate was not revoked within 7 days as required.",
        "revocation-delay",
        LIST_PROPOSAL,
    ),
    SectionTag(
        "crl-failure",
        "CRL failure",
        "A revocation list was missing, malformed, wrong or out of date.",
        "status-service",
    ),
    SectionTag(
        "ocsp-failure",
        "OCSP failure",
        "An OCSP responder was down, or its answers were malformed, wrong or out of date.",
        "status-service",
    ),
    SectionTag(
        "policy-failure",
        "Policy failure",
        "Practice departed from policy: a CP or CPS out of date or not followed, a requirement misread.",
        "policy",
    ),
    SectionTag(
        "disclosure-failure",
        "Disclosure failure",
        "Disclosed late or not at all: an intermediate or its revocation, a data source, an incident, an answer.",
        "disclosure",
    ),
    SectionTag("audit-failure", "Audit failure", "An audit was not done, not complete or not handed in.", "audit"),
    SectionTag(
        "audit-finding", "Audit finding", "The CA's auditor found something, and the CA reports it.", "audit", OBSERVED
    ),
    SectionTag(
        "audit-delay",
        "Audit delay",
        "Audit statements did not come within fifteen months of the end of the last period.",
        "audit",
    ),
    SectionTag(
        "auditor-compliance",
        "Auditor compliance",
        "An auditor missed or withheld what it should have reported.",
        "audit",
    ),
    SectionTag(
        "external", "Reported from outside", "Someone outside the CA reported the incident first.", "modifier", OBSERVED
    ),
    SectionTag(
        "covid-19", "COVID-19", "Delayed by restrictions that authorities ordered during the pandemic.", "modifier"
    ),
    SectionTag("uncategorized", "Uncategorized", "None of the other kinds.", "other", LIST_PROPOSAL),
    SectionTag(
        "meta", "Meta", "A bug that collects other bugs and is not an incident itself.", "not-incident", OBSERVED
    ),
    SectionTag(
        "ca-onecrl", "OneCRL", "A request to add certificates to OneCRL, Mozilla's own revocation list.", "not-incident"
    ),
)

# Older names and misspellings. The older tag for both revocation delays nearly always meant leaf certificates.
TAG_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "ca compliance": BASE_TAG,
        "disclosure failure": "disclosure-failure",
        "delayed-revocation-leaf": "leaf-revocation-delay",
        "delayed-revocation-ca": "ca-revocation-delay",
        "revocation-delay": "leaf-revocation-delay",
        "delayed-revocation": "leaf-revocation-delay",
    }
)


def _letters_of(spelling: str) -> str:
    """Return a spelling in lower case, without spaces, hyphens and other punctuation."""
    return "".join(letter for letter in spelling.casefold() if letter.isalnum())


_CANONICAL_BY_LETTERS: Mapping[str, str] = MappingProxyType(
    {_letters_of(alias): tag for alias, tag in TAG_ALIASES.items()}
    | {_letters_of(tag): tag for tag in (BASE_TAG, *(section.key for section in BUILT_IN_SECTIONS))}
)


def is_known_tag(spelling: str) -> bool:
    """Return whether a spelling is that of a known tag or one of its other names."""
    return _letters_of(spelling) in _CANONICAL_BY_LETTERS


def normalize_tag(spelling: str) -> str:
    """Return a tag in its current spelling; an unknown tag in lower case and with single spaces.

    Known tags are recognised in any spelling with the same letters: "CRL Failure", "crl_failure", "crl - failure".
    """
    tag = " ".join(spelling.casefold().split())
    return _CANONICAL_BY_LETTERS.get(_letters_of(tag), tag)
