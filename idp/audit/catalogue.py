"""Everything that can happen, one dataclass each; the docstrings are the operators' reference.

An event's type is its class name in snake case. No field ever holds a secret, or a typed name that
may be a mistyped password; tokens appear as the beginning of their digest at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """About whom, and through which client; actor and address come from the origin."""

    user_id: str | None = None
    client_id: str | None = None


def type_of(event: type[Event]) -> str:
    """The name under which an event is stored, logged and counted."""
    return _INNER_CAPITAL.sub("_", event.__name__).lower()


# --- Factors ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordAccepted(Event):
    """The right password of an account that may sign in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordRejected(Event):
    """A password was not accepted. `reason`: wrong, unknown_user, no_password, disabled."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordChanged(Event):
    """A password was set, by its owner, by a link or by a command."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpAccepted(Event):
    """A one-time code was accepted."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpRejected(Event):
    """A one-time code was not accepted. `reason`: wrong, malformed, clock, no_credential."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OtpReplay(Event):
    """A right one-time code came a second time, or after a later one: somebody may have read it."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpFrozen(Event):
    """100 one-time codes in a row were wrong: none is accepted until the account is freed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpUnfrozen(Event):
    """One-time codes are accepted again. `by`: recovery_code or administrator."""

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpEnrolled(Event):
    """An authenticator app was confirmed by a code of its own, or enrolled by a command."""

    credential_id: str
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpRemoved(Event):
    """An authenticator app was removed; proofs made with it count no more."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodesSaved(Event):
    """A new set of recovery codes took effect; the previous one is dead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodeUsed(Event):
    """A recovery code was spent. `left`: how many remain."""

    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodeRejected(Event):
    """A recovery code was not accepted. `reason`: wrong, spent, malformed."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SealFoundBroken(Event):
    """A sealed secret did not open: altered, moved from another user, or its key is gone. Alert."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitReached(Event):
    """A try was refused unseen by a limit. `limit` and `window` name it, `wait` is in seconds."""

    limit: str
    window: str
    wait: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GuessingSuspected(Event):
    """100 passwords in a row were wrong for one account or one unknown name."""


# --- Sessions and consent -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionBegun(Event):
    """A browser is signed in. `methods`: the factors proven."""

    methods: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionStrengthened(Event):
    """A factor was proven in a live session; its cookie changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEnded(Event):
    """A session ended before its time. `reason` says why."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentGiven(Event):
    """A user allowed a client what it asked for. `claims`: beyond those of the scopes."""

    scope: str
    claims: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRefused(Event):
    """A user declined what a client asked for."""


# --- Accounts -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCreated(Event):
    """An account was made. `role`: what it may administer, if anything."""

    role: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserDisabled(Event):
    """An account was disabled: its sessions and tokens ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEnabled(Event):
    """A disabled account may sign in again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserUnlocked(Event):
    """An administrator lifted the waits of an account and freed its one-time codes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactorsReset(Event):
    """An administrator removed every second factor of an account. `reason` as given."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLinkIssued(Event):
    """A one-time link to choose a password was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLinkUsed(Event):
    """A one-time link to choose a password was spent."""


# --- Protocol -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationRefused(Event):
    """An authorization request ended without a code. `error`: the protocol's; `reason`: ours."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeIssued(Event):
    """A user's approval became an authorization code. `acr`, `amr`: how they signed in."""

    scope: str
    acr: str | None
    amr: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeReused(Event):
    """A code was used a second time: everything issued from it was revoked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceAsked(Event):
    """A device was given a code that its user has to type in elsewhere."""

    scope: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCodeRejected(Event):
    """A code typed in for a device was not accepted. `reason`: unknown, expired, decided."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceAllowed(Event):
    """A user let a device in. `device_address`: where it had asked from."""

    scope: str
    device_address: str
    acr: str | None
    amr: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceDenied(Event):
    """A user sent a device away, or left before signing in."""

    device_address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokensIssued(Event):
    """A code was redeemed. `family_id`: what its tokens hang from."""

    family_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshTokenReused(Event):
    """A rotated refresh token was used again: its family was revoked."""

    family_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRequestRefused(Event):
    """The token endpoint refused. `error`: the protocol's; `reason`: ours."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRequestRefused(Event):
    """A client was refused at another endpoint: `error` is what it heard, `reason` what was wrong.

    `endpoint`: revocation, introspection, device_authorization.
    """

    endpoint: str
    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRevoked(Event):
    """A client gave a token back; what belongs to the same family ended with it. `kind`:
    refresh_token, access_token.
    """

    kind: str
    family_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentWithdrawn(Event):
    """A user took back what a client was allowed; its tokens ended."""


# --- Clients and keys ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRegistered(Event):
    """A client was registered."""

    client_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientReplaced(Event):
    """The metadata of a client was replaced. `changed`: the members that are different now."""

    changed: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientDisabled(Event):
    """A client is refused from now on; everything it was given ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientEnabled(Event):
    """A disabled client is served again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientDeleted(Event):
    """A client was removed with its secrets and its users' consent; what it was given ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationRefused(Event):
    """A client that wanted to register itself, or to manage its registration, was refused."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InitialAccessTokenIssued(Event):
    """A token to register clients with was made. `token`: the beginning of its digest."""

    token: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InitialAccessTokenRevoked(Event):
    """A token to register clients with is good no more."""

    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretRotated(Event):
    """A client got a new secret; the old one is good for `overlap` seconds."""

    overlap: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeysCreated(Event):
    """The first signing keys of a deployment were made. `kids` names them."""

    kids: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeyRotated(Event):
    """A signing key got a successor, `kid`. `takes_over`: after_publication or at_once."""

    alg: str
    kid: str
    takes_over: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeyRevoked(Event):
    """A signing key was forgotten: nothing that it signed is accepted any more."""

    kid: str
