"""Which addresses a worker listens on, and the ICE candidates that it shows for them (RFC 8445, RFC 6544)."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import ifaddr

from sfu.control import Candidate

MAX_ADDRESSES = 8


@dataclass(frozen=True, slots=True)
class Listening:
    """One address to bind, and what clients are told."""

    bind: str
    advertised: tuple[str, ...]


def interface_addresses() -> list[str]:
    """List every address of this machine that is neither a loopback nor link-local, IPv4 first."""
    found = [_text(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    usable = [text for text in found if not _is_private_to_host(text)]
    return sorted(usable, key=lambda text: ipaddress.ip_address(text).version)


def plan(wanted: Sequence[str], present: Sequence[str]) -> list[Listening]:
    """Decide what to bind.

    One socket for each address, so that an answer leaves from the address that was asked. An advertised address
    that the machine does not have (a cloud's one-to-one NAT) is served by the wildcard of its family, which then
    serves the whole family: such machines have one interface.

    Args:
        wanted: From the configuration; empty for all present ones.
        present: The addresses of the machine. Without any, the loopback is used: good for tests only, since
            browsers make no loopback candidates.
    """
    advertised = list(dict.fromkeys(wanted or present))[:MAX_ADDRESSES] or ["127.0.0.1"]
    planned = []
    for version, wildcard in ((4, "0.0.0.0"), (6, "::")):  # noqa: S104 - the media port is meant for everybody
        family = [text for text in advertised if ipaddress.ip_address(text).version == version]
        if any(text not in present and not ipaddress.ip_address(text).is_loopback for text in family):
            planned.append(Listening(wildcard, tuple(family)))
        else:
            planned += [Listening(text, (text,)) for text in family]
    return planned


def candidates(listening: Sequence[Listening], port: int, *, tcp: bool) -> tuple[Candidate, ...]:
    """Name the host candidates: UDP before TCP, in the order of the addresses."""
    addresses = [text for one in listening for text in one.advertised]
    udp_type_preference, tcp_type_preference = 126, 90
    made = [
        Candidate(
            protocol="udp",
            address=text,
            port=port,
            priority=_priority(udp_type_preference, 65535 - index),
            foundation=f"{index + 1}",
        )
        for index, text in enumerate(addresses)
    ]
    # RFC 6544 section 4.2: direction preference 4 for a passive host candidate in the upper three bits.
    if tcp:
        made += [
            Candidate(
                protocol="tcp",
                address=text,
                port=port,
                priority=_priority(tcp_type_preference, (4 << 13) + 8191 - index),
                foundation=f"{len(addresses) + index + 1}",
            )
            for index, text in enumerate(addresses)
        ]
    return tuple(made)


def _priority(type_preference: int, local_preference: int) -> int:
    return type_preference << 24 | local_preference << 8 | 255


def _text(ip: str | tuple[str, int, int]) -> str:
    return ip if isinstance(ip, str) else ip[0]


def _is_private_to_host(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
