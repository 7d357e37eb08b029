"""Find the days that a sentence names, in prose: written out, relative, or as the end of a period.

A date without a year is the one nearest to the comment. What could mean two days ("3/4/2024") is none.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_TO_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBERS = {word: number for number, word in enumerate(_TO_TWENTY)} | {
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
    "a": 1,
    "an": 1,
    "another": 1,
}
_COUNT = r"(?P<count>[0-9]{1,3}|" + "|".join(_NUMBERS) + r")"
_ORDINAL = r"(?:st|nd|rd|th)?"
_TO_NINTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_DAY_NUMBERS = {
    word: number
    for number, word in enumerate(
        (
            *_TO_NINTH, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth", "twentieth", *(f"twenty-{word}" for word in _TO_NINTH),
            "thirtieth", "thirty-first",
        ),
        start=1,
    )
}  # fmt: skip
_DAY_WORDS = "|".join(sorted(_DAY_NUMBERS, key=len, reverse=True))

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"(?<![\w-])(?P<year>20[0-9]{2})([-./])(?P<monthno>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9])",
        r"(?<![\w.])(?P<day>[0-9]{1,2})\.\s?(?P<monthno>[0-9]{1,2})\.\s?(?P<year>20[0-9]{2})(?![0-9])",
        # "on the 17th"
        r"\b(?:before|by|from|on|since|till|until)\sthe\s(?P<monthday>[0-9]{1,2})(?:st|nd|rd|th)\b(?!\s(?:of\s)?[A-Z0-9])",
        # "until 8.11."
        (
            r"\b(?:before|by|from|on|since|till|to|until)\s(?P<day>[0-3]?[0-9])\.\s?(?P<monthno>1[0-2]|0?[1-9])"
            r"(?:\.(?![0-9])|(?=\s*$))"
        ),
        # Only one of the two numbers can be the month.
        r"(?<![\w/.-])(?P<monthno>[0-9]{1,2})/(?P<day>1[3-9]|2[0-9]|3[01])/(?P<year>20[0-9]{2})(?![0-9])",
        r"(?<![\w/.-])(?P<day>1[3-9]|2[0-9]|3[01])/(?P<monthno>[0-9]{1,2})/(?P<year>20[0-9]{2})(?![0-9])",
        (
            r"\b(?P<part>end|close|last day|during|in the course)\s(?:of\s)?(?:the\s)?"
            rf"(?:(?P<this>this|next|current|following|coming)?\s?(?P<period>week|month|quarter|year)\b"
            rf"|{_MONTH}(?:,?\s(?P<year>20[0-9]{{2}})\b)?|(?P<wholeyear>20[0-9]{{2}})\b(?![-./][0-9]))"
        ),
        rf"\b(?P<day>[0-9]{{1,2}}){_ORDINAL}[\s-](?:of\s)?{_MONTH}(?:,?[\s-](?P<year>20[0-9]{{2}})\b)?",
        rf"\b(?P<dayword>{_DAY_WORDS})\s(?:day\s)?(?:of\s)?{_MONTH}(?:,?\s(?P<year>20[0-9]{{2}})\b)?",
        rf"\b{_MONTH}\s(?:the\s)?(?P<dayword>{_DAY_WORDS})\b(?:,?\s(?P<year>20[0-9]{{2}})\b)?",
        r"\b(?:before|by|until)\s(?P<feast>christmas|(?:the\s)?new\syear)\b",
        rf"\b{_MONTH}\s(?:the\s)?(?P<day>[0-9]{{1,2}}){_ORDINAL}(?![\w:])(?:,?\s(?P<year>20[0-9]{{2}})\b)?",
        (
            rf"\b(?:with)?in\s(?:the\s)?(?:next\s|coming\s|about\s)?{_COUNT}\s(?:(?:calendar|more|full)\s)?"
            r"(?P<unit>hour|day|week|month)s?\b(?!\s(?:after|of|from|following|before|prior)\b(?!\s(?:now|today|this)\b))"
        ),
        rf"\b{_COUNT}\s(?:calendar\s)?(?P<unit>day|week|month)s?\s(?P<ago>ago|from\s(?:now|today))\b",
        # "Friday 12": the day of that number that is such a weekday.
        r"\b(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s(?:the\s)?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?![\w:/-]|\.[0-9])",
        r"\b(?P<which>last|next|this|coming)\s(?P<relday>mon|tue|wed|thu|fri|sat|sun)[a-z]{3,6}\b(?!,?\s(?:the\s)?[0-9])",
        # "by Friday" is the next one; "on Friday" the last one, where something was done.
        (
            r"\b(?:before|by|on)\s(?P<bareday>mon|tue|wed|thu|fri|sat|sun)[a-z]{3,6}\b"
            r"(?!,?\s(?:the\s)?[0-9]|,?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|-)"
        ),
        # "by 08-20": the month comes first, as in an ISO date.
        r"\b(?:by|on|for|since|until|before|from|mon|tue|wed|thu|fri|sat|sun)\s(?P<monthno>[01][0-9])-(?P<day>[0-3][0-9])(?![\w-])",
        (
            r"\b(?P<word>the\sday\safter\stomorrow|the\sday\sbefore\syesterday|today|yesterday|tomorrow|tonight"
            r"|this\s(?:morning|afternoon|evening)|last\snight)\b"
        ),
    )
)
_PAST_VERB = re.compile(
    r"\b(?:became|been|began|came|did|gave|got|had|made|saw|sent|took|was|went|were|[a-z]{3,}ed)\b", re.IGNORECASE
)
_WORDS = {
    "yesterday": -1,
    "last night": -1,
    "the day before yesterday": -2,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a sentence names at `start` to `end`; `is_end` if it is the end of a period."""

    day: date
    start: int
    end: int
    text: str
    is_end: bool = False


