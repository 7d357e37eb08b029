import re
import unicodedata

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.render.escape import (
    MAX_EMBED,
    clamp_embed,
    escape_inline,
    escape_markdown,
    fit_lines,
    safe_url,
    truncate_markdown,
)
from bot.formatting.plain import to_single_line

HOSTILE = "@everyone [click](http://x) **boo**"
ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from("\\*_~|`#>[]()<@:-+.1 \n\u200b\u202e\u0301\U0001f1e9\U0001f44d\U0001f3fd\u1112\u1161\u11ab"),
)
TEXTS = st.text(ALPHABET, max_size=120)


def displayed(escaped):
    """What Discord shows: a backslash before punctuation goes."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped)


def without_escapes(escaped):
    """What is left for Discord's markdown to act on."""
    return re.sub(r"\\([^0-9A-Za-z\s])", "", escaped)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "<@1> <@&1> <#1> <t:1> </help:1> <:x:1>",
        "https://x and :x: and ||hidden|| and `code`",
        "# heading",
        "-# small",
        "- list",
        "+ list",
        "1. list",
        "> quote",
        "a\\*b",
    ],
)
def test_hostile_text_shows_exactly(text):
    escaped = escape_markdown(text, 1000)
    assert displayed(escaped) == text
    assert not re.search(r"[*_~|`#>\[\]()<@:]|^\s*[-+]|^\s*\d+\.", without_escapes(escaped))


@given(TEXTS)
@example("https://x discord.gg/abc <#1> </x:1> -# small @here [a](b) :x: DISCORD.COM/invite/x")
def test_nothing_in_a_line_of_content_acts(text):
    line = f"New incident · {escape_inline(text, 300)}"
    assert "\n" not in line
    active = without_escapes(line)
    assert not re.search(r"[*_~|`<@\[\]]|://|:[^\s:]+:|discord\.(gg|com)/", active, re.IGNORECASE)


def test_a_line_of_content_has_no_more_backslashes_than_it_needs():
    title = "Entrust: subject:serialNumber in OCSP (delegated) - 1,176 certificates > 398 days #2 and/or more."
    assert escape_inline(title, 300) == title


def test_every_line_of_many_is_treated_as_a_start():
    assert escape_markdown("a\n- b\n# c\n2. d\nx-y 1.5", 100) == "a\n\\- b\n\\# c\n2\\. d\nx-y 1.5"


def test_what_cannot_be_seen_is_dropped():
    assert escape_markdown("a\u202eb\u200bc\u2066d\x00e\ufefff\u3164g\u00adh", 100) == "abcdefgh"
    assert to_single_line("Entrust\u2028\tRoot\u00a0CA\r\n two", 100) == "Entrust Root CA two"


def test_a_pile_of_marks_is_held_down():
    assert len(escape_markdown("a" + "\u0301" * 50, 100)) == 5


@given(TEXTS, st.integers(0, 60))
@example("a\\" * 9, 4)
def test_nothing_is_longer_than_its_limit_or_left_half_escaped(text, limit):
    escaped = escape_markdown(text, limit)
    assert len(escaped) <= limit
    assert not (len(escaped) - len(escaped.rstrip("\\"))) % 2
    assert not re.search(r"[*_~|`#>\[\]()<@:]", without_escapes(escaped))


@given(TEXTS)
def test_cleaning_twice_changes_nothing_more(text):
    cleaned = to_single_line(text, 1000)
    assert to_single_line(cleaned, 1000) == cleaned
    assert displayed(escape_markdown(cleaned, 1000)) == cleaned


@given(TEXTS)
def test_nothing_invisible_passes(text):
    for letter in escape_markdown(text, 1000):
        assert letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("grapheme", ["e\u0301", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd", "\u1112\u1161\u11ab"])
def test_a_grapheme_is_never_divided(grapheme):
    for limit in range(1, 12):
        text = escape_markdown(grapheme * 5, limit).removesuffix("…")
        assert text == grapheme * (len(text) // len(grapheme))


@given(TEXTS, st.integers(1, 80))
def test_escaped_text_is_cut_between_escapes(text, limit):
    cut = truncate_markdown(escape_markdown(text, 1000), limit)
    assert len(cut) <= limit
    assert not re.search(r"[*_~|`#>\[\]()<@:]", without_escapes(cut))


def test_a_link_is_kept_whole_or_left_out():
    assert truncate_markdown("see [12345](https://bugs.example/12345) there", 25) == "see…"


@given(TEXTS, st.integers(0, 40))
def test_an_embed_is_held_to_discords_limits(text, fields):
    embed = discord.Embed(title=text * 30, description=text * 100)
    for _ in range(fields):
        embed.add_field(name=text * 20, value=text * 30)
    clamp_embed(embed.set_footer(text=text * 30))
    assert len(embed) <= MAX_EMBED
    assert len(embed.fields) <= 25
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert all(0 < len(f.name) <= 256 and 0 < len(f.value) <= 1024 for f in embed.fields)


def test_whole_lines_are_kept_and_the_rest_counted():
    assert fit_lines(["ab", "cd", "ef"], 6) == ("ab\ncd", 1)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "http://", "//x", "https://[x"])
def test_what_is_no_web_address_is_not_linked(url):
    assert safe_url(url) is None


def test_an_address_cannot_leave_its_link():
    assert safe_url("https://x/a) [b](y") == "https://x/a%29%20[b]%28y"


@given(st.text(st.sampled_from("a1 .-+*:\\\n_`[")))
def test_plain_letters_are_escaped_like_all_others(text):
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    line_before = "é\n"  # letters beyond ASCII are escaped one by one
    assert escape_markdown(line_before + text, 500) == (line_before + escape_markdown(text, 500)).rstrip()
