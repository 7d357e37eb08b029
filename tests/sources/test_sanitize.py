"""Third parties' text on its way in: invisible characters, addresses, HTML and encoded words."""

import re
import sys
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.escape import escape_markdown
from bot.formatting.plain import to_single_line
from bot.sources.sanitize import html_to_text, sanitize_header, sanitize_text
from handlers.errors import UserError
from handlers.parsing.people import mask_addresses, parse_login
from handlers.sections.names import clean_description, clean_name
from handlers.text.invisible import strip_invisible

ADDRESS = "some.one@mail.example.org"
INVISIBLE = [
    *(chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Cf"),
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u2800\u3164\ufe00\ufe0f\uffa0\U000e0100\U000e01ef\ue000\ud800\x00\x1b\x85",
    "\ufeff\u200b",
]
AT_SIGNS, DOTS = "@＠﹫", (".", "．", "․", "﹒", "。", "｡", "\\.")
WITH_HALVES = st.text(st.characters() | st.characters(categories=["Cs"]))


def shown(text):
    """Return a text as a chat shows it, in Discord and on one line, compared without width and escapes."""
    rendered = escape_markdown(text, 4000) + "\n" + to_single_line(text, 4000)
    return re.sub(r"\\", "", unicodedata.normalize("NFKC", rendered)).replace("。", ".")


@pytest.mark.parametrize("invisible", INVISIBLE, ids=lambda text: "+".join(f"{ord(letter):04X}" for letter in text))
def test_no_invisible_character_hides_an_address_from_the_mask(invisible):
    for position in range(len(ADDRESS) + 1):
        hidden = ADDRESS[:position] + invisible + ADDRESS[position:]
        for masked in (sanitize_text(f"by {hidden} today"), sanitize_header(hidden), html_to_text(f"<p>{hidden}</p>")):
            assert "example" not in shown(masked)
        assert "example" not in shown(clean_description(f"by {hidden} today"))
        assert "example" not in shown(parse_login(f"{hidden}@host.test").name)


@given(st.sampled_from(AT_SIGNS), st.lists(st.sampled_from(DOTS), min_size=2, max_size=2), st.sampled_from(INVISIBLE))
def test_an_address_of_other_signs_and_dots_is_masked(at_sign, dots, invisible):
    address = f"some.one{invisible}{at_sign}ma{invisible}il{dots[0]}example{dots[1]}org"
    assert "example" not in shown(sanitize_text(f"<{address}>, “{address}”"))
    assert "example" not in shown(clean_description(address))


@pytest.mark.parametrize(
    "text", ["re\u0301@mail.example.org", "one@ma\u0331il.example.org", "one@example.org.1", "a\\@example.org"]
)
def test_marks_and_endings_hide_no_address(text):
    assert "example.org" not in shown(sanitize_text(text))


@given(st.text(st.characters(exclude_categories=["Cc"])))
def test_dropping_what_is_invisible_twice_is_dropping_it_once(text):
    visible = strip_invisible(text)
    assert strip_invisible(visible) == visible
    assert to_single_line(visible, 10_000) == to_single_line(text, 10_000)
    assert escape_markdown(visible, 10_000) == escape_markdown(text, 10_000)


@given(
    st.text(st.characters() | st.characters(categories=["Cs"])),
    st.text(st.characters() | st.characters(categories=["Cs"])),
)
def test_no_half_of_a_character_reaches_the_database(text, other):
    for read in (sanitize_text, sanitize_header, html_to_text, mask_addresses, clean_description, clean_name):
        with suppress(UserError):
            read(f"{text}<p>{other}").encode()


@pytest.mark.parametrize(
    ("name", "shown_name"),
    [("so\u00adme＠mail.example.org", "some"), ("a@b.example@c.example", "a@…"), ("some\u200bone", "")],
)
def test_a_login_shows_no_address(name, shown_name):
    person = parse_login(name)
    assert person.name == (shown_name or "someone")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<div>One<div>Two</div>Three</div>Four", "One\nTwo\nThree\nFour"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul><li>One</li><li>Two</ul>Three", "One\nTwo\nThree"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>", "a b\nc"),
        ("<h1>One</h1>Two<pre>\n  three\n\n-- \nfour</pre>", "One\nTwo\n  three\n\n-- \nfour"),
        ("Mine.<blockquote><p>Theirs.</p>More.</blockquote>Mine.", "Mine.\n> Theirs.\n> More.\nMine."),
        ("<b>a</b><i>b</i> <a href='x>y'>link</a>", "ab link"),
        (
            "<script>if (a<b) </script>a<style>x</style><template><p>x<template></template>y</template>b<!-- > -->c",
            "abc",
        ),
        ("1 < 2 &lt;b&gt; &amp; &#38; &#99999999999; &hellip;", "1 < 2 <b> & & \ufffd …"),
        ("<title>x</title>a<noscript>x", "a"),
        ("write to some&shy;one&#64;mail.exam&#8203;ple.org", "write to someone@…"),
        ("a <a href=", "a"),
    ],
)
def test_html_becomes_text_line_by_line(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("Re: =?UTF-8?B?w6k=?= x =?utf-8?q?a_b?= =?utf-8?q?c?=", "Re: é x a bc"),
        ("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC_1?=", "€ 1"),
        ("=?iso-8859-1?Q?=E9t=E9?= =?GB2312?B?xOO6ww==?=", "été你好"),
        ("=?utf-8?Q?Hello World?= now", "Hello World now"),
        ("=?utf-8?B?SGVsbG8?= =?utf-8*en?Q?x?=", "Hellox"),
        ("=?utf-8?Q?cut=C3=A9", "cuté"),
        ("=?nope?Q?x?= =?utf-8?B?!!!?=", "=?nope?Q?x?= =?utf-8?B?!!!?="),
        ("=?utf-8?Q?one=40mail.example.org?=", "one@…"),
        ("=?utf-8?Q?a=00=0Ab=E2=80=AE?=", "a b"),
        ("no = ? words", "no = ? words"),
        ("=?x-sjis?B?k/qWew==?= =?windows-936?B?1tDOxA==?= =?cp-850?Q?=82?=", "日本中文é"),
        ("=?iso-8859-8-i?B?+ezl7Q==?= =?unknown-8bit?Q?caf=C3=A9?=", "שלוםcafé"),
    ],
)
def test_encoded_words_are_shown_as_they_were_meant(header, text):
    assert sanitize_header(header) == text


@given(st.text(st.sampled_from("=?utf-8QB?=_ aé\ud800") | st.characters()))
def test_no_header_is_too_odd(text):
    assert "\n" not in sanitize_header(text)
