"""The types of arguments; a wrong value is refused in a sentence that shows a right one."""

import argparse
import re
from datetime import date

MAX_PORT = 65535


def port(text: str) -> int:
    """Parse the number of a port."""
    if re.fullmatch(r"[0-9]{1,5}", text) and int(text) <= MAX_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number between 0 and {MAX_PORT}")


def iso_date(text: str) -> date:
    """Parse a day as YYYY-MM-DD."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as YYYY-MM-DD, for example 2024-05-19")


def positive_int(text: str) -> int:
    """Parse a number above 0."""
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
