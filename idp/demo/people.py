"""Demo people: an administrator, one with an authenticator, one without, one with every claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as. The password is no secret: see `idp.demo.is_allowed`."""

    email: str
    name: str
    password: str
    story: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_administrator: bool = False
    has_authenticator: bool = False


EVERY_CLAIM: Mapping[str, Any] = {
    "given_name": "Claire",
    "family_name": "Fontaine",
    "middle_name": "Odile",
    "nickname": "Clairette",
    "preferred_username": "claire",
    "profile": "https://people.example.com/claire",
    "picture": "https://people.example.com/claire/portrait.png",
    "website": "https://claire.example.com",
    "gender": "female",
    "birthdate": "1988-04-17",
    "zoneinfo": "Europe/Paris",
    "locale": "fr-FR",
    "phone_number": "+33 1 99 00 12 34",
    "phone_number_verified": True,
    "address": {
        "formatted": "12 rue des Lilas\n75019 Paris\nFrance",
        "street_address": "12 rue des Lilas",
        "locality": "Paris",
        "region": "Île-de-France",
        "postal_code": "75019",
        "country": "France",
    },
}
"""OIDC Core §5.1; name, e-mail and `updated_at` have columns of their own."""

PEOPLE = (
    DemoPerson(
        email="admin@example.com",
        name="Ada Keller",
        password="granite-compass-falcon",  # noqa: S106
        story="administrator, with an authenticator",
        is_administrator=True,
        has_authenticator=True,
    ),
    DemoPerson(
        email="alice@example.com",
        name="Alice Winter",
        password="violet-harbour-lantern",  # noqa: S106
        story="with an authenticator",
        claims={"given_name": "Alice", "family_name": "Winter", "locale": "en-GB"},
        has_authenticator=True,
    ),
    DemoPerson(
        email="bob@example.com",
        name="Bob Morgan",
        password="copper-meadow-thunder",  # noqa: S106
        story="password only, sets up a second factor when an app wants one",
        claims={"given_name": "Bob", "family_name": "Morgan"},
    ),
    DemoPerson(
        email="claire@example.com",
        name="Claire Odile Fontaine",
        password="marble-orchard-whistle",  # noqa: S106
        story="password only, every standard claim filled",
        claims=EVERY_CLAIM,
    ),
)
