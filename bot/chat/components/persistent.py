"""The base of all buttons and select menus that outlive a restart."""

import re
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

import discord

from bot.chat.context import Interaction, services

Button = discord.ui.Button[discord.ui.View]
Select = discord.ui.Select[discord.ui.View]
ItemT = TypeVar("ItemT", bound=Button | Select)


class PersistentItem(discord.ui.DynamicItem[ItemT], template=r"(?!)"):
    """A button or select menu whose state is its custom id, so that it works after a restart.

    A subclass names a `template`, the regular expression that its ids match. Its named groups are the arguments of the
    constructor; those of int parameters are converted. All other parameters need a default. `operation` names the item
    in the log and in status if it fails.

        class VoteButton(PersistentItem[Button], template=r"rw:vote:(?P<section_id>[0-9]{1,12})", operation="A vote"):
    """

    operation: ClassVar[str]
    _int_groups: ClassVar[frozenset[str]]

    def __init_subclass__(cls, *, template: str, operation: str) -> None:
        super().__init_subclass__(template=template)
        cls.operation = operation
        parameter_types = get_type_hints(cls.__init__)
        cls._int_groups = frozenset(name for name, type_ in parameter_types.items() if type_ is int)

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the item from its id alone: an error raised here would be logged but never answered."""
        arguments: dict[str, Any] = {
            name: int(value) if name in cls._int_groups else value for name, value in match.groupdict().items()
        }
        return cls(**arguments)

    async def callback(self, interaction: Interaction) -> None:
        """Handle the interaction; if that fails, send its user an error message."""
        try:
            await self.on_use(interaction)
        except Exception as error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
            await services(interaction).errors.handle_interaction_error(interaction, error, self.operation)

    async def on_use(self, interaction: Interaction) -> None:
        """Handle the interaction of a member who pressed the button or chose options of the menu."""
        raise NotImplementedError
