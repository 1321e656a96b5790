"""The codes that the demo people's authenticator apps would show now."""

from __future__ import annotations

import re
from dataclasses import dataclass

from idp import clock
from idp.authentication import password, totp_secrets
from idp.authentication.totp_codes import Secret
from idp.demo.people import PEOPLE, DemoPerson

_KEY = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class PretendPhone:
    """One person's authenticator; without one there is no code."""

    name: str
    email: str
    code: str | None
    seconds_left: int | None


def current() -> list[PretendPhone]:
    """Of all demo people, in their order, and of nobody else."""
    return [_phone(person) for person in PEOPLE]


def with_key(typed: str) -> PretendPhone | None:
    """Of somebody else, who typed in the key from below the QR code; None when it is no key."""
    key = "".join(typed.split()).upper()
    return _showing("", "this key", Secret(key)) if _KEY.fullmatch(key) else None


def _phone(person: DemoPerson) -> PretendPhone:
    return _showing(person.name, person.email, _newest_secret(person))


def _showing(name: str, email: str, secret: Secret | None) -> PretendPhone:
    if secret is None:
        return PretendPhone(name, email, None, None)
    now = clock.now()
    step = secret.step_at(now)
    left = (step + 1) * secret.period - int(now.timestamp())
    return PretendPhone(name, email, secret.code_at(step), left)


def _newest_secret(person: DemoPerson) -> Secret | None:
    """Also one that waits for its first code: that is the one being set up right now."""
    user = password.find_user(person.email)
    authenticators = totp_secrets.opened(user) if user else []
    return authenticators[-1].secret if authenticators else None
