"""The CA owners Rootwatch knows: the short name people use, every other spelling, and their e-mail domains.

A community adds its own spellings to the table; a spelling is compared without case, accents, spaces and punctuation.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CaOwner:
    """An organisation that runs a certification authority; `domains` are those its people write from."""

    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


# An owner that another one took over stands with its successor, as the CCADB has it. Joint prefixes stand here where
# the first name in them is not the owner whose root is meant.
BUILT_IN: tuple[CaOwner, ...] = (
    CaOwner("ACCV", ("ACCVRAIZ1", "Autoritat de Certificació de la Comunitat Valenciana", "Government of Spain, Autoritat de Certificació de la Comunitat Valenciana (ACCV)"), ("accv.es",)),
    CaOwner("Actalis", ("Actalis S.p.A.",), ("staff.aruba.it", "actalis.it")),
    CaOwner("AGCE", ("Autorité Gouvernementale de Certification Electronique",), ("agce.dz",)),
    CaOwner("Amazon Trust Services", ("Amazon", "Amazon Trust Services / DigiCert"), ("amazon.com",)),
    CaOwner("ANF AC", ("ANF", "ANF Autoridad de Certificación", "Autoridad de Certificación (ANF AC)"), ("anf.es",)),
    CaOwner("Apple", ("Apple Inc.",), ("apple.com",)),
    CaOwner("Asseco / Certum", ("Asseco DS / Certum", "Certum", "Asseco", "Asseco DS", "Asseco Data Systems", "Asseco Data Systems S.A.", "Asseco Data Systems / Certum", "Certum / Asseco"), ("assecods.pl", "certum.pl")),
    CaOwner("BJCA", ("Beijing CA", "Beijing Certificate Authority"), ()),
    CaOwner("Buypass", ("Buypass AS",), ("buypass.no",)),
    CaOwner("Camerfirma", ("AC Camerfirma", "AC Camerfirma, S.A.", "Camerfirma / AC Camerfirma"), ("camerfirma.com",)),
    CaOwner("Certainly", ("Certainly LLC",), ()),
    CaOwner("Certicamara", ("Certicámara",), ()),
    CaOwner("Certigna", ("Dhimyotis / Certigna", "Dhimyotis", "DocuSign/Keynectis", "Keynectis", "OpenTrust", "DocuSign France"), ("certigna.com", "dhimyotis.com", "docusign.com")),
    CaOwner("Certinomis", ("Certinomis / Docapost", "Docapost"), ("certinomis.fr",)),
    CaOwner("certSIGN", ("certSIGN S.A.",), ("certsign.ro",)),
    CaOwner("CFCA", ("China Financial Certification Authority", "China Financial Certification Authority (CFCA)"), ("cfca.com.cn",)),
    CaOwner("Chunghwa Telecom", ("CHT", "Chunghwa", "Chunghwa Telecom Co., Ltd."), ("cht.com.tw",)),
    CaOwner("CNNIC", ("China Internet Network Information Center",), ("cnnic.cn",)),
    CaOwner("CommScope", ("CommScope/ARRIS", "ARRIS"), ("commscope.com",)),
    CaOwner("Consorci AOC", ("AOC", "CATCert", "Consorci Administració Oberta de Catalunya"), ("aoc.cat",)),
    CaOwner("Cybertrust Japan", ("Cybertrust Japan Co., Ltd.", "Cybertrust Japan / JCSI", "Cybertrust / JCSI", "JCSI"), ("cybertrust.co.jp",)),
    CaOwner("D-Trust", ("D-TRUST", "D-TRUST GmbH", "Bundesdruckerei"), ("bdr.de", "d-trust.net")),
    CaOwner("DarkMatter", ("DigitalTrust",), ("darkmatter.ae",)),
    CaOwner("DigiCert", ("QuoVadis", "DigiCert, Inc.", "DigiCert / QuoVadis", "DigiCert / Verizon", "DigiCert / Siemens", "DigiCert / Symantec", "DigiCert / Microsoft", "QuoVadis / Siemens", "Network Solutions", "Web.com"), ("digicert.com", "quovadis.bm", "quovadisglobal.com", "web.com", "endurance.com")),
    CaOwner("Disig", ("Disig, a.s.", "CA Disig"), ("disig.sk",)),
    CaOwner("DSV-Gruppe", ("DSV Gruppe", "Deutscher Sparkassen Verlag"), ()),
    CaOwner("e-commerce monitoring", ("e-commerce monitoring GmbH", "GLOBALTRUST"), ("globaltrust.eu",)),
    CaOwner("E-Tugra", ("E-Tuğra", "E-Tugra EBG"), ("e-tugra.com.tr",)),
    CaOwner("EDICOM", (), ()),
    CaOwner("eMudhra", ("emSign", "eMudhra emSign", "eMudhra emSign PKI Services", "emSign PKI Services", "eMudhra Technologies Limited"), ("emudhra.com",)),
    CaOwner("Entrust", ("AffirmTrust",), ("entrust.com", "entrustdatacard.com")),
    CaOwner("Eviden", ("Atos", "Siemens", "Atos / Siemens", "Siemens / Atos", "Atos Trustcenter"), ("siemens.com", "atos.net", "eviden.com")),
    CaOwner("Fina", ("Financijska agencija",), ()),
    CaOwner("Firmaprofesional", ("FIRMAPROFESIONAL", "Autoridad de Certificacion Firmaprofesional", "Firmaprofesional / SIGNE", "Firmaprofessional"), ("firmaprofesional.com", "isigma.es", "logalty.com")),
    CaOwner("FNMT", ("FNMT-RCM", "AC RAIZ FNMT-RCM", "Fábrica Nacional de Moneda y Timbre", "Government of Spain, Fábrica Nacional de Moneda y Timbre (FNMT)"), ("fnmt.es",)),
    CaOwner("GDCA", ("Guang Dong CA", "Guang Dong Certificate Authority", "Global Digital Cybersecurity Authority", "Global Digital Cybersecurity Authority Co., Ltd. (Formerly Guang Dong Certificate Authority (GDCA))"), ("gdca.com.cn",)),
    CaOwner("GlobalSign", ("Globalsign / AlphaSSL", "AlphaSSL", "GlobalSign nv-sa", "GMO GlobalSign"), ("globalsign.com",)),
    CaOwner("GoDaddy", ("Go Daddy", "GoDaddy / Starfield", "Starfield"), ("godaddy.com",)),
    CaOwner("Google Trust Services", ("GTS", "Google", "Google Trust Services LLC"), ("google.com",)),
    CaOwner("GRCA", ("Government of Taiwan, Government Root Certification Authority (GRCA)",), ("ndc.gov.tw",)),
    CaOwner("HARICA", ("HARICA/GRNET", "GRNET", "Hellenic Academic and Research Institutions Certification Authority"), ("harica.gr",)),
    CaOwner("Hongkong Post", ("Hong Kong Post", "Hongkong Post / Certizen", "Certizen", "Government of Hong Kong (SAR), Hongkong Post, Certizen"), ("certizen.com",)),
    CaOwner("ICP-Brasil", ("ICP Brazil",), ()),
    CaOwner("IdenTrust", ("IdenTrust Services, LLC", "IdenTrust Commercial"), ("identrust.com",)),
    CaOwner("iTrusChina", ("iTrusChina Co., Ltd.",), ("itrus.cn",)),
    CaOwner("Izenpe", ("Izenpe S.A.",), ("izenpe.eus", "izenpe.net")),
    CaOwner("JPRS", ("Japan Registry Services",), ()),
    CaOwner("Kamu SM", ("KAMU SM", "Kamu Sertifikasyon Merkezi", "Government of Turkey, Kamu Sertifikasyon Merkezi (Kamu SM)"), ("kamusm.gov.tr", "tubitak.gov.tr")),
    CaOwner("KIR", ("KIR S.A.", "Krajowa Izba Rozliczeniowa", "Krajowa Izba Rozliczeniowa S.A. (KIR)"), ("kir.pl",)),
    CaOwner("Let's Encrypt", ("ISRG", "Lets Encrypt", "LetsEncrypt", "Internet Security Research Group", "ISRG / Let's Encrypt"), ("letsencrypt.org", "abetterinternet.org")),
    CaOwner("LuxTrust", (), ("luxtrust.lu",)),
    CaOwner("Microsec", ("MICROSEC", "e-Szigno", "Microsec Ltd."), ("microsec.hu",)),
    CaOwner("Microsoft", ("Microsoft PKI Services", "Microsoft DSRE PKI", "Microsoft Corporation", "Microsoft IT"), ("microsoft.com",)),
    CaOwner("MSC Trustgate", ("Trustgate", "MSC Trustgate.com"), ()),
    CaOwner("Multicert", ("MULTICERT",), ("multicert.com",)),
    CaOwner("NAVER", ("NAVER Cloud Trust Services", "NAVER Cloud", "NAVER Business Platform"), ("navercorp.com",)),
    CaOwner("NETLOCK", ("Netlock", "NetLock Kft.", "NETLOCK Ltd."), ("netlock.hu",)),
    CaOwner("OISTE", ("OISTE Foundation",), ()),
    CaOwner("PKIoverheid", ("Logius", "Logius PKIoverheid", "PKIoverheid / Logius", "PKIoverheid / QuoVadis", "QuoVadis / PKIoverheid", "Staat der Nederlanden", "Staat der Nederlanden / PKIoverheid", "Staat der Nederlandend / PKIoverheid", "Government of The Netherlands, PKIoverheid (Logius)"), ("logius.nl",)),
    CaOwner("PostSignum", ("Česká pošta",), ()),
    CaOwner("PROCERT", (), ("procert.net.ve",)),
    CaOwner("QSCert", ("QSCert, spol.",), ()),
    CaOwner("SECOM", ("SECOM Trust", "SECOM Trust Systems", "SECOM Trust Systems CO., LTD."), ("secom.co.jp", "secom-sts.co.jp")),
    CaOwner("Sectigo", ("Comodo", "Comodo CA", "Comodo/cPanel", "Sectigo / Web.com", "Sectigo Limited", "Zetes / COMODO"), ("sectigo.com", "comodo.com", "comodoca.com")),
    CaOwner("SHECA", ("UniTrust", "SHECA / UniTrust", "UniTrust (SHECA)", "Shanghai Electronic Certification Authority", "Shanghai Electronic Certification Authority Co., Ltd."), ("sheca.com",)),
    CaOwner("SK ID Solutions", ("Sertifitseerimiskeskus", "Sertifitseerimiskeskuse", "SK ID Solutions AS"), ("sk.ee",)),
    CaOwner("SSL.com", ("SSL Corporation", "SSL Corp"), ("ssl.com",)),
    CaOwner("StartCom", ("StartSSL",), ("startcomca.com",)),
    CaOwner("SwissSign", ("Swisscom", "SwissSign AG"), ("swisssign.com", "swisscom.com")),
    CaOwner("Symantec", ("VeriSign",), ("symantec.com",)),
    CaOwner("Telekom Security", ("Deutsche Telekom Security GmbH", "Deutsche Telekom Security", "Deutsche Telekom", "T-Systems", "T-Systems / DFN-PKI", "DFN-PKI", "DFN-Verein", "DFN", "T-TeleSec"), ("telekom.de", "t-systems.com", "dfn-cert.de")),
    CaOwner("Telia", ("Sonera", "TeliaSonera", "Telia Company", "Telia CA"), ("teliacompany.com", "teliasonera.com")),
    CaOwner("TrustAsia", ("TrustAsia Technologies, Inc.",), ()),
    CaOwner("TrustCor", ("TrustCor Systems",), ("trustcorsystems.com",)),
    CaOwner("Trustis", (), ()),
    CaOwner("TunTrust", ("Agence Nationale de Certification Electronique", "ANCE"), ("tuntrust.tn", "certification.tn")),
    CaOwner("TurkTrust", ("TÜRKTRUST",), ()),
    CaOwner("TWCA", ("Taiwan-CA", "Taiwan-CA Inc. (TWCA)", "Taiwan CA Inc."), ("twca.com.tw",)),
    CaOwner("VikingCloud", ("Viking Cloud", "Viking Cloud, Inc.", "SecureTrust", "Trustwave", "SecureTrust / Trustwave"), ("vikingcloud.com", "securetrust.com", "trustwave.com")),
    CaOwner("Visa", ("Visa Inc.",), ("visa.com",)),
    CaOwner("WISeKey", ("WISeKey SA",), ("wisekey.com",)),
    CaOwner("WoSign", ("WoTrus",), ("wosign.com",)),
)  # fmt: skip

# Who examines CAs stands before the colon as well, and is no CA.
AUDITORS: tuple[str, ...] = (
    "Ernst & Young",
    "Ernst and Young",
    "EY",
    "KPMG",
    "Deloitte",
    "TÜViT",
    "TÜV",
    "TUV",
    "PwC",
    "PricewaterhouseCoopers",
    "BDO",
    "LSTI",
    "Schellman",
)


def folded(spelling: str) -> str:
    """Return a spelling without case, accents, spaces and punctuation, as spellings are compared."""
    apart = unicodedata.normalize("NFKD", spelling.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


@dataclass(frozen=True, slots=True)
class OwnerTable:
    """The built-in owners together with a community's own; made by `owner_table`."""

    owners: tuple[CaOwner, ...]
    spellings: Mapping[str, CaOwner]

    @property
    def version(self) -> str:
        """Return a short text that is another one wherever any spelling goes to another owner."""
        spelled = sorted((spelling, owner.name) for spelling, owner in self.spellings.items())
        return hashlib.sha256(repr(spelled).encode()).hexdigest()[:16]

    def find(self, spelling: str) -> CaOwner | None:
        """Return the owner that is spelled so, None where no name and no alias is the same."""
        return self.spellings.get(folded(spelling))


