"""Which channels of a community receive alerts: watch, unwatch, watches."""

from collections.abc import Sequence
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_channel, require_manage_server
from handlers.results.alerts import RouteList
from storage import routes
from storage.database import Database
from storage.values.outbox import Route

DEFAULT_EVENT_KINDS = ("filed", "message")


class AlertRoutes:
    """Adds, removes and lists routes. Raises UserError for members without the permission Manage Server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def watch(self, actor: Actor, missing_permissions: Sequence[str] = ()) -> Route:
        """Start to send alerts about new incidents and list messages to the actor's channel.

        Raises UserError if the bot has `missing_permissions` there, rather than fail at the first alert.
        """
        community, channel, member = require_channel(actor)
        require_manage_server(actor, "change where alerts go")
        if missing_permissions:
            raise UserError(
                f"I cannot post alerts in this channel: I lack {' and '.join(missing_permissions)} here. "
                "Grant it and try again."
            )
        route = Route(community, channel, DEFAULT_EVENT_KINDS, member, datetime.now(UTC))
        async with self._database.transaction() as transaction:
            return await routes.save_route(transaction, route)

    async def unwatch(self, actor: Actor) -> bool:
        """Stop sending alerts to the actor's channel; return whether it had a route."""
        _, channel, _ = require_channel(actor)
        require_manage_server(actor, "change where alerts go")
        async with self._database.transaction() as transaction:
            return await routes.delete_route(transaction, channel)

    async def list(self, actor: Actor) -> RouteList:
        """Return the routes of the actor's community; of all communities for the operator."""
        if not actor.is_operator:
            require_channel(actor)
        require_manage_server(actor, "see where alerts go")
        community = None if actor.is_operator else actor.community
        async with self._database.read() as transaction:
            return RouteList(tuple(await routes.find_routes(transaction, community)))
