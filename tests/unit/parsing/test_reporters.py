"""Who filed an incident: the CA itself, a root program or someone else, by what was known at the filing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import parse_login
from handlers.parsing.reporters import Filing, affiliation, reporter_role

OWNERS = build_owner_directory()
DAY = date(2024, 5, 19)
QUESTION = "I found a certificate with a wrong country, see https://crt.sh/?id=1."
REPORT = "## Incident Report\n\n### Summary\n\nTwo certificates had a wrong country."


def role_of(login: str, *cas: str, day: date = DAY, filed_on: int = 1, text: str | None = QUESTION) -> str | None:
    return reporter_role(Filing(parse_login(login), cas, day, filed_on, text), OWNERS)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("a@entrust.com.invalid", ("ca", "Entrust")),
        ("a@identrust.com", ("ca", "IdenTrust")),
        ("a@ml.secom-sts.co.jp.invalid", ("ca", "SECOM")),
        ("a@mozilla.com.invalid", ("root program", "Mozilla")),
        ("a@ccadb.org", ("root program", "CCADB")),
        ("a@chromium.org", ("root program", "Chrome")),
        ("chrome-root-program@google.com", ("root program", "Chrome")),
        ("a@google.com.invalid", ("ca", "Google Trust Services")),
        ("apple-roots@apple.com", ("root program", "Apple")),
        ("a@apple.com", ("ca", "Apple")),
        ("a@microsoft.com", ("ca", "Microsoft")),
        ("a@symantec.com", ("", "")),
        ("a@notentrust.com", ("", "")),
        ("a@mozilla.ne0.us", ("", "")),
        ("a@gmail.com", ("", "")),
        ("a", ("", "")),
    ],
)
def test_the_domain_tells_whom_a_person_writes_for(login: str, expected: tuple[str, str]) -> None:
    assert affiliation(parse_login(login), OWNERS) == expected


def test_a_domain_is_a_cas_only_as_long_as_it_was_one() -> None:
    person = parse_login("a@comodo.com")
    assert affiliation(person, OWNERS, date(2018, 10, 31)) == ("ca", "Sectigo")
    assert affiliation(person, OWNERS, date(2018, 11, 1)) == ("", "")
    assert role_of("a@symantec.com", "Symantec", day=date(2017, 5, 1)) == "the CA itself"


def test_staff_of_a_root_program_write_for_it_until_they_leave_it() -> None:
    assert role_of("user-0036@fastly.com", "SECOM", day=date(2019, 5, 1), filed_on=30) == "a root program"
    assert role_of("user-0036@fastly.com", "Certainly", day=date(2022, 5, 1), filed_on=31) == "the CA itself"
    assert role_of("user-0036@fastly.com", "SECOM", day=date(2022, 5, 1), filed_on=31) == "someone else"


@pytest.mark.parametrize(
    ("login", "cas", "role"),
    [
        ("a@entrust.com", ("Entrust",), "the CA itself"),
        ("a@sectigo.com", ("Entrust",), "someone else"),
        ("a@siemens.com", ("DigiCert", "Siemens"), "the CA itself"),
        ("a@quovadisglobal.com", ("QuoVadis",), "the CA itself"),
        ("a@digicert.com", ("QuoVadis",), "the CA itself"),
        ("a@endurance.com", ("Network Solutions",), "the CA itself"),
        ("a@google.com", ("Google Trust Services",), "the CA itself"),
        ("a@google.com", ("GoDaddy",), "a root program"),
        ("a@apple.com", ("DigiCert", "Apple"), "the CA itself"),
        ("a@mozilla.com", ("Entrust",), "a root program"),
        ("a@entrust.com", (), "someone else"),
        ("", (), "someone else"),
    ],
)
def test_who_filed_is_told_by_the_domain(login: str, cas: tuple[str, ...], role: str) -> None:
    assert role_of(login, *cas) == role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (QUESTION, "someone else"),
        (REPORT, "the CA itself"),
        ("Our linter missed it. We have stopped issuance.", "the CA itself"),
        ("On Monday, Example Trust became aware of it.", "the CA itself"),
        ("> We became aware of it.\n\nThat is what they wrote.", "someone else"),
        ("I wrote to them. We hope that they answer us.", "someone else"),
        ("Pending an incident report from them.", "someone else"),
        ("", "someone else"),
        (None, None),
    ],
)
def test_a_private_address_counts_as_the_cas_if_the_text_is_the_cas_own_report(
    text: str | None, role: str | None
) -> None:
    assert role_of("a@gmail.com", "Entrust", text=text) == role


def test_who_filed_on_three_cas_writes_for_none() -> None:
    assert role_of("a@gmail.com", "Entrust", filed_on=2, text=REPORT) == "the CA itself"
    assert role_of("a@gmail.com", "Entrust", filed_on=3, text=REPORT) == "someone else"


def test_the_domain_of_a_new_ca_is_recognised_by_its_name() -> None:
    assert role_of("a@zenithtrust.com", "Zenith Trust") == "the CA itself"
    assert role_of("a@zenithtrust.com", "Nadir Trust") == "someone else"


@given(st.text(), st.text())
def test_no_text_is_too_odd_to_be_judged(login: str, text: str) -> None:
    assert role_of(login, "Entrust", text=text) is not None
