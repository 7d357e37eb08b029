"""Find what a comment says of the action items: done, delayed, canceled, due on another date.

An item is named by its number, as the only one, or by words that it shares with the sentence. A table of action items
in a later comment counts as well.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from handlers.acts.dates import NamedDay, find_days
from handlers.acts.item_references import from_item, numbers_of, with_letter, with_letters, with_numbers
from handlers.acts.item_words import (
    MIN_SHARE,
    ItemState,
    change_of,
    completes,
    described_completion,
    done_on,
    end_of_revocation,
    has_word_of,
    is_since,
    meets_criterion,
    new_due,
    share_of,
    table_changes,
    tells_completion,
    tells_end,
)
from handlers.acts.statements import CommentText, Statement
from handlers.acts.terms import terms
from handlers.acts.values import ItemChange, ItemStatus
from handlers.acts.word_lists import read_patterns

_CLAUSE = re.compile(r";\s+|,?\s+(?:but|while|whereas)\s+")
_REVOCATION_DONE = re.compile(
    r"\brevocations?\b.{0,20}\b(?:is|are|was|were|has been|have been) (?:now )?(?:complete|completed|finished|done)\b",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(
    r"\b(?:not|instead of|rather than|in place of|from|no longer)\s(?:(?:on|by|until|the)\s)*$", re.IGNORECASE
)
_ON_THE_WAY = re.compile(
    r"\b(?:start|begin|began|begun|order|request|ask|draft|discuss|found|not\b|never\b)", re.IGNORECASE
)
_ON_ONE_ITEM = re.compile(
    r"\W*(?:as (?:for|to)|regarding|concerning|with (?:regard|respect) to|on|about|re)\b[^:,]{0,20}"
    r"\b(?:items?|measures?|steps?|actions?)\s?#?[0-9]{1,2}[:,]",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"(?:so )?(?:this|that|it|these|those|which|with (?:this|that))\b(?: \w+){0,3}? "
    r"(?:closes|completes|concludes|finishes|fulfils|is|are|was|were)\b",
    re.IGNORECASE,
)
_BARE_DAY = re.compile(r"\W*(?:now |until |till |by |on )?20[0-9]{2}-[0-9]{2}-[0-9]{2}\W*", re.IGNORECASE)
_PLEASE = re.compile(r"\b(?:please|ask|asks|request|requests|may we|could|suggest|propose)\b", re.IGNORECASE)
_MAX_ITEMS = 60
_MIN_ONLY_SHARE = 0.3  # of the words of an item, where no other open one has any of them


def find_item_changes(
    text: CommentText, day: date, states: Sequence[ItemState], sentences: Sequence[Statement] | None = None
) -> tuple[ItemChange, ...]:
    """Return the changes that a comment of the CA of a day makes to items named before it, in the items' order.

    `sentences` are the statements to read, the author's own outside of a report's form; tables are read wherever they
    stand. Linear in the text, never raises.
    """
    states = list(states[:_MAX_ITEMS])
    if not states:
        return ()
    own = [
        statement
        for statement in (text.own if sentences is None else sentences)
        if not _patterns()["not_items"].search(statement.text) or not _PLEASE.search(statement.text)
    ]
    own = _with_references(with_letters(with_letter(statement, states), states) for statement in own)
    named = [change for statement in own for change in _named_changes(from_item(statement.text), day, states)]
    explicit = {change.item for change in named}
    unnumbered = [
        statement.text for statement in own if not _patterns()["reference"].search(with_numbers(statement.text))
    ]
    described = [change for sentence in unnumbered for change in _described_changes(sentence, day, states, explicit)]
    collective = [change for sentence in unnumbered for change in _collective_changes(sentence, day, states)]
    changes: dict[str, ItemChange] = {}
    for change in (*named, *described, *collective):
        _merge(changes, change)
    ended = {change.item for change in changes.values() if change.status in {"complete", "canceled"}}
    for change in _unnamed_redates(own, day, [state for state in states if state.item.id not in ended]):
        _merge(changes, change)
    for change in table_changes(text, states):
        _merge(changes, change)
    return tuple(changes[state.item.id] for state in states if state.item.id in changes)


def _with_references(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements in which "That completes item 2" stands in the sentence before, which tells of what."""
    joined: list[Statement] = []
    for statement in statements:
        refers = _REFERS_BACK.match(statement.text) and _patterns()["reference"].search(with_numbers(statement.text))
        if refers and joined and joined[-1].paragraph == statement.paragraph:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text.rstrip('.')} ({statement.text})")
        else:
            joined.append(statement)
    return joined


