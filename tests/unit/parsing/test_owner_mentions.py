"""Which CA owners a text mentions, and which of its words are not their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owner_mentions import mentioned_owners, read_text
from handlers.parsing.owners import build_owner_directory, built_in_owners
from tests.support.growth import takes_linear_time

OWNERS = build_owner_directory({"Borealis Trust Network": "Borealis", "Big Apple": "Apple"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("IdenTrust answered", ("IdenTrust",)),
        ("Entrust's roots, and D-TRUST", ("Entrust", "D-Trust")),
        ("we entrust you with an apple and a visa", ()),
        ("Apple and Visa", ("Apple", "Visa")),
        ("Certainly, that helps. Certainly not.", ()),
        ("We asked Certainly about it", ("Certainly",)),
        ("Certainly: late CRL", ("Certainly",)),
        ("on Google Groups", ()),
        ("Google Trust Services and Asseco\nData Systems", ("Google Trust Services", "Asseco / Certum")),
        ("SSL.com, Let’s Encrypt; over ssl. Com", ("SSL.com", "Let's Encrypt")),
        ("https://www.digicert.com/ and a@sectigo.com", ()),
        ("kir but KIR", ("KIR",)),
        ("LETSENCRYPT, Go Daddy and godaddy", ("Let's Encrypt", "GoDaddy")),
        ("E-Tu\u011fra and E-Tug\u0306ra", ("E-Tugra",)),
        ("over ssl. Com", ()),
        ("Let us go. Daddy knows", ()),
        ("Go\n\nDaddy", ()),
        ("the Borealis Trust Network of a Big Apple", ("Borealis", "Apple")),
        ("stateOrProvinceName, as in DigiCert's", ("DigiCert",)),
    ],
)
def test_owners_are_mentioned_as_whole_words(text, names):
    assert mentioned_owners(text, OWNERS) == names


def test_every_spelling_of_an_owner_is_read_as_its_name():
    directory = build_owner_directory()
    for owner in built_in_owners():
        for spelling in (owner.name, *owner.aliases):
            expected = directory.find(spelling)
            read = read_text(f"zzz {spelling} zzz", directory)
            if expected is not None and len(spelling) > 3 and "," not in spelling:
                assert read.owners[:1] == (expected.name,), spelling
            assert (read.terms[0], read.terms[-1]) == ("zzz", "zzz")


def test_a_name_stands_between_the_words_around_it():
    read = read_text("Wrong fields at Go Daddy, SSL.com and https://sectigo.com/ again", OWNERS)
    assert read.terms == ("wrong", "field", "at", None, None, "and", "again")
    assert read.owners == ("GoDaddy", "SSL.com")


def test_a_vendor_s_product_is_neither_an_owner_nor_a_word():
    assert read_text("over Google Chrome", OWNERS).terms == ("over", None, "chrome")
    assert read_text("over Google Chrome", OWNERS).owners == ()


def test_an_owner_that_the_directory_lacks_is_read_where_it_is_named():
    assert read_text("Zenith Root CA failed", OWNERS).terms == ("zenith", "root", "ca", "failed")
    read = read_text("Zenith-Root CA failed; zenith", OWNERS, "Zenith Root")
    assert (read.terms, read.owners) == ((None, "ca", "failed", "zenith"), ("Zenith Root",))


def test_a_spelling_that_a_community_moved_names_the_other_owner():
    moved = build_owner_directory({"Verizon": "Borealis"})
    assert mentioned_owners("Verizon said", moved) == ("Borealis",)


@given(st.text(), st.none() | st.text())
def test_every_text_can_be_read(text, own_name):
    read = read_text(text, OWNERS, own_name)
    assert all(term is None or term for term in read.terms)
    assert set(mentioned_owners(text, OWNERS)) <= set(read.owners)


@pytest.mark.parametrize("piece", ["Asseco ", "Go ", "E-", "Let's ", "D", "\uff9e ", "a@", "www.", "Certainly. ", "x"])
def test_no_text_is_read_again_and_again(piece):
    assert takes_linear_time(lambda text: read_text(text, OWNERS, "Go Go Go"), piece)
