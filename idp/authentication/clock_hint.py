"""When two different codes miss by the same number of steps, the user's clock is probably wrong.

Neither code is accepted. One miss alone says nothing, since a guess may hit some step by chance.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from idp import clock
from idp.authentication.totp_codes import HINTED_STEPS, Secret
from idp.extensions import db, insert
from idp.models import TotpMiss


def hint(secrets: Iterable[Secret], code: str, bound_to: str) -> int | None:
    """By how many steps the code's clock seems to be off, once a second code says the same."""
    miss = _nearest(secrets, code)
    if miss is None:
        return None
    step, steps_off = miss
    previous = db.session.execute(
        select(TotpMiss.step, TotpMiss.steps_off).where(TotpMiss.bound_to == bound_to)
    ).first()
    _remember(bound_to, step, steps_off)
    if previous is None or previous.step == step or previous.steps_off != steps_off:
        return None
    return steps_off


def _nearest(secrets: Iterable[Secret], code: str) -> tuple[int, int] | None:
    """Up to `HINTED_STEPS` away, none of them accepted: the step, and its distance from now."""
    misses = []
    for secret in secrets:
        now = secret.step_at(clock.now())
        nearby = range(now - HINTED_STEPS, now + HINTED_STEPS + 1)
        misses += [(step, step - now) for step in secret.matching(code, nearby)]
    return min(misses, key=lambda miss: abs(miss[1]), default=None)


def _remember(bound_to: str, step: int, steps_off: int) -> None:
    values = {"step": step, "steps_off": steps_off, "missed_at": clock.now()}
    new = insert(TotpMiss).values(bound_to=bound_to, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=[TotpMiss.bound_to], set_=values))
