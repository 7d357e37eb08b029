"""Sentences that say nothing about one incident: greetings, promises of a report, pointers to attachments, rules."""

import re

_TIME_ZONE = r"\b(?:utc|gmt|local|cet|cest|jst|est|mst|pst|time|zone)\b"
_IS = "(?:is|are|was|serves as)"
_A_REPORT = r"(?:preliminary|initial|interim|full|final|incident|draft|the|our) (?:\w+ ){0,3}reports?\b"
_WHICH = (
    r"(?:full|complete|final|detailed|formal|comprehensive|further|more|additional|new|updated|follow-?up|incident)"
)
_MORE_OF_IT = rf"\b{_WHICH} (?:\w+ ){{0,3}}(?:reports?|details?|information|updates?|analysis)\b"
_BEING_MADE = r"is (?:being|expected|planned|under|to)|to follow|follows?|in progress|prepar\w+|as soon as"
_WE_WILL = r"\b(?:will|shall|plan(?:s|ning)? to|intends? to|expects? to|going to|working on|prepar(?:e|ing))\b"
_REPORT_OR_UPDATE = r"\b(?:reports?|details|updates?|(?:more|further|additional) information|analysis)\b"
_STUDY = r"\b(?:investigati\w+|analysis|assessment)\b"
_WORKING = r"(?:investigating|analy[sz]ing|gathering|reviewing|preparing|working)\b"
_ATTACHED = r"\b(?:attached|(?:in|as|to|see) (?:the |an )?attach\w+|in the appendix)\b"
_THE_LIST = (
    r"(?:(?:the|an?) )?(?:(?:first|second|third|affected|full|complete) )*"
    r"(?:list of |sha-?256 (?:hash|fingerprint)s? of )?(?:the )?(?:affected )?"
)
_ELSEWHERE = r"attach\w*|comment|bug|list|appendix|details"
_UNDER_WAY = r"\b(?:on-?going|under ?way|in progress|continues?|continuing|started|pending)\b"

# How such sentences begin.
_SAYING_NOTHING = (
    # which report this is, and which one follows
    rf"(?:this|the following|below|here)(?: (?:bug|report|post))? {_IS} (?:\w+ ){{0,2}}{_A_REPORT}.{{0,60}}$",
    r"(?:(?:preliminary|initial|full|final|interim) )?(?:incident )?report\W*$",
    rf".{{0,80}}{_MORE_OF_IT}.{{0,60}}\b(?:will|shall|should|must|{_BEING_MADE})\b",
    rf".{{0,80}}{_WE_WILL}.{{0,80}}{_REPORT_OR_UPDATE}",
    r"(?:the )?incident report (?:follows|is below|is as follows)",
    r".{0,100}\b(?:submitted|posted|sent|filed|provided|wrote) (?:the following|this)\b",
    # how it is written
    rf"all (?:times?|dates?)\b.{{0,80}}{_TIME_ZONE}",
    r"(?:times? are|all in) .{0,40}\b(?:utc|gmt)",
    r"(?:hi|hello|dear|good (?:morning|day|afternoon|evening)|greetings)\b.{0,40}$",
    r"(?:thanks?|thank you|many thanks|(?:kind|best) regards|regards|sincerely|cheers|best)\b.{0,60}$",
    # requests of root programs
    r"(?:please|kindly)\b(?! note)",
    r"[^?]*\?$",
    r"(?:confirm|explain) (?:that|what|why|how|your)\b",
    r".{0,60}\bhow your ca first became aware",
    r"(?:the|this|your) (?:incident )?report should\b",
    r"(?:\w+ )?incident report\s*[–—:-]",
    r"(?:the following problems have been found|direct links|to continue inclusion|for (?:each|the) problems? )",
    r".{0,120}\b(?:please (?:provide|respond|submit|post|explain|file)|requests? that)\b.{0,80}\breports?\b",
    # nothing is known yet
    rf"(?:we|our|the|further|root|an?)\b.{{0,60}}{_STUDY}.{{0,40}}{_UNDER_WAY}",
    rf"(?:we|our team) (?:are|is) (?:(?:still|currently|now) )?{_WORKING}",
    r"(?:we )?continue to investigate",
    r"(?:n/?a|none|tb[dac]|to be \w+|not applicable|unknown|pending|yes|no|see above|ditto)\b.{0,30}$",
    r"(?:self reported|third party reported|audit)\W*$",
    # what is elsewhere: an address stood at its end
    r".{0,160}\b(?:at|by|from|in|on|to|via|here)\W*$",
    rf"(?:see|see also|refer to|as per|as reported) (?:the )?(?:here|below|above|previous|{_ELSEWHERE})",
    rf".{{0,100}}\b(?:list|file|data|details|certificates|report)\b.{{0,60}}{_ATTACHED}.{{0,60}}$",
    r"(?:the )?(?:\w+ ){0,2}(?:certificates?|examples?)(?: \w+){0,2} (?:are|is)(?: as follows)?\W*$",
    rf"{_THE_LIST}(?:examples?|certificates?|links?|urls?|crt\.sh)(?: (?:are|is|links?))?\W*$",
)
_SAYS_NOTHING = re.compile("|".join(_SAYING_NOTHING), re.IGNORECASE)
# What stands before or after a fact in the same sentence.
_REPORT_THAT = re.compile(
    r"(?:this|the following|below) (?:is|serves as) (?:\w+ ){0,4}reports? "
    r"(?:(?:to )?(?:acknowledg|confirm|inform|report|stat|disclos)\w+ |about the fact )?(?:\w+ ){0,2}?that ",
    re.IGNORECASE,
)
_REPORT_TO_COME = re.compile(
    r"(?:[,;] |,? (?:and|but) )"
    r"(?:(?:and|but|we|a|the|our|will|is|are|plan|expect|to|working|on|provide|post|publish|submit|file) ){0,5}"
    r"(?:full|final|complete|detailed|more|further) (?:\w+ ){0,2}(?:report|details|information)\b.*$",
    re.IGNORECASE,
)
# What a rule requires, before what was done.
_STATES_A_RULE = re.compile(
    r"(?:(?:according to|per|as per|under|in) )?(?:the )?"
    r"(?:section|(?:[\w/.-]+ ){0,3}(?:baseline requirements?|brs?|guidelines|policy|rfc ?[0-9]{3,5}))\b"
    r".{0,80}\b(?:requires?|states?|mandates?|specif\w+|shall|must)\b",
    re.IGNORECASE,
)


def without_announcements(sentence: str) -> str:
    """Return a sentence without what it says of this report or the next one around a fact."""
    if match := _REPORT_THAT.match(sentence):
        fact = sentence[match.end() :]
        sentence = fact[:1].upper() + fact[1:]
    return _REPORT_TO_COME.sub(".", sentence)


def says_nothing(sentence: str) -> bool:
    """Return whether a sentence could stand in any report."""
    return _SAYS_NOTHING.match(sentence) is not None


def states_rule(sentence: str) -> bool:
    """Return whether a sentence tells what a rule requires, not what happened."""
    return _STATES_A_RULE.match(sentence) is not None
