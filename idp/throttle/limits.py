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
    """Whether this browser has completed a sign-in of the user before; each has its counters.

    A known one is not counted by its address: strangers in the same network are not its fault.
    """

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
_USER, _ADDRESS = (Subject.USER,), (Subject.ADDRESS,)
_CLIENT_AT_ADDRESS = (Subject.CLIENT, Subject.ADDRESS)
_STRANGERS = (Device.UNKNOWN,)

PASSWORD_SERIES = Window(
    "password.series",
    _USER,
    100,
    _LASTING,
    Counting.SERIES,
    Backoff(free=10, first=timedelta(seconds=30), longest=_HOUR),
    devices=_STRANGERS,
)
"""Strangers wait, ever longer; full, the password works in known browsers only, until a success
there, a new password or an administrator opens it (NIST SP 800-63B-4 §3.2.2,
docs/decisions/0007-strangers-lock-nobody-out.md)."""

TOTP_SERIES = Window("totp.series", _USER, 100, _LASTING, Counting.SERIES)
"""Full, it freezes one-time codes for this kind of browser until another factor or an administrator
frees them."""

FOR_GOOD = timedelta(days=1)
"""The wait that is told where waiting does not help: a full series has no end of its own."""

INTERACTION_CODES = Window("second_factor.interaction", (Subject.INTERACTION,), 5, _HOUR)
"""Full, the interaction is over. An interaction never lives as long as this window."""

_SECOND_FACTOR = (
    INTERACTION_CODES,
    Window("second_factor.user.5m", _USER, 5, _FIVE_MINUTES),
    Window("second_factor.user.1h", _USER, 20, _HOUR),
    Window("second_factor.user.1d", _USER, 50, _DAY),
    Window("second_factor.address.5m", _ADDRESS, 10, _FIVE_MINUTES, devices=_STRANGERS),
    Window("second_factor.address.1h", _ADDRESS, 50, _HOUR, devices=_STRANGERS),
)

_MAILS_TO_USER = Window("mail.user", _USER, 5, _DAY)
_MAILS_FROM_ADDRESS = Window("mail.address", _ADDRESS, 3, _HOUR)
_REGISTRATIONS_FROM_ADDRESS = Window("registration.address", _ADDRESS, 2, _DAY)

NOT_WHILE_DEVELOPING = frozenset({_MAILS_FROM_ADDRESS, _REGISTRATIONS_FROM_ADDRESS})
"""Everybody whom a developer plays comes from one address, and their mail goes into a folder."""

LIMITS: dict[str, tuple[Window, ...]] = {
    "password": (
        Window("password.user", _USER, 10, _FIVE_MINUTES),
        Window("password.address", _ADDRESS, 10, _FIVE_MINUTES, devices=_STRANGERS),
        PASSWORD_SERIES,
    ),
    "totp": (*_SECOND_FACTOR, TOTP_SERIES),
    "recovery_code": _SECOND_FACTOR,
    # Whoever confirms was just shown the secret: this is against noise, not against guessing.
    "totp_enrolment": (Window("totp_enrolment.user", _USER, 10, _FIVE_MINUTES),),
    # Signatures cannot be guessed: these are against noise.
    "passkey": (Window("passkey.address", _ADDRESS, 60, _FIVE_MINUTES),),
    "passkey_enrolment": (Window("passkey_enrolment.user", _USER, 10, _FIVE_MINUTES),),
    "reset_mail": (_MAILS_TO_USER, _MAILS_FROM_ADDRESS),
    "registration": (_MAILS_TO_USER, _REGISTRATIONS_FROM_ADDRESS),
    # Asked for by somebody who is signed in, or has proven the password.
    "address_mail": (_MAILS_TO_USER,),
    # 256-bit secrets: taken after a failure, so that a success costs no write.
    "client_authentication": (Window("client.authentication", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "pushed_request": (Window("client.pushed_request", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "pushed_request_without_credential": (Window("pushed_request", _ADDRESS, 120, _MINUTE),),
    "introspection": (Window("client.introspection", _CLIENT_AT_ADDRESS, 30, _MINUTE),),
    "device_authorization": (Window("device.authorization", _ADDRESS, 60, _MINUTE),),
    # 34 bits: what is typed in right gives its take back (RFC 8628 §5.1).
    "user_code": (
        Window("user_code.address.5m", _ADDRESS, 5, _FIVE_MINUTES),
        Window("user_code.address.1d", _ADDRESS, 50, _DAY),
    ),
    "client_registration": (Window("client.registration", _ADDRESS, 30, _MINUTE),),
    # By who asks: the answer tells whether an account has an address.
    "app_people": (Window("app_people.actor", _USER, 20, _HOUR),),
    # Of the Admin API: each call of a client, and each token that is none.
    "admin_api": (Window("admin_api.client", (Subject.CLIENT,), 600, _MINUTE),),
    "admin_api_token": (Window("admin_api.token", _ADDRESS, 60, _MINUTE),),
}
