"""Queries for incidents: what is typed, what is an option, and what of both contradicts itself."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import UserError
from handlers.queries.filters import IncidentQuery, parse_date, parse_query
from handlers.sections.command_parser import parse_verdicts, parse_vote_rules
from handlers.sections.vote_rules import RuleChanges

MARCH, JUNE = date(2024, 3, 1), date(2024, 6, 30)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(
    st.builds(
        IncidentQuery,
        st.lists(names, max_size=3).map(" ".join),
        st.lists(names, max_size=2).map(" ".join),
        st.sampled_from([None, "open", "closed"]),
        st.none() | st.dates(date(2000, 1, 1)),
        st.none() | st.dates(date(2000, 1, 1)),
    )
)
def test_a_query_reads_back_as_it_was_written(query):
    assert parse_query(query.as_text) == query


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_a_sentence(text):
    with suppress(UserError):
        query = parse_query(text)
        assert query.ca == " ".join(query.ca.split())


def test_flags_typed_into_the_option_of_the_ca_are_understood():
    query = parse_query("Entrust open:yes since:2024-03-01").with_options(IncidentQuery(section="crl-failure"))
    assert query == IncidentQuery("Entrust", "crl-failure", "open", MARCH)


def test_an_option_is_a_value_and_never_read_for_flags():
    odd = 'yes 5 open:yes "since:2024-03-01'
    assert parse_query("Entrust").with_options(IncidentQuery(section=odd)) == IncidentQuery("Entrust", odd)


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("open:yes open:no", IncidentQuery(), "You ask for open incidents and for open and closed ones at once"),
        ("open:yes", IncidentQuery(state="closed"), "You ask for open incidents and for closed ones at once; choose"),
        ("page:2", IncidentQuery(page=2), "page is given twice, as 2 and as 3; give it once."),
        ("section:a", IncidentQuery(section="b"), "section is given twice, as a and as b; give it once."),
        ("since:2024-03-01", IncidentQuery(since=JUNE), "since is given twice, as 2024-03-01 and as 2024-06-30"),
    ],
)
def test_what_is_said_twice_in_different_ways_is_asked_back(text, options, sentence):
    with pytest.raises(UserError) as caught:
        parse_query(text).with_options(options)
    assert str(caught.value).startswith(sentence)


def test_what_is_said_twice_in_the_same_way_is_said_once():
    options = IncidentQuery(section="crl-failure", state="open")
    assert parse_query("section:CRL-failure open:yes").with_options(options) == options


def test_dates_in_the_wrong_order_are_asked_back_whoever_typed_them():
    for query in (IncidentQuery(since=JUNE, until=MARCH), parse_query("since:2024-06-30 until:2024-03-01")):
        with pytest.raises(UserError, match="swap the two dates"):
            query.require_ordered_dates()
    IncidentQuery(since=MARCH, until=MARCH).require_ordered_dates()


@pytest.mark.parametrize("text", ["2024-3-1", "2024-02-30", "yesterday", "２０２４-03-01x"])
def test_what_is_no_date_is_told_how_to_write_one(text):
    with pytest.raises(UserError, match=r"since:.* is not a date\.") as raised:
        parse_date(text, "since")
    assert parse_query(raised.value.example.removeprefix("incidents ")).since == date(2024, 3, 1)


def test_a_bug_both_belongs_and_does_not():
    assert parse_verdicts(("yes", "1, 2"), ("no", "https://bugzil.la/3")) == {1: True, 2: True, 3: False}
    for labels, sentence in (
        ((("yes", "1 2"), ("no", "2")), "Bug 2 is named both as belonging and as not; name it once."),
        ((("yes", "12345678901"),), "“12345678901” is not a bug number"),
        ((("yes", ""), ("no", " ")), "Say which bugs belong"),
    ):
        with pytest.raises(UserError) as caught:
            parse_verdicts(*labels)
        assert str(caught.value).startswith(sentence)


def test_rules_are_parsed_once_and_a_rule_given_twice_is_asked_back():
    assert parse_vote_rules("days:2 votes:3 majority:60% decides:nobody") == RuleChanges(3, 60, 2, "nobody")
    assert parse_vote_rules("  ") == RuleChanges()
    for line, sentence in (
        ("votes:3 votes:4", "votes is given twice, as 3 and as 4; give it once."),
        ("votes:many", "votes:many is not a number"),
        ("decides:king", "“king” cannot decide at once"),
        ("votes:3 please", "Write all or some of the rules."),
    ):
        with pytest.raises(UserError) as caught:
            parse_vote_rules(line)
        assert str(caught.value).startswith(sentence)
