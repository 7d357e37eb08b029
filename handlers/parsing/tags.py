"""The whiteboard tags as sections: their titles, what they hold, and their other spellings.

Staff of the root programs choose the tags (wiki.mozilla.org/CA/Bug_Triage); the list is open, so an unknown tag is
no error anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Stands on nearly every bug of the component, and so says nothing of its kind.
BASE_TAG = "ca-compliance"


@dataclass(frozen=True, slots=True)
class CanonicalTag:
    """A tag that makes a section of incidents; `group` joins sections of one kind."""

    key: str
    title: str
    description: str
    group: str


CANONICAL: tuple[CanonicalTag, ...] = (
    CanonicalTag(
        "dv-misissuance",
        "DV mis-issuance",
        "A TLS certificate with a validated domain only should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "ov-misissuance",
        "OV mis-issuance",
        "A TLS certificate that names an organisation should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "ev-misissuance",
        "EV mis-issuance",
        "An extended-validation TLS certificate should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "iv-misissuance",
        "IV mis-issuance",
        "A TLS certificate that names a person should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "smime-misissuance",
        "S/MIME mis-issuance",
        "A certificate for signed or encrypted mail should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "ca-misissuance",
        "CA certificate mis-issuance",
        "A root or intermediate certificate should not have been issued as it was.",
        "misissuance",
    ),
    CanonicalTag(
        "leaf-revocation-delay",
        "Leaf revocation delay",
        "Subscribers' certificates were not revoked within 24 hours or 5 days as required.",
        "revocation-delay",
    ),
    CanonicalTag(
        "ca-revocation-delay",
        "CA certificate revocation delay",
        "An intermediate certificate was not revoked within 7 days as required.",
        "revocation-delay",
    ),
    CanonicalTag(
        "crl-failure",
        "CRL failure",
        "A revocation list was missing, malformed, wrong or out of date.",
        "status-service",
    ),
    CanonicalTag(
        "ocsp-failure",
        "OCSP failure",
        "An OCSP responder was down, or its answers were malformed, wrong or out of date.",
        "status-service",
    ),
    CanonicalTag(
        "policy-failure",
        "Policy failure",
        "Practice departed from policy: a CP or CPS out of date or not kept to, a requirement misread.",
        "policy",
    ),
    CanonicalTag(
        "disclosure-failure",
        "Disclosure failure",
        "Something was not told, or late: an intermediate or its revocation, a data source, an incident, an answer.",
        "disclosure",
    ),
    CanonicalTag("audit-failure", "Audit failure", "An audit was not done, not complete or not handed in.", "audit"),
    CanonicalTag("audit-finding", "Audit finding", "The CA's auditor found something, and the CA reports it.", "audit"),
    CanonicalTag(
        "audit-delay",
        "Audit delay",
        "Audit statements did not come within fifteen months of the end of the last period.",
        "audit",
    ),
    CanonicalTag(
        "auditor-compliance",
        "Auditor compliance",
        "An auditor missed or kept back what it should have reported.",
        "audit",
    ),
    CanonicalTag(
        "external", "Reported from outside", "Someone outside the CA reported the incident first.", "modifier"
    ),
    CanonicalTag(
        "covid-19", "COVID-19", "Delayed by restrictions that authorities ordered during the pandemic.", "modifier"
    ),
    CanonicalTag("uncategorized", "Uncategorized", "Of none of the other kinds.", "other"),
    CanonicalTag("meta", "Meta", "A bug that gathers others and is no incident itself.", "not-incident"),
    CanonicalTag(
        "ca-onecrl", "OneCRL", "A request to add certificates to OneCRL, Mozilla's own revocation list.", "not-incident"
    ),
)

# Older names and slips. An incident of the time when both delays had one tag is nearly always about leaves.
TAG_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "ca compliance": BASE_TAG,
        "disclosure failure": "disclosure-failure",
        "delayed-revocation-leaf": "leaf-revocation-delay",
        "delayed-revocation-ca": "ca-revocation-delay",
        "revocation-delay": "leaf-revocation-delay",
    }
)

_SPELLED: Mapping[str, str] = MappingProxyType({tag.key: tag.key for tag in CANONICAL} | {BASE_TAG: BASE_TAG})


def canonical_tag(spelling: str) -> str:
    """Return a tag as it is spelled today; an unknown one comes back in lower case, single-spaced."""
    plain = " ".join(spelling.casefold().split())
    if plain in TAG_ALIASES:
        return TAG_ALIASES[plain]
    hyphenated = plain.replace(" ", "-").replace("_", "-")
    return TAG_ALIASES.get(hyphenated) or _SPELLED.get(hyphenated, plain)