def find_days(text: str, today: date) -> tuple[NamedDay, ...]:
    """Return the days that a text names, in its order; `today` is the day of the comment. Linear, never raises."""
    days: list[NamedDay] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            day = _day_of(match, today)
            if day:
                is_end = bool(match.groupdict().get("part"))
                days.append(NamedDay(day, match.start(), match.end(), match.group(), is_end))
    days.sort(key=lambda named: (named.start, -named.end))
    separate: list[NamedDay] = []
    for named in days:
        if not separate or named.start >= separate[-1].end:
            separate.append(named)
    return tuple(separate)


def parse_count(text: str) -> int | None:
    """Return the number that digits ("1,904") or a word ("three") mean, None for anything else."""
    digits = text.replace(",", "").replace(".", "").replace("'", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        return int(digits)
    return {"no": 0, "none": 0, "nothing": 0}.get(text.casefold(), _NUMBERS.get(text.casefold()))


def _day_of(match: re.Match[str], today: date) -> date | None:
    groups = match.groupdict()
    try:
        if groups.get("word"):
            return today + timedelta(days=_WORDS.get(" ".join(groups["word"].casefold().split()), 0))
        kind = next((name for name in _READERS if groups.get(name)), "")
        return _READERS[kind](match, today) if kind else _of_calendar(groups, today)
    except (ValueError, OverflowError):
        return None


def _of_feast(match: re.Match[str], today: date) -> date:
    # what is promised before it is to be there on the last day before
    last = 24 if "christmas" in match["feast"].casefold() else 31
    return date(today.year + (today.month == 12 and today.day > last), 12, last)


def _of_calendar(groups: dict[str, str], today: date) -> date:
    number = int(groups.get("monthno") or _month_number(groups["month"]))
    day = _DAY_NUMBERS[groups["dayword"].casefold()] if groups.get("dayword") else int(groups["day"])
    if groups.get("year"):
        return date(int(groups["year"]), number, day)
    return _nearest(number, day, today)


def _relative(groups: dict[str, str], today: date) -> date:
    count = parse_count(groups["count"]) or 0
    if (groups.get("ago") or "").casefold() == "ago":
        count = -count
    if groups["unit"].casefold() == "month":
        months = today.year * 12 + today.month - 1 + count
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    if groups["unit"].casefold() == "hour":
        return today + timedelta(days=-(-count // 24))
    return today + timedelta(days=count * _DAYS[groups["unit"].casefold()])


def _end_of(groups: dict[str, str], today: date) -> date:
    if groups.get("wholeyear"):
        return date(int(groups["wholeyear"]), 12, 31)
    if groups.get("month"):
        number = _month_number(groups["month"])
        year = int(groups["year"]) if groups.get("year") else _nearest(number, 15, today).year
        return date(year, number, calendar.monthrange(year, number)[1])
    later = (groups.get("this") or "").casefold() in {"next", "following", "coming"}
    match groups["period"].casefold():
        case "week":
            return today + timedelta(days=6 - today.weekday() + 7 * later)
        case "month":
            year, month = divmod(today.year * 12 + today.month - 1 + later, 12)
        case "quarter":
            year, month = divmod(today.year * 12 + (today.month - 1) // 3 * 3 + 2 + 3 * later, 12)
        case _:
            year, month = today.year + later, 11
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _nearest(month: int, day: int, today: date) -> date:
    """Return the day of a month in the year in which it is nearest to today; 29 February needs a leap year."""
    years = [
        year for year in (today.year - 1, today.year, today.year + 1) if day <= calendar.monthrange(year, month)[1]
    ]
    return min((date(year, month, day) for year in years), key=lambda candidate: abs(candidate - today))


def _of_weekday(groups: Mapping[str, str], today: date) -> date | None:
    """Return "last Monday" or "next Friday", or the nearest day of a number that falls on a weekday."""
    if groups.get("relday"):
        back = groups["which"].casefold() == "last"
        shift = (_WEEKDAYS.index(groups["relday"].casefold()) - today.weekday()) % 7
        return today + timedelta(days=shift - 7 if back else shift or 7)
    name, day = groups["weekday"].casefold(), int(groups["day"])
    months = (divmod(today.year * 12 + today.month - 1 + shift, 12) for shift in (-1, 0, 1))
    days = [date(year, month + 1, day) for year, month in months if day <= calendar.monthrange(year, month + 1)[1]]
    fitting = [candidate for candidate in days if candidate.weekday() == _WEEKDAYS.index(name)]
    return min(fitting, key=lambda candidate: abs(candidate - today), default=None)


def _of_month_day(match: re.Match[str], today: date) -> date | None:
    """Return the day of such a number that is nearest to today."""
    number = int(match["monthday"])
    months = (divmod(today.year * 12 + today.month - 1 + shift, 12) for shift in (-1, 0, 1))
    days = [
        date(year, month + 1, number) for year, month in months if 0 < number <= calendar.monthrange(year, month + 1)[1]
    ]
    return min(days, key=lambda candidate: abs(candidate - today), default=None)


def _of_bare_weekday(match: re.Match[str], today: date) -> date | None:
    is_on = match.group().casefold().startswith("on")
    if is_on and not _PAST_VERB.search(match.string, 0, match.start()):
        return None
    return _of_weekday({"relday": match["bareday"], "which": "last" if is_on else "next"}, today)


def _month_number(name: str) -> int:
    return _MONTHS.index(name.casefold()[:3]) + 1


_READERS: Mapping[str, Callable[[re.Match[str], date], date | None]] = {
    "feast": _of_feast,
    "count": lambda match, today: _relative(match.groupdict(), today),
    "part": lambda match, today: _end_of(match.groupdict(), today),
    "bareday": _of_bare_weekday,
    "monthday": _of_month_day,
    "weekday": lambda match, today: _of_weekday(match.groupdict(), today),
    "relday": lambda match, today: _of_weekday(match.groupdict(), today),
}
