"""Which items of a feed are messages that are stored already."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.ingest.identity import distinct_key, match_known
from storage.values.messages import KnownMessage, ListMessage

NOON = datetime(2024, 6, 3, 12, 30, tzinfo=UTC)


def item(key, subject="Entry", link="http://x.example/1", posted=NOON, body="text", number=None):
    return ListMessage("feed", key, link, subject, "An author", posted, number, body=body)


def known(key, subject="Entry", link="http://x.example/1", posted=NOON, body="text", number=None):
    return KnownMessage(key, link, subject, "An author", posted, number, None if posted else body)


def matched(items, stored):
    """Return the keys of the stored messages, None for new items."""
    matches = match_known(items, stored)
    return [matches[place].key if place in matches else None for place in range(len(items))]


def test_an_unchanged_entry_is_known():
    assert matched([item("g1")], [known("g1")]) == ["g1"]


def test_an_entry_is_known_whose_id_was_made_anew():
    assert matched([item("b1")], [known("a1")]) == ["a1"]
    assert matched([item("b1", posted=None)], [known("a1", posted=None)]) == ["a1"]


def test_an_entry_is_known_that_went_from_http_to_https():
    assert matched([item("https://x.example/1", link="https://X.example/1/")], [known("http://x.example/1")]) == [
        "http://x.example/1"
    ]


def test_an_entry_is_known_after_its_site_has_moved():
    moved = item("https://new.example/e/7", link="https://new.example/e/7")
    assert matched([moved], [known("http://x.example/1")]) == ["http://x.example/1"]


def test_an_entry_is_known_whose_title_or_date_was_corrected():
    later = NOON + timedelta(hours=3)
    assert matched([item("g1", subject="Corrected", posted=later)], [known("g1")]) == ["g1"]
    assert matched([item("new id", subject="Corrected")], [known("g1")]) == ["g1"]


def test_entries_that_share_an_id_are_told_apart():
    stored = [known("same", "One", "http://x.example/1"), known("same\x1fTwo", "Two", "http://x.example/2")]
    items = [
        item("same", "Three", "http://x.example/3", NOON + timedelta(hours=2)),
        item("same", "Two", "http://x.example/2"),
        item("same", "One", "http://x.example/1"),
    ]
    assert matched(items, stored) == [None, "same\x1fTwo", "same"]
    assert matched(items[:1], stored) == [None]


def test_a_feed_that_numbers_its_entries_anew_has_one_new_entry():
    hour = timedelta(hours=1)
    stored = [known(f"{n}", f"Entry {9 - n}", f"http://x.example/{9 - n}", NOON - n * hour) for n in range(3)]
    items = [item(f"{n}", f"Entry {10 - n}", f"http://x.example/{10 - n}", NOON + hour - n * hour) for n in range(3)]
    assert matched(items, stored) == [None, "0", "1"]


def test_revisions_of_one_page_share_their_link_and_title():
    stored = [known(f"page?oldid={n}", "Editor: revision", posted=NOON + timedelta(hours=n)) for n in range(2)]
    assert matched([item("page?oldid=2", "Editor: revision", posted=NOON + timedelta(hours=2))], stored) == [None]
    assert matched([item("page?oldid=2", "Editor: revision", posted=None)], stored[:1]) == [None]


def test_undated_entries_with_one_title_are_told_apart_by_their_text():
    stored = [known("a", "Status", posted=None, body="All is well.")]
    assert matched([item("b", "Status", posted=None, body="It is down.")], stored) == [None]


def test_two_items_of_one_day_and_title_are_two():
    day = datetime(2024, 6, 3, tzinfo=UTC)
    assert matched([item("b", "Update", "http://x.example/2", day)], [known("a", "Update", posted=day)]) == [None]


def test_a_placeholder_is_the_message_of_its_number():
    stored = [known("host/msg7", "", "http://host/msg7", None, None, 7)]
    assert matched([item("host/msg7", "Subject", "http://host/msg7", number=7)], stored) == ["host/msg7"]


def test_a_message_is_known_by_its_number_under_another_address_of_the_archive():
    stored = [known("old/msg7", "Subject", "http://old/msg7", number=7)]
    assert matched([item("new/msg7", "Subject", "http://new/msg7", number=7)], stored) == ["old/msg7"]
    assert matched([item("new/msg7", "Other", "http://new/msg7", NOON + timedelta(days=9), number=7)], stored) == [None]


TEXTS = st.sampled_from(["", "a", "b", "http://x/1", "https://x/1", "1"])
ITEMS = st.lists(st.builds(item, TEXTS, TEXTS, TEXTS, st.sampled_from([None, NOON, NOON + timedelta(1)])), max_size=8)


@given(ITEMS)
def test_what_was_stored_is_all_known_afterwards(items):
    stored, keys = [], set()
    for listed in dict.fromkeys(items):
        key = distinct_key(listed, keys)
        assert key not in keys
        keys.add(key)
        stored.append(known(key, listed.subject, listed.url, listed.posted, listed.body))
    matches = match_known(list(dict.fromkeys(items)), stored)
    assert len(matches) == len(stored)
    assert len({message.key for message in matches.values()}) == len(stored)
