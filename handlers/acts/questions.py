"""Find the questions and requests for information that a comment puts to the CA.

Only what a CA would have to answer: no rhetoric, no quotation, no form text, nothing asked of others, no last call, and
no request for an act (post again, set a flag, give the report).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from handlers.acts.addressees import Asker, goes_on_with_others, is_for_others
from handlers.acts.repetitions import named_question, repeated_question, was_asked
from handlers.acts.statements import CommentText, Statement
from handlers.acts.terms import normalize
from handlers.acts.values import Question
from handlers.acts.word_lists import read_patterns

_ASKS = re.compile(r"\?[\"'”’)\]]{0,3}$")
# Somebody leaves the question mark out at the end of a list's item.
_UNMARKED = re.compile(
    r"(?:(?:and|but|also|or)[,:]? )?(?:what|when|where|which|who|why|how)\b(?: [\w'’-]+){0,5}?"
    r" (?:do|does|did|is|are|was|were|will|can|could|has|have|had) (?:you|the|your|this|that|it|they|these|there)\b"
    r"(?:.*[^.!:;,])?",
    re.IGNORECASE | re.DOTALL,
)
# A whole comment that is nothing but "which one".
_FRAGMENT = re.compile(r"(?:what|when|where|which|who|why|how)(?: [\w'’-]+){0,3}[.!]?", re.IGNORECASE)
_EXCLAIMS = re.compile(r"\?!|!\?")
_LEAD_IN = re.compile(r"^[^:;?]{1,60}[:;–—]\s+(?=\S)|^(?:\(?[a-z0-9]{1,2}[).:]|Q[0-9]{0,2}[:.])\s+", re.IGNORECASE)
_INTERROGATIVE = re.compile(
    r"\b(?:how|what|when|where|which|who|whom|whose|why|whether|can|could|would|will|do|does|did|is|are|was|were|has|have|had"
    r"|should|may|might|must)\b",
    re.IGNORECASE,
)
_WH_WORDS = frozenset(("how", "what", "when", "where", "which", "who", "whom", "whose", "why"))
_PLEASE = re.compile(r"\bplease\b(?: (?:also|then|at least|further|still|just|now|do))*\s+", re.IGNORECASE)
_POLITE_START = re.compile(
    r"^(?:(?:and|but|so) |(?:also|then|further|furthermore|finally|in addition|second|secondly"
    r"|first|firstly|lastly|next),? )?"
    r"(?:kindly (?:also |then )?|(?:we|i) (?:would )?ask (?:you|that you|the ca) (?:to )?(?:also )?"
    r"|you (?:should|must|need to|may want to) (?:also )?)?",
    re.IGNORECASE,
)
_INTO_REPORT = re.compile(
    r"\w+ (?:in)?to the report\b.{0,20}\b(?:how|what|when|where|which|who|why|whether)\b", re.IGNORECASE
)
_AND = re.compile(r"\band (?:also |then |please )?(?=[a-z])", re.IGNORECASE)
_WH = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why|whether)\b", re.IGNORECASE)
_INSIDE_QUOTES = re.compile(r"[\"“„][^\"“”„]{1,400}[\"”]")
_MAX_WORDS_OF_CRY = 3
_LEADS_LIST = re.compile(
    r"\b(?:please|kindly|could you|can you|would you|you (?:should|must|need to))\b.{0,40}\b(?:clarify"
    r"|confirm|describe|explain|give|let (?:me|us) know|provide|say|state|tell (?:me|us))\b[^.?!]{0,40}:$",
    re.IGNORECASE,
)
_STARTS_WITH_WH = re.compile(r"\W*(?:how|if|what|when|where|whether|which|who|whom|whose|why)\b", re.IGNORECASE)
_GOES_INTO_DETAIL = re.compile(
    r"\W*(?:in particular|specifically|namely|for (?:example|instance)|above all)\b", re.IGNORECASE
)
_THE_FOLLOWING = re.compile(r"\bthe following(?: (?:items|points|questions|things))?[.:]?$", re.IGNORECASE)
_NEVER_MIND = re.compile(r"\bnever ?mind\b", re.IGNORECASE)
_OBJECT_LENGTH = 25  # characters behind a wish in which its object stands
_SAME_AGAIN = re.compile(
    r"\W*(?:and )?(?:can|could|may|might|would) (?:it|that|this|these|they) (?:also |please )?be "
    r"(?:clarified|confirmed|described|explained|listed|named|said|shown|specified|spelled out|stated|told)\W*"
    r"|(?:and )?please (?:add|clarify|describe|explain|say|state) (?:it|so|that|this)\W*",
    re.IGNORECASE,
)


def find_questions(text: CommentText, asker: Asker) -> tuple[Question, ...]:
    """Return the questions of a comment in their order, numbered from 1. Linear, never raises."""
    known = (*asker.unanswered, *asker.answered)
    new = [
        (piece, is_request)
        for piece, sentence, is_request in _asked(text, asker)
        if not was_asked(piece, asker.earlier)
        and repeated_question(piece, sentence, asker.unanswered) is None
        and named_question(sentence, known) is None
    ]
    return tuple(
        Question(f"c{asker.comment}q{number}", asker.comment, _bare(piece), asker.role, is_request)
        for number, (piece, is_request) in enumerate(new, 1)
    )


def find_repetitions(text: CommentText, asker: Asker) -> Mapping[str, str]:
    """Return the words in which a comment asks open questions once more, by the questions' ids."""
    repetitions = {
        question.id: _bare(piece)
        for piece, sentence, _ in _asked(text, asker)
        if (question := repeated_question(piece, sentence, asker.unanswered)) is not None
    }
    return MappingProxyType(repetitions)


