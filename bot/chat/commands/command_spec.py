"""How one command is worded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One command: `usage` is what follows its name, `examples` are whole lines without the prefix."""

    name: str
    usage: str
    what: str
    examples: tuple[str, ...]
