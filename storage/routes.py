"""Routes: which kinds of events go to which channel."""

import sqlalchemy as sa

from storage.database import Transaction
from storage.values.outbox import Route


async def save_route(transaction: Transaction, route: Route) -> Route:
    """Store a route and return it with its id; a second route of a channel replaces the first."""
    table, channel = transaction.tables["route"], transaction.tables["channel"]
    row = {
        "community": route.community, "channel": route.channel, "kinds": list(route.kinds),
        "created_by": route.created_by, "created": route.created, "error": "",
    }  # fmt: skip
    await transaction.execute(table.delete().where(table.c.channel == route.channel))
    route_id = await transaction.scalar(table.insert().values(**row).returning(table.c.id))
    # retry a channel whose sends failed
    await transaction.execute(
        channel.update().where(channel.c.channel == route.channel).values(failures=0, next_at=None)
    )
    return Route(route.community, route.channel, route.kinds, route.created_by, route.created, "", route_id)


async def delete_route(transaction: Transaction, channel: int) -> bool:
    """Delete a channel's route and skip its unsent deliveries; return whether there was a route."""
    table, delivery = transaction.tables["route"], transaction.tables["delivery"]
    deleted = (await transaction.execute(table.delete().where(table.c.channel == channel))).rowcount
    await transaction.execute(
        delivery.update()
        .where(delivery.c.channel == channel, delivery.c.state == "pending")
        .values(state="skipped", reason="the channel stopped watching")
    )
    return deleted > 0


async def find_routes(transaction: Transaction, community: int | None = None) -> list[Route]:
    """Return the routes of a community (None: of all), oldest first."""
    table = transaction.tables["route"]
    query = sa.select(table).order_by(table.c.id)
    if community is not None:
        query = query.where(table.c.community == community)
    rows = (await transaction.execute(query)).mappings().all()
    return [
        Route(
            row["community"],
            row["channel"],
            tuple(row["kinds"]),
            row["created_by"],
            row["created"],
            row["error"],
            row["id"],
        )
        for row in rows
    ]
