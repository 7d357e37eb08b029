"""Whiteboards are typed by hand: tags in any spelling, dates in any form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.tags import BASE_TAG, BUILT_IN_SECTIONS, TAG_ALIASES, normalize_tag
from handlers.parsing.whiteboard import Whiteboard, parse_date, parse_whiteboard

BOTH = ("ca-compliance", "ev-misissuance")


def test_tags_come_in_order_once_and_in_todays_spelling():
    whiteboard = parse_whiteboard(
        "[ca compliance][Disclosure Failure] [delayed-revocation-leaf] [revocation-delay] [verif?]"
    )
    assert whiteboard.tags == ("ca-compliance", "disclosure-failure", "leaf-revocation-delay", "verif?")


@pytest.mark.parametrize("text", ["[ca-compliance] audit-finding]", "[ca-compliance] [audit-finding"])
def test_a_tag_with_one_bracket_missing_is_a_tag(text):
    assert parse_whiteboard(text).tags == ("ca-compliance", "audit-finding")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("[ca-compliance, ev-misissuance]", BOTH),
        ("[ca-compliance; audit-delay | meta]", ("ca-compliance", "audit-delay", "meta")),
        ("[ca-compliance ev-misissuance]", BOTH),
        (
            "[dv-misissuance / ov-misissuance and ev-misissuance]",
            ("dv-misissuance", "ov-misissuance", "ev-misissuance"),
        ),
        ("[ca-compliance] [crl\u2011failure]", ("ca-compliance", "crl-failure")),
        (
            "[CA – Compliance] [EV_Misissuance ][ S/MIME-misissuance]",
            ("ca-compliance", "ev-misissuance", "smime-misissuance"),
        ),
        ("[ca-compliance]\u00a0[ev\u00admis-issuance]", BOTH),
        ("［ca-compliance］ {meta}", ("ca-compliance", "meta")),
        ("[[ca-compliance]] [ev-misissuance]]", BOTH),
        ("(ca-compliance)(ev-misissuance)", BOTH),
        ("<ca-compliance> / ev-misissuance", BOTH),
        ("「ca-compliance」《ev-misissuance》", BOTH),
        ("（ca-compliance）⟦ＥＶ-misissuance⟧", BOTH),
        ("[ca-compliance · ev-misissuance]", BOTH),
        ("[ca-compliance] [“ev-misissuance”] [*meta*] [#external]", (*BOTH, "meta", "external")),
        ("\\[ca-compliance\\] \\[ev~misissuance\\]", BOTH),
        ("[ca-compliance] [crl-failure -> ocsp-failure]", ("ca-compliance", "crl-failure", "ocsp-failure")),
        ("[crl-failure or ocsp-failure]", ("crl-failure", "ocsp-failure")),
        ("[ca-compliance [ev-misissuance]", BOTH),
        ("ca-compliance ev-misissuance follow-up", BOTH),
        ("[ca-compliance] next update 2024-06-01] [meta]", ("ca-compliance", "meta")),
        ("[ocsp-failure 2024-07-09]", ("ocsp-failure",)),
        ("[next update 2024-06-01 EOD] [next update TBD]", ()),
        ("[verif?] [some new tag] [search and rescue]", ("verif?", "some new tag", "search and rescue")),
    ],
)
def test_tags_typed_or_pasted_otherwise_are_the_same_tags(text, tags):
    assert parse_whiteboard(text).tags == tags


@pytest.mark.parametrize(
    "text",
    [
        "[ca-compliance] [ocsp-failure Next update 2024-07-09]",
        "[ca-compliance][ocsp-failure - next update: 9 July 2024]",
        "[ca-compliance, next update 2024\u201107\u201109, ocsp-failure]",
        "[ca-compliance] [next update 2024/07/09 [ocsp-failure]",
        "[ocsp-failure (next update 20240709)] [ca-compliance]",
        "Next update [2024.07.09] [ca-compliance] [ocsp-failure]",
        "[ca-compliance] [ocsp-failure] Next-Update: Tuesday, July 9th, 2024",
    ],
)
def test_a_date_within_a_bracket_is_a_date_and_the_tag_beside_it_a_tag(text):
    whiteboard = parse_whiteboard(text)
    assert whiteboard.next_update == date(2024, 7, 9)
    assert sorted(whiteboard.tags) == ["ca-compliance", "ocsp-failure"]


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
        ("Next update on or before 2024-06-17", date(2024, 6, 17)),
        ("Next update due by the 17th of June, 2024", date(2024, 6, 17)),
        ("Next updates expected: 2024-06-17", date(2024, 6, 17)),
        ("Next update date: “2024-06-17”", date(2024, 6, 17)),
        ("Next update <2024-06-17>", date(2024, 6, 17)),
        ("Next_update_2024-06-17", date(2024, 6, 17)),
        ("Next update 2024年6月17日", date(2024, 6, 17)),
        ("Next update ２０２４-０６-１７", date(2024, 6, 17)),
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
