"""The excerpt of a report in Discord: code is code, and nothing else of it acts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.excerpts import render_excerpt
from storage.values.incidents import MAX_EXCERPT_LENGTH

# Read from left to right, as Discord does: an escaped character, or code with one mark before and after it.
INERT = re.compile(r"\\[^0-9A-Za-z\s]|`[^`]+`(?!`)")


@pytest.mark.parametrize(
    ("excerpt", "shown"),
    [
        ("", ""),
        ("Two certificates.", "Two certificates."),
        ("EKU `id-kp` is missing.", "EKU `id-kp` is missing."),
        ("`a``b` **x** <@1> @everyone", r"`a` `b` \*\*x\*\* \<\@1\> \@everyone"),
        ("One ` mark", r"One \` mark"),
        ("Code `<@1> **x**` stays", "Code `<@1> **x**` stays"),
        ("See https://example.org", r"See https\://example.org"),
        ("`` empty", "empty"),
    ],
)
def test_code_is_code_and_all_else_is_text(excerpt, shown):
    assert render_excerpt(excerpt) == shown


@given(st.text(alphabet=st.sampled_from("a`*_~|<@>[]()#\\: -.\u200b\u202e\u0301")) | st.text())
def test_nothing_of_an_excerpt_acts(excerpt):
    shown = render_excerpt(excerpt)
    assert not set("*_~|`#>[]()<@:") & set(INERT.sub("", shown))
    assert not set("\u200b\u202e\n") & set(shown)


@given(st.text(alphabet=st.sampled_from("a` *"), min_size=250))
def test_it_is_never_longer_than_a_chat_shows(excerpt):
    assert len(re.sub(r"\\(.)", r"\1", render_excerpt(excerpt))) <= MAX_EXCERPT_LENGTH + excerpt.count("`")
