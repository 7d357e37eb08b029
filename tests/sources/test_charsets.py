import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.feeds.charsets import decode_html, decode_xml
from bot.sources.feeds.html_bounds import MAX_DEPTH, bound_html
from bot.sources.feeds.markup import is_html, looks_like_html, looks_like_html_title, to_text
from bot.sources.feeds.split import cut_feed, split_feed


@pytest.mark.parametrize(
    ("charset", "content_type", "declaration"),
    [
        ("utf-8", "application/xml", ""),
        ("utf-8", "text/xml; charset=iso-8859-1", ' encoding="utf-8"'),  # a server's default for everything
        ("utf-8", "text/xml; charset=UTF-8", ' encoding="iso-8859-1"'),
        ("koi8-r", "text/xml; charset=koi8-r", ""),
        ("koi8-r", "text/xml; charset='KOI8-R'", ' encoding="utf-8"'),
        ("windows-1251", "application/rss+xml", ' encoding="windows-1251"'),
        ("windows-1251", "application/rss+xml; charset=nonsense", ' encoding="windows-1251"'),
        ("utf-16", "application/xml", ""),
        ("utf-16-le", "application/xml", ' encoding="utf-16"'),
        ("utf-8-sig", "text/xml; charset=koi8-r", ""),
    ],
)
def test_a_feed_is_read_in_the_character_set_that_fits(charset, content_type, declaration):
    body = f'<?xml version="1.0"{declaration}?><rss>Сертификат</rss>'.encode(charset)
    assert decode_xml(body, content_type) == "<rss>Сертификат</rss>"


def test_a_page_may_declare_its_character_set_itself():
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head>Привет'
    assert decode_html(page.encode("koi8-r"), "text/html").endswith("Привет")
    assert decode_html("<p>“naïve”".encode("cp1252"), "text/html; charset=latin1") == "<p>“naïve”"


@given(st.binary(max_size=200), st.text(max_size=60))
def test_every_body_is_decoded(body, content_type):
    assert isinstance(decode_xml(body, content_type), str)
    assert isinstance(decode_html(body, content_type), str)


@pytest.mark.parametrize("name", ["punycode", "idna", "zlib", "rot13", "unicode_escape", "hex", "a\0b"])
def test_python_codecs_that_are_no_character_sets_are_not_used(name):
    assert decode_xml(b"a-b", f"text/xml; charset={name}") == "a-b"


@pytest.mark.parametrize(
    ("text", "declared_type", "shown"),
    [
        ("The CN was <none>", "text/plain", "The CN was <none>"),
        ("<p>The CN</p>was &lt;none&gt;", "text/html", "The CN\nwas <none>"),
        ("<p>The CN</p>", "application/xhtml+xml", "The CN"),
        ("<b>bold</b>", "text/plain", "<b>bold</b>"),
    ],
)
def test_a_text_of_atom_is_read_as_its_type(text, declared_type, shown):
    assert to_text(text, html=is_html(declared_type)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 < 2 and the CN was <none>", "1 < 2 and the CN was <none>"),
        ("<p>It lists</p>&amp; more", "It lists\n& more"),
        ("<font color=#6f6f6f>It</font>", "It"),
    ],
)
def test_a_description_of_rss_is_html_if_it_has_html_in_it(text, shown):
    assert to_text(text, html=looks_like_html(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("Re: <b> & c", "Re: <b> & c"), ("AT&amp;T", "AT&T"), ("<i>New</i>: <none>", "New:")]
)
def test_a_title_of_rss_is_plain_unless_it_is_clearly_html(text, shown):
    assert to_text(text, html=looks_like_html_title(text)).strip() == shown


@pytest.mark.parametrize("unit", ["<ul><li>", "<p><b>", "<b></i>", "<div a=1>", "<table><tr><td>", "<p>", "<a href='"])
def test_deep_html_is_flattened_and_keeps_its_text(unit):
    html = f"begin {unit * 50_000}end"
    bounded = bound_html(html)
    assert bounded.count("<ul>") + bounded.count("<b>") + bounded.count("<div a=1>") <= 2 * MAX_DEPTH
    assert to_text(html, html=True).startswith("begin")
    if "'" not in unit:
        assert to_text(html, html=True).endswith("end")


PIECES = ["<ul>", "</ul>", "<p>", "<br>", "text ", "<b a=", ">", "<", "</", "<li>"]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_html_that_is_not_deep_stays_as_it_is(pieces):
    html = "".join(pieces)
    assert bound_html(html) == html


def test_a_feed_is_split_at_its_items():
    assert split_feed(b"<rss><channel><item a='1'>x</item><item>y</item></channel></rss>") == [
        b"<rss><channel><item a='1'>x</item></channel></rss>", b"<rss><channel><item>y</item></channel></rss>",
    ]  # fmt: skip
    assert split_feed(b"<html>") == []
    assert split_feed(b"<item>" * 10_000) == []


@pytest.mark.parametrize(
    ("beginning", "name", "end"),
    [
        ("<rss version='2.0'><channel>", "item", "</channel></rss>"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", "entry", "</feed>"),
    ],
)
def test_a_feed_without_its_end_keeps_its_whole_items(beginning, name, end):
    item = f"<{name}><title>t</title></{name}>"
    assert cut_feed(f"{beginning}{item}{item}<{name}><ti".encode()).decode() == f"{beginning}{item}{item}{end}"
    assert cut_feed(b"<html>") == b"<html>"
