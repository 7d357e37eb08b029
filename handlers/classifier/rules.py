"""Rules written by hand: a word or phrase, the section it indicates, and how strongly.

While there are too few tagged incidents the rules classify alone; later they are features of the trained model.
Patterns are matched against lower-case text and span at most a few dozen characters, so that matching stays linear.
"""

import re
from dataclasses import dataclass

# Sections that text can indicate. `uncategorized` means nothing to a reader, `covid-19` and `meta` cannot be recognised
# in a report text, and `external` names who reported, not what happened.
TEXT_SECTIONS: tuple[str, ...] = (
    "audit-delay",
    "audit-failure",
    "audit-finding",
    "auditor-compliance",
    "ca-misissuance",
    "ca-revocation-delay",
    "crl-failure",
    "disclosure-failure",
    "dv-misissuance",
    "ev-misissuance",
    "iv-misissuance",
    "leaf-revocation-delay",
    "ocsp-failure",
    "ov-misissuance",
    "policy-failure",
    "smime-misissuance",
)

# The score of a section without a matching rule, in the unit of the weights below: negative, so that it is unlikely.
NO_RULE_LOGIT = -3.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that indicates a section; `label` is what a person reads.

    `weight` is in log odds. A match in the report counts `body_weight` times as much as one in the title. Every match
    of `pattern` contains one of the strings in `prefilter`: searching for these first avoids nine of ten searches.
    """

    label: str
    section: str
    weight: float
    prefilter: tuple[str, ...]
    pattern: re.Pattern[str]
    body_weight: float = 0.25


def _rule(label: str, section: str, weight: float, prefilter: str, pattern: str, body_weight: float = 0.25) -> Rule:
    """Build a rule; `prefilter` is separated by "|"."""
    return Rule(label, section, weight, tuple(prefilter.split("|")), re.compile(pattern), body_weight)


_CA_CERT = (
    r"(?:\bicas?\b|\b(?:intermediate|subordinate|issuing|sub|root|cross)[- ]?(?:cas?\b|certificates?"
    r"|certs?)|\bca certificates?\b|cross[- ]?(?:sign|cert))"
)
_LATE = r"(?:delay|late\b|fail(?:ed|ure|ing|s)? to|not\b|untimely|postpon|time(?:ly|line|frame)|overdue)"

RULES: tuple[Rule, ...] = (
    _rule("OCSP", "ocsp-failure", 4.5, "ocsp", r"\bocsp"),
    _rule("responder", "ocsp-failure", 1.5, "responder", r"\bresponders?\b"),
    _rule(
        "CRL",
        "crl-failure",
        4.5,
        "crl|arl|certificate revocation list",
        r"\b(?:crls?|arls?)\b|certificate revocation list",
    ),
    _rule(
        "next update of a CRL",
        "crl-failure",
        1.0,
        "nextupdate|thisupdate|distribution point",
        r"nextupdate|thisupdate|distribution point",
    ),
    _rule(
        "delayed revocation",
        "leaf-revocation-delay",
        5.0,
        "revoc|revok",
        r"(?:delay|late\b|untimely|postpon|timely)\w{0,4}.{0,40}\brevo[ck]"
        r"|\brevo[ck]\w{0,8}.{0,30}(?:delay|late\b|deadline|timel|time ?frame)",
    ),
    _rule(
        "failure to revoke",
        "leaf-revocation-delay",
        5.0,
        "revok",
        r"(?:fail\w{0,4}|failures?) to (?:\w+ )?revoke|not (?:being )?revok|did(?: not|n't) revoke|unrevoked",
    ),
    _rule(
        "within 24 hours or 5 days",
        "leaf-revocation-delay",
        1.0,
        "revoc|revok",
        r"revo[ck].{0,60}(?:24 ?-?hours?|(?:5|five)[- ]days?)",
    ),
    _rule(
        "delayed revocation of a CA certificate",
        "ca-revocation-delay",
        6.5,
        "revoc|revok",
        rf"{_LATE}.{{0,50}}revo[ck].{{0,60}}{_CA_CERT}|{_CA_CERT}.{{0,60}}{_LATE}.{{0,40}}revo[ck]"
        rf"|{_CA_CERT}.{{0,30}}revo[ck].{{0,30}}delay",
    ),
    _rule("revoke within 7 days", "ca-revocation-delay", 3.0, "revoc|revok", r"revo[ck].{0,60}(?:7|seven)[- ]days?"),
    _rule(
        "CA certificate",
        "ca-misissuance",
        2.0,
        "ica|intermediate|subordinate|issuing|sub|root|cross|ca cert",
        _CA_CERT,
        0.1,
    ),
    _rule(
        "mis-issued CA certificate",
        "ca-misissuance",
        3.0,
        "ica|intermediate|subordinate|issuing|sub|root|cross|ca cert",
        rf"(?:mis-?issu|invalid|incorrect|wrong|non-?compli|malformed|missing|improper).{{0,50}}{_CA_CERT}"
        rf"|{_CA_CERT}.{{0,50}}(?:mis-?issu|invalid|incorrect|wrong|malformed|missing|without|serial"
        rf"|key ?usage|eku\b)",
        0.1,
    ),
    _rule(
        "S/MIME",
        "smime-misissuance",
        4.5,
        "mime|email|mailbox|rfc822",
        r"s/?mime\b|email protection|emailprotection|mailbox[- ]validated|rfc822name",
    ),
    _rule("EV", "ev-misissuance", 3.5, "ev|extended|qwac", r"\bevs?\b|extended validation|\bqwacs?\b"),
    _rule(
        "jurisdiction or business category",
        "ev-misissuance",
        3.0,
        "jurisdiction|category|categor|number|organi|incorporation",
        r"jurisdiction|business ?categor|registration ?number|regnumber|cabforganizationidentifier"
        r"|organi[sz]ation ?identifier|\bincorporation",
    ),
    _rule("OV", "ov-misissuance", 3.5, "ov|organi", r"\bovs?\b|organi[sz]ation validat"),
    _rule(
        "organisation's name or place",
        "ov-misissuance",
        2.5,
        "state|locality|country|organi|o=|ou|postal|street|subject",
        r"state ?or ?province|\blocality|\bcountry|organi[sz]ation ?name|\bo=|\bou\b"
        r"|organi[sz]ational ?unit|postal ?code|street ?address|\bsubject (?:dn|field|attribute)",
    ),
    _rule("IV", "iv-misissuance", 3.5, "iv|individual", r"\bivs?\b|individual validat"),
    _rule("DV", "dv-misissuance", 3.5, "dv", r"\bdvs?\b"),
    _rule(
        "domain validation",
        "dv-misissuance",
        2.5,
        "domain|dcv|dns-|http-|tls-alpn|caa|random value|acme|multi-perspective|mpic",
        r"domain (?:control |name )?validat|\bdcv\b|dns-0|http-0|tls-alpn|\bcaa\b|random value"
        r"|domain control|\bacme\b|multi-perspective|\bmpic\b",
    ),
    _rule(
        "weak or compromised key",
        "dv-misissuance",
        1.5,
        "debian|weak|roca|compromise|small rsa",
        r"debian|weak keys?|\broca\b|compromised keys?|key compromise|small rsa",
    ),
    _rule(
        "name in a certificate",
        "ov-misissuance",
        1.5,
        "underscore|dns|name|common|san|wildcard|internal|idn|tld|ip address",
        r"underscore|dns ?names?\b|common ?name|\bsans?\b|wildcard|internal name|\bidns?\b|\btld\b|ip address",
    ),
    _rule(
        "certificate's fields",
        "ov-misissuance",
        1.0,
        "serial|entropy|usage|eku|validity|39|82|policy|extension|sct|pre",
        r"serial number|entropy|key ?usage|\bekus?\b|validity|\b(?:398|397|825|39) (?:days|months)"
        r"|policy (?:oid|identifier)|extension|\bsct|pre-?cert",
    ),
    _rule("mis-issued", "ov-misissuance", 1.0, "issu", r"mis-?issu"),
    _rule(
        "audit finding",
        "audit-finding",
        5.0,
        "audit|assessment|etsi|webtrust|finding",
        r"(?:audit|assessment|etsi|webtrust).{0,40}(?:finding|non-?conformit|observation|qualif|minor)"
        r"|finding.{0,30}(?:#|audit)|findings? (?:#|\d|no)|audit incident report",
    ),
    _rule(
        "qualified report",
        "audit-finding",
        3.0,
        "quali|modified",
        r"qualified (?:audit|opinion|report)|qualification|modified opinion",
    ),
    _rule(
        "audit missing",
        "audit-failure",
        4.0,
        "audit|alv",
        r"(?:missing|no|lack\w{0,3}|outdated|incomplete|gap|without|inconsistent|incorrect|non"
        r"|not) .{0,30}\baudit|\baudit.{0,40}(?:missing|gap|lapse|fail|not (?:listed|included|covered)"
        r"|issues?\b|statement|letter)|\bunaudited|\balv\b",
    ),
    _rule("audit", "audit-failure", 1.5, "audit", r"\baudit", 0.1),
    _rule(
        "audit late",
        "audit-delay",
        4.5,
        "audit",
        r"audit.{0,40}(?:delay|overdue|late\b|postpon)|(?:delay|overdue|late\b|postpon)\w{0,4}.{0,40}\baudit",
    ),
    _rule(
        "auditor",
        "auditor-compliance",
        2.5,
        "ernst|ey|kpmg|deloitte|bdo|pwc|lsti|tüv|tuv|auditor",
        r"^(?:ernst|ey\b|kpmg|deloitte|bdo\b|pwc|lsti|tüv|tuv)|auditor.{0,30}(?:compliance|qualif|fail|issue)",
        0.1,
    ),
    _rule(
        "CPS",
        "policy-failure",
        4.5,
        "cp|practice|certificate polic",
        r"\bcps(?:es)?\b|\bcp/cps|practices? statements?|certificate polic(?:y|ies)\b(?! (?:oid|ident))",
    ),
    _rule(
        "policy or procedure",
        "policy-failure",
        1.5,
        "polic|procedure|risk|vulnerability|penetration|network|netsec|access|log|test|training",
        r"\bpolic(?:y|ies)\b|procedure|(?:risk|vulnerability) (?:assessment|scan)|penetration"
        r"|\bnetwork security|\bnetsec|access control|\blogs?\b|\blogging\b|test web ?(?:site|page)"
        r"|training",
    ),
    _rule(
        "forbidden validation method",
        "policy-failure",
        3.0,
        "validation|3.2.2|verification sources",
        r"forbidden .{0,20}validation|(?:validation )?method 3\.2\.2|verification sources",
    ),
    _rule("linting", "policy-failure", 1.5, "lint", r"\blint"),
    _rule("disclosure", "disclosure-failure", 3.5, "disclos", r"\b(?:un|non-?)?disclos(?:e|ed|ure|ing)\b"),
    _rule("CCADB", "disclosure-failure", 3.0, "ccadb|common ca", r"\bccadb\b|common ca database"),
    _rule(
        "survey or communication",
        "disclosure-failure",
        4.0,
        "survey|communication",
        r"\bsurvey|ca communication|communications? survey",
    ),
    _rule(
        "late or missing answer",
        "disclosure-failure",
        4.0,
        "fail|delay|late|lack|untimely|no|miss|incident|timely",
        r"(?:fail\w{0,4}|delay\w{0,3}|late|lack of|untimely|no|not|miss\w{0,3}) (?:\w+ ){0,3}(?:respon[ds]|repl"
        r"|answer|updat|report(?!s? validity)|incident report|communicat)|incident report(?:ing|s)? (?:delay|late)"
        r"|timely (?:incident |response|update|report)",
    ),
    _rule(
        "record in CCADB",
        "disclosure-failure",
        3.0,
        "ccadb",
        r"(?:crls?|cps?|cp/cps|audit|polic\w{1,3}|cert\w{0,9}|icas?|intermediate\w?|sub-?cas?|contact|revo\w{1,6})\b.{0,60}"
        r"\bccadb|\bccadb\b.{0,60}(?:\bcrl|\bcps?\b|update|upload|entr(?:y|ies)|record|disclos|detail)",
        0.1,
    ),
    _rule(
        "disclosure of a revocation",
        "disclosure-failure",
        3.0,
        "disclos|ccadb",
        r"disclos.{0,30}revoc|revoc.{0,40}(?:ccadb|disclos)",
    ),
    _rule(
        "certificate problem report",
        "policy-failure",
        2.5,
        "cpr|problem report|preliminary|revocation request",
        r"\bcprs?\b|problem report(?!ing mechanism)|preliminary report.{0,40}(?:subscriber|24)|revocation requests?\b",
    ),
    _rule(
        "reason of revocation",
        "crl-failure",
        3.0,
        "hold|reason|unrevo|idp|distribution",
        r"certificate ?hold|reason ?codes?|revocation reason|unrevo[ck]|\bidp\b|issuing ?distribution",
    ),
    _rule(
        "outage",
        "ocsp-failure",
        2.0,
        "outage|interruption|unavailab|unreachable|down|availability|accessible|dns",
        r"outage|interruption|unavailab|unreachable|down ?time|availability|(?:not|in)[- ]?accessible|dns service",
    ),
    _rule(
        "encoding",
        "ca-misissuance",
        1.0,
        "der|encod|asn|utf|bit|printable",
        r"\bder\b|\bencod|asn\.?1|utf-?8|bit ?string|printable ?string",
        0.1,
    ),
    _rule(
        "host name",
        "dv-misissuance",
        1.0,
        "host|ldh|punycode|idn|domain|underscore|preferred|fqdn|.onion|.arpa",
        r"host ?names?|\bldh\b|punycode|\bidna?\b|domain names?\b|underscore|preferred name|fqdn|\.onion|\.arpa",
    ),
    _rule(
        "access, systems or agreements",
        "policy-failure",
        2.0,
        "privileged|access|factor|mfa|patch|back|dual|firewall|password|user|trusted|subscriber|terms|annual|yearly|365",
        r"privileged|access (?:right|termin|review)|multi-?factor|\bmfa\b|\bpatch|back-?ups?\b|dual control|firewall"
        r"|password|user accounts?|trusted roles?|subscriber agreement|terms of|annual|yearly|365 days",
    ),
    _rule("test web site", "policy-failure", 1.0, "test", r"test (?:\w+ )?web ?(?:site|page)", 0.1),
    _rule(
        "code signing or time stamps",
        "policy-failure",
        1.0,
        "sign|stamp|tsa",
        r"code ?sign|time-?stamp(?:ing)? (?:cert|auth|unit)|\btsa\b",
    ),
    _rule(
        "types of certificates named together",
        "ov-misissuance",
        1.0,
        "v",
        r"\b(?:dv|ov|ev|iv)(?:\s*[,/&+]\s*|,? and |,? or )(?:dv|ov|ev|iv)\b",
    ),
    _rule(
        "certificate transparency",
        "dv-misissuance",
        1.0,
        "sct|ct log|transparency|pre",
        r"\bscts?\b|ct log|transparency|pre-?cert",
    ),
    _rule(
        "timing of validation",
        "dv-misissuance",
        1.0,
        "us|expired|398|825",
        r"re-?us(?:e|ed|ing)\b|expired (?:dcv|validation|domain)|398|825",
    ),
    _rule(
        "key of the subscriber",
        "dv-misissuance",
        1.0,
        "key",
        r"\bkeys?\b.{0,30}(?:size|length|weak|prime|compromis|expos|reus|exponent)",
    ),
)


def rule_features(title: str, text: str) -> dict[str, float]:
    """Return the matching rules as features named "rule:" and the label; title and text are in lower case and cut."""
    both = f"{title}\n{text}"
    features: dict[str, float] = {}
    for rule in RULES:
        for substring in rule.prefilter:
            if substring in both:
                break
        else:
            continue
        if rule.pattern.search(title):
            features[f"rule:{rule.label}"] = 1.0
        elif rule.pattern.search(text):
            features[f"rule:{rule.label}"] = rule.body_weight
    return features
