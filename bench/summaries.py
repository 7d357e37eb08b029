"""Recomputes sixty summaries from the recorded incidents, and compares every number with what `rootwatch summary` says.

Nothing of storage/ or handlers/ is used: bugs, tags and the spellings of CAs are read from ../shared as they stand.
Only CAs are drawn whose bugs a plain reading finds: the words before the colon are one of its spellings, and no other
title has one of them. Which bugs are in a section by text, only the classifier knows: `rootwatch incidents` tells it.

With a configuration as its argument, it reads that database, which has to hold all recorded incidents.
"""

import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from common import REPLAY, ROOTWATCH, environment, replay, run_initial_sync, write_config

SHARED = REPLAY.parent
SEED, SUMMARIES = 20240610, 60
NO_INCIDENTS = {"INVALID", "DUPLICATE", "WONTFIX"}
NO_INCIDENT_TAGS = {"meta", "ca-infosharing", "ca-informational"}
CLOSED = {"RESOLVED", "VERIFIED", "CLOSED"}
MIN_BUGS = 8  # of a CA that is drawn


def read_bugs() -> list[dict]:
    tags = json.loads((SHARED / "domain" / "tags.json").read_text())
    aliases = tags["aliases"]
    with gzip.open(SHARED / "corpus" / "bugs.jsonl.gz", "rt", encoding="utf-8") as lines:
        bugs = [json.loads(line) for line in lines]
    for bug in bugs:
        found = [
            " ".join(tag.lower().split()) for tag in re.findall(r"\[?([^\[\]]+)\]", bug["whiteboard"])
        ]  # one bug lacks the [
        bug["tags"] = {aliases.get(tag, tag) for tag in found}
        bug["day"] = date.fromisoformat(bug["creation_time"][:10])
        bug["open"] = bug["status"] not in CLOSED
        bug["no_incident"] = bug["resolution"] in NO_INCIDENTS or bool(bug["tags"] & NO_INCIDENT_TAGS)
    return bugs


def bugs_by_ca(bugs: list[dict]) -> dict[str, list[dict]]:
    """Return the bugs of each CA that a plain reading finds, by the spelling that most of its titles have."""
    owners = json.loads((SHARED / "domain" / "ca_owners.json").read_text())["owners"]
    spellings: dict[str, set[str]] = {}
    for spelling, owner in owners.items():
        spellings.setdefault(owner or spelling, set()).add(spelling.lower())
    prefixes = {bug["id"]: bug["summary"].partition(":")[0].strip() for bug in bugs if ":" in bug["summary"]}
    readable = {}
    for names in spellings.values():
        # some titles leave out the first word: "emSign PKI Services"
        names |= {end for name in names if " " in (end := name.partition(" ")[2])}
        own = [bug for bug in bugs if prefixes.get(bug["id"], "").lower() in names]
        mention = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
        elsewhere = [bug for bug in bugs if bug not in own and mention.search(bug["summary"].lower())]
        several = [bug for bug in own if "/" in prefixes[bug["id"]]]
        if len(own) >= MIN_BUGS and not elsewhere and not several:
            readable[Counter(prefixes[bug["id"]] for bug in own).most_common(1)[0][0]] = own
    return readable


def draw_span(draw: random.Random) -> tuple[date | None, date | None]:
    since = date(2017, 1, 1) + timedelta(days=draw.randrange(2700))
    match draw.randrange(5):
        case 0:
            return None, None
        case 1:
            return date(since.year, 1, 1), None
        case 2:
            return date(since.year, 1, 1), date(min(since.year + draw.randrange(3), 2024), 12, 31)
        case 3:
            return None, since
        case _:
            return since, since + timedelta(days=draw.randrange(20, 900))


