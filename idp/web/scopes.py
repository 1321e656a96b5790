"""What scopes and claims let a client see, in plain words, with the values of whoever is asked."""

from __future__ import annotations

from dataclasses import dataclass

from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import User

SCOPES = {
    "openid": gettext_noop("Know that it is you"),
    "profile": gettext_noop("See your profile"),
    "email": gettext_noop("See your email"),
    "address": gettext_noop("See your postal address"),
    "phone": gettext_noop("See your phone number"),
}
"""Scope → what it allows, in plain words."""

CLAIMS = {
    "name": gettext_noop("See your full name"),
    "given_name": gettext_noop("See your first name"),
    "family_name": gettext_noop("See your last name"),
    "middle_name": gettext_noop("See your middle name"),
    "nickname": gettext_noop("See your nickname"),
    "preferred_username": gettext_noop("See the user name you prefer"),
    "profile": gettext_noop("See the address of your profile page"),
    "picture": gettext_noop("See your picture"),
    "website": gettext_noop("See the address of your website"),
    "gender": gettext_noop("See your gender"),
    "birthdate": gettext_noop("See your date of birth"),
    "zoneinfo": gettext_noop("See your time zone"),
    "locale": gettext_noop("See your language"),
    "updated_at": gettext_noop("See when your profile last changed"),
    "email": gettext_noop("See your email address"),
    "email_verified": gettext_noop("See whether your email address is confirmed"),
    "address": gettext_noop("See your postal address"),
    "phone_number": gettext_noop("See your phone number"),
    "phone_number_verified": gettext_noop("See whether your phone number is confirmed"),
}
"""Claim → the same (OIDC Core §5.5)."""


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One line of the page."""

    name: str
    title: str
    value: str | None
    required: bool = True
    optional: bool = False


def lines(scope: tuple[str, ...], user: User) -> list[ScopeLine]:
    """What is asked for, but for offline use, which has words of its own."""
    return [
        ScopeLine(name, _(SCOPES.get(name, name)), _value(name, user))
        for name in scope
        if name != "offline_access"
    ]


def claim_lines(claims: tuple[str, ...], user: User) -> list[ScopeLine]:
    """A name in three languages is one name."""
    names = dict.fromkeys(claim.partition("#")[0] for claim in claims)
    return [
        ScopeLine(name, _(CLAIMS.get(name, name)), _value_of_claim(name, user)) for name in names
    ]


def _value(scope: str, user: User) -> str | None:
    shown = {"profile": "name", "email": "email", "phone": "phone_number", "address": "address"}
    return _value_of_claim(shown[scope], user) if scope in shown else None


def _value_of_claim(claim: str, user: User) -> str | None:
    match claim:
        case "name":
            return user.name
        case "email":
            return user.email.address if user.email else None
        case "address":
            address = user.claims.get("address") or {}
            return address.get("formatted") if isinstance(address, dict) else None
        case _text:
            value = user.claims.get(claim)
            return value if isinstance(value, str) else None
