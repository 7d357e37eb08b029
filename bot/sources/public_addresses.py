"""Which addresses an untrusted link may lead to: public ones only, checked before the connection is made."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from bot.sources.errors import SourceError

Resolver = Callable[[str, int], Awaitable[list[str]]]

NAT64 = ipaddress.ip_network("64:ff9b::/96")
WEB_PORTS = frozenset({80, 443})


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system which addresses a host name has; raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, seen through every way of wrapping IPv4 in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in NAT64:
            wrapped.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(inner is not None and not is_public(str(inner)) for inner in wrapped):
            return False
        if any(inner is not None for inner in wrapped):
            return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve_public_address(host: str, port: int, resolver: Resolver) -> str:
    """Give one address of a host to connect to, all of its addresses being public.

    Connecting to the address that was checked leaves no moment in which the name could change its meaning.
    Raises SourceFailed for a host with any other address, and for ports that are not the web's.
    """
    if port not in WEB_PORTS:
        raise SourceError(f"{host} is not asked: only ports 80 and 443 are open to links.")
    try:
        found = await resolver(host, port)
    except (OSError, UnicodeError):
        raise SourceError(f"{host} cannot be reached: its name is not known.") from None
    if not found or not all(is_public(address) for address in found):
        raise SourceError(f"{host} is not asked: it is not on the public internet.")
    return found[0]