def _merge(changes: dict[str, ItemChange], change: ItemChange) -> None:
    """Add a change; what was said before of the same item stands."""
    before = changes.get(change.item)
    if before is None:
        changes[change.item] = change
    else:
        changes[change.item] = ItemChange(
            change.item, before.status or change.status, before.on or change.on, before.due or change.due
        )


def _named_changes(sentence: str, day: date, states: Sequence[ItemState]) -> Iterator[ItemChange]:
    """Yield the changes of items that a sentence names by number."""
    patterns = _patterns()
    references = list(patterns["reference"].finditer(sentence))
    if _ON_ONE_ITEM.match(sentence):
        # "As to item 3: after item 1 it is not needed": other items are only mentioned
        references = references[:1]
    days = find_days(sentence, day)
    inherited: ItemStatus | None = None
    for place, match in enumerate(references):
        start = match.start() if place else 0
        end = references[place + 1].start() if place + 1 < len(references) else len(sentence)
        clause = sentence[start:end]
        # "... since 2025-04-10 (item 2, due on 31 March)": what is said of it stands before it.
        if place == 0 and match.start() > len(sentence) // 3:
            clause = sentence
        numbers = numbers_of(match)
        reached = [named for named in _within(days, sentence, clause, start) if named.day <= day]
        for place_of_number, number in enumerate(numbers):
            state = next((state for state in states if state.item.id == f"a{number}"), None)
            if state is None:
                continue
            inside = _within(days, sentence, clause, start)
            if len(numbers) > 1 and len(reached) == len(numbers):
                # "Items 1 and 2 were finished on ... and ...": a day for each.
                inside = (reached[place_of_number],)
            change = change_of(clause, day, state, inside, inherited) or described_completion(
                clause, day, state, inside
            )
            if change:
                inherited = change.status
                yield change


def _unnamed_redates(own: Sequence[Statement], day: date, states: Sequence[ItemState]) -> Iterator[ItemChange]:
    """Yield the new date of the item that the whole comment is about, where a sentence gives one and names none."""
    patterns = _patterns()
    is_open = {state.item.id: state for state in states if state.is_open}
    about = _item_in_mind(own, list(is_open.values()))
    is_late = any(patterns["delayed"].search(statement.text) for statement in own)
    for sentence in map(with_numbers, (statement.text for statement in own)):
        references = [
            f"a{number}" for match in patterns["reference"].finditer(sentence) for number in numbers_of(match)
        ]
        if references:
            about = is_open.get(references[-1], about)
        elif about and (patterns["unnamed_redate"].search(sentence) or (is_late and _BARE_DAY.fullmatch(sentence))):
            later = [named.day for named in find_days(sentence, day) if named.day >= day]
            if later and later[-1] != about.due:
                yield ItemChange(about.item.id, None, None, later[-1])
                return


def _item_in_mind(own: Sequence[Statement], is_open: Sequence[ItemState]) -> ItemState | None:
    """Return the open item that a whole comment is about: the one whose words it has, or the only one."""
    words = {term for statement in own for term in terms(statement.text)}
    best = max(is_open, key=lambda state: share_of(state, words), default=None)
    if best is None or share_of(best, words) >= MIN_SHARE or len(is_open) == 1:
        return best
    alluded = [state for state in is_open if has_word_of(state, words, is_open)]
    if len(alluded) == 1:
        return alluded[0]
    # A date that is set without a word of its own suits the item that lacks one.
    dateless = [state for state in is_open if state.due is None]
    return dateless[0] if len(dateless) == 1 else None


def _collective_changes(sentence: str, day: date, states: Sequence[ItemState]) -> Iterator[ItemChange]:
    """Yield the changes of items that a sentence names as "all items", "the last item" or "the item"."""
    patterns = _patterns()
    days = find_days(sentence, day)
    chosen: list[ItemState] = []
    is_open = [state for state in states if state.is_open]
    if (
        patterns["all_items"].search(sentence)
        or patterns["last_items"].search(sentence)
        or (patterns["the_item"].search(sentence) and len(is_open) == 1)
    ):
        chosen = is_open
    for state in chosen:
        if change := change_of(sentence, day, state, days):
            yield change


