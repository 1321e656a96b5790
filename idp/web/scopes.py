"""What scopes and claims let a client see, in plain words, with the values of whoever is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass

from idp.accounts.custom_claims import definitions, values
from idp.accounts.groups import members
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import User
from idp.oauth import claims as claims_of

SCOPES = {
    "openid": gettext_noop("Know that it is you"),
    "profile": gettext_noop("See your profile"),
    "email": gettext_noop("See your email"),
    "address": gettext_noop("See your postal address"),
    "phone": gettext_noop("See your phone number"),
    "groups": gettext_noop("See which groups you are in"),
    "roles": gettext_noop("See which roles you have"),
    "admin:clients": gettext_noop("Register and change apps"),
    "admin:clients.read": gettext_noop("See apps and what became of their requests"),
    "admin:users": gettext_noop("See people and act on their accounts"),
    "admin:users.read": gettext_noop("See people and how they sign in"),
    "admin:users.bulk": gettext_noop("Make many accounts at once, and take everybody along"),
    "admin:groups": gettext_noop("See groups and say who is in them"),
    "admin:groups.read": gettext_noop("See groups and who is in them"),
    "admin:roles": gettext_noop("Say who administers this site"),
    "admin:audit.read": gettext_noop("Read the audit log"),
    "admin:keys": gettext_noop("See and rotate signing keys"),
    "admin:keys.read": gettext_noop("See signing keys"),
    "admin:mail": gettext_noop("See mails that wait, and send them again"),
    "admin:mail.read": gettext_noop("See mails that wait"),
    "admin:settings.read": gettext_noop("See settings and figures of this site"),
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
    "groups": SCOPES["groups"],
    "roles": SCOPES["roles"],
}
"""Claim → the same (OIDC Core §5.5)."""

_PARTS_OF_ADDRESS = ("street_address", "postal_code", "locality", "region", "country")


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One line of the page. `values`: what the app would be told today."""

    name: str
    title: str
    values: tuple[str, ...]
    required: bool = True
    optional: bool = False


NO_CLAIMS: tuple[str, ...] = ()


def lines(
    scope: tuple[str, ...], user: User, claims: tuple[str, ...] = NO_CLAIMS
) -> list[ScopeLine]:
    """What is asked for, but for offline use, which has words of its own. A scope that releases
    claims of the deployment's own is told by these.
    """
    own = definitions.by_scope()
    found: dict[str, ScopeLine] = {}
    for name in scope:
        if name in own and name not in SCOPES:
            found |= {claim: _claim_line(claim, user) for claim in own[name]}
        elif name != "offline_access":
            found[name] = ScopeLine(name, _(SCOPES.get(name, name)), _values(name, user))
    for claim in dict.fromkeys(claims):
        # A scope may be called like a claim that it is not.
        key = claim if claim in found and claim not in SCOPES else f"claim:{claim}"
        found.setdefault(key, _claim_line(claim, user))
    return list(found.values())


def _claim_line(name: str, user: User) -> ScopeLine:
    if name in CLAIMS:
        return ScopeLine(name, _(CLAIMS[name]), _present(_value_of_claim(name, user)))
    claim = definitions.find(name)
    said = claim.description if claim else ""
    title = said or _("See “%(claim)s”", claim=name)
    return ScopeLine(name, title, _present(_value_of_own(name, user)))


def _present(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _value_of_own(name: str, user: User) -> str | None:
    """As the app is told it."""
    value = values.of(user).get(name)
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _values(scope: str, user: User) -> tuple[str, ...]:
    """All that a scope tells; not twice what stands in the name."""
    told = _present(*(_value_of_claim(name, user) for name in claims_of.SCOPES.get(scope, ())))
    parts = set(user.name.split())
    return tuple(dict.fromkeys(value for value in told if value not in parts))


def _value_of_claim(claim: str, user: User) -> str | None:
    match claim:
        case "name":
            return user.name
        case "email":
            return user.email.address if user.email else None
        case "groups":
            return ", ".join(members.of(user.id).groups) or None
        case "roles":
            return ", ".join(members.of(user.id).roles) or None
        case "address":
            return _written(user.claims.get("address"))
        case _text:
            value = user.claims.get(claim)
            return value if isinstance(value, str) else None


def _written(address: object) -> str | None:
    """As one text (OIDC Core §5.1.1): the whole if it is there, or its parts."""
    if not isinstance(address, dict):
        return None
    parts = (address.get(name) for name in _PARTS_OF_ADDRESS)
    return address.get("formatted") or ", ".join(part for part in parts if part) or None
