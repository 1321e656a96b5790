"""The codes that the demo people's authenticator apps would show now."""

from __future__ import annotations

from dataclasses import dataclass

from idp import clock
from idp.authentication import password, totp_secrets
from idp.authentication.totp_codes import Secret
from idp.demo.people import PEOPLE, DemoPerson


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


def _phone(person: DemoPerson) -> PretendPhone:
    secret = _newest_secret(person)
    if secret is None:
        return PretendPhone(person.name, person.email, None, None)
    now = clock.now()
    step = secret.step_at(now)
    left = (step + 1) * secret.period - int(now.timestamp())
    return PretendPhone(person.name, person.email, secret.code_at(step), left)


def _newest_secret(person: DemoPerson) -> Secret | None:
    """Also one that waits for its first code: that is the one being set up right now."""
    user = password.find_user(person.email)
    authenticators = totp_secrets.opened(user) if user else []
    return authenticators[-1].secret if authenticators else None