def _within(days: Sequence[NamedDay], sentence: str, clause: str, start: int) -> tuple[NamedDay, ...]:
    """Return the days that stand in a clause."""
    if clause == sentence:
        return tuple(days)
    return tuple(named for named in days if start <= named.start < start + len(clause))


def _described_changes(
    sentence: str, day: date, states: Sequence[ItemState], explicit: set[str]
) -> Iterator[ItemChange]:
    """Yield the change of an item that a sentence describes in the item's own words."""
    patterns = _patterns()
    every_open = [state for state in states if state.is_open]
    is_open = [state for state in every_open if state.item.id not in explicit]
    sentence_days = find_days(sentence, day)
    for clause in _CLAUSE.split(sentence):
        days = find_days(clause, day)
        is_complete = tells_completion(clause, days, day)
        words = set(terms(clause))
        best = max(is_open, key=lambda state: share_of(state, words), default=None)
        if best is None:
            continue
        if _REVOCATION_DONE.search(clause):
            yield from end_of_revocation(clause, days, day, is_open)
            continue
        share = share_of(best, words)
        shares = [share_of(state, words) for state in is_open]
        # Words that no other item has are a sign, if there are enough of them.
        is_only = share >= _MIN_ONLY_SHARE and sum(1 for each in shares if each) == 1
        # Of the only open item fewer words are enough, if the sentence says that something is done.
        says_done = bool(patterns["complete"].search(clause)) or is_since(clause, days, day)
        alone = len(is_open) == 1 and share > 0 and (says_done or patterns["redated"].search(clause))
        is_met = [state for state in is_open if meets_criterion(state, words)]
        if is_complete and len(is_met) == 1 and share < MIN_SHARE:
            best, share = is_met[0], 1.0
        # A word that only one item has is enough with what happened on a day, with its end, or with another date.
        # words that the sentences on another item explain are no sign
        only = [state for state in is_open if has_word_of(state, words, every_open)]
        is_alluded = share < MIN_SHARE and len(only) == 1
        best = only[0] if is_alluded else best
        is_late = any(patterns[name].search(clause) for name in ("delayed", "hindered", "moved"))
        is_on_the_way = _ON_THE_WAY.search(clause) and not is_since(clause, days, day)
        is_told = is_alluded and (says_done or tells_end(clause, days, day)) and not is_on_the_way
        # two words that fit no other item nearly as well
        second = max((each for state, each in zip(is_open, shares, strict=True) if state is not best), default=0.0)
        is_clear = share >= _MIN_ONLY_SHARE and share >= 1.5 * second and len(words & best.terms) > 1
        is_named = share >= MIN_SHARE or (is_clear and is_complete) or alone or (is_only and says_done) or is_told
        reached = done_on(days, day) or done_on(sentence_days, day)
        # What was so before the item was listed is not its end.
        is_older = bool(reached and best.listed and reached < best.listed)
        if (share >= MIN_SHARE or is_alluded) and patterns["given_up"].search(clause):
            yield ItemChange(best.item.id, "canceled", day)
        elif is_complete and is_named and not is_older and completes(best, clause):
            yield ItemChange(best.item.id, "complete", reached or day)
        elif moved := _moved_from(clause, days, day, is_open):
            yield moved
        elif (share >= MIN_SHARE or alone or (is_alluded and is_late)) and (due := new_due(clause, best, days, day)):
            yield ItemChange(best.item.id, "delayed" if patterns["delayed"].search(clause) else None, None, due)


def _moved_from(clause: str, days: Sequence[NamedDay], day: date, is_open: Sequence[ItemState]) -> ItemChange | None:
    """Return the new date of the only item whose date a clause sets against another one ("..., not on 2026-06-26")."""
    against = {named.day for named in days if _INSTEAD_OF.search(clause, 0, named.start)}
    due = [state for state in is_open if state.due in against]
    later = [named.day for named in days if len(due) == 1 and due[0].due and named.day > max(due[0].due, day)]
    return ItemChange(due[0].item.id, None, None, later[0]) if len(set(later)) == 1 else None


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("items.toml")