def _asked(text: CommentText, asker: Asker) -> Iterator[tuple[str, str, bool]]:
    """Yield what a comment asks the CA: its words, the sentence, and whether it is a request."""
    if asker.role in {"ca", "automation"}:
        return
    own = text.own
    in_list = False
    taken_back = max((index for index, statement in enumerate(own) if _NEVER_MIND.search(statement.text)), default=0)
    for index, statement in enumerate(own):
        # "Please explain:" asks for what its list says
        if _LEADS_LIST.search(statement.text):
            in_list = True
            continue
        in_list = in_list and _STARTS_WITH_WH.match(statement.text) is not None
        if in_list and not _ASKS.search(statement.text):
            yield statement.text, statement.text, True
            continue
        if index < taken_back or _is_lead_in(own, index):
            continue
        for position, piece in enumerate(_pieces(statement.text)):
            # "...; can that be explained?" asks for what stands before it
            if position and _SAME_AGAIN.fullmatch(piece):
                continue
            is_request = _is_request(piece) or (len(own) == 1 and bool(_FRAGMENT.fullmatch(piece)))
            if not (is_request or _is_question(piece, statement, own, index, asker)):
                continue
            if not (is_request and is_for_others(piece, _bare(piece), asker)) and not goes_on_with_others(
                own, index, asker
            ):
                yield piece, statement.text, is_request


def _is_lead_in(own: Sequence[Statement], index: int) -> bool:
    """Return whether a wish only leads to the question after it ("More would be welcome. In particular, ...?")."""
    following = own[index + 1] if index + 1 < len(own) else None
    if following is None or following.paragraph != own[index].paragraph or _ASKS.search(own[index].text):
        return _THE_FOLLOWING.search(own[index].text) is not None
    is_vague = _patterns()["wishes"].search(own[index].text) and not _WH.search(own[index].text)
    return bool(_ASKS.search(following.text)) and bool(is_vague or _GOES_INTO_DETAIL.match(following.text))


def _pieces(sentence: str) -> Sequence[str]:
    """Return the parts of a sentence between semicolons that can ask something of their own."""
    parts = [part.strip() for part in sentence.split(";")]
    return parts if any(_ASKS.search(part) or _PLEASE.search(part) for part in parts) else (sentence,)


def _bare(piece: str) -> str:
    """Return a question without what leads to it: "Also:", "@name:"."""
    lead = _LEAD_IN.match(piece)
    rest = piece[lead.end() :] if lead else ""
    return rest if lead and _INTERROGATIVE.search(rest) and _ASKS.search(rest) else piece


def _is_question(piece: str, statement: Statement, own: Sequence[Statement], index: int, asker: Asker) -> bool:
    if not _ASKS.search(piece) or _is_cry(piece) or _asks_within_quotes(piece) or _is_cited(piece):
        return False
    patterns = _patterns()
    if _is_prompt(statement) or patterns["rhetorical"].search(piece) or _is_disclaimed(own, index):
        return False
    if patterns["cries"].search(piece) and _follows_cry(own, index):
        return False
    if patterns["last_calls"].search(piece) or patterns["about_the_bug"].search(piece) or _asks_for_act(piece):
        return False
    return not is_for_others(piece, _bare(piece), asker)


