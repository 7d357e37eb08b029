"""People: addresses are masked, and a domain tells whom someone writes for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owners import build_owner_directory
from handlers.parsing.people import affiliation, mask_addresses, parse_login, reporter_role
from storage.values.incidents import Person

OWNERS = build_owner_directory()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to a.b+c@host.co.uk.", "write to a.b+c@…."),
        ("<one@example.org>, two@example.org", "<one@…>, two@…"),
        ("https://example.org/msg/CA+1@mail.example.org/x", "https://example.org/msg/CA+1@…/x"),
        ("one&#64;mail&#46;example.org, two&commat;example&period;org", "one@…, two@…"),
        ("mailto:one%40mail.example.org and one&#x0040;mail%2Eexample&#x2E;org", "mailto:one@… and one@…"),
        ("one@mail.exam\u302aple.org and one@\u3005mail.example.org", "one@… and one@…"),
    ],
)
def test_an_address_is_masked(text, masked):
    assert mask_addresses(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "dev-security-policy@mozilla.org and public@ccadb.org",
        "unsubscr...@mozilla.org",
        "https://groups.google.com/a/mozilla.org/g/dev-security-policy/c/x",
        "https://example.org/?msgid=CAx%40mail.example.org",
        "https://medium.com/@user.name/post",
        "package@1.2.3, @someone, a@b",
        "name@…",
    ],
)
def test_what_is_no_persons_address_stays(text):
    assert mask_addresses(text) == text


@given(st.text(alphabet=st.sampled_from("ab.@-1/ …")) | st.text() | st.emails())
def test_masking_twice_is_masking_once(text):
    masked = mask_addresses(text)
    assert mask_addresses(masked) == masked


@given(st.emails(domains=st.just("example.org")).filter(lambda address: "/@" not in address))
def test_no_address_survives(address):
    assert "example.org" not in mask_addresses(address)


@pytest.mark.parametrize("piece", ["a", "@", "a@", "a@b.", "a.b@c.d ", "a."])
def test_masking_hostile_text_costs_no_time(piece):
    started_at = time.perf_counter()
    mask_addresses((piece * 60_000)[:60_000])
    assert time.perf_counter() - started_at < 2


def test_a_login_is_a_name_and_a_domain():
    assert parse_login("user-0306@entrust.com.invalid") == Person("user-0306", "entrust.com.invalid")
    assert parse_login("somebody") == Person("somebody", "")


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("a@entrust.com.invalid", ("ca", "Entrust")),
        ("a@identrust.com", ("ca", "IdenTrust")),
        ("a@ml.secom-sts.co.jp.invalid", ("ca", "SECOM")),
        ("a@mozilla.com.invalid", ("root program", "Mozilla")),
        ("a@ccadb.org", ("root program", "CCADB")),
        ("a@chromium.org", ("root program", "Chrome")),
        ("chrome-root@google.com", ("root program", "Chrome")),
        ("a@google.com.invalid", ("ca", "Google Trust Services")),
        ("apple-roots@apple.com", ("root program", "Apple")),
        ("a@apple.com", ("ca", "Apple")),
        ("a@microsoft.com", ("ca", "Microsoft")),
        ("a@notentrust.com", ("", "")),
        ("a@gmail.com", ("", "")),
        ("a", ("", "")),
    ],
)
def test_the_domain_tells_whom_a_person_writes_for(login, expected):
    assert affiliation(parse_login(login), OWNERS) == expected


@pytest.mark.parametrize(
    ("creator", "assignee", "role"),
    [
        ("a@entrust.com", "b@entrust.com", "the CA itself"),
        ("a@entrust.com", "", "the CA itself"),
        ("a@gmail.com", "a@gmail.com", "the CA itself"),
        ("a@somewhere.org", "b@somewhere.org", "the CA itself"),
        ("a@gmail.com", "b@gmail.com", "someone else"),
        ("a@sectigo.com", "b@entrust.com", "someone else"),
        ("a@gmail.com", "b@entrust.com", "someone else"),
        ("a@mozilla.com", "a@mozilla.com", "a root program"),
        ("", "", "someone else"),
    ],
)
def test_who_filed_an_incident(creator, assignee, role):
    assert reporter_role(parse_login(creator), parse_login(assignee), "Entrust", OWNERS) == role
