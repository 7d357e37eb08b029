"""An in-memory index of documents as rows of terms, the base of both rankings.

Each term is stored once and rows refer to it by id. When a document is removed, so are the terms that only it contains.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from handlers.text.vocabulary import Vocabulary


class _Document(Protocol):
    @property
    def bug(self) -> int: ...


class _Row(Protocol):
    @property
    def term_ids(self) -> array[int]: ...


DocumentT = TypeVar("DocumentT", bound=_Document)
RowT = TypeVar("RowT", bound=_Row)


class TermIndex(ABC, Generic[DocumentT, RowT]):
    """Documents by bug number; `rows` are in the order in which they were added."""

    def __init__(self, documents: Iterable[DocumentT] = ()) -> None:
        self.rows: dict[int, RowT] = {}
        self.vocabulary = Vocabulary()
        for document in documents:
            self.add(document)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, bug: int) -> bool:
        return bug in self.rows

    def add(self, document: DocumentT) -> None:
        """Add a document, or replace its previous version."""
        self.remove(document.bug)
        row = self.rows[document.bug] = self._build_row(document)
        self.vocabulary.add_document(row.term_ids)

    def remove(self, bug: int) -> None:
        """Remove a document and every term that no other one contains; an unknown bug is ignored."""
        if row := self.rows.pop(bug, None):
            self.vocabulary.remove_document(row.term_ids)

    @abstractmethod
    def _build_row(self, document: DocumentT) -> RowT:
        """Return a document as a row, with ids for all of its terms."""