def ask(config: Path, *arguments: str) -> dict:
    command = [ROOTWATCH, "--config", config, "--json", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, env=environment()).stdout)


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def expected(members: list[dict], since: date | None, until: date | None, last_day: date) -> dict:
    """Return the numbers of a summary of these bugs, without those of sections and CAs."""
    counted = [b for b in members if (since is None or b["day"] >= since) and (until is None or b["day"] <= until)]
    days = sorted(bug["day"] for bug in counted)
    facts = {
        "total": len(counted),
        "open": sum(bug["open"] for bug in counted),
        "closed": sum(not bug["open"] for bug in counted),
        "not_incidents": sum(bug["no_incident"] for bug in counted),
        "first": days[0].isoformat() if days else None,
        "newest": days[-1].isoformat() if days else None,
    }
    years, quarters = Counter(str(day.year) for day in days), Counter(map(quarter, days))
    first, last = since or (days[0] if days else None), min(until or last_day, last_day)
    facts["by_year"], facts["by_quarter"] = {}, {}
    while first is not None and (first.year, quarter(first)) <= (last.year, quarter(last)):
        facts["by_year"][str(first.year)] = years[str(first.year)]
        facts["by_quarter"][quarter(first)] = quarters[quarter(first)]
        first = (date(first.year, (first.month - 1) // 3 * 3 + 1, 1) + timedelta(days=93)).replace(day=1)
    return facts | {"counted": counted}


def compare(name: str, want: object, have: object, differences: list[str]) -> int:
    """Compare numbers one by one; return how many there were."""
    if isinstance(want, dict):
        keys = want.keys() | (have.keys() if isinstance(have, dict) else set())
        have = have if isinstance(have, dict) else {}
        return sum(compare(f"{name} {key}", want.get(key), have.get(key), differences) for key in sorted(keys))
    if want != have:
        differences.append(f"{name}: recomputed {want}, rootwatch says {have}")
    return 1


def check_summary(config: Path, subject: str, members: list[dict], key: str, span: tuple, last_day: date) -> tuple:
    since, until = span
    options = [f"--since={since}"] * bool(since) + [f"--until={until}"] * bool(until)
    facts = ask(config, "summary", subject, *options)["facts"]
    want = expected(members, since, until, last_day)
    counted = want.pop("counted")
    differences: list[str] = []
    name = " ".join((subject, *options))
    compared = compare(name, want, {field: facts.get(field) for field in want}, differences)
    tagged = Counter(tag for bug in counted for tag in bug["tags"])
    known = facts["sections"]
    for section, counts in known.items():
        compared += compare(f"{name} {section} by tag", tagged[section], counts["by_tag"], differences)
        whole = counts["by_tag"] + counts["by_text"] + counts["by_member"]
        compared += compare(f"{name} {section} in all", whole, counts["total"], differences)
    if key:
        compared += compare(f"{name} by tag", tagged[key], facts["by_tag"], differences)
        compared += compare(f"{name} in all", len(counted), facts["by_tag"] + facts["by_text"], differences)
    if "before" in facts:
        days = [date.fromisoformat(facts["before"][field]) for field in ("since", "until")]
        earlier = sum(days[0] <= bug["day"] <= days[1] for bug in members)
        compared += compare(f"{name} before", earlier, facts["before"]["total"], differences)
    return compared, differences


@contextmanager
def database() -> Iterator[Path]:
    """Yield the configuration of a database with all recorded incidents."""
    if len(sys.argv) > 1:
        yield Path(sys.argv[1])
        return
    with tempfile.TemporaryDirectory(prefix="rootwatch-bench-") as name, replay() as server:
        config = write_config(Path(name) / "filled", server.url)
        run_initial_sync(config)
        yield config


def main() -> None:
    if not REPLAY.exists():
        print(f"The replay of real incidents is missing ({REPLAY}), so nothing was compared.")
        return
    bugs, draw = read_bugs(), random.Random(SEED)
    by_ca = bugs_by_ca(bugs)
    sections = [tag for tag, count in Counter(tag for bug in bugs for tag in bug["tags"]).items() if count >= MIN_BUGS]
    sections = sorted(set(sections) - {"ca-compliance"})
    last_day = max(bug["day"] for bug in bugs)
    compared, differences = 0, []
    with database() as config:
        for number in range(SUMMARIES):
            if number % 2:
                subject = key = draw.choice(sections)
                listed = ask(config, "incidents", "--section", key)["incidents"]
                by_text = {
                    incident["bug"]
                    for incident in listed
                    if any(entry["key"] == key and entry["by"] == "text" for entry in incident["sections"])
                }
                members = [bug for bug in bugs if key in bug["tags"] or bug["id"] in by_text]
            else:
                subject, key = draw.choice(sorted(by_ca)), ""
                members = by_ca[subject]
            numbers, found = check_summary(config, subject, members, key, draw_span(draw), last_day)
            compared += numbers
            differences += found
    print(f"{SUMMARIES} summaries, of {len(by_ca)} CAs and {len(sections)} sections drawn by the seed {SEED}")
    print(f"{compared:,} numbers compared, {len(differences)} differ")
    for difference in differences:
        print(f"  {difference}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
