"""Incidents about wrong places, and the section of them that the tests propose."""

from datetime import UTC, datetime, timedelta

from storage import sections
from tests.support.small_corpus import FIRST_BUG, invented_bugs

TITLES = {
    1: "Wrong country in certificates",
    2: "Wrong state or province in certificates",
    3: "Country and state wrong",
    4: "Wrong country code in certificates",
    5: "Locality is no country",
}
COUNTRY, STATE = FIRST_BUG + 1, FIRST_BUG + 2


def bugs_about_places():
    bugs = invented_bugs()
    for index, title in TITLES.items():
        bugs[index]["summary"] = f"Entrust: {title}"
    return bugs


async def expire_vote(program, key="wrong-places"):
    """Move a vote's deadline into the past."""
    async with program.database.transaction() as transaction:
        custom_sections = await sections.find_custom_sections(transaction, None)
        (section,) = [section for section in custom_sections if section.key == key]
        deadline = datetime.now(UTC) - timedelta(minutes=1)
        await sections.update_section(transaction, section.id, decide_by=deadline)
