"""What can be asked: who, at which app, in what browser, by what request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from idp.authentication.evidence import Method

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636 appendix B: any will do, since nothing is redeemed."""


class Device(StrEnum):
    """What the browser is to the person."""

    NEW = "new"
    KNOWN = "known"
    """A sign-in was completed there: its tries are counted apart, its pages are the same."""
    TRUSTED = "trusted"


class Way(StrEnum):
    """How the person says who they are."""

    PASSWORD = "password"  # noqa: S105  the name of a method
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person's session in that browser: begun so long ago by these proofs, in use since."""

    age: timedelta
    proofs: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """`parameters`: of the request, as the app would send them; what it leaves out is filled in."""

    user_id: str
    client_id: str
    device: Device = Device.NEW
    way: Way = Way.PASSWORD
    session: SignedIn | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Impossible:
    """There is no such situation. `field`: of the question."""

    field: str
    reason: str


ASKED = ("scope", "prompt", "max_age", "acr_values", "claims", "login_hint", "redirect_uri")
"""Parameters that change what is asked or told."""
