"""Announcements of closing are recognised; requests and questions that only mention it are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.deadlines.closing_words import announces_closing


@pytest.mark.parametrize(
    "text",
    [
        "I intend to close this bug on or about Friday, 3-Mar-2023, unless there are questions.",
        "Final call for comments.",
        "If there are no other questions I will be closing this on Wednesday.",
        "I'm going to close this bug unless there are further issues to discuss.",
    ],
)
def test_announcements(text):
    assert announces_closing(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please close the gap that comment 4 describes.",
        "> I will close this on 3 June.\nWhy so soon?",
        "Closing, with thanks.",
        "When will you disclose this to your subscribers?",
        "",
    ],
)
def test_other_words(text):
    assert not announces_closing(text)


@given(st.text())
def test_any_text_is_read(text):
    announces_closing(text)
