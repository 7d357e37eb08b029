"""The guard against server-side request forgery (SSRF): untrusted links may lead to public addresses only."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from bot.sources.errors import SourceError

Resolver = Callable[[str, int], Awaitable[list[str]]]

WEB_PORTS = frozenset({80, 443})

# The ipaddress module of Python 3.11 takes several of these for public, so the registries decide here.
# IANA IPv4 Special-Purpose Address Registry (iana.org/assignments/iana-ipv4-special-registry) without the blocks that
# it calls globally reachable, and IPv4's multicast and reserved space (iana.org/assignments/ipv4-address-space).
NOT_PUBLIC_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Only this block is allocated to public hosts (iana.org/assignments/ipv6-address-space).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# IANA IPv6 Special-Purpose Address Registry (iana.org/assignments/iana-ipv6-special-registry), within that block: IETF
# protocol assignments with Teredo and ORCHID, documentation twice, and 6to4, whose relays are gone (RFC 7526).
NOT_PUBLIC_IPV6 = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# Blocks whose last 32 bits are the IPv4 address that is meant: IPv4-mapped, and NAT64 with the well-known prefix.
EMBEDDED_IPV4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))


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
        if not any(ip in block for block in EMBEDDED_IPV4):
            return ip in GLOBAL_UNICAST and not any(ip in block for block in NOT_PUBLIC_IPV6)
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return not any(ip in block for block in NOT_PUBLIC_IPV4)


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
