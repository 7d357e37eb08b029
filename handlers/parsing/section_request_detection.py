"""Read whether a list message asks that incidents be grouped, what the group is to be called, and which bugs it names.

Someone gets a button to propose the section, so a wrong guess costs more than a missed one: the asking, what is asked
for and the name must stand in one sentence of the author's own, and bugs in the same message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.parsing.messages import authored_text, mentioned_bugs
from storage.values.messages import Message

_READ = 20_000
_SENTENCE_READ = 400
_NAME_WORDS, _NAME_LIMIT = 5, 60
# One bug is an example of anything.
_FEWEST_BUGS = 2


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """A section that a message asks for: its name, cleaned ("geographical"), and the bugs to be in it, in order."""

    name: str
    bugs: tuple[int, ...]


def _any(*phrases: str) -> str:
    """Return a pattern for one of some phrases, each of whole words."""
    return rf"\b(?:{'|'.join(phrases)})\b"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Paragraphs and the ends of sentences; a line alone ends nothing, mail is wrapped.
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\n\s*\n|\n(?=\s{0,4}(?:[-*•]\s|https?://))")
_ADDRESS = re.compile(r"https?://\S+")

# How people ask: a question, a wish, a proposal, a bidding. What is asked for comes after.
_WHO = r"(?:we|you|i|someone|somebody|mozilla|ben|the (?:page|wiki|list|bot)|there|it|this|these|those)"
_ASKING = _compiled(
    "|".join(
        (
            _any(rf"(?:could|can|would|might|may|shall|should|will) {_WHO}"),
            _any(
                r"(?:i|we)(?:['’]d| would| do)? (?:like|love|want|wish|suggest|propose|request|recommend|welcome)",
                r"(?:i['’]m|i am|we are) (?:asking|suggesting|proposing|requesting|wondering)",
            ),
            _any(
                "please", "pl[sz]", "any chance", "is it possible", "possible to", "what about", "how about", "why not",
                "let['’]s", "let us", rf"(?:perhaps|maybe|possibly) {_WHO} (?:could|can|might|may|would)",
            ),
            _any(
                "(?:my|one|a) (?:suggestion|request|proposal)", "it(?:['’]d| would| might| may| could) (?:be|help)",
                "would be (?:very |really )?(?:nice|good|great|helpful|useful|better)",
                "find it (?:good|useful|helpful)",
                r"(?:could|can|might|should) (?:all |the |these |those )+(?:[^ .]+ ){0,5}(?:incidents|bugs|cases) be",
            ),
            _any(
                "should", "ought to", "deserves?", "merits?", "warrants?", "needs?", "would (?:help|do|fit)",
                "belongs? together",
            ),
            r"^(?:my )?(?:suggestion|proposal|request|idea)\b",
            r"^(?:\W{0,3}(?:and|also|so|then|hi|hello|all|thanks),?\s){0,3}(?:add|create|group|collect|put|gather)\b",
        )
    )
)  # fmt: skip

# These may come after what is asked for: "a new section for NAME, please".
_AFTERWARDS = _compiled(r"please|pl[sz]|would (?:help|do|fit|be .*)")

_GROUP = r"(?:(?:sub-?)?sections?|groups?|groupings?|categor(?:y|ies)|headings?|clusters?|chapters?|buckets?)"
_NEW = (
    r"(?:(?:new|separate|dedicated|short|small|further|own|special|distinct|specific|additional|single|common)[ ,]+)*"
)
# "new section please: weak keys" has no article; "the new section" is there already
_A = (
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
    rf"{_A}{_NEW}{_GROUP}(?:(?: please| pl[sz])? ?[:,] (?:say|perhaps|maybe|namely|called)?,? ?"
    rf"| (?:like|such as) (?=[\"“])| (?:(?:just|only|specifically|dedicated) )?{_CALLED} )(?P<name>.+)"
)
# "a grouping of NAME"
_OF = rf"{_A}{_NEW}(?:sections?|groupings?|categor(?:y|ies)|clusters?) of (?P<name>.+)"
# "group these under NAME", "put them into a section called NAME"
_UNDER = (
    r"\b(?:group|collect|gather|put|list|file|place)(?:ing)? "
    rf"(?=[^.]{{0,60}}{_any('these', 'those', 'them', 'this', 'all', 'incidents', 'bugs?', 'together')})"
    rf"[^.]{{1,90}}?\b(?:under|into?(?= (?:an?|one) {_NEW}(?:section|group|category))) "
    rf"(?:(?:an?|the|one) )?{_NEW}(?:{_GROUP} (?:{_CALLED} )?)?(?P<name>.+)"
)
# "a NAME section"
_BEFORE = rf"{_A}{_NEW}(?P<name>{_FEW_WORDS}) (?:section|category|heading|grouping)\b"
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
_PLACE = (
    rf"\b(?:see|have|find|read|{_GATHER}) all (?:of )?(?:the |those )?(?P<name>{_FEW_WORDS}) (?:together|in one place)"
)
# "someone tracked NAME separately"
_SOMEONE = (
    r"\b(?:someone|somebody|anyone|anybody|mozilla|the community) (?:(?:could|would|can|might|to) )?"
    rf"{_GATHER}(?:p?e?d|s)? (?P<name>{_FEW_WORDS}s) {_APART}"
)
# "a list of NAME incidents", "one list for incidents of NAME"
_LIST = (
    rf"{_A}{_NEW}(?:list|overview|collection|compilation|index|page) (?:of|for|with) (?:all |the |those )*"
    rf"(?:{_INCIDENTS} {_ABOUT} (?P<name>.+)|(?P<all>{_FEW_WORDS}) (?:incidents|bugs)\b)"
)
# "tag these bugs as "NAME""
_TAG = (
    rf"\b(?:tag|label|categori[sz]e|classify|group)(?:ging|ing|p?ing)? [^.]{{0,60}}?{_INCIDENTS} "
    r"(?:as|with|under) (?P<name>[\"“][^\"”]{2,60}[\"”])"
)
_OWN = rf"(?:(?:an?|their|its) own {_NEW}{_GROUP}|an? {_NEW}{_GROUP} of (?:its|their) own)"
# "NAME deserve a section of their own", "NAME incidents could be grouped together"; the name stands before the asking
_DESERVE = (
    rf"(?:\A|[,;:] |\b(?:that|think|believe|all|the|these) |\b{_INCIDENTS} {_ABOUT} )"
    rf"(?P<name>{_FEW_WORDS}) (?:{_INCIDENTS} )?(?:(?:should|could|might|would|to|all|also|really|surely) )*"
    rf"(?:(?:deserve|merit|warrant|need|get|got|have|had|receive|be given)s? {_OWN}"
    rf"|(?:are|be|were|get|being) {_GATHERED} {_APART})"
)
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    map(_compiled, (_FOR, _OF, _UNDER, _BEFORE, _TOGETHER, _PLACE, _SOMEONE, _LIST, _TAG))
)
_WHOLE_FORMS: tuple[re.Pattern[str], ...] = tuple(map(_compiled, (_DESERVE,)))

# Who declines, tells what was done, or repeats what another one wanted, does not ask.
_NOT_ASKING = _compiled(
    _any(
        r"(?:do|does|did|would|should|could|ca|is|are)n['’]t", "(?<!if )not", "no", "never", "without", "cannot",
        "against", "instead of", "rather than", "neither", "nor", "hardly", "unnecessary", "oppose", "object",
        "already", "(?:have|has|was|were|i|we) added", "asked", "suggested", "requested", "wondered", "said",
        "drop", "remove", "delete", "merge", "rename",
    )
)  # fmt: skip
# Documents have sections too, and so have working groups.
_DOCUMENT = (
    _any(
        "cps?", "cp/cps", "brs?", "baseline requirements", "evgs?", "guidelines", "policy", "mrsp", "rfc", "ballot",
        "practice statements?", "contract", "agreement", "template", "audit (?:statement|letter)", "reports?",
        "working group", "google group", "mailing list", "forum", "charter", "appendix", "form", "survey", "faq",
        "documentation", "incident response", "response plans?", "procedures?", "handbook", "runbook",
    )
    + r"(?! (?:fail|viol|issue|incid|bug|error|late|delay))"
)  # fmt: skip
_IN_DOCUMENT = _compiled(
    r"\bworking group\b|\bballot\b|\bsections? [0-9]"
    rf"|\b(?:in|to|into|of|within|from|on) (?:the|your|our|their|its|that|this|an?|each) (?:\S+ ){{0,4}}?{_DOCUMENT}"
)
_ONLY_DOCUMENT = _compiled(_DOCUMENT)

_QUOTED = re.compile(r"[\"“'‘]([^\"“”'‘’]{2,60})[\"”'’]")
_NAME_END = _compiled(
    r"[.?!;:()\[\]]|, | [-–—]{1,2} | #?[0-9]{6,}| "
    + _any(
        "(?:to|on) (?:the|that|this|our|your|it)", "in", "at", "into", "as", "like", "such", "which", "that", "who",
        "where", "because", "since", "so", "with", "from", "including", "please", "too", "also", "here", "there", "if",
        "when", "would", "could", "should", "is", "are", "was", "were", "we", "i", "bugs? #?[0-9]{4,}",
        "and (?:add|put|then|perhaps|maybe|include|list)", r"e\.g", r"i\.e", "for example",
    )
)  # fmt: skip
_BEFORE_NAME = _compiled(
    r"\A(?:(?:could|can|might|should|i|we|think|believe|the|an?|all|any|some|these|those|this|that|such|various|several|recent|past|earlier"
    r"|historical|other|more|new|separate|dedicated|own|specific|called|named|incidents?|bugs?|cases?|issues?|problems?"
    r"|reports?|ones|involving|concerning|about|around|regarding|related|relating|of|on|for|with|to|caused|by|just) )+"
)
_AFTER_NAME = _compiled(
    r"(?: (?:related|types?|kinds?|style|incidents?|bugs?|cases?|issues?|ones|please|too|well|as|of|the|and))+$"
)
# Whoever asks a CA for its own incidents wants an answer, no section.
_OWN_INCIDENTS = _compiled(r"(?:our|your|their|its)\b")
# What says nothing of a kind of incident.
_NO_NAME = _compiled(
    r"(?:it|them|this|these|those|that|ones?|each|all|everything|things?|incidents?|bugs?|cases?|issues?|cas?|new|next"
    r"|separate|different|same|own|single|last|first|other|dedicated|special|similar|small|short|discussion|questions?"
    r"|answers?|feedback|comments?|me|us|you|review|certificates?|certs?|subscribers?|customers?|people|users?|members?"
    r"|open|closed|affected|relevant|related|wiki|pages?|site|website|list|recent|past|known|previous|outstanding|pending|duplicates?|the|of|and)"
)


def detect_section_request(message: Message) -> SectionRequest | None:
    """Read a message's request for a section; None where it asks for none, quotes one, or names fewer than two bugs.

    Only the author's own words count. Never raises.
    """
    return detect_in_text(authored_text(message.body or ""))


def detect_in_text(words: str) -> SectionRequest | None:
    """Read a request for a section out of an author's own words: see `own_words`. Linear, and never raises."""
    text = words[:_READ]
    bugs = mentioned_bugs(text)
    if len(bugs) < _FEWEST_BUGS:
        return None
    for sentence in _sentences(text):
        if name := _asked_for(sentence):
            return SectionRequest(name, bugs)
    return None


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        plain = " ".join(_ADDRESS.sub(" ", sentence).split())
        if plain:
            yield plain[:_SENTENCE_READ]


def _asked_for(sentence: str) -> str:
    """Return the name of the section that a sentence asks for, "" if it asks for none."""
    asking = _ASKING.search(sentence)
    if asking is None or _NOT_ASKING.search(sentence) or _IN_DOCUMENT.search(sentence):
        return ""
    start = 0 if _AFTERWARDS.fullmatch(asking.group()) else asking.start()
    searched = [*((form, start) for form in _FORMS), *((form, 0) for form in _WHOLE_FORMS)]
    for form, start in searched:
        found = form.search(sentence, start)
        if found and found.lastgroup and (name := _clean(found[found.lastgroup])):
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
    name = _AFTER_NAME.sub("", _BEFORE_NAME.sub("", name + " ", count=1).strip()).strip(" \"'“”‘’,.-–—*_")
    words = name.split()
    if _OWN_INCIDENTS.match(name):
        return ""
    if not words or len(words) > _NAME_WORDS or len(name) > _NAME_LIMIT or _ONLY_DOCUMENT.fullmatch(name):
        return ""
    if all(_NO_NAME.fullmatch(word) for word in words) or not any(map(str.isalpha, name)):
        return ""
    return name[:1].lower() + name[1:] if words[0][1:].islower() else name
