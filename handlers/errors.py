"""The error that use cases raise for a request that cannot be fulfilled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a user may have meant: a `label` to choose, and the command and its argument that then answer."""

    label: str
    command: str
    argument: str


class UserError(Exception):
    """A request cannot be fulfilled; the text is one plain sentence for the user that says what to do.

    `example` is a command line that works, without the prefix; each chat shows it as one that can be pasted there.
    `suggestions` are what the user may have meant, best first.
    """

    def __init__(self, text: str, *, example: str = "", suggestions: tuple[Suggestion, ...] = ()) -> None:
        super().__init__(text)
        self.example = example
        self.suggestions = suggestions
