"""The excerpt of a report: what was wrong and how much, in the report's own words, as short as a chat wants it.

Plain text on one line, in which only code stands between backticks. What the form asked, what every report says
("this is a preliminary report") and what a line cannot show (tables, lists of addresses) are left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from handlers.parsing.boilerplate import says_nothing, states_rule, without_announcements
from handlers.parsing.markdown import MAX_MARKDOWN_LENGTH
from handlers.parsing.report_parts import Part
from handlers.parsing.report_passages import Passage, read_passages
from handlers.text.sentences import split_sentences
from handlers.text.truncation import ELLIPSIS, truncate_at_word
from storage.values.incidents import MAX_EXCERPT_LENGTH

# In characters: what the sentence about the impact may take of it, and how much is enough to leave out a sentence that
# would have to be cut.
_MAX_COUNT_LENGTH, _MIN_WHOLE_LENGTH = 140, 120
_BEGINNING_LENGTH = 60
_MAX_ITEM_LENGTH = 80  # on the average: longer items are sentences of their own
# A shorter text that does not end as a sentence was written so.
_MIN_CUT_LENGTH = 900
_MIN_SENTENCE_LENGTH, _MIN_WORDS = 12, 2

_URL = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'“”`]+")
_BUG_URL = re.compile(r"https?://(?:bugzilla\.mozilla\.org/show_bug\.cgi\?id=|bugzil\.la/)([0-9]{1,9})")
_PUNCTUATION = ".,;:!?)]"
_URL_AT_END = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'“”`]+\s*$")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^\s/?#:]+).*")
_PREPOSITION = re.compile(r"\b(?:as|at|by|for|from|in|of|on|see|that|the|to|via|with)\s$", re.IGNORECASE)
_TORN_END = re.compile(r"(?<=\s)(?:an?|and|at|by|for|from|in|of|on|the|to|via|with)\s*$", re.IGNORECASE)
_BUG_TWICE = re.compile(
    r"\bbug(?:zilla)?(?:[ ]#?([0-9]{5,8})[ (:,-]{1,3}bug \1\b\)?|[ ]bug ([0-9]{5,8}))", re.IGNORECASE
)
_NEW_SENTENCE = re.compile(r"\s+[A-Z][a-z]+\s")
_RULE = re.compile(r"[=_*~-]{4,}")
_GREETING = re.compile(r"^(?:hi|hello|dear)(?:[ ](?:all|everyone|team|bugzilla))?[,!.][ ]+", re.IGNORECASE)
_DANGLING = re.compile(rf"[\s:;,–—-]+{ELLIPSIS}|{ELLIPSIS}[.]")
_EMPTY_BRACKETS = re.compile(r"[ \t]?[(\[][\s,;&]*(?:and)?[\s,;]*[)\]]|[ \t]?\([0-9](?:[ ,]{1,2}[0-9]){1,4}\)")
_COLON_AT_END = re.compile(r"[ \t]*:[ \t]*([.;])(?=\s|$)")
_FINGERPRINT = re.compile(
    r"\b((?:[0-9A-Fa-f]{2}:){3}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{8})(?::[0-9A-Fa-f]{2}){4,}+\b|\b([0-9A-Fa-f]{8})[0-9A-Fa-f]{24,}\b"
)
_FOOTNOTE = re.compile(r"[ \t]?\[[0-9]{1,2}\]")
_SPACE_BEFORE = re.compile(r"(?:[ \t]+|[ \t]*[,–-]+)([.,;:])(?=\s|$)")
_BULLET = re.compile(
    r"^[\s•·*–-]+(?=\S)|^\(?[0-9]{1,2}[.)]\s+(?=\S)|^(?:ans(?:wer)?|response)\s?[:.]\s+", re.IGNORECASE
)
_NUMBER = re.compile(
    r"[0-9]|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|single|all|no)\b[^.]{0,40}\bcert", re.IGNORECASE
)
_COUNT = re.compile(r"[0-9]{1,3}(?:[,. ][0-9]{3})+(?![0-9])|[0-9]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"[.!?…][\"'”’)\]`]*$")


def make_excerpt(text: str) -> str:
    """Return the excerpt of a comment, "" if it says nothing but what a form or every report says. Never raises."""
    passages = read_passages(_mark_cut(text))
    summary, impact = _sentences(passages, "summary"), _impact(passages)
    summary = summary or _sentences(passages, "opening")
    if not summary:
        summary, impact = _sentences(passages, "awareness"), impact or _sentences(passages, "certificates")
    return _DANGLING.sub(ELLIPSIS, _compose(summary, impact))


def _mark_cut(text: str) -> str:
    """Return a text with an ellipsis in place of its last word, if it is too long or was cut before it came here."""
    whole = text.rstrip()
    text = whole[:MAX_MARKDOWN_LENGTH]
    if len(text) < _MIN_CUT_LENGTH or (_END.search(text) and text == whole):
        return text
    text = text[: text.rindex(text.split()[-1])].rstrip(" ")
    return text if _END.search(text) else text + ELLIPSIS


def _compose(summary: Sequence[str], impact: Sequence[str]) -> str:
    """Return the beginning of the summary, and how much was affected where a sentence of the impact tells a number."""
    beginnings = {_beginning(sentence) for sentence in summary}
    impact = [sentence for sentence in impact if _beginning(sentence) not in beginnings]
    count = next(filter(_NUMBER.search, impact), "")
    if not summary or not count:
        return _fit((*summary, *impact), MAX_EXCERPT_LENGTH)
    count = truncate_at_word(count, _MAX_COUNT_LENGTH)
    return f"{_fit(summary, MAX_EXCERPT_LENGTH - len(count) - 1)} {count}"


def _beginning(sentence: str) -> str:
    """Return by what a sentence is known again in another part, though its end may differ."""
    return "".join(filter(str.isalnum, sentence.casefold()))[:_BEGINNING_LENGTH]


def _fit(sentences: Iterable[str], limit: int) -> str:
    """Return as many whole sentences as fit; if these are short, the next one too, cut at a word."""
    text = ""
    for sentence in dict.fromkeys(sentences):
        longer = f"{text} {sentence}" if text else sentence
        if len(longer) > limit:
            return text if len(text) >= min(_MIN_WHOLE_LENGTH, limit // 2) else truncate_at_word(longer, limit)
        text = longer
    return text


def _impact(passages: Sequence[Passage]) -> list[str]:
    """Return the sentences of the impact; a number alone is one of certificates."""
    sentences: list[str] = []
    for passage in passages:
        if passage.part == "count":
            count = _COUNT.fullmatch(passage.text.strip(" ."))
            noun = "certificate" if passage.text.strip(" .") == "1" else "certificates"
            sentences += [f"{count.group()} {noun} affected."] if count else _sentences((passage,), "count")
    return sentences + _sentences(passages, "impact")


def _sentences(passages: Iterable[Passage], part: Part) -> list[str]:
    """Return the sentences of one part of a report that say something; a list is one sentence."""
    sentences: list[str] = []
    for is_list, group in groupby((passage for passage in passages if passage.part == part), lambda each: each.is_item):
        texts = _clean_texts(passage.text for passage in group)
        if is_list:
            _add_list(sentences, [" ".join(_facts(text)) for text in texts])
        else:
            sentences += (fact for text in texts for fact in _facts(text))
    sentences = [sentence for sentence in sentences if not states_rule(sentence)] or sentences
    # what followed the colon was left out
    return [sentence.rstrip(" :") + ELLIPSIS if sentence.endswith(":") else sentence for sentence in sentences]


def _add_list(sentences: list[str], items: Iterable[str]) -> None:
    """Add a list as one sentence, or to the sentence that introduces it; long items remain sentences."""
    ends = [item.rstrip(" .;,") for item in items if item]
    if not ends:
        return
    if sentences and sentences[-1].endswith(":"):
        sentences[-1] += " " + _finish("; ".join(ends))
    elif sum(map(len, ends)) < max(MAX_EXCERPT_LENGTH, _MAX_ITEM_LENGTH * len(ends)):
        sentences.append(_finish("; ".join(ends)))
    else:
        sentences += map(_finish, ends)


def _facts(text: str) -> Iterator[str]:
    """Yield the sentences of a text that say something."""
    for sentence in map(without_announcements, split_sentences(text)):
        is_long = len(sentence) >= _MIN_SENTENCE_LENGTH and len(_WORD.findall(sentence)) >= _MIN_WORDS
        if is_long and not says_nothing(sentence):
            yield sentence if sentence.endswith(":") else _finish(sentence)


def _finish(text: str) -> str:
    """Return a text that ends as a sentence does."""
    return text if _END.search(text) else f"{text.rstrip(' ;,')}."


def _clean_texts(texts: Iterable[str]) -> list[str]:
    """Clean texts; a colon before one that was nothing but addresses becomes a full stop."""
    cleaned: list[str] = []
    for text in _join_torn(texts):
        if plain := _clean_lines(text):
            cleaned.append(plain)
        elif cleaned:
            cleaned[-1] = _end_colon(cleaned[-1])
    return cleaned


def _join_torn(texts: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs, joined where one ends within a sentence, as before an address that has a line of its own."""
    pending = ""
    for text in texts:
        goes_on_after_address = text[:1].islower() and _URL_AT_END.search(pending)
        if pending and not (goes_on_after_address or _TORN_END.search(pending)):
            yield pending
            pending = ""
        pending = f"{pending} {text}" if pending else text
    if pending:
        yield pending


