"""The guard against server-side request forgery (SSRF): untrusted links may lead to public addresses only."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from bot.sources.errors import SourceError

Resolver = Callable[[str, int], Awaitable[list[str]]]

NAT64 = ipaddress.ip_network("64:ff9b::/96")
WEB_PORTS = frozenset({80, 443})


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host name from the system's resolver; raises OSError if it has none."""
    entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in entries]


def is_public(address: str) -> bool:
    """Return whether an address is on the public internet, including IPv4 addresses embedded in IPv6 ones."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in NAT64:
            embedded.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(ipv4 is not None and not is_public(str(ipv4)) for ipv4 in embedded):
            return False
        if any(ipv4 is not None for ipv4 in embedded):
            return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve_public_address(host: str, port: int, resolver: Resolver) -> str:
    """Return one address of a host to connect to, if all of its addresses are public.

    The caller connects to the address that was checked, so the name cannot resolve differently in between.
    Raises SourceError if any address is not public, and for ports other than 80 and 443.
    """
    if port not in WEB_PORTS:
        raise SourceError(f"{host} is not contacted: links may use only ports 80 and 443.")
    try:
        addresses = await resolver(host, port)
    except (OSError, UnicodeError):
        raise SourceError(f"{host} cannot be reached: its name is not known.") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise SourceError(f"{host} is not contacted: it is not on the public internet.")
    return addresses[0]
