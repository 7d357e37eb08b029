"""Sentences of third-party prose."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.text.sentences import split_sentences


def test_sentences_end_where_sentences_end():
    text = (
        "In BR 4.9.1 we must act, e.g. Revoke. See https://example.org/a_b.c?d=1. Acme Inc. Root and CN=... Other"
        " were hit. Third one! Fourth"
    )
    assert split_sentences(text) == (
        "In BR 4.9.1 we must act, e.g. Revoke.",
        "See https://example.org/a_b.c?d=1.",
        "Acme Inc. Root and CN=... Other were hit.",
        "Third one!",
        "Fourth",
    )
    assert split_sentences("") == ()


def test_code_is_never_divided():
    text = "It has `O=A. B` twice. Others `C. D` too."
    assert split_sentences(text) == ("It has `O=A. B` twice.", "Others `C. D` too.")


@given(st.text(alphabet=st.sampled_from('aA1. !\n`"')) | st.text())
def test_no_word_is_lost(text):
    assert " ".join(split_sentences(text)) == " ".join(text.split())
