"""Words kept once, by number, for as long as some incident holds them: small in memory, and able to forget."""

from array import array
from collections.abc import Iterable, Iterator


class WordNumbers:
    """Gives each word a number; `held_by` counts by number how many incidents hold it, 0 where the number is free."""

    def __init__(self) -> None:
        self.held_by = array("i")
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._free: list[int] = []

    def __contains__(self, word: object) -> bool:
        return word in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def word(self, number: int) -> str:
        """Return the word of a number, "" where the number is free."""
        return self._words[number]

    def find(self, word: str) -> int | None:
        """Return a word's number, None where it has none."""
        return self._numbers.get(word)

    def number(self, word: str) -> int:
        """Return a word's number, a free one where it has none yet."""
        if (number := self._numbers.get(word)) is not None:
            return number
        if self._free:
            number = self._free.pop()
            self._words[number] = word
        else:
            number = len(self._words)
            self._words.append(word)
            self.held_by.append(0)
        self._numbers[word] = number
        return number

    def hold(self, numbers: Iterable[int]) -> None:
        """Note that one incident more holds these words."""
        for number in numbers:
            self.held_by[number] += 1

    def release(self, numbers: Iterable[int]) -> None:
        """Note that one incident less holds these words, and forget those that none holds."""
        for number in numbers:
            self.held_by[number] -= 1
            self._forget_unheld(number)

    def drop_unheld(self, numbers: Iterable[int]) -> None:
        """Forget those of these words that no incident holds."""
        for number in numbers:
            self._forget_unheld(number)

    def _forget_unheld(self, number: int) -> None:
        if not self.held_by[number] and self._words[number]:
            del self._numbers[self._words[number]]
            self._words[number] = ""
            self._free.append(number)
