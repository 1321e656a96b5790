"""The limits by name: counted by what, how many, how long. Pure.

A limit is several windows, all of which have to be open. Windows of one name are one counter,
whichever limit takes from it: recovery codes are guessed out of the same budget as one-time codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Subject(StrEnum):
    """By what tries are counted."""

    USER = "user"
    """A user's id; for an unknown name a keyed digest of it, so that both look alike."""
    ADDRESS = "address"
    """The network of the caller: an IPv4 address, or the /64 of an IPv6 one."""
    INTERACTION = "interaction"
    CLIENT = "client"


class Device(StrEnum):
    """Whether this browser has completed a sign-in of the user before; each has its counters."""

    KNOWN = "known"
    UNKNOWN = "unknown"


class Counting(StrEnum):
    """What the count of a window is."""

    TRIES = "tries"
    """Failures within a period; a success gives its own take back."""
    SERIES = "series"
    """Failures in a row; a success ends the row."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """From the `free`-th try on, each one is followed by a wait that doubles up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, count: int) -> timedelta:
        """How long the window stays closed after this many tries."""
        if count < self.free:
            return timedelta(0)
        doublings = min(count - self.free, 32)  # further ones would only overflow
        return min(self.first * (1 << doublings), self.longest)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `capacity` tries per `period`, which begins with the first of them."""

    name: str
    by: tuple[Subject, ...]
    capacity: int
    period: timedelta
    counting: Counting = Counting.TRIES
    backoff: Backoff | None = None
    devices: tuple[Device, ...] = tuple(Device)


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_FIVE_MINUTES = 5 * _MINUTE
_LASTING = 3650 * _DAY
"""For rows that have to outlive any pause of whoever is guessing."""
_NO_CAPACITY = 2**31 - 1
_USER, _ADDRESS = (Subject.USER,), (Subject.ADDRESS,)
_CLIENT_AT_ADDRESS = (Subject.CLIENT, Subject.ADDRESS)

PASSWORD_SERIES = Window(
    "password.series",
    _USER,
    _NO_CAPACITY,
    30 * _DAY,
    Counting.SERIES,
    Backoff(free=10, first=timedelta(seconds=30), longest=_HOUR),
    devices=(Device.UNKNOWN,),
)
"""Strangers wait, ever longer, but are never shut out for good: that would shut out the owner too
(docs/decisions/0007-strangers-lock-nobody-out.md)."""

SUSPICIOUS_SERIES = 100
"""At this many failures in a row the operator is told (NIST SP 800-63B-4 §3.2.2)."""

TOTP_SERIES = Window("totp.series", _USER, 100, _LASTING, Counting.SERIES)
"""Full, it freezes one-time codes until another factor or an administrator frees them."""

INTERACTION_CODES = Window("second_factor.interaction", (Subject.INTERACTION,), 5, _HOUR)
"""Full, the interaction is over. An interaction never lives as long as this window."""

_SECOND_FACTOR = (
    INTERACTION_CODES,
    Window("second_factor.user.5m", _USER, 5, _FIVE_MINUTES),
    Window("second_factor.user.1h", _USER, 20, _HOUR),
    Window("second_factor.user.1d", _USER, 50, _DAY),
    Window("second_factor.address.5m", _ADDRESS, 10, _FIVE_MINUTES),
    Window("second_factor.address.1h", _ADDRESS, 50, _HOUR),
)

LIMITS: dict[str, tuple[Window, ...]] = {
    "password": (
        Window("password.user", _USER, 10, _FIVE_MINUTES),
        Window("password.address", _ADDRESS, 10, _FIVE_MINUTES),
        PASSWORD_SERIES,
    ),
    "totp": (*_SECOND_FACTOR, TOTP_SERIES),
    "recovery_code": _SECOND_FACTOR,
    # Whoever confirms was just shown the secret: this is against noise, not against guessing.
    "totp_enrolment": (Window("totp_enrolment.user", _USER, 10, _FIVE_MINUTES),),
    "reset_mail": (
        Window("mail.user", _USER, 5, _DAY),
        Window("mail.address", _ADDRESS, 3, _HOUR),
    ),
    "registration": (Window("registration.address", _ADDRESS, 2, _DAY),),
    # 256-bit secrets: taken after a failure, so that a success costs no write.
    "client_authentication": (Window("client.authentication", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "pushed_request": (Window("client.pushed_request", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "introspection": (Window("client.introspection", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "device_authorization": (Window("device.authorization", _ADDRESS, 60, _MINUTE),),
    # 34 bits: what is typed in right gives its take back (RFC 8628 §5.1).
    "user_code": (
        Window("user_code.address.5m", _ADDRESS, 5, _FIVE_MINUTES),
        Window("user_code.address.1d", _ADDRESS, 50, _DAY),
    ),
    "client_registration": (Window("client.registration", _ADDRESS, 30, _MINUTE),),
}
