"""Detect whether a message to a list requests a section, with the requested name and the bugs it mentions.

Members get a button to propose the section, so a false positive costs more than a miss: the request, its object and
the name must be in one sentence that the author wrote, and the bugs in the same message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.parsing.authored_text import authored_text
from handlers.parsing.messages import mentioned_bugs
from storage.values.messages import ListMessage

_MAX_TEXT_LENGTH = 20_000
_MAX_SENTENCE_LENGTH = 400
_MAX_NAME_WORDS, _MAX_NAME_LENGTH = 5, 60
# A single bug does not indicate a kind of incident.
_MIN_BUGS = 2


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """A section that a message requests: its cleaned name ("geographical") and its bugs, in order."""

    name: str
    bugs: tuple[int, ...]


def _any_of(*phrases: str) -> str:
    """Return a pattern for any of the phrases, as whole words."""
    return rf"\b(?:{'|'.join(phrases)})\b"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Ends of sentences and paragraphs; the end of a line is neither, since mail is wrapped.
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\n\s*\n|\n(?=\s{0,4}(?:[-*•]\s|https?://))")
_URL = re.compile(r"https?://\S+")

# How people request something: a question, wish, proposal or command. The object of the request follows.
_REQUESTEE = r"(?:we|you|i|someone|somebody|mozilla|ben|the (?:page|wiki|list|bot)|there|it|this|these|those)"
_REQUEST = _compile(
    "|".join(
        (
            _any_of(rf"(?:could|can|would|might|may|shall|should|will) {_REQUESTEE}"),
            _any_of(
                r"(?:i|we)(?:['’]d| would| do)? (?:like|love|want|wish|suggest|propose|request|recommend|welcome)",
                r"(?:i['’]m|i am|we are) (?:asking|suggesting|proposing|requesting|wondering)",
            ),
            _any_of(
                "please", "pl[sz]", "any chance", "is it possible", "possible to", "what about", "how about", "why not",
                "let['’]s", "let us", rf"(?:perhaps|maybe|possibly) {_REQUESTEE} (?:could|can|might|may|would)",
            ),
            _any_of(
                "(?:my|one|a) (?:suggestion|request|proposal)", "it(?:['’]d| would| might| may| could) (?:be|help)",
                "would be (?:very |really )?(?:nice|good|great|helpful|useful|better)",
                "find it (?:good|useful|helpful)",
                r"(?:could|can|might|should) (?:all |the |these |those )+(?:[^ .]+ ){0,5}(?:incidents|bugs|cases) be",
            ),
            _any_of(
                "should", "ought to", "deserves?", "merits?", "warrants?", "needs?", "would (?:help|do|fit)",
                "belongs? together",
            ),
            r"^(?:my )?(?:suggestion|proposal|request|idea)\b",
            r"^(?:\W{0,3}(?:and|also|so|then|hi|hello|all|thanks),?\s){0,3}(?:add|create|group|collect|put|gather)\b",
        )
    )
)  # fmt: skip

# These may follow the object of the request: "a new section for NAME, please".
_AFTER_OBJECT = _compile(r"please|pl[sz]|would (?:help|do|fit|be .*)")

_GROUP = r"(?:(?:sub-?)?sections?|groups?|groupings?|categor(?:y|ies)|headings?|clusters?|chapters?|buckets?)"
_NEW = (
    r"(?:(?:new|separate|dedicated|short|small|further|own|special|distinct|specific|additional|single|common)[ ,]+)*"
)
# "new section please: weak keys" has no article; "the new section" exists already
_ARTICLE = (
    r"(?:\b(?:an?|another|one(?: more)?|its own|their own|some) "
    r"|(?<!the )(?<!this )(?<!our )(?<!your )\b(?=(?:new|separate|dedicated|further|additional) ))"
)
_CALLED = (
    r"(?:called|named|titled|entitled|labell?ed|for|on|about|covering|concerning|collecting|listing|gathering|to"
    r"|dealing with|devoted to|dedicated to)"
)
_FEW_WORDS = r"[\w\"'“”‘’/&-]+(?: [\w\"'“”‘’/&-]+){0,4}?"
# "a section for NAME", "their own category, say NAME"
_FOR = (
    rf"{_ARTICLE}{_NEW}{_GROUP}(?:(?: please| pl[sz])? ?[:,] (?:say|perhaps|maybe|namely|called)?,? ?"
    rf"| (?:like|such as) (?=[\"“])| (?:(?:just|only|specifically|dedicated) )?{_CALLED} )(?P<name>.+)"
)
# "a grouping of NAME"
_OF = rf"{_ARTICLE}{_NEW}(?:sections?|groupings?|categor(?:y|ies)|clusters?) of (?P<name>.+)"
# "group these under NAME", "put them into a section called NAME"
_UNDER = (
    r"\b(?:group|collect|gather|put|list|file|place)(?:ing)? "
    rf"(?=[^.]{{0,60}}{_any_of('these', 'those', 'them', 'this', 'all', 'incidents', 'bugs?', 'together')})"
    rf"[^.]{{1,90}}?\b(?:under|into?(?= (?:an?|one) {_NEW}(?:section|group|category))) "
    rf"(?:(?:an?|the|one) )?{_NEW}(?:{_GROUP} (?:{_CALLED} )?)?(?P<name>.+)"
)
# "a NAME section"
_BEFORE = rf"{_ARTICLE}{_NEW}(?P<name>{_FEW_WORDS}) (?:section|category|heading|grouping)\b"
_INCIDENTS = r"(?:incidents|bugs|cases|issues|reports)"
_ABOUT = r"(?:about|of|on|concerning|regarding|involving|with|around|due to|caused by|related to)"
_APART = r"(?:together|in one place|separately|(?:as|into) (?:an?|one) (?:own )?(?:group|section|category))"
_GATHER = r"(?:group|collect|gather|list|compile|collate|track|categori[sz]e)"
_GATHERED = r"(?:grouped|collected|gathered|listed|compiled|collated|tracked|put|kept|categori[sz]ed)"
# "grouping the NAME incidents together", "compile all the NAME incidents"
_TOGETHER = (
    rf"\b{_GATHER}(?:p?ing)? (?:(?:all |up |together )*(?:of )?(?:the |those |these )*"
    rf"(?P<name>{_FEW_WORDS}) {_INCIDENTS} {_APART}"
    rf"|all (?:of )?(?:the |those )?(?P<all>{_FEW_WORDS}) (?:incidents|bugs)\b)"
)
# "see all NAME in one place"
_IN_ONE_PLACE = (
    rf"\b(?:see|have|find|read|{_GATHER}) all (?:of )?(?:the |those )?(?P<name>{_FEW_WORDS}) (?:together|in one place)"
)
# "someone tracked NAME separately"
_SOMEONE = (
    r"\b(?:someone|somebody|anyone|anybody|mozilla|the community) (?:(?:could|would|can|might|to) )?"
    rf"{_GATHER}(?:p?e?d|s)? (?P<name>{_FEW_WORDS}s) {_APART}"
)
# "a list of NAME incidents", "one list for incidents of NAME"
_LIST = (
    rf"{_ARTICLE}{_NEW}(?:list|overview|collection|compilation|index|page) (?:of|for|with) (?:all |the |those )*"
    rf"(?:{_INCIDENTS} {_ABOUT} (?P<name>.+)|(?P<all>{_FEW_WORDS}) (?:incidents|bugs)\b)"
)
# "tag these bugs as "NAME""
_TAG = (
    rf"\b(?:tag|label|categori[sz]e|classify|group)(?:ging|ing|p?ing)? [^.]{{0,60}}?{_INCIDENTS} "
    r"(?:as|with|under) (?P<name>[\"“][^\"”]{2,60}[\"”])"
)
_OWN = rf"(?:(?:an?|their|its) own {_NEW}{_GROUP}|an? {_NEW}{_GROUP} of (?:its|their) own)"
# "NAME deserve a section of their own", "NAME incidents could be grouped together": the name precedes the request
_DESERVE = (
    rf"(?:\A|[,;:] |\b(?:that|think|believe|all|the|these) |\b{_INCIDENTS} {_ABOUT} )"
    rf"(?P<name>{_FEW_WORDS}) (?:{_INCIDENTS} )?(?:(?:should|could|might|would|to|all|also|really|surely) )*"
    rf"(?:(?:deserve|merit|warrant|need|get|got|have|had|receive|be given)s? {_OWN}"
    rf"|(?:are|be|were|get|being) {_GATHERED} {_APART})"
)
_REQUEST_FORMS: tuple[re.Pattern[str], ...] = tuple(
    map(_compile, (_FOR, _OF, _UNDER, _BEFORE, _TOGETHER, _IN_ONE_PLACE, _SOMEONE, _LIST, _TAG))
)
_NAME_FIRST_FORMS: tuple[re.Pattern[str], ...] = tuple(map(_compile, (_DESERVE,)))

# A refusal, a report of what was done, and a summary of what others want are not requests.
_NOT_REQUEST = _compile(
    _any_of(
        r"(?:do|does|did|would|should|could|ca|is|are)n['’]t", "(?<!if )not", "no", "never", "without", "cannot",
        "against", "instead of", "rather than", "neither", "nor", "hardly", "unnecessary", "oppose", "object",
        "already", "(?:have|has|was|were|i|we) added", "asked", "suggested", "requested", "wondered", "said",
        "drop", "remove", "delete", "merge", "rename",
    )
)  # fmt: skip
# Documents and working groups have sections too.
_DOCUMENT = (
    _any_of(
        "cps?", "cp/cps", "brs?", "baseline requirements", "evgs?", "guidelines", "policy", "mrsp", "rfc", "ballot",
        "practice statements?", "contract", "agreement", "template", "audit (?:statement|letter)", "reports?",
        "working group", "google group", "mailing list", "forum", "charter", "appendix", "form", "survey", "faq",
        "documentation", "incident response", "response plans?", "procedures?", "handbook", "runbook",
    )
    + r"(?! (?:fail|viol|issue|incid|bug|error|late|delay))"
)  # fmt: skip
_IN_DOCUMENT = _compile(
    r"\bworking group\b|\bballot\b|\bsections? [0-9]"
    rf"|\b(?:in|to|into|of|within|from|on) (?:the|your|our|their|its|that|this|an?|each) (?:\S+ ){{0,4}}?{_DOCUMENT}"
)
_ONLY_DOCUMENT = _compile(_DOCUMENT)

_QUOTED = re.compile(r"[\"“'‘]([^\"“”'‘’]{2,60})[\"”'’]")
_NAME_END = _compile(
    r"[.?!;:()\[\]]|, | [-–—]{1,2} | #?[0-9]{6,}| "
    + _any_of(
        "(?:to|on) (?:the|that|this|our|your|it)", "in", "at", "into", "as", "like", "such", "which", "that", "who",
        "where", "because", "since", "so", "with", "from", "including", "please", "too", "also", "here", "there", "if",
        "when", "would", "could", "should", "is", "are", "was", "were", "we", "i", "bugs? #?[0-9]{4,}",
        "and (?:add|put|then|perhaps|maybe|include|list)", r"e\.g", r"i\.e", "for example",
    )
)  # fmt: skip
_BEFORE_NAME = _compile(
    r"\A(?:(?:could|can|might|should|i|we|think|believe|the|an?|all|any|some|these|those|this|that|such|various|several|recent|past|earlier"
    r"|historical|other|more|new|separate|dedicated|own|specific|called|named|incidents?|bugs?|cases?|issues?|problems?"
    r"|reports?|ones|involving|concerning|about|around|regarding|related|relating|of|on|for|with|to|caused|by|just) )+"
)
_AFTER_NAME = _compile(
    r"(?: (?:related|types?|kinds?|style|incidents?|bugs?|cases?|issues?|ones|please|too|well|as|of|the|and))+$"
)
# A question to a CA about its own incidents expects an answer, not a section.
_OWN_INCIDENTS = _compile(r"(?:our|your|their|its)\b")
# Words that do not describe a kind of incident.
_UNSPECIFIC_WORD = _compile(
    r"(?:it|them|this|these|those|that|ones?|each|all|everything|things?|incidents?|bugs?|cases?|issues?|cas?|new|next"
    r"|separate|different|same|own|single|last|first|other|dedicated|special|similar|small|short|discussion|questions?"
    r"|answers?|feedback|comments?|me|us|you|review|certificates?|certs?|subscribers?|customers?|people|users?|members?"
    r"|open|closed|affected|relevant|related|wiki|pages?|site|website|list|recent|past|known|previous|outstanding|pending|duplicates?|the|of|and)"
)


def detect_section_request(message: ListMessage) -> SectionRequest | None:
    """Return a message's request for a section; None without one, or if it mentions fewer than two bugs.

    Only authored text counts, not quotations. Never raises.
    """
    return detect_in_text(authored_text(message.body or ""))


def detect_in_text(text: str) -> SectionRequest | None:
    """Return the request for a section in authored text (see `authored_text`). Runs in linear time, never raises."""
    text = text[:_MAX_TEXT_LENGTH]
    bugs = mentioned_bugs(text)
    if len(bugs) < _MIN_BUGS:
        return None
    for sentence in _sentences(text):
        if name := _requested_name(sentence):
            return SectionRequest(name, bugs)
    return None


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        words = " ".join(_URL.sub(" ", sentence).split())
        if words:
            yield words[:_MAX_SENTENCE_LENGTH]


def _requested_name(sentence: str) -> str:
    """Return the name of the section that a sentence requests, or ""."""
    request = _REQUEST.search(sentence)
    if request is None or _NOT_REQUEST.search(sentence) or _IN_DOCUMENT.search(sentence):
        return ""
    request_start = 0 if _AFTER_OBJECT.fullmatch(request.group()) else request.start()
    searches = [
        *((pattern, request_start) for pattern in _REQUEST_FORMS),
        *((pattern, 0) for pattern in _NAME_FIRST_FORMS),
    ]
    for pattern, start in searches:
        match = pattern.search(sentence, start)
        if match and match.lastgroup and (name := _clean_name(match[match.lastgroup])):
            return name
    return ""


def _clean_name(text: str) -> str:
    """Return a name without the words around it, or "" if the rest does not describe a kind of incident."""
    if quoted := _QUOTED.match(text.strip()):
        name = quoted[1]
    else:
        end = _NAME_END.search(text)
        name = text[: end.start()] if end else text
    name = " ".join(name.split()).strip(" \"'“”‘’,.-–—*_")
    name = _AFTER_NAME.sub("", _BEFORE_NAME.sub("", name + " ", count=1).strip()).strip(" \"'“”‘’,.-–—*_")
    words = name.split()
    if _OWN_INCIDENTS.match(name):
        return ""
    if not words or len(words) > _MAX_NAME_WORDS or len(name) > _MAX_NAME_LENGTH or _ONLY_DOCUMENT.fullmatch(name):
        return ""
    if all(_UNSPECIFIC_WORD.fullmatch(word) for word in words) or not any(map(str.isalpha, name)):
        return ""
    return name[:1].lower() + name[1:] if words[0][1:].islower() else name