def _clean_lines(text: str) -> str:
    """Return lines as one, without those of addresses; an address that ends a line ends a sentence before a new one."""
    cleaned: list[str] = []
    ended = False
    for line in text.split("\n"):
        plain = _clean(line)
        if not plain:
            if cleaned:
                cleaned[-1] = _end_colon(cleaned[-1])
            continue
        # a line that says nothing was begun anew
        says_something = plain[0].islower() or not says_nothing(plain)
        if cleaned and plain[0].isupper() and (ended or not says_something):
            cleaned[-1] = _finish(cleaned[-1].rstrip(" :"))
        cleaned.append(plain)
        ended = _URL_AT_END.search(line) is not None
    if cleaned and ended:
        cleaned[-1] = _end_colon(cleaned[-1])
    return _GREETING.sub("", " ".join(cleaned))


def _end_colon(text: str) -> str:
    return _finish(text.rstrip(" :")) if text.endswith(":") else text


def _clean(text: str) -> str:
    """Return a text without addresses, footnotes and bullets; bugs become numbers, fingerprints are shortened."""
    text = _URL.sub(_name_address, _FOOTNOTE.sub("", text))
    if not _WORD.search(_FINGERPRINT.sub("", text)):
        return ""
    text = _FINGERPRINT.sub(_shorten, text)
    text = _COLON_AT_END.sub(r"\1", _EMPTY_BRACKETS.sub("", text))
    text = _SPACE_BEFORE.sub(r"\1", _BUG_TWICE.sub(_bug_once, " ".join(_RULE.sub(" ", text).split())))
    return _BULLET.sub("", text).strip()


def _shorten(match: re.Match[str]) -> str:
    """Return the beginning of a fingerprint that a sentence speaks of, "" for one that only stands there."""
    before = match.string[: match.start()].rstrip(" ")
    return f"{match[1] or match[2]}{ELLIPSIS}" if before and before[-1].isalpha() else ""


def _bug_once(match: re.Match[str]) -> str:
    return f"bug {match[1] or match[2]}"


def _name_address(match: re.Match[str]) -> str:
    """Return what stands for a URL: the number of the bug; the host where a sentence needs a word; or nothing."""
    address = match.group()
    ending = address[len(address.rstrip(_PUNCTUATION)) :]
    name = ""
    if bug := _BUG_URL.match(address):
        name = f"bug {bug[1]}"
    elif _PREPOSITION.search(match.string, max(match.start() - 6, 0), match.start()):
        name = _HOST.sub(r"\1", address.removesuffix(ending))
        if not ending and _NEW_SENTENCE.match(match.string, match.end()):
            name += "."
    return name + ending
