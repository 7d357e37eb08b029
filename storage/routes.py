"""Routes: which events go to which channel."""

import sqlalchemy as sa

from storage.database import Database
from storage.values.incidents import Route


async def keep_route(database: Database, route: Route) -> Route:
    """Store a route; a channel has one, which a second one replaces."""
    table, channel = database.tables["route"], database.tables["channel"]
    row = {
        "community": route.community, "channel": route.channel, "kinds": list(route.kinds),
        "created_by": route.created_by, "created": route.created, "disabled": "",
    }  # fmt: skip
    async with database.writing() as connection:
        await connection.execute(table.delete().where(table.c.channel == route.channel))
        number = await connection.scalar(table.insert().values(**row).returning(table.c.id))
        # a channel that was given up may be tried again from now on
        await connection.execute(
            channel.update().where(channel.c.channel == route.channel).values(failures=0, next_at=None)
        )
    return Route(route.community, route.channel, route.kinds, route.created_by, route.created, "", number)


async def remove_route(database: Database, channel: int) -> bool:
    """Remove a channel's route; tells whether there was one. What was not sent yet is skipped."""
    table, delivery = database.tables["route"], database.tables["delivery"]
    async with database.writing() as connection:
        removed = (await connection.execute(table.delete().where(table.c.channel == channel))).rowcount
        await connection.execute(
            delivery.update()
            .where(delivery.c.channel == channel, delivery.c.state == "pending")
            .values(state="skipped", reason="the channel stopped watching")
        )
    return removed > 0


async def find_routes(database: Database, community: int | None = None) -> list[Route]:
    """Give the routes of a community, or all."""
    table = database.tables["route"]
    query = sa.select(table).order_by(table.c.id)
    if community is not None:
        query = query.where(table.c.community == community)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        Route(
            row["community"],
            row["channel"],
            tuple(row["kinds"]),
            row["created_by"],
            row["created"],
            row["disabled"],
            row["id"],
        )
        for row in rows
    ]
