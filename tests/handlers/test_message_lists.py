"""Lists of mails: by CA, bug, month and thread, newest first."""

from datetime import UTC, date, datetime

import pytest

from bot.terminal.json_output import messages_document
from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.parsing.messages import base_subject
from handlers.parsing.owners import build_owner_directory
from handlers.queries.message_filters import make_thread_id, parse_message_query
from handlers.queries.messages import PAGE_SIZE, MessageQueries
from storage import incidents, messages
from storage.values.messages import ListMessage
from tests.support.fake_use_cases import incident

NOW = datetime(2024, 7, 1, tzinfo=UTC)
PLAN, OTHER = "Entrust's remediation plan", "SHA-1 in S/MIME"


def mail(number, subject, day, *, bugs=(), cas=(), list_name="dev-security-policy"):
    posted = datetime.combine(day, datetime.min.time(), UTC).replace(hour=12) if day else None
    return ListMessage(
        list_name, f"key{number:03}", f"https://list.example/{number}", subject, "Ben", posted, number,
        body="The body.", thread=base_subject(subject), bugs=bugs, cas=cas,
    )  # fmt: skip


MAILS = (
    mail(1, PLAN, date(2024, 4, 30), bugs=(1897630,), cas=("Entrust",)),
    mail(2, f"Re: {PLAN}", date(2024, 5, 1), bugs=(1897630, 1897631), cas=("Entrust", "Sectigo")),
    mail(3, f"[EXTERNAL] RE: {PLAN}", date(2024, 5, 31), cas=("Sectigo",)),
    mail(4, OTHER, date(2024, 6, 1), bugs=(1897631,)),
    mail(5, OTHER, None, list_name="feed"),
)


@pytest.fixture
async def queries(database):
    async with database.transaction() as transaction:
        await incidents.save_incidents(transaction, [incident(1897630), incident(1897631, title="Plughword")])
        await messages.save_messages(transaction, MAILS, state="read", backlog=True, now=NOW)
        placeholder = mail(9, "", date(2024, 6, 2))
        await messages.save_messages(transaction, [placeholder], state="absent", backlog=False, now=NOW)
    return MessageQueries(database, build_owner_directory())


async def numbers(queries, text):
    page = await queries.list(OPERATOR, parse_message_query(text))
    assert page.total == len(page.messages)
    return [listed.message.number for listed in page.messages]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("Entrust", [2, 1]),
        ("comodo 2024-05", [3, 2]),
        ("1897631", [4, 2]),
        ("https://bugzilla.mozilla.org/show_bug.cgi?id=1897630", [2, 1]),
        ("bug 5", []),
        ("2024-05", [3, 2]),
        ("2024-05-31", [3]),
        ("2024", [4, 3, 2, 1]),
        ("since:2024-05-02 until:2024-06-01", [4, 3]),
        (f"thread:{make_thread_id(PLAN)}", [3, 2, 1]),
        (f"Re: {PLAN.lower()}", [3, 2, 1]),
        ("remediation plan", [3, 2, 1]),
    ],
)
async def test_mails_are_found_by_what_people_type(queries, text, expected):
    assert await numbers(queries, text) == expected


async def test_the_resolved_query_asks_the_same_again(queries):
    for text in ("comodo 2024-05", "bug 1897631", "remediation plan", "2024"):
        page = await queries.list(OPERATOR, parse_message_query(text))
        again = await queries.list(OPERATOR, parse_message_query(page.query_text))
        assert again == page


async def test_each_mail_has_the_public_bugs_that_it_names_and_the_size_of_its_thread(queries, database):
    async with database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, 1897631, "restricted")
    page = await queries.list(OPERATOR, parse_message_query("2024-05-01"))
    (listed,) = page.messages
    assert [known.bug.id for known in listed.incidents] == [1897630]
    assert (listed.thread_id, listed.thread_size) == (make_thread_id(PLAN), 3)
    assert "Plughword" not in str(page)


async def test_pages_hold_six_and_after_the_last_comes_the_last(queries, database):
    more = [mail(number, f"Subject {number}", date(2024, 6, 10)) for number in range(10, 14)]
    async with database.transaction() as transaction:
        await messages.save_messages(transaction, more, state="read", backlog=True, now=NOW)
    pages = [await queries.list(OPERATOR, parse_message_query(""), number) for number in (0, 1, 9)]
    assert [len(page.messages) for page in pages] == [PAGE_SIZE, 3, 3]
    assert [(page.page, page.page_count, page.total) for page in pages] == [(0, 2, 9), (1, 2, 9), (1, 2, 9)]


@pytest.mark.parametrize("text", ["2024-13", "since:2024-06-01 until:2024-05-01", "Nobody Knows This CA", "thread:x"])
async def test_what_cannot_be_found_is_answered_with_a_sentence(queries, text):
    with pytest.raises(UserError):
        await queries.list(OPERATOR, parse_message_query(text))


async def test_the_document_has_the_facts_of_each_mail(queries):
    document = messages_document(await queries.list(OPERATOR, parse_message_query("2024-05-01")))
    assert document == {
        "total": 1,
        "messages": [
            {
                "list": "dev-security-policy",
                "url": "https://list.example/2",
                "subject": f"Re: {PLAN}",
                "author": "Ben",
                "posted": "2024-05-01T12:00:00Z",
                "bugs": [1897630, 1897631],
                "cas": ["Entrust", "Sectigo"],
                "thread": PLAN,
            }
        ],
    }
