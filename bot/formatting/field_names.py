"""The fields of the report forms as the forms themselves call them, by the ids that programs use."""

FIELD_NAMES = {
    "form": "Form",
    "summary": "Summary",
    "impact": "Impact",
    "timeline": "Timeline",
    "related": "Related Incidents",
    "root-cause": "Root Cause Analysis",
    "lessons": "Lessons Learned",
    "actions": "Action Items",
    "appendix": "Appendix",
    "ccadb-id": "CA Owner CCADB unique ID",
    "description": "Incident description",
    "start": "Non-compliance start date",
    "identified": "Non-compliance identified date",
    "end": "Non-compliance end date",
    "policies": "Relevant policies",
    "source": "Source of incident disclosure",
    "total": "Total number of certificates",
    "remaining-valid": "Total number of remaining valid certificates",
    "types": "Affected certificate types",
    "heuristic": "Incident heuristic",
    "stopped": "Was issuance stopped",
    "analysis": "Analysis",
    "additional": "Additional considerations",
    "factors": "Contributing factors",
    "factor-description": "Contributing factor: Description",
    "factor-timeline": "Contributing factor: Timeline",
    "factor-detection": "Contributing factor: Detection",
    "factor-interaction": "Contributing factor: Interaction with other factors",
    "factor-method": "Contributing factor: Methodology used",
    "well": "What went well",
    "bad": "What didn’t go well",
    "lucky": "Where we got lucky",
    "other": "Additional lessons",
    "cause": "Incident Root Cause(s)",
    "remediation": "Remediation description",
    "commitments": "Commitment summary",
    "request": "Request for closure",
    "finding": "Finding",
    "dates": "Dates of the action items",
    "revocation": "Figures of the delayed revocation",
    "q1-aware": "1. How the CA became aware",
    "q2-timeline": "2. Timeline of the actions",
    "q3-stopped": "3. Whether issuance has stopped",
    "q4-summary": "4. Summary of the certificates",
    "q5-data": "5. Certificate data",
    "q6-how-and-why": "6. How and why",
    "q7-steps": "7. List of steps",
}


def field_name(field: str) -> str:
    """Return a field as its form calls it; a column of action items names its table."""
    if field in FIELD_NAMES:
        return FIELD_NAMES[field]
    table, _, column = field.partition("-")
    name = {"action": "Action Items", "actions": "Action Items", "related": "Related Incidents"}.get(table)
    return f"{name}: {column}" if name and column else field
