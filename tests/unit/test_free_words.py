"""What people type after `incidents`: a CA owner wins over words that could be filters; any text is read."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import UserError
from handlers.parsing.owners import build_owner_directory, normalize_name
from handlers.queries.filters import IncidentQuery, parse_query
from handlers.queries.free_words import MAX_OWNERS, FreeWords, read_free_words
from handlers.sections.listing import built_in_key

TODAY = date(2024, 6, 12)
# known only from titles of incidents, and each called like a filter
ODD = {normalize_name(name): name for name in ("2024 CA", "Open", "page 2", "EV mis-issuance and more", "Foo and Bar")}
DIRECTORY = build_owner_directory()
YEAR = IncidentQuery(since=date(2024, 1, 1), until=date(2024, 12, 31))
EV = "ev-misissuance"


def find_owner(text):
    owner = DIRECTORY.find(text)
    return owner.name if owner else ODD.get(normalize_name(text))


def read(text):
    return read_free_words(text, find_owner, built_in_key, TODAY)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("closed", IncidentQuery(state="closed")),
        ("2024", YEAR),
        ("2024-05", IncidentQuery(since=date(2024, 5, 1), until=date(2024, 5, 31))),
        ("2024-05-07", IncidentQuery(since=date(2024, 5, 7), until=date(2024, 5, 7))),
        ("30d", IncidentQuery(since=date(2024, 5, 13))),
        ("2w", IncidentQuery(since=date(2024, 5, 29))),
        ("since 2024", IncidentQuery(since=date(2024, 1, 1))),
        ("until 2023-11", IncidentQuery(until=date(2023, 11, 30))),
        ("page 3", IncidentQuery(page=2)),
        ("EV mis-issuance", IncidentQuery(section=EV)),
        ("ev misissuance", IncidentQuery(section=EV)),
        ("delayed revocation closed", IncidentQuery(section="leaf-revocation-delay", state="closed")),
        ("all", IncidentQuery(state="any")),
        ("closed, 2024 & page 3", IncidentQuery(state="closed", since=YEAR.since, until=YEAR.until, page=2)),
    ],
)
def test_filters_are_read_before_and_behind_a_ca_and_without_one(text, filters):
    assert read(text) == FreeWords((), filters)
    for typed in (f"Entrust {text}", f"{text} Entrust", f"Entrust, {text}"):
        assert read(typed) == FreeWords(("Entrust",), filters), typed


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("Entrust DigiCert", ("Entrust", "DigiCert")),
        ("Entrust, DigiCert", ("Entrust", "DigiCert")),
        ("Entrust and DigiCert", ("Entrust", "DigiCert")),
        ("entrust vs digicert & Let's Encrypt", ("Entrust", "DigiCert", "Let's Encrypt")),
        ("Entrust AffirmTrust", ("Entrust",)),
        ("Amazon Trust Services Google Trust Services", ("Amazon Trust Services", "Google Trust Services")),
        ("Foo and Bar", ("Foo and Bar",)),
        ("Entrust and Foo and Bar", ("Entrust", "Foo and Bar")),
    ],
)
def test_several_cas_are_told_apart(text, owners):
    assert read(text) == FreeWords(owners, IncidentQuery())
    assert read(f"closed {text} 2024").owners == owners


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024 CA", FreeWords(("2024 CA",), IncidentQuery())),
        ("2024 CA 2024", FreeWords(("2024 CA",), YEAR)),
        ("open", FreeWords(("Open",), IncidentQuery())),
        ("closed open", FreeWords(("Open",), IncidentQuery(state="closed"))),
        ("page 2", FreeWords(("page 2",), IncidentQuery())),
        ("page 2 page 3", FreeWords(("page 2",), IncidentQuery(page=2))),
        ("EV mis-issuance and more", FreeWords(("EV mis-issuance and more",), IncidentQuery())),
    ],
)
def test_a_ca_that_is_called_like_a_filter_is_the_ca(text, words):
    assert read(text) == words


@pytest.mark.parametrize("owner", DIRECTORY.owners, ids=lambda owner: owner.name)
def test_every_known_name_is_its_owner_whatever_words_it_has(owner):
    for name in (owner.name, *owner.aliases):
        expected = find_owner(name)
        assert read(name) == FreeWords((expected,), IncidentQuery())
        assert read(f"{name} closed 30d").owners == (expected,), name


def test_what_is_neither_is_left_with_the_filters_around_it():
    assert read("closed Entrsut 2024") == FreeWords(
        (), IncidentQuery(state="closed", since=YEAR.since, until=YEAR.until), "Entrsut"
    )
    assert read("Nobody, Inc.").unknown == "Nobody, Inc."
    assert read("x " * 200).unknown.startswith("x x")


@pytest.mark.parametrize(
    "text", ["Entrust closed all", "2023 2024", "page 3 page 4", "OV mis-issuance EV mis-issuance"]
)
def test_filters_that_contradict_each_other_are_asked_back(text):
    with pytest.raises(UserError, match=r"twice|at once"):
        read(text)


def test_too_many_cas_are_asked_back():
    names = [owner.name for owner in DIRECTORY.owners[: MAX_OWNERS + 1]]
    assert read(", ".join(names[:-1])).owners == tuple(names[:-1])
    with pytest.raises(UserError, match="at most 5 CA owners"):
        read(", ".join(names))


WORDS = st.sampled_from(
    ["Entrust", "DigiCert", "2024 CA", "open", "closed", "2024", "30d", "99w", "page", "2", "since", "until", "and",
     ",", "EV", "mis-issuance", "policy", "failure", "Foo", "certainly", "2024-02-31", "-", "\u202e", "é"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=200))
def test_any_text_is_read_or_asked_back(text):
    with suppress(UserError):
        query = parse_query(text)
        words = read(query.ca)
        assert all(find_owner(owner) for owner in words.owners)
        assert not (words.unknown and words.owners)
        # whatever was understood can be asked again, as buttons do
        again = parse_query(IncidentQuery(", ".join(words.owners), **_filters(words.filters)).as_text)
        assert read(again.ca).owners == words.owners


def _filters(filters):
    return {"section": filters.section, "state": filters.state, "since": filters.since, "until": filters.until}


@given(st.sampled_from(DIRECTORY.owners), st.lists(st.sampled_from(["closed", "2023", EV, "page 4"]), unique=True))
def test_filters_may_stand_in_any_order(owner, filters):
    assert read(" ".join([owner.name, *filters])) == read(" ".join([*filters, owner.name]))
