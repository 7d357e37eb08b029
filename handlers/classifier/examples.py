"""What is asked of the classifier, and what it learns from."""

from dataclasses import dataclass
from datetime import datetime

from storage.values.incidents import Filer

__all__ = ["Example", "Filer", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """One incident to be placed: its title, the opening of its report without a form's boilerplate, and who filed it.

    The title may be with or without the CA owner, as long as examples and questions are alike. Without a filer, who
    filed it is left aside.
    """

    title: str
    text: str
    filer: Filer | None


@dataclass(frozen=True, slots=True)
class Example:
    """One incident that staff have tagged, or that members spoke of.

    `tags` are canonical spellings, unknown ones are passed over; `against` are sections that an incident without any
    is not in, where no more is known. `by_member`: a member's word changed it. `bug` is its number, 0 where nobody
    needs it.
    """

    title: str
    text: str
    filer: Filer
    tags: tuple[str, ...]
    opened: datetime
    bug: int = 0
    against: tuple[str, ...] = ()
    by_member: bool = False

    @property
    def question(self) -> Question:
        """The same incident as it would have been asked before the tags came."""
        return Question(self.title, self.text, self.filer)
