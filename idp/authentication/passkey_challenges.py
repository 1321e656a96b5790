"""The challenges that browsers answer: one at a time for each interaction or session, good once."""

from __future__ import annotations

import secrets

from sqlalchemy import update

from idp import clock
from idp.extensions import db, insert, settings
from idp.models import PasskeyChallenge

SIZE = 32


def issue(bound_to: str) -> bytes:
    """A new challenge; an older one of the same interaction or session is forgotten."""
    challenge = secrets.token_bytes(SIZE)
    values = {
        "challenge": challenge,
        "expires_at": clock.now() + settings().passkeys.challenge_lifetime,
        "consumed_at": None,
    }
    new = insert(PasskeyChallenge).values(bound_to=bound_to, **values)
    db.session.execute(
        new.on_conflict_do_update(index_elements=[PasskeyChallenge.bound_to], set_=values)
    )
    return challenge


def spend(bound_to: str) -> bytes | None:
    """What was asked; whether the answer is right or wrong, it was the only one. None: nothing was
    asked here, too long ago, or it has been answered.
    """
    spending = (
        update(PasskeyChallenge)
        .where(
            PasskeyChallenge.bound_to == bound_to,
            PasskeyChallenge.consumed_at.is_(None),
            PasskeyChallenge.expires_at > clock.now(),
        )
        .values(consumed_at=clock.now())
        .returning(PasskeyChallenge.challenge)
    )
    options = {"synchronize_session": False}
    return db.session.execute(spending, execution_options=options).scalar()
