"""What is too long ends with an ellipsis, never within a word or code, and with nothing left open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.text.truncation import truncate_at_word


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("All of it fits.", 20, "All of it fits."),
        ("One certificate was issued", 20, "One certificate was…"),
        ("One certificate, was issued", 17, "One certificate…"),
        ("Issued with `a b c d e` twice", 20, "Issued with…"),
        ("Issued (with the wrong country) twice", 24, "Issued (with the wrong…)"),
        ("It says “the value must be encoded” here", 24, "It says “the value…”"),
        ('It says "the value must be encoded" here', 24, 'It says "the value…"'),
        ("Affected are: one, two", 15, "Affected are…"),
        ("x" * 50, 10, "x" * 9 + "…"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text, limit, cut):
    assert truncate_at_word(text, limit) == cut


@given(st.text(alphabet=st.sampled_from('aA `([“"…,. ')) | st.text(), st.integers(min_value=10, max_value=60))
def test_a_cut_text_fits_and_leaves_no_code_open(text, limit):
    cut = truncate_at_word(text, limit)
    assert len(cut) <= limit
    assert cut == text.strip() or "…" in cut
    if text.count("`") % 2 == 0:
        assert cut.count("`") % 2 == 0