def _is_cry(piece: str) -> bool:
    """Return whether it is a cry ("Really?!") rather than a question: few words, none of them interrogative."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", piece)]
    if not words:
        return True
    few = len(words) <= _MAX_WORDS_OF_CRY
    return few and (
        bool(_EXCLAIMS.search(piece)) or not (_INTERROGATIVE.search(piece) or len(words) > 1 or words[0] in _WH_WORDS)
    )


def _follows_cry(own: Sequence[Statement], index: int) -> bool:
    """Return whether the sentence before it in its paragraph is a cry ("40 bits? Did nobody read ...?")."""
    before = own[index - 1] if index else None
    return (
        before is not None
        and before.paragraph == own[index].paragraph
        and before.text.endswith("?")
        and (_is_cry(before.text))
    )


def _asks_within_quotes(piece: str) -> bool:
    """Return whether the question mark belongs to words that are quoted within the sentence."""
    bare = _INSIDE_QUOTES.sub(" ", piece)
    return "?" not in bare and len(bare.split()) > 1


def _is_cited(piece: str) -> bool:
    """Return whether a question is what "the message reads:" leads to."""
    lead = _LEAD_IN.match(piece)
    return bool(lead) and bool(_patterns()["quoting"].search(piece[: lead.end()].rstrip(": ") if lead else ""))


def _is_prompt(statement: Statement) -> bool:
    """Return whether a sentence is the label of a form."""
    label = statement.label
    return bool(label) and normalize(statement.text) == normalize(label)


def _is_disclaimed(own: Sequence[Statement], index: int) -> bool:
    """Return whether the next sentences say that it is no question, or give the answer themselves."""
    patterns = _patterns()
    paragraph = own[index].paragraph
    following = [own[i].text for i in range(index + 1, min(index + 3, len(own))) if own[i].paragraph == paragraph]
    if any(patterns["disclaimers"].search(text) for text in following) or patterns["disclaimers"].search(
        own[index].text
    ):
        return True
    return bool(following) and not _ASKS.search(following[0]) and bool(patterns["self_answers"].search(following[0]))


def _asks_for_act(piece: str) -> bool:
    """Return whether "Could you ...?" asks for an act instead of for information."""
    patterns = _patterns()
    start = patterns["can_you"].match(_bare(piece))
    if not start:
        return False
    rest = _bare(piece)[start.end() :]
    if patterns["information_verbs"].match(rest):
        return False
    return bool(patterns["act_verbs"].match(rest)) or (
        bool(patterns["giving_verbs"].match(rest)) and bool(patterns["act_objects"].search(rest))
    )


def _is_request(piece: str) -> bool:
    """Return whether a sentence asks for information without a question mark, or with "please"."""
    patterns = _patterns()
    if patterns["disclaimers"].search(piece) or patterns["rhetorical"].search(piece):
        return False
    if _ASKS.search(piece):
        return False
    if _UNMARKED.fullmatch(piece):
        return True
    if wish := patterns["wishes"].search(piece):
        object_of_wish = piece[: wish.end() + _OBJECT_LENGTH]
        return not patterns["act_objects"].search(object_of_wish) or bool(_WH.search(piece))
    bare = _LEAD_IN.sub("", piece, count=1) if not patterns["information_verbs"].match(piece) else piece
    candidates = [piece[match.end() :] for match in _PLEASE.finditer(piece)]
    if candidates and not any(patterns["act_verbs"].match(rest) for rest in candidates):
        candidates += [piece[match.end() :] for match in _AND.finditer(piece)]
    can_you = patterns["can_you"].match(bare)
    if can_you:
        candidates.append(bare[can_you.end() :])
    polite = _POLITE_START.match(bare)
    if polite and polite.group().strip().casefold() != "":
        candidates.append(bare[polite.end() :])
    is_imperative = bool(patterns["information_verbs"].match(bare)) and len(bare.split()) > 2
    return any(_gives_information(rest) for rest in candidates) or (is_imperative and _gives_information(bare))


def _gives_information(rest: str) -> bool:
    """Return whether an order wants information: by its verb, or by the object of a verb of giving."""
    patterns = _patterns()
    if patterns["information_verbs"].match(rest):
        return not re.match(r"let (?:us|me) know (?:if|when) (?:you|there|any)\b", rest, re.IGNORECASE)
    if patterns["act_verbs"].match(rest) or not patterns["giving_verbs"].match(rest):
        return False
    # "Please attach the minutes" wants a document, "attach a list" what stands in it.
    if patterns["attaching_verbs"].match(rest) and not patterns["information"].search(rest):
        return False
    # "Please add to the report who found it" wants to know who; "give a report that says why" wants the report.
    return not patterns["act_objects"].search(rest) or bool(_INTO_REPORT.match(rest))


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("questions.toml")
