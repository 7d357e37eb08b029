"""The command that checks a draft of a report, for its author alone: checkreport."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.components.draft_modal import DraftModal, check_draft
from bot.chat.context import Context, Interaction, prefix_of, reply, reply_ephemeral
from bot.chat.draft_files import read_draft_file
from bot.chat.render.message import Answer
from bot.formatting.command_specs import find_spec

NOT_HERE = (
    "I do not read drafts in a channel, where everybody sees them. Write `/checkreport`: only you see the form and the "
    "answer. Or send me `checkreport` with the draft, or with a text file, in a direct message."
)
DELETE_HINT = " You may want to delete your message."
NOTHING_SENT = "Send the draft with it: `{call}checkreport` and then the text, or with a text file attached."
SPEC = find_spec("checkreport")


class DraftCheckCommands(commands.Cog):
    """Checks drafts where nobody else reads them: by slash, or in a direct message."""

    @app_commands.command(name="checkreport", description=SPEC.summary if SPEC else "checkreport")
    @app_commands.describe(
        file="The draft as a text file (.md or .txt); without one, a form opens",
        title="The bug's title, such as “Example CA: wrong state in certificates”",
    )
    async def checkreport(
        self, interaction: Interaction, file: discord.Attachment | None = None, title: str = ""
    ) -> None:
        """Check an attached draft, or open the form for one."""
        if file is None:
            await interaction.response.send_modal(DraftModal(title))
        else:
            await reply_ephemeral(interaction, _check_file(interaction, file, title))

    # by prefix or mention; what a member writes in a channel is neither read further nor noted anywhere
    @commands.command(name="checkreport")
    async def checkreport_by_message(self, ctx: Context, *, draft: str = "") -> None:
        """Check a draft in a direct message; elsewhere say where it can be checked."""
        attachments = ctx.message.attachments
        if ctx.guild is not None:
            await ctx.send(NOT_HERE + (DELETE_HINT if draft or attachments else ""))
        elif attachments:
            # beside a file, what is written is the title
            await reply(ctx, _check_file(ctx, attachments[0], draft))
        elif draft:
            await reply(ctx, check_draft(ctx, draft))
        else:
            await ctx.send(NOTHING_SENT.format(call=prefix_of(ctx)))


async def _check_file(source: Context | Interaction, file: discord.Attachment, title: str) -> Answer:
    return await check_draft(source, await read_draft_file(file), title)
