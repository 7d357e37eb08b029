"""Drafts of reports for tests, invented."""

PRELIMINARY = """## Preliminary Incident Report

### Summary

- **Incident description**: Four OV certificates name the wrong state of their subject.
- **Relevant policies**: TLS Baseline Requirements, section 7.1.2.7.4
- **Source of incident disclosure**: Self Reported
"""
TITLE = "Entrust: Wrong state or province in OV certificates"
WITHOUT_POLICIES = PRELIMINARY.replace("TLS Baseline Requirements, section 7.1.2.7.4", "")
