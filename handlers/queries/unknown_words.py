"""What to say of words that name neither a CA owner nor a filter, and what may have been meant by them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from handlers.errors import Suggestion, UserError
from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import normalize_name
from handlers.queries.filters import IncidentQuery
from handlers.queries.free_words import MAX_NAME_WORDS, STATES
from handlers.queries.owner_names import OwnerNames

MAX_SUGGESTIONS = 3
# Of 100, by rapidfuzz: "ev mississuance" is like "EV mis-issuance" (96), "foo bar" like no title at all (below 50).
MIN_SIMILARITY = 75
MAX_SHOWN = 80  # characters of what was typed


@dataclass(frozen=True, slots=True)
class UnknownWords:
    """What can be suggested: CA owners, and sections by key and title; each suggestion is a question to `command`."""

    names: OwnerNames
    titles: Mapping[str, str]
    command: str = "incidents"

    def error(self, text: str, filters: IncidentQuery) -> UserError:
        """Return the error for words that nothing known is called by, beside filters that were understood."""
        owner, rest = self._known_part(text)
        known = replace(filters, ca=owner)
        queries = list(dict.fromkeys(self._alternatives(rest, known)))[:MAX_SUGGESTIONS]
        suggestions = tuple(Suggestion(self._label(query), self.command, query.as_text) for query in queries)
        shown = rest[:MAX_SHOWN]
        if owner:
            sentence = f"{owner} is known to me, but I do not understand “{shown}” beside it."
        else:
            sentence = f"No CA owner called “{shown}” is known."
        if suggestions:
            return UserError(f"{sentence} Did you mean this?", suggestions=suggestions)
        return UserError(f"{sentence} Write a CA owner as people call it.", example=f"{self.command} Entrust")

    def _known_part(self, text: str) -> tuple[str, str]:
        """Return the CA owner that the text begins or ends with ("" if none), and the other words."""
        words = text.split()
        # no name is longer, and the time must not grow with the square of what somebody types
        for count in range(min(len(words) - 1, MAX_NAME_WORDS), 0, -1):
            for part, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
                if owner := self.names.find(" ".join(part)):
                    return owner, " ".join(rest)
        return "", text

    def _alternatives(self, text: str, known: IncidentQuery) -> Iterator[IncidentQuery]:
        """Yield queries that may have been meant, the likeliest of each kind first."""
        match = resolve_owner(text, self.names.directory, self.names.stored)
        if not known.ca:
            yield from (replace(known, ca=owner) for owner in match.suggestions)
        elif known.state is None:
            alike = (state for word, state in STATES.items() if fuzz.ratio(text.casefold(), word) >= MIN_SIMILARITY)
            yield from (replace(known, state=state) for state in alike)
        if not known.section:
            yield from (replace(known, section=key) for key in self._similar_sections(text))
        if known.ca and match.name not in {None, known.ca}:
            yield replace(known, ca=f"{known.ca}, {match.name}")

    def _similar_sections(self, text: str) -> Iterator[str]:
        letters = normalize_name(text)
        likeness = {
            key: max(fuzz.ratio(letters, normalize_name(name)) for name in (key, title))
            for key, title in self.titles.items()
        }
        for key in sorted(likeness, key=lambda key: -likeness[key]):
            if likeness[key] >= MIN_SIMILARITY:
                yield key

    def _label(self, query: IncidentQuery) -> str:
        section = self.titles.get(query.section, query.section)
        state = query.state if query.state in {"open", "closed"} else ""
        return " · ".join(part for part in (query.ca, section, state) if part)
