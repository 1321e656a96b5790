"""Which addresses may be called. Pure.

The table is ours, not `ipaddress.is_global`: that property changed its mind between patch releases
of Python. It follows the special-purpose registries of IANA (RFC 6890) and adds multicast.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Reach(Enum):
    """How far an address reaches."""

    PUBLIC = "public"
    PRIVATE = "private"
    """This machine or this site: called if the operator listed the host or the network."""
    NEVER = "never"
    """Leads elsewhere than it says, to everybody, or to a cloud's metadata: a host's name in the
    list is not enough, only its network."""


_PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks, and some container networks
        "::1/128",
        "fc00::/7",
    )
)
_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.175.48.0/24",  # AS112
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# All else of IPv6 is unspecified, mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48),
# discard-only, segment routing, link- or site-local, multicast, or not given to anybody.
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def reach(address: Address) -> Reach:
    """How far an address reaches."""
    if _is_in(address, _PRIVATE):
        return Reach.PRIVATE
    if _is_in(address, _NEVER):
        return Reach.NEVER
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return Reach.NEVER
    return Reach.PUBLIC


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What the operator allows besides the public internet (`IDP_OUTBOUND_ALLOW`)."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def listed(cls, entries: tuple[str, ...]) -> Exceptions:
        """From the setting, whose form has been checked at start."""
        hosts, networks = set(), []
        for entry in entries:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                hosts.add(entry.lower())
        return cls(frozenset(hosts), tuple(networks))

    def permit(self, host: str, address: Address) -> bool:
        """Whether the host may be called at this address."""
        if _is_in(address, self.networks):
            return True
        distance = reach(address)
        return distance is Reach.PUBLIC or (distance is Reach.PRIVATE and host in self.hosts)

    def trust(self, host: str, address: Address) -> bool:
        """Whether the operator vouches for the place, so that any port and plain http will do."""
        return host in self.hosts or _is_in(address, self.networks)
