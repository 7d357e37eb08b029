"""The four figures of a delayed revocation, as a list, a table or prose."""

from datetime import date

import pytest

from handlers.acts.figures import has_no_news, read_figures
from handlers.acts.statements import read_statements
from handlers.acts.values import RevocationFigures

DAY = date(2025, 6, 10)
BEFORE = RevocationFigures(1, 2, 3, date(2025, 7, 1))

# Each comment with what it gives: revoked, left, expired, estimated end.
COMMENTS = (
    ("Revoked: 120. Not yet revoked: 30. Expired: 4. Estimated completion: 2025-06-30.", (120, 30, 4, "2025-06-30")),
    (
        (
            "- Number of certificates that have been revoked: 120\n- Number of certificates that have not "
            "yet been revoked: 30\n- Number of certificates planned for revocation that have expired: 4\n"
            "- Estimate for when all remaining revocations will be completed: 30 June 2025"
        ),
        (120, 30, 4, "2025-06-30"),
    ),
    (
        "120 certificates have been revoked, 30 remain, 4 have expired. We expect to finish on 30 June.",
        (120, 30, 4, "2025-06-30"),
    ),
    (
        "So far we have revoked 120 certificates; 30 are still to be revoked and 4 expired before their turn.",
        (120, 30, 4, None),
    ),
    (
        "| Revoked | Not yet revoked | Expired | Estimated end |\n|---|---|---|---|\n| 120 | 30 | 4 | 2025-06-30 |",
        (120, 30, 4, "2025-06-30"),
    ),
    (
        (
            "| Figure | Value |\n|---|---|\n| Revoked | 120 |\n| Not yet revoked | 30 |\n| Planned but "
            "expired | 4 |\n| Estimated end | 2025-06-30 |"
        ),
        (120, 30, 4, "2025-06-30"),
    ),
    ("All certificates have been revoked as of 2025-06-09.", (None, 0, None, "2025-06-09")),
    ("1,204 of the 1,310 certificates are revoked; 106 remain. None has expired.", (1204, 106, 0, None)),
    ("Twelve certificates are revoked and three are not.", (12, 3, None, None)),
    ("There is no change to report.", None),
    (
        (
            "Certificates revoked to date: 120 of 154\nCertificates outstanding: 30\nCertificates "
            "expired: 4\nCompletion expected by: 2025-06-30"
        ),
        (120, 30, 4, "2025-06-30"),
    ),
    ("**Revoked:** 120\n**Remaining:** 30\n**Expired:** 4\n**ETA:** 2025-06-30", (120, 30, 4, "2025-06-30")),
    (
        "We revoked another 15 certificates this week, so that 120 are revoked now and 30 are left.",
        (120, 30, None, None),
    ),
    ("30 certificates are still valid.", (None, 30, None, None)),
    ("The remaining 30 certificates will be revoked by 2025-06-30.", (None, 30, None, "2025-06-30")),
    ("The figures are unchanged since comment 7.", (1, 2, 3, "2025-07-01")),
    ("In comment 4 you asked about 3 hospitals; they have replaced theirs.", None),
    ("Revoked 120, open 30, expired 4; end expected on 30 June 2025.", (120, 30, 4, "2025-06-30")),
    (
        "Status as of today: 120 revoked / 30 not revoked / 4 expired / estimated end 2025-06-30",
        (120, 30, 4, "2025-06-30"),
    ),
)


@pytest.mark.parametrize(("text", "figures"), COMMENTS)
def test_figures_are_read_however_they_are_written(text, figures):
    read = read_figures(read_statements(text), DAY, BEFORE)
    figures_read = read and (read.revoked, read.left, read.expired, read.estimate and read.estimate.isoformat())
    assert figures_read == figures


def test_what_is_not_given_is_named():
    read = read_figures(read_statements("3 certificates are revoked, 9 are not."), DAY)
    assert read is not None
    assert read.missing == ("expired", "estimate")


def test_the_prose_of_a_report_s_form_is_no_update():
    text = "## Full Incident Report\n\n### Summary\n\n12 certificates were revoked on 2025-06-01."
    assert read_figures(read_statements(text), DAY, is_report=True) is None


@pytest.mark.parametrize(
    ("text", "is_newsless"),
    [
        ("No change this week.", True),
        ("No update; please set next update to 2025-06-20.", True),
        ("Still 12.", True),
        ("Same figures as on 1 June.", True),
        ("The scan is in test.", False),
        (
            (
                "From now on no change to a setting goes in without the name of its rule under it, nor "
                "without a second reader."
            ),
            False,
        ),
        ("", False),
    ],
)
def test_an_update_without_news_says_so(text, is_newsless):
    assert has_no_news(read_statements(text)) is is_newsless
