"""Discord's limit on all requests, and a request that is cancelled while it lasts."""

import asyncio
import json

import discord
import pytest
from aiohttp import web

from bot.chat.global_limit import end_limit_after_cancellation
from tests.support.replay import http_server

USER = {"id": "1", "username": "rootwatch", "discriminator": "0", "avatar": None}


async def test_a_request_that_is_cancelled_during_the_limit_holds_back_no_other(monkeypatch):
    async def answer(request):
        is_limited = request.path.endswith("/gateway")
        body = {"retry_after": 0.5, "global": True, "message": "limited"} if is_limited else USER
        headers = {"Via": "1.1 google", "Content-Type": "application/json"}  # as discord.py wants it, without a charset
        return web.Response(body=json.dumps(body).encode(), status=429 if is_limited else 200, headers=headers)

    async with http_server(answer) as url:
        monkeypatch.setattr(discord.http.Route, "BASE", url)
        http = discord.http.HTTPClient(asyncio.get_running_loop())
        end_limit_after_cancellation(http, 0.1)
        await http.static_login("token")
        try:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await http.request(discord.http.Route("GET", "/gateway"))
            async with asyncio.timeout(30):
                assert await http.request(discord.http.Route("GET", "/users/@me")) == USER
        finally:
            await http.close()
