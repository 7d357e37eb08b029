"""Markdown is read, not shown: sections, blocks, labels, and code between backticks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.markdown import Block, Section, read_markdown


def test_headings_divide_a_text_into_sections():
    text = "Before.\n\n## Summary\n\nWe issued\ntwo.\n\n### Impact ###\n\n- One\n- Two\n  - Three\n"
    assert read_markdown(text) == (
        Section(0, "", (Block("paragraph", "Before."),)),
        Section(2, "Summary", (Block("paragraph", "We issued\ntwo."),)),
        Section(
            3,
            "Impact",
            (Block("item", "One", depth=1), Block("item", "Two", depth=1), Block("item", "Three", depth=2)),
        ),
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is **bold**, _slanted_ and ~~gone~~ here.", "It is bold, slanted and  here."),
        ("See [the list](https://example.org/a) and ![a picture](x.png).", "See the list and ."),
        ("The `O` and ``a`b`` fields.", "The `O` and `a'b` fields."),
        ("A lone ` mark and `` two.", "A lone ' mark and '' two."),
        ("A <b>tag</b> &amp; <CN>", "A <b>tag</b> &amp; <CN>"),
        ("    Four spaces before it", "Four spaces before it"),
        ("A title\n=======", "A title\n======="),
    ],
)
def test_marks_go_and_words_stay(text, shown):
    (section,) = read_markdown(text)
    assert section.blocks == (Block("paragraph", shown),)


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("**Relevant policies**: BR 7.1", "Relevant policies", "BR 7.1"),
        ("**Relevant policies:** BR 7.1", "Relevant policies", "BR 7.1"),
        ("**Summary**", "Summary", ""),
        ("**Two** certificates", "", "Two certificates"),
        ("Only **two**: a", "", "Only two: a"),
    ],
)
def test_bold_words_before_a_colon_are_a_label(text, label, rest):
    (section,) = read_markdown(text)
    assert section.blocks == (Block("paragraph", rest, label),)


def test_tables_code_and_quotations_are_known_as_such():
    text = "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx `y`\n```\n\n> It must.\n"
    (section,) = read_markdown(text)
    assert [block.kind for block in section.blocks] == ["table", "code", "quotation"]


@given(st.text(alphabet=st.sampled_from("aA1. \n*#>|([)]:-_`~!é@\t")) | st.text())
def test_no_text_is_too_odd_to_be_read(text):
    for section in read_markdown(text):
        assert "`" not in section.heading.replace("`", "", 2 * (section.heading.count("`") // 2))
        for block in section.blocks:
            assert block.kind == "code" or block.text.count("`") % 2 == 0
