"""Find by which number, place or letter a sentence names action items."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.acts.item_words import ItemState
from handlers.acts.statements import Statement
from handlers.acts.terms import ORDINALS
from handlers.acts.word_lists import read_patterns

_NUMBER = re.compile(r"[0-9]{1,2}")
_RANGE = re.compile(r"\b(?:to|through)\b|[–]|(?<=[0-9])-(?=[0-9])")
_LETTERED = re.compile(
    r"\b(?:actions?|items?|measures?|points?|steps?)\s(?:\((?P<letter>[a-h])\)|(?P<bare>[b-h])\b)", re.IGNORECASE
)
_ORDINAL = re.compile("|".join(ORDINALS))
_ORDINAL_ITEMS = re.compile(
    rf"\b(?:the )?(?:{'|'.join(ORDINALS)})(?:(?:,| and|, and) (?:the )?(?:{'|'.join(ORDINALS)})){{0,6}}"
    r" (?:of (?:the |our |its )?(?:\w+ )?)?(?:action )?(?:items?|measures?|steps?)\b",
    re.IGNORECASE,
)


def with_letter(statement: Statement, states: Sequence[ItemState]) -> Statement:
    """Return a statement with "item 2" in place of the letter that begins it, if the items were listed by letters."""
    item = next((state.item.id for state in states if state.item.letter and state.item.letter == statement.letter), "")
    return replace(statement, text=f"Item {item[1:]}: {statement.text}") if item else statement


def with_letters(statement: Statement, states: Sequence[ItemState]) -> Statement:
    """Return a statement with "step 2" in place of "step (b)", if the items were listed by letters."""
    numbers = {state.item.letter: state.item.id[1:] for state in states if state.item.letter}
    if not numbers:
        return statement

    def named(match: re.Match[str]) -> str:
        number = numbers.get((match["letter"] or match["bare"]).casefold())
        return f"item {number}" if number else match.group()

    text = _LETTERED.sub(named, statement.text)
    return replace(statement, text=text)


def from_item(sentence: str) -> str:
    """Return a sentence from the part on that names an item by number, if what stands from there tells its end."""
    sentence = with_numbers(sentence)
    reference = read_patterns("items.toml")["reference"].search(sentence)
    part = sentence[sentence.rfind("; ", 0, reference.start()) + 1 :].lstrip() if reference else sentence
    return part if read_patterns("items.toml")["complete"].search(part) else sentence


def with_numbers(sentence: str) -> str:
    """Return a sentence with "the second item" as "item 2"."""
    return _ORDINAL_ITEMS.sub(
        lambda match: (
            "items "
            + " and ".join(str(ORDINALS.index(word) + 1) for word in _ORDINAL.findall(match.group().casefold()))
        ),
        sentence,
    )


def numbers_of(match: re.Match[str]) -> list[int]:
    """Return the numbers of the items that a reference names."""
    numbers = [int(number) for number in _NUMBER.findall(match["first"] + " " + match["more"])]
    if len(numbers) == 2 and _RANGE.search(match["more"]) and numbers[0] < numbers[1]:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers
