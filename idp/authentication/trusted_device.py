"""Browsers that a user trusts: where a second factor would only be asked for because the user has
one, the password alone will do there. That is never counted as a factor, and ends after a while.

The cookie holds an entry for each account that trusts the browser: which row, and its secret. The
secret changes at every use by one conditional UPDATE; one that is not in force any more was copied,
or comes from a backup, and ends the trust.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from idp import audit, carried, clock, opaque, origin
from idp.audit import catalogue
from idp.carried import Carried
from idp.extensions import db, rows_changed, settings
from idp.models import TrustedDevice

MOST_ACCOUNTS = 5
"""Of one browser; the one that came first makes room."""
_ENTRY = re.compile(r"([0-9A-Z]{26})\.([\w-]{43})", re.ASCII)
_BETWEEN = "~"


def trust(user_id: str) -> None:
    """From now on, and not longer than the setting says, whatever happens."""
    entries = _entries()
    for device_id in _mine(user_id, entries):
        _revoke(user_id, TrustedDevice.id == device_id)
        del entries[device_id]
    now, secret = clock.now(), opaque.make()
    device = TrustedDevice(
        user_id=user_id,
        token_digest=opaque.digest(secret),
        user_agent=origin.current().user_agent,
        address=origin.current().address,
        created_at=now,
        last_used_at=now,
        expires_at=now + settings().second_factor.trust_lifetime,
    )
    db.session.add(device)
    db.session.flush()
    _hand({**entries, device.id: secret})
    audit.record(catalogue.DeviceTrusted(user_id=user_id, device_id=device.id))


def use(user_id: str) -> bool:
    """Whether this browser is trusted by this user. Its value is another one afterwards."""
    entries = _entries()
    for device_id in _mine(user_id, entries):
        secret = opaque.make()
        if _rotated(user_id, device_id, entries[device_id], secret):
            _hand({**entries, device_id: secret})
            audit.record(catalogue.TrustedDeviceUsed(user_id=user_id, device_id=device_id))
            return True
        if _revoke(user_id, TrustedDevice.id == device_id):
            audit.record(catalogue.TrustedDeviceReplayed(user_id=user_id, device_id=device_id))
        _hand({other: kept for other, kept in entries.items() if other != device_id})
    return False


def of(user_id: str) -> list[TrustedDevice]:
    """What the user trusts now, the newest first."""
    found = select(TrustedDevice).where(TrustedDevice.user_id == user_id, *_in_force(clock.now()))
    return list(db.session.scalars(found.order_by(TrustedDevice.id.desc())))


def is_here(device: TrustedDevice) -> bool:
    """Whether it is the browser in hand."""
    secret = _entries().get(device.id, "")
    return opaque.same(device.token_digest, opaque.digest(secret))


def revoke(user_id: str, device_id: str) -> bool:
    """One of the user's own. False: it was not trusted."""
    revoked = _revoke(user_id, TrustedDevice.id == device_id)
    return _told(user_id, revoked, "revoked") == 1


def revoke_all(user_id: str, *, because: str) -> int:
    """No browser is trusted by this user any more; returns how many were."""
    return _told(user_id, _revoke(user_id), because)


def _mine(user_id: str, entries: dict[str, str]) -> list[str]:
    """Entries of other accounts are none of this one's business (A20)."""
    if not entries:
        return []
    mine = select(TrustedDevice.id).where(
        TrustedDevice.id.in_(entries), TrustedDevice.user_id == user_id
    )
    return list(db.session.scalars(mine))


def _rotated(user_id: str, device_id: str, secret: str, new: str) -> bool:
    """The UPDATE is the gate: of many uses of one value at once, one finds it in force."""
    now = clock.now()
    rotating = update(TrustedDevice).where(
        TrustedDevice.id == device_id,
        TrustedDevice.user_id == user_id,
        TrustedDevice.token_digest == opaque.digest(secret),
        *_in_force(now),
    )
    values = {
        "token_digest": opaque.digest(new),
        "last_used_at": now,
        "user_agent": origin.current().user_agent,
        "address": origin.current().address,
    }
    return rows_changed(rotating.values(values)) == 1


def _revoke(user_id: str, *which: ColumnElement[bool]) -> int:
    now = clock.now()
    revoking = update(TrustedDevice).where(
        TrustedDevice.user_id == user_id, *which, *_in_force(now)
    )
    return rows_changed(revoking.values(revoked_at=now))


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return TrustedDevice.revoked_at.is_(None), TrustedDevice.expires_at > now


def _told(user_id: str, revoked: int, because: str) -> int:
    if revoked:
        audit.record(catalogue.DeviceTrustEnded(user_id=user_id, because=because, devices=revoked))
    return revoked


def _entries() -> dict[str, str]:
    """By the id of its row, the secret of each entry; whatever looks different is no entry."""
    parts = carried.value(Carried.TRUST).split(_BETWEEN)[-MOST_ACCOUNTS:]
    found = [_ENTRY.fullmatch(part) for part in parts]
    return {entry[1]: entry[2] for entry in found if entry}


def _hand(entries: dict[str, str]) -> None:
    newest = list(entries.items())[-MOST_ACCOUNTS:]
    joined = _BETWEEN.join(f"{device_id}.{secret}" for device_id, secret in newest)
    carried.hand(Carried.TRUST, joined)
