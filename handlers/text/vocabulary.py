"""A vocabulary that numbers the words of all incidents and drops those that no incident contains any more."""

from array import array
from collections.abc import Iterable, Iterator


class Vocabulary:
    """Maps words to ids and back.

    `document_frequency` counts, by id, how many incidents contain the word; it is 0 while the id is free. The id of a
    dropped word is given to the next new word, so that arrays by id stay short.
    """

    def __init__(self) -> None:
        self.document_frequency = array("i")
        self._ids: dict[str, int] = {}
        self._words: list[str] = []
        self._free_ids: list[int] = []

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def word(self, word_id: int) -> str:
        """Return the word of an id, "" if the id is free."""
        return self._words[word_id]

    def find_id(self, word: str) -> int | None:
        """Return the id of a word, None if it has none."""
        return self._ids.get(word)

    def assign_id(self, word: str) -> int:
        """Return the id of a word; a new word gets a free one."""
        if (word_id := self._ids.get(word)) is not None:
            return word_id
        if self._free_ids:
            word_id = self._free_ids.pop()
            self._words[word_id] = word
        else:
            word_id = len(self._words)
            self._words.append(word)
            self.document_frequency.append(0)
        self._ids[word] = word_id
        return word_id

    def add_document(self, word_ids: Iterable[int]) -> None:
        """Count an incident that contains these words."""
        for word_id in word_ids:
            self.document_frequency[word_id] += 1

    def remove_document(self, word_ids: Iterable[int]) -> None:
        """Stop counting an incident that contains these words, and drop the words that no other contains."""
        for word_id in word_ids:
            self.document_frequency[word_id] -= 1
            self._drop_if_unused(word_id)

    def prune(self, word_ids: Iterable[int]) -> None:
        """Drop those of these words that no incident contains."""
        for word_id in word_ids:
            self._drop_if_unused(word_id)

    def _drop_if_unused(self, word_id: int) -> None:
        if not self.document_frequency[word_id] and self._words[word_id]:
            del self._ids[self._words[word_id]]
            self._words[word_id] = ""
            self._free_ids.append(word_id)
