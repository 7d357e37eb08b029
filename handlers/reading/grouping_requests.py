"""Read whether a list message asks that incidents be grouped, what the group is to be called, and which bugs it names.

Someone gets a button to propose the section, so a wrong guess costs more than a missed one: the asking, what is asked
for and the name must stand in one sentence of the author's own, and bugs in the same message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.reading.messages import bugs_in, own_words
from storage.values import Message

_READ = 20_000
_SENTENCE_READ = 400
_NAME_WORDS, _NAME_LIMIT = 5, 60
# One bug is an example of anything.
_FEWEST_BUGS = 2


@dataclass(frozen=True, slots=True)
class GroupingRequest:
    """A section that a message asks for: its name, cleaned ("geographical"), and the bugs to be in it, in order."""

    name: str
    bugs: tuple[int, ...]


# Paragraphs and the ends of sentences; a line alone ends nothing, mail is wrapped.
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\n\s*\n|\n(?=\s{0,4}(?:[-*•]\s|https?://))")
_ADDRESS = re.compile(r"https?://\S+")

_GROUP = (
    r"(?P<group>(?:sub-?)?sections?|groups?|groupings?|categor(?:y|ies)|headings?|clusters?|topics?|chapters?"
    r"|buckets?|themes?)"
)
_ARTICLE = r"(?:an?|another|one more|its own|their own|some)"
_PLAIN = (
    r"(?:(?:new|separate|dedicated|short|small|further|own|special|distinct|specific|additional|single|common)[ ,]+)*"
)
# How people ask: a question, a wish, a proposal, a bidding. Each is followed by what is asked for.
_ASKING = re.compile(
    r"\b(?:could|can|would|might|may|shall|should|will)\s(?:we|you|i|someone|somebody|mozilla|ben|the (?:page|wiki|list|bot)|there|it|this|these|those)\b"
    r"|\b(?:i|we)(?:'d|’d| would| do)?\s(?:like|love|want|wish|suggest|propose|request|recommend|appreciate|welcome)\b"
    r"|\b(?:i'm|i’m|i am|we are) (?:asking|suggesting|proposing|requesting|wondering)\b|\b(?:may|might) i\b|\bplease\b|\bany chance\b|\bis it possible\b|\bpossible to\b"
    r"|\b(?:my|one|a) (?:suggestion|request|proposal)\b|\bwhat about\b|\bhow about\b|\bwhy not\b|\blet(?:'s|’s| us)\b|\bit(?:'d|’d| would| might| may| could) (?:be|help|make)\b"
    r"|\b(?:should|ought to|deserves?|merits?|warrants?|needs?)\b|\bwould (?:be (?:good|nice|great|useful|helpful)|help)\b"
    r"|^(?:\W{0,3}(?:and|also|so|then|hi|hello|all|ben|thanks),?\s){0,3}(?:add|create|group|collect|put|gather|have|include|\+1 (?:to|for))\b",
    re.IGNORECASE,
)
# "a section for NAME", "group these under NAME", "a NAME section".
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_ARTICLE}\s{_PLAIN}{_GROUP}(?:\s?[:,]\s(?:say|perhaps|maybe|namely|called)?,?\s?"
        r"|\s(?:(?:just|only|specifically|dedicated|devoted)\s)?(?:for|on|about|covering|called|named|titled|entitled"
        r"|labell?ed|concerning|collecting|listing|gathering|to|that (?:covers|collects|lists|gathers|groups))\s)(?P<name>.+)",
        rf"\b{_ARTICLE}\s{_PLAIN}(?:sections?|groupings?|categor(?:y|ies)|clusters?)\sof\s(?P<name>.+)",
        r"\b(?:group|collect|gather|put|list|file|place)(?:ing)?\s(?=[^.]{0,60}\b(?:these|those|them|this|all|incidents|bugs|together)\b)"
        rf"[^.]{{1,90}}?\b(?:under|into?\s(?:an?|one)\s{_PLAIN}(?=(?:section|group|category)))\s?"
        rf"(?:an?\s|the\s|one\s)?{_PLAIN}(?:{_GROUP}\s(?:(?:called|named|for|on|about|of|titled|labell?ed)\s)?)?(?P<name>.+)",
        rf"\b{_ARTICLE}\s{_PLAIN}(?P<name>[\w\"'“”‘’/&-]+(?:\s[\w\"'“”‘’/&-]+){{0,4}}?)\s(?:section|category|heading|grouping)\b",
        r"\b(?:group|collect|gather|list)(?:ing)?\s(?:all\s|up\s|together\s)*(?:of\s)?(?:the\s|those\s|these\s)*"
        r"(?P<name>[\w\"'“”‘’/&-]+(?:\s[\w\"'“”‘’/&-]+){0,4}?)\s(?:incidents|bugs|cases|issues|reports)\s(?:together|in one place)",
    )
)
_NEGATED = re.compile(
    r"\b(?:not|no|never|without|don't|don’t|doesn't|doesn’t|didn't|wouldn't|wouldn’t|shouldn't|shouldn’t|can't|can’t|cannot"
    r"|isn't|isn’t|against|instead of|rather than|nor|neither|hardly|unnecessary|oppose|object|already|have added|has added|was added"
    r"|were added|i added|we added|asked|suggested|requested|wondered|said|drop|remove|delete|merge|rename)\b",
    re.IGNORECASE,
)
# Documents have sections too, and so have working groups.
_OTHER_SECTION = re.compile(
    r"\b(?:cps?|cp/cps|brs?|baseline requirements|evgs?|ev guidelines|guidelines|policy|mrsp|root store policy|rfc"
    r"|ballot|practice statements?|contract|agreement|template|audit (?:report|statement|letter)|report|reports|working group|google group"
    r"|mailing list|forum|charter|appendix|form|survey|faq|documentation)\b(?!\s(?:fail|viol|issue|incid|bug|error|late|delay))",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\bworking group\b|\bballot\b|\bsections? [0-9]|"
    r"\b(?:in|to|into|of|within|from|on)\s(?:the|your|our|their|its|that|this|an?|every|each)\s(?:\S+\s){0,4}?"
    + _OTHER_SECTION.pattern,
    re.IGNORECASE,
)

_QUOTED = re.compile(r"[\"“'‘]([^\"“”'‘’]{2,60})[\"”'’]")
_NAME_END = re.compile(
    r"[.?!;:()\[\]\n]|,\s|\s[-–—]{1,2}\s|\s(?:to (?:the|that|this|our|your|it)|in|on (?:the|that|this)|at|into|as|like|such|which|that|who|where|because|since|so|with|from|e\.g|i\.e|for example|including"
    r"|please|too|also|here|there|there's|bugs? #?[0-9]|#?[0-9]{6,}|if|when|and (?:add|put|then|perhaps|maybe|include|list)|would|could|should|is|are|was|were|we|i)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"\A(?:(?:the|an?|all|any|some|these|those|this|that|such|our|your|their|its|various|several|recent|past|earlier|historical|other|more|"
    r"new|separate|dedicated|own|specific|called|named|incidents?|bugs?|cases?|issues?|problems?|reports?|ones|"
    r"involving|concerning|about|around|regarding|related|relating|of|on|for|with|to|caused|by|just)\s)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:\s(?:related|type|types|kinds?|style|incidents?|bugs?|cases?|issues?|problems?|reports?|matters?|ones|failures? bugs|please|too|well|as|of|the|and|or))+$",
    re.IGNORECASE,
)
# What says nothing of a kind of incident.
_NO_NAME = re.compile(
    r"(?:it|them|this|these|those|that|one|ones|each|all|everything|things?|incidents?|bugs?|cases?|issues?|ca|cas|new|separate|different|same|own|single"
    r"|next|last|first|other|dedicated|special|similar|small|short|discussion|questions?|answers?|feedback|comments?|me|us|you|review)",
    re.IGNORECASE,
)


def read_grouping_request(message: Message) -> GroupingRequest | None:
    """Read a message's request for a section; None where it asks for none, quotes one, or names fewer than two bugs.

    Only the author's own words count. Never raises.
    """
    return grouping_request_in(own_words(message.body or ""))


def grouping_request_in(words: str) -> GroupingRequest | None:
    """Read a request for a section out of an author's own words: see `own_words`. Linear, and never raises."""
    text = words[:_READ]
    bugs = bugs_in(text)
    if len(bugs) < _FEWEST_BUGS:
        return None
    for sentence in _sentences(text):
        if name := _asked_for(sentence):
            return GroupingRequest(name, bugs)
    return None


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        plain = " ".join(_ADDRESS.sub(" ", sentence).split())
        if plain:
            yield plain[:_SENTENCE_READ]


def _asked_for(sentence: str) -> str:
    """Return the name of the section that a sentence asks for, "" if it asks for none."""
    asking = _ASKING.search(sentence)
    if asking is None or _NEGATED.search(sentence) or _ELSEWHERE.search(sentence):
        return ""
    for form in _FORMS:
        if (found := form.search(sentence, asking.start())) and (name := _clean(found["name"])):
            return name
    return ""


def _clean(said: str) -> str:
    """Return a name without the words around it, "" if nothing is left that names a kind of incident."""
    if quoted := _QUOTED.match(said.strip()):
        name = quoted[1]
    else:
        end = _NAME_END.search(said)
        name = said[: end.start()] if end else said
    name = " ".join(name.split()).strip(" \"'“”‘’,.-–—*_")
    name = _TRAILING.sub("", _LEADING.sub("", name + " ", count=1).strip()).strip(" \"'“”‘’,.-–—*_")
    words = name.split()
    if not words or len(words) > _NAME_WORDS or len(name) > _NAME_LIMIT or _OTHER_SECTION.fullmatch(name):
        return ""
    if all(_NO_NAME.fullmatch(word) for word in words) or not any(map(str.isalpha, name)):
        return ""
    return name[:1].lower() + name[1:] if words[0][1:].islower() else name
