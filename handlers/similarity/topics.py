"""The ideas of this field: what a section may be about, by what names it goes, and how a text speaks of it.

The table serves twice: a member who only names an idea is offered the incidents that speak of it, and examples that
share an idea weigh it beside their words. Whoever adds a line: patterns see lower-case text, must not look further
than a few dozen characters, and should rather miss an incident than catch half the component.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.parsing.owners import folded

# A title is read whole; of an opening the part where it says what happened, before timelines begin.
TITLE_READ, TEXT_READ = 300, 200

_CA_CERT = (
    r"(?:\bicas?\b|\b(?:intermediate|subordinate|issuing|sub|root|cross|ca)[- ]?(?:cas?\b|certificates?\b|certs?\b)"
    r"|\bsubcas?\b|\bintermediates?\b|cross[- ]?(?:sign|cert))"
)
_LATE = r"(?:delay|late\b|fail(?:ed|ure|ing|s)? to|not\b|un?timely|postpon|time(?:ly|line|frame)|overdue|beyond|within)"
_REVOKE = r"(?:un)?revo[ck]\w{0,7}"


@dataclass(frozen=True, slots=True)
class Idea:
    """One idea; `names` are other words for it that a member may type, `pattern` finds it in a text."""

    key: str
    title: str
    names: tuple[str, ...]
    says: str
    pattern: re.Pattern[str]


def _idea(key: str, title: str, names: str, says: str, pattern: str) -> Idea:
    return Idea(key, title, tuple(name.strip() for name in names.split(",")), says, re.compile(pattern))


IDEAS: tuple[Idea, ...] = (
    _idea(
        "geographical",
        "Geography of the subject",
        "geography, place, places, location, locality, state, province, country, jurisdiction, address",
        "The country, state or province, locality, jurisdiction or address in a certificate's subject was wrong.",
        r"state ?/? ?(?:or)? ?/? ?prov|\bprovinces?\b|localit|\bcountr(?:y|ies)\b|country ?(?:code|name|field)"
        r"|jurisdi[ck]|\bjois?\b|postal ?code|post ?code|\bzip code"
        r"|street ?address|wrong address|address fields|some-state|default city|\bcity\b|(?:state|country) (?:name"
        r"|field|and|code)"
        r"|registry country|\b(?:in|of|wrong|invalid|incorrect|missing) (?:location|states?)\b"
        r"|[“\"']?\bst[”\"']? (?:field|not)|\bl or st\b|\bst$",
    ),
    _idea(
        "keys",
        "Weak or compromised keys",
        "weak keys, compromised keys, key compromise, private keys, debian keys, roca",
        "A key was weak, was known to others, or was still certified after it was compromised.",
        r"debian|weak (?:\w+ )?keys?|\broca\b|key[- ]compromise|compromised? (?:\w+ )?(?:private )?keys?"
        r"|private keys?|close ?primes?"
        r"|fermat|\bexponent|rsa modul|pwned ?keys|(?:public|rsa|ecc?) key (?:size|length)|reused? keys?|key reuse"
        r"|\bkeys? (?:was |were |is |are )?(?:compromised|exposed|leaked|public)",
    ),
    _idea(
        "caa",
        "CAA checking",
        "caa, caa checking, caa records, certification authority authorization",
        "CAA records were not looked up, not heeded, or looked up too long before issuance.",
        r"\bcaa\b|certification authority authori[sz]ation|\bissuewild\b",
    ),
    _idea(
        "domain-validation",
        "Validation of domains",
        "validation methods, domain validation, dcv, domain control, mpic",
        "Control of a domain or an IP address was not shown in a permitted way, or too long ago.",
        r"domain (?:control |name )?(?:validat|authori)|\bdcv\b|dns-01|http-01|tls-alpn|random values?"
        r"|domain control|\bacme\b|multi-perspective"
        r"|\bmpic\b|3\.2\.2\.[45]|validation methods?|agreed[- ]upon change|\bwhois\b|un-?verified ip"
        r"|dns (?:resolver|lookup)|email dcv",
    ),
    _idea(
        "organisation-validation",
        "Validation of organisations",
        "organisation validation, organization validation, vetting, identity validation",
        "Who an applicant is was not verified as the rules demand.",
        r"vetting|verification sources?|validation (?:of|source|evidence|specialist|agent|document|data|process"
        r"|authority)|registration agenc|incorporating agenc"
        r"|verified (?:legal )?(?:opinion|method)|\bdba\b|two[- ]person|2-person|dual control|due diligence"
        r"|verification of (?:authority|identity|organi)|data reuse|document\w* reuse|older than 398",
    ),
    _idea(
        "organisation-name",
        "Organisation's name",
        "organisation name, organization name, wrong organisation, o field",
        "The name of the organisation or of its unit in a certificate's subject was wrong.",
        r"organi[sz]ation(?:al)? ?name|\bo=|\bou\b|\bous\b|organi[sz]ation(?:al)? ?units?"
        r"|organi[sz]ation ?unit ?name|org(?:anization)? (?:field|name|info)"
        r"|\bo field|incorrect organi|wrong organi|widgits",
    ),
    _idea(
        "business-category",
        "Business category and registration number",
        "business category, registration number, serial number of the subject",
        "The business category or the registration number in an EV certificate's subject was wrong.",
        r"business ?categor|registration ?n(?:umbers?|o\b)|reg ?number|private organi[sz]ation|government entit"
        r"|subject:? ?serial ?number|ev serial ?number|n/a in ev",
    ),
    _idea(
        "organisation-identifier",
        "Organisation identifier",
        "organisation identifier, organization identifier, orgid, psd2",
        "The organisation identifier of a certificate was wrong or missing.",
        r"organi[sz]ation ?identifier|\borg ?ids?\b|\bpsd2?\b|\blei\b|identification scheme|\bnca identifier",
    ),
    _idea(
        "subject-order",
        "Order of the subject's attributes",
        "subject order, attribute order, rdn order",
        "The attributes of a subject stood in an order that the rules forbid, or stood there twice.",
        r"(?:attributes?|rdn|dn) (?:\w+ )?order|order of (?:subject|rdn|attrib)|duplicate attribute",
    ),
    _idea(
        "subject",
        "Fields of the subject",
        "subject, subject fields, subject attributes, distinguished name, dn",
        "A field of a certificate's subject was wrong, missing or out of place.",
        r"\bsubject\b|\bfields?\b|\battribut|distinguished name|\bdn\b|\bvalues?\b",
    ),
    _idea(
        "ev",
        "EV certificates",
        "ev, extended validation, qwac",
        "It concerns extended-validation certificates.",
        r"\bevs?\b|extended validation|\bqwacs?\b|\bevgs?\b|jurisdi[ck]tion|\bjois?\b|business ?categor",
    ),
    _idea(
        "ov",
        "OV certificates",
        "ov, organisation validated, organization validated",
        "It concerns certificates that name an organisation.",
        r"\bovs?\b|organi[sz]ation validat",
    ),
    _idea(
        "dv",
        "DV certificates",
        "dv, domain validated",
        "It concerns certificates with a validated domain only.",
        r"\bdvs?\b|domain[- ]validated",
    ),
    _idea(
        "smime",
        "S/MIME certificates",
        "s/mime, smime, mail certificates, email certificates",
        "It concerns certificates for signed or encrypted mail.",
        r"\bs/?mime|email ?protection|e-?mail certificates?|mailbox|rfc822|sponsor[- ]validated",
    ),
    _idea(
        "code-signing",
        "Code signing",
        "code signing, codesigning",
        "It concerns certificates that sign code.",
        r"code[- ]?sign",
    ),
    _idea(
        "time-stamps",
        "Time stamps",
        "time stamps, timestamps, timestamping, time stamping, tsa",
        "It concerns time-stamping authorities or their certificates.",
        r"time-?\s?stamping|\btsas?\b|\btsu\b|time[- ]stamp (?:cert|auth|unit|token)",
    ),
    _idea(
        "ca-certificates",
        "CA certificates",
        "ca certificates, intermediates, intermediate certificates, sub-cas, cross-certificates, roots",
        "A root, intermediate or cross-certificate is itself at issue.",
        _CA_CERT,
    ),
    _idea(
        "ca-misissuance",
        "Mis-issued CA certificates",
        "misissued ca certificates, misissued intermediates, misissued sub-cas",
        "A root, intermediate or cross-certificate should not have been issued as it was.",
        rf"(?:mis-?issu|invalid|incorrect|wrong|non-?compli|malformed|missing|improper|issuance of"
        rf"|without).{{0,50}}{_CA_CERT}"
        rf"|{_CA_CERT}.{{0,50}}(?:mis-?issu|invalid|incorrect|wrong|malformed|missing|without|serial|key ?usage|eku\b)",
    ),
    _idea(
        "crl",
        "Revocation lists",
        "crl, crls, revocation lists, certificate revocation lists",
        "A revocation list was late, wrong, unreachable, or not as its profile demands.",
        r"\b(?:crls?|arls?)\b|revocation lists?|distribution ?points?|\breason ?codes?|certificate ?hold",
    ),
    _idea(
        "ocsp",
        "OCSP",
        "ocsp, responder, ocsp responders",
        "An OCSP responder was unreachable or answered wrongly.",
        r"\bocsp|\bresponders?\b",
    ),
    _idea(
        "delegated-responders",
        "Delegated OCSP responders",
        "ocsp eku, delegated responders, ocsp signing",
        "CA certificates could sign OCSP answers for their issuer.",
        r"ocsp[- ]?sign|delegated (?:ocsp )?responder|ocsp eku|ocsp-?nocheck|ocsp delegated",
    ),
    _idea(
        "outages",
        "Outages",
        "outage, outages, availability, downtime",
        "A service could not be reached.",
        r"outage|interruption|unavailab|unreachable|down ?time\b|\bavailab(?:le|ility)\b|(?:not|in)[- ]?accessible"
        r"|offline|timed? ?out",
    ),
    _idea(
        "delayed-revocation",
        "Delayed revocation",
        "delayed revocation, late revocation, failure to revoke, revocation delay",
        "Certificates were not revoked within the time that the rules set.",
        rf"{_LATE}.{{0,40}}\brevo[ck]|\b{_REVOKE}.{{0,30}}(?:delay|late\b|deadline|timel|time ?frame|within|after)"
        rf"|unrevoked|non-?revocation",
    ),
    _idea(
        "delayed-ca-revocation",
        "Delayed revocation of CA certificates",
        "delayed revocation of intermediates, ca revocation delay",
        "A CA certificate was not revoked within the time that the rules set.",
        rf"{_LATE}.{{0,50}}revo[ck].{{0,60}}{_CA_CERT}|{_CA_CERT}.{{0,60}}{_LATE}.{{0,40}}revo[ck]"
        rf"|{_CA_CERT}.{{0,30}}revo[ck].{{0,30}}delay"
        r"|revo[ck].{0,60}(?:within |in )(?:7|seven)[- ]days?|revo[ck].{0,80}ocsp eku",
    ),
    _idea(
        "audit-findings",
        "Audit findings",
        "audit findings, non-conformities, qualifications, qualified audit",
        "An auditor found something that does not conform.",
        r"(?:audit|assessment|etsi|webtrust).{0,40}(?:finding|non-?conformit|observation|qualif|minor)"
        r"|findings? (?:#|\d|no|in)|finding.{0,30}audit"
        r"|audit incident report|qualified (?:audit|opinion|report)|modified opinion|non-?conformit",
    ),
    _idea(
        "audits-missing",
        "Audits missing or incomplete",
        "missing audits, audit gaps, audit statements, audit letters, alv",
        "An audit or its statement is missing, has a gap, or leaves certificates out.",
        r"(?:missing|no\b|lack\w{0,3}|outdated|incomplete|gap|without|inconsistent|incorrect|non|not"
        r"|failed) .{0,30}\baudit"
        r"|\baudit.{0,40}(?:missing|gap|lapse|fail|not (?:listed|included|covered)|issues?\b|statements?\b"
        r"|letters?\b|period|scope)|\bunaudited|\balv\b|sha-?256 (?:hash|fingerprint|thumbprint).{0,40}audit",
    ),
    _idea(
        "audits-late",
        "Audits late",
        "late audits, audit delay, overdue audits, delayed audits",
        "An audit or its statement came too late.",
        r"audit.{0,40}(?:delay|overdue|late\b|postpon|past due|covid)|(?:delay|overdue|late\b"
        r"|postpon)\w{0,4}.{0,40}\baudit|covid",
    ),
    _idea(
        "auditors",
        "Auditors",
        "auditors, auditor, auditor compliance",
        "An auditor did not do what auditors must.",
        r"\bauditors?\b.{0,30}(?:compliance|qualif|fail|issue|concern)|^(?:ernst|ey\b|kpmg|deloitte|bdo\b|pwc|lsti"
        r"|t[üu]v)",
    ),
    _idea(
        "audit", "Audits", "audits, audit reports", "It concerns an audit.", r"\baudit(?:s|ed|ing)?\b|webtrust|\betsi\b"
    ),
    _idea(
        "disclosure",
        "Disclosure in the CCADB",
        "disclosure, ccadb, undisclosed certificates",
        "Something was not, wrongly or too late disclosed in the CCADB.",
        r"\b(?:un|non-?)?disclos(?:e|ed|ure|ing)\b|\bccadb\b|common ca database|\bsalesforce\b",
    ),
    _idea(
        "late-answers",
        "Late or missing answers",
        "late answers, late incident reports, survey, no response, communication",
        "A root program, a survey or a bug was answered too late or not at all.",
        r"\bsurvey|ca communication|(?:fail\w{0,4}|delay\w{0,3}|late|lack of|untimely|no|not"
        r"|miss\w{0,3}) (?:\w+ ){0,3}(?:respon[ds]|repl|answer|updat|incident report|communicat|reporting)"
        r"|incident report(?:ing|s)? (?:delay|late)|timely (?:incident |response|update|report)",
    ),
    _idea(
        "problem-reports",
        "Certificate problem reports",
        "problem reports, cpr, certificate problem report, preliminary report",
        "A problem report was lost, refused, or not answered within 24 hours.",
        r"\bcprs?\b|problem report|preliminary report|revocation requests?\b|problem reporting",
    ),
    _idea(
        "cps",
        "CPS against practice",
        "cps, cp/cps, cps against practice, policy documents, practice statement",
        "A policy or practice statement was wrong, out of date, or not followed.",
        r"\bcps(?:es)?\b|\bcp/cps|\bcp\b|practices? statements?|certificate polic(?:y|ies)\b(?! (?:oid|ident|ext"
        r"|qual))|policy documents?",
    ),
    _idea(
        "procedures",
        "Procedures and operation",
        "procedures, operation, network security, access control, logs, backups, training",
        "A procedure of the CA's operation was missing or not followed.",
        r"procedure|(?:risk|vulnerability) (?:assessment|scan|manag)|penetration"
        r"|network (?:and certificate system )?security|\bnetsec|\bncssr|access (?:control|right|review|termin)"
        r"|\blogs?\b|\blogging\b"
        r"|trusted roles?|multi-?factor|\bmfa\b|\bpatch|back-?ups?\b|firewall|passwords?|user accounts?|self-?audit"
        r"|key ceremon|training|annual|yearly|\bhsm",
    ),
    _idea(
        "policy-identifiers",
        "Policy identifiers and CPS addresses",
        "policy oid, policy oids, policy identifiers, cpsuri, certificate policies extension",
        "The certificate-policies extension lacked or had a wrong identifier, qualifier or address.",
        r"policy (?:oids?|identifiers?|qualifiers?|tree)|\boids?\b|cps ?uri|id-qt-cps|certificate ?policies ext",
    ),
    _idea(
        "profiles",
        "Certificate profiles",
        "profiles, profile, extensions, certificate profile, basic constraints",
        "A certificate's extensions or fields were not as its profile demands.",
        r"\bextensions?\b|profile|basic ?constraints|authority ?key ?identifier|\baki\b|\baia\b|ca-?issuers"
        r"|signature algorithm|algorithm ?identifier|hash algorithm|subjectpublickeyinfo|\bsha-?(?:1|256|384)\b"
        r"|name ?constraints|\bcriticals?\b",
    ),
    _idea(
        "key-usage",
        "Key usage",
        "key usage, eku, extended key usage",
        "The key usage or the extended key usage of a certificate was wrong.",
        r"key ?usages?|\bekus?\b|serverauth|clientauth|key ?encipherment|key ?agreement",
    ),
    _idea(
        "serial-numbers",
        "Serial numbers",
        "serial numbers, entropy, serial number entropy",
        "A certificate's serial number was not unique or not random enough.",
        r"entropy|(?:duplicate|certificate|same|64[- ]bit|63[- ]bit|non-?compliant) serial|serial numbers? (?:with"
        r"|entropy|not|less)",
    ),
    _idea(
        "validity",
        "Validity periods",
        "validity, validity period, lifetime, 398 days, 825 days",
        "A certificate was valid for longer than permitted, or its dates were wrong.",
        r"validity|lifetimes?|not ?before|not ?after|back-?dat|\b(?:398|397|825|39|60)[- ](?:days?|months?)|one second",
    ),
    _idea(
        "encoding",
        "Encoding",
        "encoding, der, asn.1, string types, unicode",
        "A certificate or an answer was encoded wrongly.",
        r"\bder\b|\bencod|asn\.?1|utf-?8|bit ?string|printable ?string|mojibake|html encoded|unicode|null character"
        r"|non-?printable|invalid characters?|non ascii",
    ),
    _idea(
        "names",
        "Names in certificates",
        "dns names, san, common name, wildcard, underscore, internal names, host names",
        "A domain name, host name or IP address in a certificate had a forbidden or invalid form.",
        r"underscore|dns ?names?\b|common ?names?\b|\bsans?\b|subject ?alt|wildcard|internal (?:name|server|domain)"
        r"|\bidna?\b|punycode|\btlds?\b|host ?names?|\bfqdns?\b|\bldh\b|preferred name"
        r"|ip ?address(?:es)? in|reserved ip|in-addr|\.arpa|\.onion|unqualified|\bcn\b",
    ),
    _idea(
        "transparency",
        "Certificate transparency",
        "ct, certificate transparency, sct, precertificates",
        "Precertificates, timestamps of logs or logging itself were at issue.",
        r"\bscts?\b|\bct logs?\b|\bct data|transparency|pre-?cert",
    ),
    _idea(
        "test-sites",
        "Test certificates and test sites",
        "test certificates, test websites, test web pages",
        "A test certificate was mis-issued, or a test site did not show what it must.",
        r"test (?:\w+ )?(?:web|certificate|site|page)|\.test\b|testing purpose",
    ),
    _idea(
        "placeholders",
        "Placeholders in the subject",
        "placeholders, metadata, metadata-only fields",
        "A field of the subject held a placeholder in place of a value.",
        r"meta-?data|\bn/a\b|some-state|default city|widgits|placeholder|question marks?|null\)",
    ),
)


def find_idea(name: str) -> Idea | None:
    """Return the idea that goes by a name, compared without case, accents, spaces and punctuation; None if none does.

    A name is also known by a word or phrase of it ("bugs with weak keys"); the longest that is known wins.
    """
    wanted = folded(name)
    spellings = {folded(spelling): idea for idea in IDEAS for spelling in (idea.key, idea.title, *idea.names)}
    if wanted in spellings:
        return spellings[wanted]
    words = re.findall(r"[^\W_]+", name)[:20]
    for length in range(min(len(words), 4), 0, -1):
        for start in range(len(words) - length + 1):
            if idea := spellings.get(folded("".join(words[start : start + length]))):
                return idea
    return None


def ideas_in(text: str, limit: int) -> Iterator[Idea]:
    """Give the ideas that a text speaks of within its first characters."""
    lowered = text[:limit].lower()
    return (idea for idea in IDEAS if idea.pattern.search(lowered))
