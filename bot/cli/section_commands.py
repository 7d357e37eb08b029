"""The commands for sections."""

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cli.output import show, write_json

if TYPE_CHECKING:  # it loads every library that Rootwatch has
    from bot.app import App


async def list_sections(app: "App", args: argparse.Namespace) -> int:
    """List all sections."""
    from bot.terminal.json_output import sections_document
    from handlers.actor import OPERATOR

    sections = await app.use_cases.sections.list(OPERATOR)
    return write_json(sections_document(sections)) if args.json else show(app, sections)


async def propose_section(app: "App", args: argparse.Namespace) -> int:
    """Propose a section."""
    from bot.terminal.json_output import proposal_document
    from bot.terminal.progress import show_progress
    from handlers.actor import OPERATOR

    proposal = await app.use_cases.custom_sections.propose(
        OPERATOR, name=" ".join(args.name), bugs=args.bugs, description=args.describe, accept=args.accept
    )
    with show_progress(sys.stderr) as progress:
        await app.backfill_sections(progress)
    section = (await app.use_cases.sections.detail(OPERATOR, proposal.section.key)).section
    return write_json(proposal_document(section, proposal)) if args.json else show(app, proposal)


async def preview_section(app: "App", args: argparse.Namespace) -> int:
    """Show what a section would hold."""
    from bot.terminal.json_output import preview_document
    from handlers.actor import OPERATOR

    preview = await app.use_cases.custom_sections.preview(
        OPERATOR, name=" ".join(args.name), bugs=args.bugs, against=args.against, description=args.describe
    )
    if args.json:
        return write_json(preview_document(preview, args.limit))
    return show(app, replace(preview, matches=preview.matches[: args.limit]))
