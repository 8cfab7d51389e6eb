"""Which addresses may a webhook go to? Only such as anybody on the internet may call, never one of our own network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from httpx import URL, InvalidURL

from domain.refusal import BadInput

# Longer than any address that a person has made.
MOST_CHARACTERS: Final = 500
HTTPS_PORT: Final = 443
# Where programs that are meant to be called listen; not the ports of mail, databases and caches.
PORTS: Final = frozenset({HTTPS_PORT, 8443})
# What one resolver may answer; more is no host of anybody.
MOST_ADDRESSES: Final = 32

# Public by number only: they lead into a cloud's own machinery, or to wherever a relay likes.
OURS_V4: Final = tuple(map(ip_network, ("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24", "198.18.0.0/15")))
# The internet, and what is carried inside of it: 6to4, Teredo, documentation, benchmarks, ORCHID.
GLOBAL_V6: Final = ip_network("2000::/3")
OURS_V6: Final = tuple(map(ip_network, ("2002::/16", "2001::/23", "2001:db8::/32", "3fff::/20")))


class BadHookUrl(BadInput):
    """A webhook does not go there: not https, a port or form that nobody needs, or an address inside of a network."""

    code = "bad_hook_url"


def checked_url(text: str, *, is_local: bool) -> URL:
    """The address in parts; a local run may use http and any port. Raises BadHookUrl."""
    try:
        url = URL(text)
        port = url.port
    except (InvalidURL, ValueError):
        raise BadHookUrl("no address of a web server") from None
    if len(text) > MOST_CHARACTERS or not url.host or url.userinfo or url.fragment or not text.isascii():
        raise BadHookUrl("a host, a path and nothing else")
    if is_local:
        if url.scheme not in {"http", "https"}:
            raise BadHookUrl("http or https")
    elif url.scheme != "https" or (port or HTTPS_PORT) not in PORTS:
        raise BadHookUrl(f"https, at port {' or '.join(map(str, sorted(PORTS)))}")
    if _is_address(url.host) and not may_be_called(url.host, is_local=is_local):
        raise BadHookUrl("that is inside of a network")
    return url


def may_be_called(address: str, *, is_local: bool) -> bool:
    """Whether a resolved address is one of the internet; in a local run, of this machine itself as well."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if is_local and parsed.is_loopback:
        return True
    if isinstance(parsed, IPv4Address):
        return _is_public_v4(parsed)
    return _is_public_v6(parsed)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_public_v4(address: IPv4Address) -> bool:
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_link_local)
        and not any(address in network for network in OURS_V4)
    )


def _is_public_v6(address: IPv6Address) -> bool:
    # A zone, or an IPv4 address in any disguise, is asked for by nobody who means well.
    if address.scope_id is not None or address.ipv4_mapped or address.sixtofour or address.teredo:
        return False
    return (
        address in GLOBAL_V6
        and address.is_global
        and not address.is_multicast
        and not any(address in network for network in OURS_V6)
    )
