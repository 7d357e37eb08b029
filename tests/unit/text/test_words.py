"""The words of a text, as the classifier and both rankings compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.text.stop_words import STOP_WORDS
from handlers.text.words import MAX_TERM_LENGTH, find_words, remove_terms, tokenize, without_addresses
from tests.support.growth import takes_linear_time


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("stateOrProvinceNames", ["state", "or", "province", "name"]),
        ("CRLReason, dNSName and cPSuri", ["crl", "reason", "dns", "name", "and", "cpsuri"]),
        ("Policies of 12 CAs, class statuses", ["policy", "of", "0", "cas", "class", "statuse"]),
        ("SHA-256 in 2024-06-10", ["sha", "0", "in", "0", "0", "0"]),
        ("see https://crt.sh/?id=1, WWW.EXAMPLE.COM or some.one@ca.example.", ["see", "or"]),
        ("snake_case", ["snake", "case"]),
        ("Ошибка 證書", ["ошибка", "證書"]),
        ("", []),
    ],
)
def test_a_text_becomes_words_in_lower_case_and_the_singular(text, terms):
    assert tokenize(text) == terms


def test_words_have_the_offsets_of_the_text():
    text = "See https://ca.example/x, the CRLs"
    assert [(text[word.start() : word.end()], word[0]) for word in find_words(text)] == [
        ("See", "See"), ("the", "the"), ("CRLs", "CRLs"),
    ]  # fmt: skip


def test_a_term_is_removed_wherever_it_was_read():
    assert remove_terms("Names of a stateOrProvinceName", {"name", "or"}).split() == ["of", "a", "state", "Province"]


def test_stop_words_are_spelled_as_the_tokenizer_returns_them():
    assert {word for word in STOP_WORDS if tokenize(word) != [word]} == set()
    assert {"doe", "not", "0", "certificate"} <= STOP_WORDS


@given(st.text(), st.text())
def test_removing_every_term_leaves_none(text, other):
    assert tokenize(remove_terms(text, set(tokenize(text)))) == []
    assert remove_terms(text, set()) == text
    assert all(0 < len(term) <= MAX_TERM_LENGTH for term in tokenize(other))


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=MAX_TERM_LENGTH))
def test_what_was_read_once_reads_the_same(text):
    assert tokenize(" ".join(tokenize(text))) == tokenize(text)
    assert without_addresses(without_addresses(text)) == without_addresses(text)


@pytest.mark.parametrize("piece", ["a", "aB", "ABc", "a@", "@", "a.", "www.", "https://a ", "1", "é", " ", "a-", "_"])
def test_no_text_is_read_again_and_again(piece):
    assert takes_linear_time(tokenize, piece)
    assert takes_linear_time(lambda text: remove_terms(text, {"a"}), piece)
