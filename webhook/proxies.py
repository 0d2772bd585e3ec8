"""Who is really calling: the connection's address, or what a configured proxy says of it. Decides nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

from travello_desk.settings.model import Network

Address = IPv4Address | IPv6Address
MOST_HOPS = 20


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """The caller's address: from the right of X-Forwarded-For, the first that is no proxy of ours.

    Only what a trusted proxy has added is believed; what stands to the left of it came from the client itself.
    """
    peer = peer_address(request)
    if not trusted or peer is None or not within(peer, trusted):
        return str(peer or "")
    found = peer
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for hop in reversed(hops[-MOST_HOPS:]):
        address = read_address(hop)
        if address is None:
            break
        found = address
        if not within(address, trusted):
            break
    return str(found)


def peer_address(request: web.Request) -> Address | None:
    """The other end of the connection; None on a Unix socket."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return read_address(peer[0]) if isinstance(peer, tuple) else None


def read_address(text: str) -> Address | None:
    """An address as proxies write them: with or without brackets and port. IPv4 inside IPv6 is IPv4."""
    bare = text.strip().partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def neighbourhood(address: str) -> str:
    """Whom a limit counts as one: an IPv4 address, or the 64 bits of IPv6 that one customer has."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False))
