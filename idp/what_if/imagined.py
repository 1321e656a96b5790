"""Rows that are not there: what somebody has proven, set up, saved and confirmed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from idp import clock, opaque
from idp.authentication import enrolled, session
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence, Method
from idp.authentication.session import RecognisedSession, Stay
from idp.interaction.records import ROWS
from idp.models import User
from idp.what_if.question import Device, Impossible, SignedIn

NEEDED = {
    Method.PASSWORD: Assurance.ONE_FACTOR,
    Method.TOTP: Assurance.TWO_FACTOR,
    Method.PASSKEY: Assurance.PHISHING_RESISTANT,
}
"""What an account can prove at least that has such a factor."""


@dataclass
class Imagined:
    """The rows of the account, and what would have been written since."""

    device: Device
    proofs: list[Evidence] = field(default_factory=list)
    has_set_up: Assurance = Assurance.NONE
    shows_codes: bool | None = None
    """None: as the rows say."""
    has_confirmed_address: bool = False

    def proofs_in(self, _interaction_id: str, /) -> tuple[Evidence, ...]:
        return tuple(self.proofs)

    def level_of(self, user_id: str, /) -> Assurance:
        return max(self.has_set_up, ROWS.level_of(user_id))

    def has_codes_left_open(self, user_id: str, /) -> bool:
        if self.shows_codes is None:
            return ROWS.has_codes_left_open(user_id)
        return self.shows_codes

    def is_ticket_missing(self, user_id: str, _interaction_id: str | None, /) -> bool:
        return ROWS.is_ticket_missing(user_id, None)

    def may_replace_factors(self, _user_id: str, _interaction_id: str, /) -> bool:
        return False  # that takes a link, opened in the sign-in itself

    def is_address_unproven(self, user_id: str, /) -> bool:
        return not self.has_confirmed_address and ROWS.is_address_unproven(user_id)

    def is_browser_trusted(self, _user_id: str, /) -> bool:
        return self.device is Device.TRUSTED


def proof(user: User, method: Method, *, age: timedelta = timedelta()) -> Evidence:
    """Of a factor, some time ago."""
    return Evidence(method, user.id, opaque.identifier(), clock.now() - age, opaque.identifier())


def session_of(user: User, signed_in: SignedIn) -> RecognisedSession | Impossible | None:
    """As it would be found now; None: it would be over."""
    able = enrolled.level_of(user.id)
    if any(NEEDED.get(method, Assurance.NONE) > able for method in signed_in.proofs):
        return Impossible("session_proofs", "This person has not set up such a factor.")
    proofs = tuple(proof(user, method, age=signed_in.age) for method in signed_in.proofs)
    begun = begin(user, proofs, age=signed_in.age)
    return begun if begun.expires_at > clock.now() else None


def begin(
    user: User, proofs: tuple[Evidence, ...], *, age: timedelta = timedelta()
) -> RecognisedSession:
    """A session that rests on these proofs."""
    started_at = clock.now() - age
    return RecognisedSession(
        id=opaque.identifier(),
        sid=opaque.make(),
        user_id=user.id,
        sub=user.sub,
        second_factor_policy=user.second_factor_policy,
        second_factor_due_at=user.second_factor_due_at,
        second_factor_waived=False,
        locale=user.locale,
        started_at=started_at,
        last_seen_at=clock.now(),
        resumed_at=None,
        expires_at=session.expiry(started_at, proofs, Stay.ORDINARY),
        kept=False,
        proofs=proofs,
    )


def strengthen(known: RecognisedSession, proofs: tuple[Evidence, ...]) -> RecognisedSession:
    """The same session with more proofs behind it."""
    together = (*known.proofs, *proofs)
    ends_at = session.expiry(known.started_at, together, Stay.ORDINARY)
    return replace(known, proofs=together, expires_at=ends_at)
