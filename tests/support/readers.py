"""Every public reader of text from outside, and hostile text of any length: for the test of growth and for bench/."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from types import MappingProxyType

from bot.chat.draft_files import decode_draft
from bot.chat.render.escape import escape_inline, escape_markdown, fit_lines, safe_url, truncate_markdown
from bot.chat.render.excerpts import render_excerpt
from bot.formatting.plain import normalize, split_graphemes, to_single_line
from bot.sources.bugzilla.history import parse_history
from bot.sources.bugzilla.parsing import named_bugs, parse_comments, parse_response
from bot.sources.feeds.charsets import decode_html, decode_xml
from bot.sources.feeds.documents import parse_feed, parse_mail_date, parse_page
from bot.sources.feeds.fetch import sendable
from bot.sources.feeds.html_bounds import bound_html
from bot.sources.feeds.mail_archive import parse_author
from bot.sources.feeds.markup import looks_like_html, looks_like_html_title, to_text
from bot.sources.feeds.split import cut_feed, split_feed
from bot.sources.retry_after import parse_retry_after
from bot.sources.sanitize import html_to_text, sanitize_header, sanitize_text, strip_control_chars
from handlers.deadlines.closing_words import announces_closing
from handlers.errors import UserError
from handlers.lives.clock_inputs import is_attachment_only
from handlers.parsing.authored_text import authored_text
from handlers.parsing.boilerplate import says_nothing, states_rule, without_announcements
from handlers.parsing.bug_references import parse_bug_number, split_bug_and_section
from handlers.parsing.documents import referenced_bugs
from handlers.parsing.excerpts import make_excerpt
from handlers.parsing.faults import find_faults
from handlers.parsing.mail_excerpts import mail_excerpt
from handlers.parsing.markdown import read_markdown
from handlers.parsing.messages import (
    base_subject,
    mentioned_bugs,
    parse_message,
)
from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owner_mentions import mentioned_owners, read_text
from handlers.parsing.owners import build_owner_directory, is_auditor, normalize_name
from handlers.parsing.people import mask_addresses, parse_login
from handlers.parsing.proposal_parser import parse_bug_list, parse_proposal
from handlers.parsing.report_forms import (
    extract_report_text,
    find_report_comment,
    parse_ccadb_id,
    strip_boilerplate,
    uses_report_template,
)
from handlers.parsing.report_parts import part_of
from handlers.parsing.reporters import Filing, affiliation, reporter_role
from handlers.parsing.section_request_detection import detect_in_text, detect_section_request
from handlers.parsing.tags import normalize_tag
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import mentions_next_update, parse_whiteboard
from handlers.parsing.whiteboard import parse_date as parse_whiteboard_date
from handlers.queries.commitment_filters import parse_commitment_query
from handlers.queries.deadline_filters import parse_deadline_query, parse_moment
from handlers.queries.explanations import Explanations
from handlers.queries.filters import IncidentQuery, parse_query
from handlers.queries.free_words import read_free_words
from handlers.queries.message_filters import parse_message_query
from handlers.queries.owner_names import OwnerNames
from handlers.queries.unknown_words import UnknownWords
from handlers.results.proposals import SectionName
from handlers.sections import command_parser
from handlers.sections.names import clean_description, clean_name, find_same_name, find_similar_names, section_key
from handlers.text.invisible import strip_invisible
from handlers.text.sentences import split_sentences
from handlers.text.truncation import truncate_at_word
from handlers.text.words import find_words, terms_of, tokenize, without_addresses
from storage.comment_versions import takes_away
from storage.values.incidents import Person
from storage.values.messages import ListMessage

RSS_BEFORE = "<rss version='2.0'><channel><item><description><![CDATA["
RSS_AFTER = "]]></description></item></channel></rss>"
OWNERS = build_owner_directory()
NAMES = [SectionName("weak-keys", "Weak keys"), SectionName("crl-failure", "CRL failure")]
OWNER_NAMES = OwnerNames(OWNERS, ("Example CA",), {})
TITLES = {"crl-failure": "CRL failure"}

# Repeated to the length that is asked for.
HOSTILE_PIECES = (
    # single characters, and what people type
    *" \n\t<>@&\"'`*_#|-[](){}:.,;=%\\/~?!1aAé“＠：。\u3000\u2028\r\x00\ud800\u0301\u200b\u202e\u00ad\u2011가🇩",
    "e\u0301", "\u0301\u0316", "a\u0316\u0301", "\U000e0041", "\U0001f469\u200d", "\n\n", "\r\n", "a ", "a\n", "1 ",
    "1. ",
    "](", "[](", "[a](b", "[a](b ", "[a]", "[\\", "\\[", "((", "&&", "&amp;", "&#", "&#1", "<!", "<@", "<a:a", "a://",
    "a:",
    # links and addresses
    "https://", "https://a\n", "https://a.b/c ", "https://bugzilla.mozilla.org/show_bug.cgi?", "show_bug.cgi?id=",
    "https://bugzilla.mozilla.org/show_bug.cgi?id=1&", "https://bugzilla.mozilla.org/show_bug.cgi?&id=", "&id=",
    "https://bugzilla.mozilla.org/show_bug.cgi?id=1658792\n", "https://bugzil.la/", "crt.sh/", "www.", "w.", "a.",
    "a. ",
    "a@", "@a", "a@b.", "a.b@c.d ", "a＠b．c ", "@a\\.", "@a。", "@a_",
    # bugs
    "bug ", "bug 1234567,", "#1234567 ", "12345678,", "1234567\n", "-1 ",
    # mails
    "re:", "--\n", "-- ", "- ", "* ", "> ", ">\n", "On a\n", "On a wrote:\n", "On 2024 10:00 a@b wrote:\n\n",
    "From: a\n", "From: a\nSent: b\n", "From: a@b\nDate: 2024 10:00\nTo: c\n> d\n", "a: b\n", "Von: a\nc\n",
    "________\n", "-----Original Message-----\n", "-- a --\n", "2024 a\n", "2024:\n", "=?utf-8?Q?", "=?utf-8?Q?a?=",
    "=?utf-8?Q?a?= ", "=?utf-8?B?", "=?punycode?Q?a-?= ",
    # HTML
    "<ul><li>", "<b>", "</b>", "<div>", "<p>a", "<br>", "<script>", "<!--", "<a href=", "<a href='", '<a ="', "<table>",
    "<template>", "<style>", "<pre>\n", "<blockquote>", "<title>",
    # whiteboards and titles
    "[a-b, ", "[[", "next update ", "next update 2024-", "next update 2024-06-01 ", "close on ", "[next update ", "a-",
    "ca-compliance ", "d-t", "Asseco ", "Asseco Data ", "Let's ", "SSL. Com ",
    # reports
    "1. How your CA first became aware ", "How your CA first became aware (", "A timeline of the actions your CA took ",
    "A timeline of the actions your CA took\n", "CCADB unique ID ", "CCADB unique ID:\n", "on behalf of ",
    "(on behalf of a", "Created attachment 1\n", "e.g. ", "? ", "!\n", "*a*", "_a_", "`a`",
    # requests and commands
    "please ", "please add a section for ", "a new ", "a section for the ", "group these ", "put the a b ", "a and ",
    "we could group all these incidents ", "the of ", "section:", 'section:"', "since:", "against: ", " against: 1",
    "yes ", " yes", "description:", " -- ", "a to ", " to ", "votes:", "votes: ",
)  # fmt: skip

# Text with a head or an end of its own, around the repeated piece.
HOSTILE_FRAMES = (
    ("a ", "!"),
    ("https://", " "),
    ("geo 1 ", "\x00"),
    ("[", "]"),
    ("<", ">"),
    ('"', "x"),
    ("please add a section for weak keys: 1658792 1658794 ", ""),
    ("Mine.\n\nbug 1658792, bug 1658794. We could add a section ", "\n"),
)


def hostile_text(piece: str, length: int, frame: tuple[str, str] = ("", "")) -> str:
    """Return `length` characters of a repeated piece, within a frame."""
    before, after = frame
    return before + (piece * (length // len(piece) + 1))[: max(length - len(before) - len(after), 0)] + after


def history_rows(text: str) -> list[object]:
    """Return a history in which a text is the value of every field that is read."""
    fields = ("summary", "assigned_to", "bug_group", "flagtypes.name")
    changes = [{"field_name": field, "removed": text, "added": text} for field in fields]
    return [{"when": "2024-01-01T00:00:00Z", "who": text, "changes": changes}]


def _message(text: str) -> ListMessage:
    return ListMessage("list", "1", "https://list.example/1", text, "A", datetime(2024, 6, 1, tzinfo=UTC), body=text)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _refusing(read: Callable[[str], object]) -> Callable[[str], object]:
    """Return the reader, with its refusal of a text as a result."""

    def reading(text: str) -> object:
        with suppress(UserError):
            return read(text)
        return None

    return reading


READERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "authored_text": authored_text,
        "base_subject": base_subject,
        "mentioned_bugs": mentioned_bugs,
        "mentioned_owners": lambda text: mentioned_owners(text, OWNERS),
        "read_text": lambda text: read_text(text, OWNERS, text[:40]),
        "without_addresses": without_addresses,
        "find_words": find_words,
        "tokenize": tokenize,
        "terms_of": terms_of,
        "parse_message": lambda text: parse_message(text, text, OWNERS),
        "referenced_bugs": referenced_bugs,
        "detect_in_text": detect_in_text,
        "detect_section_request": lambda text: detect_section_request(_message(text)),
        "mail_excerpt": lambda text: mail_excerpt(text, range(1_600_000, 1_700_000)),
        "mask_addresses": mask_addresses,
        "parse_login": lambda text: affiliation(parse_login(text), OWNERS),
        "parse_proposal": parse_proposal,
        "parse_bug_list": parse_bug_list,
        "strip_boilerplate": strip_boilerplate,
        "extract_report_text": extract_report_text,
        "find_report_comment": lambda text: find_report_comment([(0, text), (1, text)]),
        "uses_report_template": uses_report_template,
        "parse_ccadb_id": parse_ccadb_id,
        "make_excerpt": make_excerpt,
        "read_markdown": read_markdown,
        "part_of": part_of,
        "says_nothing": says_nothing,
        "states_rule": states_rule,
        "without_announcements": without_announcements,
        "find_faults": find_faults,
        "reporter_role": lambda text: reporter_role(
            Filing(Person("a", "b.example"), ("Nobody",), date(2024, 6, 1), text=text), OWNERS
        ),
        "split_sentences": split_sentences,
        "truncate_at_word": lambda text: truncate_at_word(text, 300),
        "render_excerpt": render_excerpt,
        "normalize_tag": normalize_tag,
        "parse_title": lambda text: parse_title(text, OWNERS),
        "normalize_name": normalize_name,
        "is_auditor": is_auditor,
        "resolve_owner": lambda text: resolve_owner(text, OWNERS, [text]),
        "parse_whiteboard": parse_whiteboard,
        "mentions_next_update": mentions_next_update,
        "announces_closing": announces_closing,
        "parse_date (whiteboard)": parse_whiteboard_date,
        "clean_name": _refusing(clean_name),
        "clean_description": _refusing(clean_description),
        "section_key": section_key,
        "find_same_name": lambda text: find_same_name(text, NAMES),
        "find_similar_names": lambda text: find_similar_names(text, NAMES),
        "verdicts (judge)": command_parser._VERDICT.split,
        "against: (preview)": lambda text: command_parser._COUNTER_EXAMPLES.sub(" ", text),
        "-- (describe)": command_parser._DESCRIPTION_SEPARATOR.split,
        "rules (sectionrules)": command_parser._RULE.findall,
        "two names (rename)": lambda text: list(command_parser._splits(text, "to")),
        "parse_query": _refusing(parse_query),
        "parse_message_query": _refusing(parse_message_query),
        "parse_commitment_query": parse_commitment_query,
        "parse_deadline_query": parse_deadline_query,
        "parse_moment": _refusing(parse_moment),
        "is_attachment_only": is_attachment_only,
        "explain": _refusing(lambda text: Explanations().explain(text)),
        "decode_draft": _refusing(lambda text: decode_draft(_encode(text))),
        "read_free_words": _refusing(
            lambda text: read_free_words(text, OWNER_NAMES.find, TITLES.get, date(2024, 6, 1))
        ),
        "owner names with a slip": OWNER_NAMES.resolve,
        "unknown words": lambda text: UnknownWords(OWNER_NAMES, TITLES).error(text, IncidentQuery()),
        "parse_bug_number": parse_bug_number,
        "split_bug_and_section": split_bug_and_section,
        "strip_control_chars": strip_control_chars,
        "sanitize_text": sanitize_text,
        "sanitize_header": sanitize_header,
        "html_to_text": html_to_text,
        "parse_author (mail)": parse_author,
        "parse_mail_date": parse_mail_date,
        "to_text (plain)": lambda text: to_text(text, html=False),
        "looks_like_html": looks_like_html,
        "looks_like_html_title": looks_like_html_title,
        "bound_html": bound_html,
        "decode_xml": lambda text: decode_xml(_encode(text), text[:4000]),
        "decode_html": lambda text: decode_html(_encode(text), text[:4000]),
        "split_feed": lambda text: split_feed(_encode(text)),
        "cut_feed": lambda text: cut_feed(b"<rss>" + _encode(text)),
        "parse_feed (description)": lambda text: parse_feed(_encode(f"{RSS_BEFORE}{text}{RSS_AFTER}"), ""),
        "parse_page": lambda text: parse_page(
            _encode(f"<span class=subject>s</span><div><!--X-Body-of-Message-->{text}</div>"), ""
        ),
        "parse_retry_after": lambda text: parse_retry_after(
            {"retry-after": text, "date": text}, datetime(2026, 1, 1, tzinfo=UTC), 600
        ),
        "sendable": sendable,
        "parse_response (Bugzilla)": lambda text: parse_response(_encode(f'{{"a": {text}'), 400, "host"),
        "parse_comments (Bugzilla)": lambda text: parse_comments(
            1, [{"id": 1, "count": 0, "time": "2024-01-01T00:00:00Z", "creator": text, "text": text}]
        ),
        "parse_history (Bugzilla)": lambda text: parse_history(1, history_rows(text)),
        "takes_away": lambda text: takes_away(text, text[1:]),
        "named_bugs": lambda text: named_bugs([text]),
        "strip_invisible": strip_invisible,
        "normalize": lambda text: normalize(text, one_line=False),
        "split_graphemes": lambda text: list(split_graphemes(text)),
        "to_single_line": lambda text: to_single_line(text, 300),
        "escape_markdown": lambda text: escape_markdown(text, 200_000),
        "escape_inline": lambda text: escape_inline(text, 200_000),
        "truncate_markdown": lambda text: truncate_markdown(text, 4096),
        "truncate_markdown (long)": lambda text: truncate_markdown(text + text, len(text)),
        "fit_lines": lambda text: fit_lines(text.split("\n"), 4096),
        "safe_url": safe_url,
    }
)
