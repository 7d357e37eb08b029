"""Whiteboards are typed by hand: tags in any spelling, dates in any form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.tags import BASE_TAG, BUILT_IN_SECTIONS, TAG_ALIASES, normalize_tag
from handlers.parsing.whiteboard import Whiteboard, parse_date, parse_whiteboard


def test_tags_come_in_order_once_and_in_todays_spelling():
    whiteboard = parse_whiteboard(
        "[ca compliance][Disclosure Failure] [delayed-revocation-leaf] [revocation-delay] [verif?]"
    )
    assert whiteboard.tags == ("ca-compliance", "disclosure-failure", "leaf-revocation-delay", "verif?")


@pytest.mark.parametrize("text", ["[ca-compliance] audit-finding]", "[ca-compliance] [audit-finding"])
def test_a_tag_with_one_bracket_missing_is_a_tag(text):
    assert parse_whiteboard(text).tags == ("ca-compliance", "audit-finding")


def test_a_closing_date_is_no_tag():
    assert parse_whiteboard("[close on 2026-03-06]") == Whiteboard((), None, date(2026, 3, 6))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Next update 2024-06-17", date(2024, 6, 17)),
        ("NEXT UPDATE: 31-Oct-2023", date(2023, 10, 31)),
        ("Next update 2-Oct-2023", date(2023, 10, 2)),
        ("Next update 2023-Oct-27", date(2023, 10, 27)),
        ("Next update at 23.2.2024", date(2024, 2, 23)),
        ("Next update October 2nd, 2023", date(2023, 10, 2)),
        ("Next update 13-1-2023", date(2023, 1, 13)),
        ("Next update 2-2-2023", date(2023, 2, 2)),
        ("Next update 2024-06-17 Next update 2024-07-01", date(2024, 7, 1)),
        ("Next update 3-1-2023", None),
        ("Next update 2023-02-30", None),
        ("Next update 31-Foo-2023", None),
        ("Next Update <date>", None),
        ("2024-06-17", None),
    ],
)
def test_the_next_update_is_read_unless_it_could_be_two_days(text, day):
    assert parse_whiteboard("[ca-compliance] " + text).next_update == day


@given(st.text() | st.from_regex(r"(Next update |\[close on )?[0-9]{1,4}[-./][A-Za-z0-9]{1,4}[-./][0-9]{1,4}\]?"))
def test_no_whiteboard_is_too_odd_to_be_read(text):
    assert all(parse_whiteboard(text).tags)
    parse_date(text)


def test_every_alias_leads_to_a_canonical_tag():
    keys = {tag.key for tag in BUILT_IN_SECTIONS}
    assert len(keys) == len(BUILT_IN_SECTIONS)
    assert BASE_TAG not in keys
    assert set(TAG_ALIASES.values()) <= keys | {BASE_TAG}
    assert all(normalize_tag(key.upper()) == key for key in keys)
    assert normalize_tag("Something  New") == "something new"
