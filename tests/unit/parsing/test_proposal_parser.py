"""What a member types or pastes to propose a section is read as it was meant, and never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import UserError
from handlers.parsing.proposal_parser import MAX_BUG_ID, BugList, ParsedProposal, parse_bug_list, parse_proposal
from handlers.results.proposals import SectionName
from handlers.sections.names import clean_description, clean_name, find_same_name, find_similar_names, section_key

MAIL = """geographical
Hello all,

since 2019 there were 12 bugs of this kind, see RFC 5280 and
https://bugzilla.mozilla.org/show_bug.cgi?id=1658792#c4 or bug 1658794 and 1658796.
> 1658798, 1658800
On 2024-05-19 we said: pay 3000.
1658801

--
A. Member
"""


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("geographical", ParsedProposal("geographical")),
        ("weak keys 1427034, 1658792", ParsedProposal("weak keys", (1427034, 1658792))),
        ("weak keys #1427034 and bug 1658792", ParsedProposal("weak keys", (1427034, 1658792))),
        ("geo https://bugzilla.mozilla.org/show_bug.cgi?id=7#c3", ParsedProposal("geo", (7,))),
        ("geo <https://bugzil.la/1658792>", ParsedProposal("geo", (1658792,))),
        ("geo 7 -- Where it is", ParsedProposal("geo", (7,), "Where it is")),
        ("geo — Where it is", ParsedProposal("geo", (), "Where it is")),
        ("geo 7 description: Where it is", ParsedProposal("geo", (7,), "Where it is")),
        ("geo\ndescription: Where it is\n7", ParsedProposal("geo", (7,), "Where it is")),
        ('"COVID 19" 1658792', ParsedProposal("COVID 19", (1658792,))),
        ("SHA-1 signatures 1658792", ParsedProposal("SHA-1 signatures", (1658792,))),
        ("CP/CPS 4.9.1 text", ParsedProposal("CP/CPS 4.9.1 text")),
        ("geo -5 0 99999999999999999999", ParsedProposal("geo", (), "", ("-5", "0", "99999999999999999999"))),
        ("geo https://example.org/x", ParsedProposal("geo", (), "", ("https://example.org/x",))),
        (MAIL, ParsedProposal("geographical", (1658792, 1658794, 1658796, 1658798, 1658800, 1658801))),
        ("", ParsedProposal()),
        ("1658792", ParsedProposal("", (1658792,))),
    ],
)
def test_a_name_its_bugs_and_its_description_are_told_apart(text, proposal):
    assert parse_proposal(text) == proposal


def test_links_that_run_together_name_each_bug():
    link = "https://bugzilla.mozilla.org/show_bug.cgi?ctype=x&id="
    assert parse_proposal(f"geo\nsee {link}1658792{link}1658794#c1,{link}1658796.").bugs == (1658792, 1658794, 1658796)
    assert parse_proposal("geo\nhttps://crt.sh/?id=1658792 and others").bugs == ()


@given(st.text(max_size=400) | st.lists(st.sampled_from(list('"“”-–—:#0123456789 \nbugdescription.,')), max_size=60))
def test_whatever_is_pasted_is_read_without_failing(text):
    proposal = parse_proposal(text if isinstance(text, str) else "".join(text))
    assert all(0 < bug <= MAX_BUG_ID for bug in proposal.bugs)
    assert len(set(proposal.bugs)) == len(proposal.bugs)
    assert "\n" not in proposal.name + proposal.description


@given(st.lists(st.integers(1, MAX_BUG_ID), unique=True, max_size=50), st.sampled_from([" ", ", ", "\n", ",", "; #"]))
def test_a_list_of_bugs_is_read_whole_and_in_order(bugs, separator):
    assert parse_bug_list(separator.join(str(bug) for bug in bugs)) == BugList(tuple(bugs))


@given(st.text(max_size=120))
def test_a_name_is_clean_or_refused_in_a_sentence(text):
    try:
        name = clean_name(text)
    except UserError:
        return
    assert 2 <= len(name) <= 40
    assert not set(name) & set("<>@#*_`~|[]\\\n\u202e\u200b")
    assert clean_name(name) == name
    assert section_key(name)
    assert " " not in section_key(name)


@pytest.mark.parametrize(
    ("typed", "name", "key"),
    [
        ("  **Weak   keys** ", "Weak keys", "weak-keys"),
        ("weak_keys", "weak keys", "weak-keys"),
        ("S/MIME profiles", "S/MIME profiles", "s-mime-profiles"),
        ("CA's own keys", "CA's own keys", "cas-own-keys"),
        ("Zürich & Genève", "Zürich & Genève", "zürich-genève"),
        ("a\u202eb\u200bc", "abc", "abc"),
    ],
)
def test_markup_and_invisible_letters_are_taken_off_a_name(typed, name, key):
    assert clean_name(typed) == name
    assert section_key(name) == key


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("<@123> keys", "mention"),
        ("@everyone look", "mention"),
        ("<:smile:123>", "mention"),
        ("see https://evil.example", "link"),
        ("see ht\u00adtps：//evil.example", "link"),
        ("[click](x)", "link"),
        ("x", "2 to 40 characters"),
        ("y" * 41, "this one has 41"),
        ("", "Give the section a name"),
        ("***", "Give the section a name"),
        ("2024", "no letter"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_with_the_reason(typed, reason):
    with pytest.raises(UserError, match=reason):
        clean_name(typed)


def test_a_description_is_one_line_of_bounded_length():
    assert clean_description("Where\n it  is\x07") == "Where it is"
    with pytest.raises(UserError, match="has 301"):
        clean_description("x" * 301)


def test_names_that_are_nearly_the_same_are_found():
    known = [
        SectionName("weak-keys", "Weak keys"),
        SectionName("week-days", "Week days"),
        SectionName("crl-failure", "CRL failure"),
    ]
    assert [name.key for name in find_similar_names("weak key", known)] == ["weak-keys"]
    assert [name.key for name in find_similar_names("keys, weak", known)] == ["weak-keys"]
    assert find_similar_names("geographical", known) == ()
    assert find_same_name("WEAK_KEYS", known) == known[0]
