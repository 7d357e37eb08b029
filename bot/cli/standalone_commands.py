"""The commands that need neither configuration nor database."""

import argparse
import logging

from bot.cli.output import print_error, write, write_json
from bot.config import Settings, forget_secrets
from bot.logs import start_logging


def demo(args: argparse.Namespace) -> int:
    """Run the demonstration, which reads no configuration and no secrets."""
    from bot.demo.command import run

    forget_secrets()
    start_logging(Settings(), logging.DEBUG if args.verbose else logging.ERROR)
    return run(args.port, print_error, opens_browser=not args.no_browser)


def check_report(args: argparse.Namespace) -> int:
    """Check a draft, which reads no configuration and no secrets."""
    from bot.terminal.report_check import DraftUnreadable, run

    forget_secrets()
    try:
        return run(args.file, args.as_of, write, write_json, as_json=args.json)
    except DraftUnreadable as error:
        return print_error(str(error))


def explain(args: argparse.Namespace) -> int:
    """Explain a term, which needs neither configuration nor database."""
    from bot.formatting.hints import error_lines
    from bot.terminal.layout import sanitize
    from bot.terminal.render.explanations import explanation_document, explanation_lines
    from handlers.errors import UserError
    from handlers.queries.explanations import Explanations

    try:
        explanation = Explanations().explain(" ".join(args.term))
    except UserError as error:
        return print_error("\n".join(error_lines(error, "rootwatch ")))
    if args.json:
        return write_json(explanation_document(explanation))
    write("\n".join(map(sanitize, explanation_lines(explanation))))
    return 0
