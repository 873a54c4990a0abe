"""Addresses that users give, checked: mail addresses and push endpoints. Nothing here looks anything up."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from signaling.errors import Refusal
from signaling.wire import Code

MAIL_LENGTH = 254
"""RFC 5321, erratum 1690."""
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
NAME = rf"(?:{LABEL}\.)+(?=[A-Za-z]){LABEL}"
"""A host's name: at least two labels, the last one begins with a letter, so no form of an IP address is one."""
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MAIL = re.compile(rf"(?P<local>{ATOM}(?:\.{ATOM})*)@(?P<domain>{NAME})", re.ASCII)
"""What RFC 5321 calls Dot-string@Domain. A page's ``<input type=email>`` writes a foreign domain in ASCII itself."""
ENDPOINT = re.compile(rf"https://{NAME}(?::443)?/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*", re.ASCII)
ANY_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*", re.ASCII)
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""IPv6 in which an IPv4 address hides, which may be one of ours (RFC 6052, RFC 8215, RFC 3056)."""


def mail_address(text: str) -> str:
    """Return the address, its domain in small letters.

    Raises:
        Refusal: `BAD_ADDRESS`.
    """
    found = MAIL.fullmatch(text.strip(" "))
    if found is None or len(found["local"]) > 64 or len(found[0]) > MAIL_LENGTH:
        raise Refusal(Code.BAD_ADDRESS, "not a mail address")
    return f"{found['local']}@{found['domain'].lower()}"


def push_endpoint(text: str, *, private: bool = False) -> str:
    """Return the address of a push subscription.

    Args:
        text: A URL; anybody can write anything there.
        private: For tests: plain HTTP, other ports and IP addresses too.

    Raises:
        Refusal: `BAD_ADDRESS`, for all but https to a named host on its usual port.
    """
    if not (ANY_ENDPOINT if private else ENDPOINT).fullmatch(text):
        raise Refusal(Code.BAD_ADDRESS, "not a push service")
    return text


def origin_of(endpoint: str) -> str:
    """Return scheme, host and port of a checked endpoint, as RFC 6454 writes them."""
    scheme, _, rest = endpoint.partition("://")
    host = rest.partition("/")[0].lower()
    return f"{scheme}://{host.removesuffix(':443')}" if scheme == "https" else f"{scheme}://{host}"


def is_public(address: str) -> bool:
    """Tell whether an IP address is somewhere out there: not this machine, not a network of ours."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    hidden = any(ip in network for network in TRANSLATED)
    return ip.is_global and not ip.is_multicast and not hidden
