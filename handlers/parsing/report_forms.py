"""Separate what a CA wrote from the report template it filled in, and recognise reports by their template.

The templates for incident reports changed over the years: the seven questions of 2017, the headings of 2023, the
fields of 2025. Bugzilla's own form for new bugs adds further lines that nobody typed.
"""

import re
from collections.abc import Sequence

# In characters; a longer line is not a heading.
_MAX_HEADING_LENGTH = 120

_FORM_LINES = re.compile(
    r"""[ \t]*(?:
        User[ ]Agent:[ ][^\n]*
      | Build[ ]ID:[ ]*\d[^\n]*
      | (?:Steps[ ]to[ ]reproduce|Actual[ ]results|Expected[ ]results):?
      | \+\+\+[ ]This[ ]bug[ ]was[ ]initially[ ]created[ ]as[ ]a[ ]clone[ ]of[^\n]*
    )[ \t\r]*""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTACHMENT = re.compile(r"\s*Created attachment \d+\s*", re.IGNORECASE)
_ON_BEHALF = re.compile(r"\(?\bon behalf of [^()\n]{1,80}\)", re.IGNORECASE)

_REPORT_HEADINGS = frozenset(
    (
        "incident report",
        "initial incident report",
        "preliminary incident report",
        "full incident report",
        "final incident report",
        "audit incident report",
        "initial report",
        "preliminary report",
        "full report",
    )
)
_SECTION_HEADINGS = frozenset(
    (
        "action items",
        "affected certificates",
        "analysis",
        "appendix",
        "background",
        "details of affected certificates",
        "executive summary",
        "impact",
        "incident description",
        "incident summary",
        "lessons learned",
        "related incidents",
        "relevant policies",
        "root cause analysis",
        "root causes",
        "source of incident disclosure",
        "summary",
        "timeline",
        "timeline summary",
        "what didnt go well",
        "what went well",
        "where we got lucky",
    )
)
_OTHER_HEADINGS = frozenset(("description", "incident", "introduction", "report", "report closure summary"))
_HEADINGS = _REPORT_HEADINGS | _SECTION_HEADINGS | _OTHER_HEADINGS

_NUMBERING = re.compile(r"[\s>*_#•|-]*(?:\(?[0-9]{1,2}(?:\.[0-9]{1,2})?\s?[.):-]{1,2})?[\s*_]*")
_FIELD = re.compile(r"[\s>*_#•|-]*([A-Za-z][A-Za-z ’'()/]{2,50}?)[\s*_]*[:|][\s*_:|]*")
_CCADB_LABEL = re.compile(r"CCADB[\s*_]{1,5}unique[\s*_]{1,5}(?:ID\b|identifier)", re.IGNORECASE)
_CCADB_ID = re.compile(r"(?<![A-Za-z0-9])A[0-9]{6}(?![A-Za-z0-9])")
_MAX_CCADB_ID_DISTANCE = 200
_MIN_REPORT_LENGTH = 200


def _phrase_pattern(phrase: str) -> str:
    """Return a pattern for a phrase that may be wrapped over several quoted or emphasised lines."""
    return r"[\s>*_\u202f]{1,8}".join(re.escape(word) for word in phrase.split())


# A dot within a word ("4.9.1") does not end a sentence; an empty line does.
_TO_SENTENCE_END = r"(?:[^.?\n]|[.?](?=[^\s*_])|\n(?!\s{0,20}\n)){0,600}(?:[.?]|(?=\n|\Z))"
_IN_BRACKETS = r"\([^()]{0,400}(?:\([^()]{0,200}\)[^()]{0,400}){0,2}\)"
_AND_WHEN = _phrase_pattern("and the") + r"\s{1,4}(?:" + _phrase_pattern("time and date") + "|date)"
_FIRST_AWARE = (
    "(?:" + _phrase_pattern("How your CA first became aware") + "|" + _phrase_pattern("How we first became aware") + ")"
    r"(?:[\s>*_]{1,8}of[\s>*_]{1,8}the[\s>*_]{1,8}(?:problems?|incident|issue))?"
    rf"(?:[\s>*_]{{1,8}}{_phrase_pattern('listed below')})?"
    rf"(?:[\s>*_]{{0,8}}{_IN_BRACKETS})?(?:,?[\s>*_]{{1,8}}{_AND_WHEN})?"
)
_QUESTIONS = "|".join(
    _phrase_pattern(start) + _TO_SENTENCE_END
    for start in (
        "A timeline of the actions your CA took",
        "Whether your CA has stopped",
        "Confirmation that your CA has stopped",
        "Prompt confirmation that your CA has stopped",
        "A summary of the problematic certificates",
        "Summary of the problematic certificates",
        "The complete certificate data for the problematic certificates",
        "Complete list of certificates that your CA finds",
        "In a case involving certificates",
        "In a case involving TLS server certificates",
        "Explanation about how and why the mistakes were made",
        "List of steps your CA is taking to resolve",
    )
)
_ADDITIONS = "|".join(
    _phrase_pattern(start) + _TO_SENTENCE_END
    for start in (
        "A timeline is a date-and-time-stamped sequence",
        "This may include events before",
        "A statement that you have",
        "A statement that you have stopped",
        "For each problem:",
        "For each problem listed below",
        "In other incidents",
        "The recommended way to",
        "When the incident being reported",
    )
)
# The possessive quantifiers at the start prevent backtracking, so that a page of bullets is matched in linear time.
_TEMPLATE_QUESTION = re.compile(
    r"(?:^|(?<=\n))[ \t>*_#•|(-]{0,20}+(?:[1-7][ \t]{0,4}[.):/-]{0,3}(?:1\.)?)?+[ \t*_]{0,12}+"
    rf"(?:{_FIRST_AWARE}|{_QUESTIONS})[.:;*_]{{0,6}}"
    rf"(?:[\s>*_]{{0,8}}(?:{_ADDITIONS})[.:;*_]{{0,6}}){{0,4}}",
    re.IGNORECASE,
)
# Root programs ask a CA nearly the same questions: such a comment requests a report and is not one.
_REPORT_REQUESTED = re.compile(
    r"problems\s{1,4}listed\s{1,4}below|please\s{1,4}(?:provide|respond|answer|submit|post)", re.IGNORECASE
)


def strip_boilerplate(text: str) -> str:
    """Return a comment without the lines that Bugzilla's form added; headings remain. Never raises."""
    lines: list[str] = []
    skip_name = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if _ATTACHMENT.fullmatch(line):
            skip_name = True
            continue
        # The line after "Created attachment" is the file's name or description.
        if skip_name:
            skip_name = False
            continue
        if _FORM_LINES.fullmatch(line):
            continue
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip()


def extract_report_text(text: str) -> str:
    """Return what the author of a comment wrote, on one line, without template, headings and questions; may be ""."""
    authored = _TEMPLATE_QUESTION.sub("", _ON_BEHALF.sub("", strip_boilerplate(text)))
    lines = (_strip_heading(line) for line in authored.split("\n"))
    return " ".join(" ".join(line for line in lines if any(map(str.isalnum, line))).split())


def remove_questions(text: str) -> str:
    """Return a comment with a heading in place of each question of a form: its beginning, so that its part is known."""
    return _TEMPLATE_QUESTION.sub(_question_heading, _ON_BEHALF.sub("", text))


def find_report_comment(texts: Sequence[tuple[int, str]]) -> int | None:
    """Return the number of the comment that has the report, or None if there is none yet.

    `texts` are (number, text), oldest first. The report is the first comment that uses a template; without one it is
    the description (comment 0) if it has any text of its own, or the first later comment that is long enough.
    """
    for number, text in texts:
        if uses_report_template(text):
            return number
    for number, text in texts:
        report_text = extract_report_text(text)
        if (number == 0 and report_text) or len(report_text) >= _MIN_REPORT_LENGTH:
            return number
    return None


def uses_report_template(text: str) -> bool:
    """Return whether a text uses one of the templates for incident reports."""
    stripped = strip_boilerplate(text)
    questions = [match for match in _TEMPLATE_QUESTION.finditer(stripped) if match.group().strip()]
    if questions and not _REPORT_REQUESTED.search(stripped[: questions[0].end() + 40]):
        return True
    section_headings: set[str] = set()
    for line in stripped.split("\n"):
        # Someone else's report, quoted in an answer.
        if line.startswith(">"):
            continue
        heading = _template_heading(line)
        if heading in _REPORT_HEADINGS:
            return True
        if heading in _SECTION_HEADINGS:
            section_headings.add(heading)
    return len(section_headings) >= 2


def parse_ccadb_id(text: str) -> str | None:
    """Parse the CCADB unique ID of the CA owner ("A" and six digits) from its field in a full report, if any."""
    for label in _CCADB_LABEL.finditer(text):
        if match := _CCADB_ID.search(text, label.end(), label.end() + _MAX_CCADB_ID_DISTANCE):
            return match.group()
    return None


def _question_heading(match: re.Match[str]) -> str:
    words = re.findall(r"[A-Za-z]+", match.group())
    return f"\n\n# {' '.join(words[:10])}\n\n" if words else ""


def _template_heading(line: str) -> str:
    """Return the template's heading (normalized) that a line consists of, or ""."""
    if len(line) > _MAX_HEADING_LENGTH:
        return ""
    bare = line[_match_end(_NUMBERING, line) :].strip(" \t*_#:.-–—|()")
    heading = " ".join(bare.casefold().replace("’", "").replace("'", "").split())
    return heading if heading in _HEADINGS else ""


def _strip_heading(line: str) -> str:
    """Return a line without a template's heading or field name at its start, and without Markdown heading marks."""
    if _template_heading(line) or _CCADB_LABEL.search(line, 0, _MAX_HEADING_LENGTH):
        return ""
    field = _FIELD.match(line, 0, _MAX_HEADING_LENGTH)
    if field and _template_heading(field[1]):
        return line[field.end() :]
    return line.strip().lstrip("#> ").rstrip("#")


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0
