"""What is asked of the user, in the words of this row: an authorization request, a sign-in, a
step-up or a device's request.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.authentication.requirement import Requirement
from idp.clients.registered import RegisteredClient
from idp.models import Kind


@dataclass(frozen=True, slots=True)
class Demand:
    """`is_silent`: `prompt=none`. `expected_subs`: only these users will do."""

    kind: Kind
    requirement: Requirement
    client: RegisteredClient | None = None
    scope: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    """Asked for beyond the scopes."""
    wants_account_choice: bool = False
    wants_consent: bool = False
    is_silent: bool = False
    expected_subs: tuple[str, ...] | None = None
    login_hint: str | None = None