def owner_table(extra: Mapping[str, str] = MappingProxyType({})) -> OwnerTable:
    """Return the built-in owners with further spellings: `extra` maps a spelling to an owner, a new name adds one.

    A spelling that the built-in table gives to one owner goes to another if `extra` says so.
    """
    owners = {folded(owner.name): owner for owner in BUILT_IN}
    by_alias = {folded(alias): folded(owner.name) for owner in BUILT_IN for alias in owner.aliases}
    taken: dict[str, str] = {}
    for spelling, name in extra.items():
        if not folded(spelling) or not folded(name):
            continue
        key = folded(name)
        if key not in owners:
            key = by_alias.get(key, key)
        owner = owners.get(key, CaOwner(name.strip()))
        if folded(spelling) != folded(owner.name):
            owner = CaOwner(owner.name, (*owner.aliases, spelling), owner.domains)
        owners[key] = owner
        taken[folded(spelling)] = key
    spellings = {folded(alias): owner for owner in owners.values() for alias in owner.aliases}
    spellings |= owners
    spellings |= {spelling: owners[key] for spelling, key in taken.items()}
    return OwnerTable(tuple(owners.values()), MappingProxyType(spellings))


def is_auditor(spelling: str) -> bool:
    """Tell whether a title's prefix names an auditor ("Ernst & Young Poland"), who is no CA owner."""
    words = " ".join(folded(word) for word in spelling.replace("&", " and ").split())
    return any(
        words == auditor or words.startswith(auditor + " ")
        for auditor in (" ".join(folded(word) for word in name.replace("&", " and ").split()) for name in AUDITORS)
    )
