"""What may be meant by the letters that somebody has typed so far: found by indexes, in a bounded number of rows.

None of these queries takes longer because there are more incidents.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage.database import Transaction

MAX_DIGITS = 9
# A word of fewer titles than this is looked up by the word. Any other is so frequent that the newest incidents contain
# it: of these, so many are looked at.
RARE_WORD = 500
NEWEST_SEARCHED = 1500
_AFTER_ALL_WORDS = "\U0010ffff"


async def find_owner_names(transaction: Transaction) -> list[str]:
    """Return the CA owners of all visible incidents, the one with the newest incident first."""
    table = transaction.tables["incident"]

    def build() -> sa.Select[Any]:
        # from one name to the next by the index: the number of incidents does not matter
        first = sa.select(sa.func.min(table.c.ca).label("ca")).cte("owner", recursive=True)
        following = sa.select(sa.func.min(table.c.ca)).where(table.c.ca > first.c.ca).scalar_subquery()
        names = first.union_all(sa.select(following).where(first.c.ca.is_not(None)))
        newest = sa.select(sa.func.max(table.c.created)).where(table.c.ca == names.c.ca, table.c.visibility == "here")
        owner = sa.select(names.c.ca, newest.scalar_subquery().label("newest")).subquery("named")
        return sa.select(owner.c.ca).where(owner.c.newest.is_not(None)).order_by(owner.c.newest.desc(), owner.c.ca)

    statement = transaction.cached_statement(("owner names",), build)
    return list((await transaction.scalars(statement)).all())


async def find_newest_bugs(transaction: Transaction, limit: int) -> list[tuple[int, str]]:
    """Return the numbers and summaries of the newest incidents."""
    table = transaction.tables["incident"]
    statement = transaction.cached_statement(
        ("newest bugs",), lambda: _newest_first(table).where(table.c.visibility == "here")
    )
    return _bugs(await transaction.execute(statement, {"limit": limit}))


async def find_bugs_by_number(transaction: Transaction, digits: str, limit: int) -> list[tuple[int, str]]:
    """Return the numbers and summaries of the incidents whose number begins with these digits, newest first."""
    if not digits.isdecimal() or digits.startswith("0") or len(digits) > MAX_DIGITS:
        return []
    table, count = transaction.tables["incident"], MAX_DIGITS - len(digits) + 1

    def build() -> sa.Select[Any]:
        parts = []
        for n in range(count):
            first, last = (sa.bindparam(f"{end}{n}", type_=sa.Integer) for end in ("first", "last"))
            part = sa.select(table.c.bug, table.c.summary, table.c.created).where(
                _is_here(table), table.c.bug.between(first, last)
            )
            part = part.order_by(table.c.bug.desc()).limit(sa.bindparam("limit", type_=sa.BigInteger))
            parts.append(sa.select(part.subquery()))
        return _newest_first(sa.union_all(*parts).subquery())

    # "189" begins 189, 1890 to 1899, 18900 to 18999 and so on: a range of the primary key for each length
    ranges = {f"first{n}": int(digits) * 10**n for n in range(count)}
    ranges |= {f"last{n}": (int(digits) + 1) * 10**n - 1 for n in range(count)}
    statement = transaction.cached_statement(("bugs by number", count), build)
    return _bugs(await transaction.execute(statement, ranges | {"limit": limit}))


async def find_bugs_by_words(transaction: Transaction, words: Sequence[str], limit: int) -> list[tuple[int, str]]:
    """Return the numbers and summaries of incidents whose titles have a word that begins with each of these words.

    They come newest first. If all of these words are frequent, old incidents may be missing.
    """
    if not words:
        return []
    parameters: dict[str, Any] = {"limit": limit, "searched": NEWEST_SEARCHED, "rare": RARE_WORD}
    counts = (await transaction.execute(*_word_counts(transaction, words))).one()
    rarest_first = sorted(range(len(words)), key=counts.__getitem__)
    for n, index in enumerate(rarest_first):
        parameters |= _range(n, words[index])
    matches = []
    if min(counts) == RARE_WORD:
        statement = transaction.cached_statement(
            ("newest bugs by words", len(words)), lambda: _among_newest(transaction, len(words))
        )
        matches = _bugs(await transaction.execute(statement, parameters))
    if len(matches) < limit and min(counts):
        statement = transaction.cached_statement(
            ("bugs by words", len(words)), lambda: _with_rarest_word(transaction, len(words))
        )
        matches += [bug for bug in _bugs(await transaction.execute(statement, parameters)) if bug not in matches]
    return matches[:limit]


def _word_counts(transaction: Transaction, words: Sequence[str]) -> tuple[sa.Select[Any], dict[str, Any]]:
    """Return a statement, and its parameters, for how many titles have each word, counted up to RARE_WORD."""
    table = transaction.tables["title_word"]

    def build() -> sa.Select[Any]:
        counts = []
        for n in range(len(words)):
            some = sa.select(table.c.bug).where(_begins(table, n)).limit(sa.bindparam("rare", type_=sa.BigInteger))
            counts.append(sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery())
        return sa.select(*counts)

    parameters: dict[str, Any] = {"rare": RARE_WORD}
    for n, word in enumerate(words):
        parameters |= _range(n, word)
    return transaction.cached_statement(("word counts", len(words)), build), parameters


def _among_newest(transaction: Transaction, count: int) -> sa.Select[Any]:
    table = transaction.tables["incident"]
    oldest = (
        sa.select(table.c.created)
        .where(table.c.visibility == "here")
        .order_by(table.c.created.desc())
        .offset(sa.bindparam("searched", type_=sa.BigInteger))
        .limit(1)
        .scalar_subquery()
    )
    return _newest_first(table).where(
        table.c.visibility == "here",
        # without so many incidents, all are looked at
        sa.or_(oldest.is_(None), table.c.created >= oldest),
        *(_has_word(transaction, n) for n in range(count)),
    )


def _with_rarest_word(transaction: Transaction, count: int) -> sa.Select[Any]:
    table, word = transaction.tables["incident"], transaction.tables["title_word"]
    some = sa.select(word.c.bug).where(_begins(word, 0)).limit(sa.bindparam("rare", type_=sa.BigInteger)).subquery()
    rarest = sa.select(some.c.bug).distinct().subquery("rarest")
    return _newest_first(table, rarest.join(table, table.c.bug == rarest.c.bug)).where(
        _is_here(table), *(_has_word(transaction, n) for n in range(1, count))
    )


def _newest_first(incident: sa.FromClause, source: sa.FromClause | None = None) -> sa.Select[Any]:
    query = sa.select(incident.c.bug, incident.c.summary).select_from(incident if source is None else source)
    newest_first = query.order_by(incident.c.created.desc(), incident.c.bug.desc())
    return newest_first.limit(sa.bindparam("limit", type_=sa.BigInteger))


def _is_here(incident: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that an incident is visible, in a form that no index serves.

    By the usual one SQLite, which keeps no statistics here, goes through all visible incidents instead of a few.
    """
    return incident.c.visibility.not_in(("moved", "restricted"))


def _has_word(transaction: Transaction, n: int) -> sa.ColumnElement[bool]:
    word = transaction.tables["title_word"].alias(f"word{n}")
    return sa.exists().where(word.c.bug == transaction.tables["incident"].c.bug, _begins(word, n))


def _begins(word: sa.FromClause, n: int) -> sa.ColumnElement[bool]:
    return sa.and_(word.c.word >= sa.bindparam(f"word{n}"), word.c.word < sa.bindparam(f"after{n}"))


def _range(n: int, word: str) -> dict[str, str]:
    return {f"word{n}": word, f"after{n}": word + _AFTER_ALL_WORDS}


def _bugs(rows: sa.CursorResult[Any]) -> list[tuple[int, str]]:
    return [(row.bug, row.summary) for row in rows]
