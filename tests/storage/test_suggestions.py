"""What is suggested while somebody types: found by the beginnings of words or numbers, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage import incidents, suggestions
from storage.database import Database
from storage.title_words import MAX_WORD_LENGTH, title_words, typed_words
from storage.values.incidents import Bug, Incident, Person
from tests.support.database import read, write
from tests.support.older_database import connect, take_back_to

NOON = datetime(2024, 5, 19, 12, tzinfo=UTC)
NOBODY = Person("nobody")


def titled(number: int, title: str, ca: str | None = "Entrust", age: int = 0) -> Incident:
    """Return an incident that was opened `age` hours before noon."""
    opened = NOON - timedelta(hours=age)
    bug = Bug(number, f"{ca}: {title}", "", "NEW", "", True, opened, opened, None, NOBODY, NOBODY)
    return Incident(bug, ca, title, (), None, None)


async def suggest(database: Database, text: str, limit: int = 25) -> list[int]:
    found = await read(database, suggestions.find_bugs_by_words, typed_words(text), limit)
    return [bug for bug, _ in found]


async def suggest_numbers(database: Database, digits: str, limit: int = 25) -> list[int]:
    return [bug for bug, _ in await read(database, suggestions.find_bugs_by_number, digits, limit)]


async def test_all_typed_words_must_begin_words_of_the_title(database: Database) -> None:
    stored = [
        titled(1, "Jurisdiction issue in some EV certificates", age=1),
        titled(2, "EV certificates with a wrong country", age=2),
        titled(3, "Wrong jurisdiction", ca="D-Trust", age=3),
        titled(4, "Žádost o zneplatnění", ca="Microsec", age=4),
    ]
    await write(database, incidents.save_incidents, stored)
    assert await read(database, suggestions.find_bugs_by_words, ("entrust", "juris"), 25) == [
        (1, "Entrust: Jurisdiction issue in some EV certificates")
    ]
    assert await suggest(database, "juris") == [1, 3]
    assert await suggest(database, "CERTIFICATES ev") == [1, 2]
    assert await suggest(database, "dtru") == await suggest(database, "d-trust") == [3]
    assert await suggest(database, "zadost") == await suggest(database, "Žád") == [4]
    assert await suggest(database, "diction") == []
    assert await suggest(database, "e", limit=1) == [1]
    assert await suggest(database, "") == []


async def test_an_incident_with_a_new_title_is_found_by_it_alone(database: Database) -> None:
    await write(database, incidents.save_incidents, [titled(1, "Wrong jurisdiction"), titled(2, "Late CRL")])
    await write(database, incidents.save_incidents, [titled(1, "Wrong locality")])
    assert await suggest(database, "juris") == []
    assert await suggest(database, "locality") == [1]
    assert await suggest(database, "late") == [2]


@pytest.mark.parametrize("visibility", ["restricted", "moved"])
async def test_an_incident_that_left_is_not_suggested(database: Database, visibility: str) -> None:
    await write(database, incidents.save_incidents, [titled(17, "A secret of the subscriber"), titled(18, "Late CRL")])
    await write(database, incidents.mark_unavailable, 17, visibility)
    assert await suggest(database, "secret") == []
    assert await suggest(database, "entrust") == await suggest_numbers(database, "1") == [18]
    assert [bug for bug, _ in await read(database, suggestions.find_newest_bugs, 25)] == [18]
    async with database.read() as transaction:
        words = set(await transaction.scalars(sa.select(database.tables["title_word"].c.word)))
    assert ("secret" in words) == (visibility == "moved")


async def test_a_number_is_found_by_its_first_digits(database: Database) -> None:
    numbers = (18, 180, 1897630, 1897631, 1900000, 2189763)
    await write(database, incidents.save_incidents, [titled(number, "x", age=-n) for n, number in enumerate(numbers)])
    assert await suggest_numbers(database, "18") == [1897631, 1897630, 180, 18]
    assert await suggest_numbers(database, "1897630") == [1897630]
    assert await suggest_numbers(database, "18", limit=1) == [1897631]
    assert await suggest_numbers(database, "999999999") == []
    for useless in ("", "0", "01", "1234567890", "x", "²"):
        assert await suggest_numbers(database, useless) == []


async def test_frequent_words_find_the_newest_and_rare_ones_any(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "RARE_WORD", 10)
    monkeypatch.setattr(suggestions, "NEWEST_SEARCHED", 15)
    stored = [titled(number, f"Late {'OCSP' if number % 2 else 'CRL'}", age=number) for number in range(1, 21)]
    stored += [titled(number, "Late audit", age=number) for number in range(21, 41)]
    stored.append(titled(99, "Late root and OCSP and CRL", age=1000))
    await write(database, incidents.save_incidents, stored)
    assert await suggest(database, "late", limit=5) == [1, 2, 3, 4, 5]
    assert await suggest(database, "late oc", limit=5) == [1, 3, 5, 7, 9]
    assert await suggest(database, "root late") == [99]
    # some of the older ones are found by a frequent word that none of the newest has
    assert set(await suggest(database, "audit", limit=5)) < set(range(21, 41))
    assert len(await suggest(database, "audit", limit=5)) == 5


async def test_owners_come_with_the_newest_incident_first(database: Database) -> None:
    stored = [
        titled(1, "x", ca="Entrust", age=3),
        titled(2, "x", ca="DigiCert", age=2),
        titled(3, "x", ca="Entrust", age=1),
        titled(4, "x", ca="Telia", age=9),
        titled(5, "x", ca="Secret CA"),
        titled(6, "x", ca=None),
    ]
    assert await read(database, suggestions.find_owner_names) == []
    await write(database, incidents.save_incidents, stored)
    await write(database, incidents.mark_unavailable, 5, "moved")
    assert await read(database, suggestions.find_owner_names) == ["Entrust", "DigiCert", "Telia"]


async def test_titles_that_an_earlier_version_stored_are_suggested(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    await write(database, incidents.save_incidents, [titled(7, "Wrong jurisdiction")])
    await database.close()
    take_back_to(database_url, "0006")
    with connect(database_url) as connection:
        assert not sa.inspect(connection).has_table("title_word")
    database = Database(database_url)
    await database.open()
    assert await suggest(database, "entrust juris") == [7]
    await database.close()


@given(st.text(), st.integers(1, 12))
def test_the_beginning_of_each_word_of_any_title_finds_it(title: str, length: int) -> None:
    words = title_words(title)
    for typed in typed_words(title):
        assert any(word.startswith(typed[:length]) for word in words)
    assert all(0 < len(word) <= MAX_WORD_LENGTH and word.isalnum() for word in words)
