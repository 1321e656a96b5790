"""Who is asking: address, user agent, request reference and actor, set by each edge in a context
variable.
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Origin:
    """The circumstances of the work in hand, for audit, throttling and logs."""

    address: str = ""
    user_agent: str = ""
    reference: str = ""
    actor: str = "system"
    session_sid: str = ""
    hands_out_roles: bool = False
    """Whether who asks may say who administers. No unless the edge found out otherwise, so that a
    door which forgets to ask gives nobody power over others.
    """
    owns_the_app_only: bool = False
    """Whether who asks was let in as an owner of the one app in hand: what they change of it is
    limited (`clients.owner_limits`).
    """
    reason: str = ""
    """Why it is done, as who asks has said: events that are done for a reason are given it."""
    began: float = 0.0
    """When a request came, in seconds of `time.perf_counter`."""


_NOBODY = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_NOBODY)


def current() -> Origin:
    """The origin of the request, command or job in hand."""
    return _current.get()


def enter(origin: Origin) -> None:
    """Set by an edge when work begins."""
    _current.set(origin)


def acting_as(actor: str, session_sid: str = "") -> None:
    """Name the actor once it is known."""
    _current.set(replace(_current.get(), actor=actor, session_sid=session_sid))


def handing_out_roles() -> None:
    """An owner of the provider asks, or somebody on its machine."""
    _current.set(replace(_current.get(), hands_out_roles=True))


def owning_the_app() -> None:
    """Whoever asks has no role that would do."""
    _current.set(replace(_current.get(), owns_the_app_only=True))


def because(reason: str) -> None:
    """Whatever is done from here on is done for this."""
    _current.set(replace(_current.get(), reason=reason))


def network(address: str) -> str:
    """What counts as one address for limits: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
