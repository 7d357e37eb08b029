"""Complete invented reports of form 3, each with the sections that a reader would put it in."""

from dataclasses import dataclass

_FORM = """## Full Incident Report

### Summary

- **CA Owner CCADB unique ID**: A004242
- **Incident description**: {description}
- **Timeline summary**:
  - **Non-compliance start date**: 2025-08-04 10:00 UTC
  - **Non-compliance identified date**: 2025-08-11 09:00 UTC
  - **Non-compliance end date**: 2025-08-12 15:00 UTC
- **Relevant policies**: {policies}
- **Source of incident disclosure**: {source}

### Impact

- **Total number of certificates**: {total}
- **Total number of "remaining valid" certificates**: 0
- **Affected certificate types**: {types}
- **Incident heuristic**: Every affected certificate is listed in the appendix.
- **Was issuance stopped in response to this incident, and why or why not?**: {stopped}
- **Analysis**: {analysis}

### Timeline

- 2025-08-04 10:00 UTC: the change went into production
- 2025-08-11 09:00 UTC: the matter was noticed
- 2025-08-12 15:00 UTC: the matter ended

### Related Incidents

| Bug | Date | Description |
| --- | --- | --- |
| [3000001](https://bugzilla.mozilla.org/show_bug.cgi?id=3000001) | 2020-03-03 | An earlier matter of another CA |

### Root Cause Analysis

**Contributing Factor #1: {factor}**

- **Description**: Nobody compared the change with the rule that it touched.
- **Timeline**: Since the change of 2025-08-04.
- **Detection**: As told above.
- **Interaction with other factors**: None.

### Lessons Learned

- **What went well**:
  - The matter ended within two days.
- **What didn't go well**:
  - A week passed before it was noticed.
- **Where we got lucky**:
  - Few were affected.

### Action Items

| Action Item | Kind | Corresponding Root Cause(s) | Evaluation Criteria | Due Date | Status |
| --- | --- | --- | --- | --- | --- |
| Compare each change with the rules | Prevent | Root Cause # 1 | Each change names its rule | 2025-10-01 | Ongoing |

### Appendix

See the attachment.
"""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """A title, a report's text, and the sections a reader would choose, the first one for what happened."""

    title: str
    text: str
    sections: tuple[str, ...]


def _report(title, sections, description, policies, types, source="Self Reported", analysis="N/A", total=12, **more):
    text = _FORM.format(
        description=description,
        policies=policies,
        types=types,
        source=source,
        analysis=analysis,
        total=total,
        stopped=more.get("stopped", "Yes, until the fix was in place."),
        factor=more.get("factor", "A change without a review"),
    )
    return FieldReport(f"Meadow Trust: {title}", text, sections)


REPORTS = (
    _report(
        "Subjects with an organisation that was dissolved", ("ov-misissuance",),
        "Twelve certificates name a company that had been struck off the register before we validated it.",
        "TLS Baseline Requirements, section 3.2.2.1", "OV",
    ),
    _report(
        "Certificates after reuse of an old check", ("dv-misissuance",),
        "A check of control over the domain was reused two days after its end.",
        "TLS BR 4.2.1", "DV",
    ),
    _report(
        "Registration number of a sister company", ("ev-misissuance",),
        "Four certificates bear the number of another company in the group.",
        "EV Guidelines, section 9.2.5; TLS Baseline Requirements, section 7.1.2.7.5", "EV", total=4,
    ),
    _report(
        "Persons validated with an expired passport", ("iv-misissuance",),
        "The identity of six persons was checked against passports that had expired.",
        "TLS Baseline Requirements, section 3.2.3.1", "IV", total=6,
    ),
    _report(
        "Encoding of a name in uppercase", ("smime-misissuance",),
        "The mailbox in the subject alternative name differs from the validated one in the case of its letters.",
        "S/MIME Baseline Requirements, section 7.1.4.2.1", "mailbox-validated S/MIME certificates",
    ),
    _report(
        "Certificates for a name of which control was not shown", ("dv-misissuance", "external"),
        "A researcher told us that he obtained a certificate for a domain of somebody else.",
        "TLS Baseline Requirements, section 3.2.2.4.7", "DV", "Third Party Reported", total=1,
    ),
    _report(
        "Wrong country in nine certificates", ("ov-misissuance", "external"),
        "The country in the subject is that of the reseller. A member of the community wrote to our problem address.",
        "TLS BRs section 7.1.2.7.4", "OV certificates by policy OID 2.23.140.1.2.2", "Third Party Reported", total=9,
    ),
    _report(
        "Not revoked in five days: 22 certificates of a bank", ("leaf-revocation-delay",),
        "Twenty-two certificates with a wrong country were revoked after eleven days.",
        "TLS Baseline Requirements, section 4.9.1.1", "OV",
        analysis="The bank runs cash machines that accept one certificate only. We waited.", total=22,
    ),
    _report(
        "Late revocation of two intermediates", ("ca-revocation-delay",),
        "Two intermediate CAs without a current audit were revoked after nine days instead of seven.",
        "TLS Baseline Requirements, section 4.9.1.2", "Intermediate CA certificates",
        analysis="Revoking the two intermediate CAs ends 4,000 leaves; we replaced these first.", total=2,
    ),
    _report(
        "List of revoked certificates with a wrong number", ("crl-failure",),
        "The number of the list did not increase for four days.",
        "TLS Baseline Requirements, section 7.2.2", "DV, OV",
    ),
    _report(
        "Status service unreachable for a day", ("ocsp-failure",),
        "The responders of one location answered nothing for 19 hours.",
        "TLS Baseline Requirements, section 4.9.10", "N/A", total=0,
    ),
    _report(
        "Visitors without an escort", ("audit-finding",),
        "The auditors saw two visitors in the zone of the safes whom nobody accompanied.",
        "WebTrust for CAs, criterion 3.4", "N/A", "Audit", total=0,
    ),
    _report(
        "Backups not tested for a year", ("audit-finding",),
        "The yearly test of restoring was left out, as the assessment of 2025 notes.",
        "ETSI EN 319 401, section 7.9", "N/A", "Audit", total=0,
    ),
    _report(
        "CPS of a subsidiary published late", ("policy-failure",),
        "The practice statement took effect a month before it stood on our site.",
        "TLS Baseline Requirements, section 2.2", "N/A", total=0,
        stopped="No: issuance was not affected.",
    ),
    _report(
        "Intermediate missing in the CCADB for five weeks", ("disclosure-failure",),
        "An intermediate that was created in June was entered into the CCADB in August.",
        "Mozilla Root Store Policy, section 5.3.2; CCADB Policy, section 4", "N/A", total=1,
    ),
    _report(
        "Serial numbers with too little entropy", ("dv-misissuance",),
        "The generator gave 63 bits. All certificates come from it, of which only those for domains were live.",
        "TLS Baseline Requirements, section 7.1", "DV",
        analysis="The affected certificates are those of one generator; the others have one of their own.",
    ),
    _report(
        "Key usage that the profile forbids", ("ov-misissuance", "ev-misissuance"),
        "The bit for encipherment of data was set in certificates of two profiles.",
        "TLS Baseline Requirements, section 7.1.2.7.11", "OV and EV",
    ),
    _report(
        "Answer to a problem report after three days", ("policy-failure", "external"),
        "The first report on our findings went to the sender after 70 hours instead of 24.",
        "TLS Baseline Requirements, section 4.9.5", "DV", "Third Party Reported", total=1,
    ),
)  # fmt: skip
