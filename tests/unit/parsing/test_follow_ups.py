"""Which titles are about what a CA owner did about another incident."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.follow_ups import is_follow_up
from tests.support.growth import takes_linear_time


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Delayed revocation of EV certificates", True),
        ("Failure to provide a preliminary report within 24 hours", True),
        ("Late response to a problem report", True),
        ("Revocation of intermediates not in time", True),
        ("Delayed reporting of a jurisdiction issue", True),
        ("Decision not to revoke", True),
        ("EV certificates without CPS address", False),
        ("OCSP responder unavailable", False),
        ("", False),
    ],
)
def test_titles_about_the_handling_of_another_incident_are_recognised(title, expected):
    assert is_follow_up(title) is expected


@given(st.text())
def test_no_title_is_too_odd(title):
    assert is_follow_up(title) in {True, False}
    assert is_follow_up(title) == is_follow_up(title.lower())


def test_only_the_opening_of_a_long_title_counts():
    assert not is_follow_up("x" * 100_000 + " delayed revocation")


@pytest.mark.parametrize("piece", ["delay", "late ", "not ", "revok", "revoked w", "fail re"])
def test_no_title_is_read_again_and_again(piece):
    assert takes_linear_time(is_follow_up, piece)
