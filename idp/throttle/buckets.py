"""The counters behind the limits, in the one database.

A try is taken by one conditional write in a short transaction of its own, committed before the
secret is looked at: neither a refusal, a rollback nor a crash gives a guess back, and of many
guesses at once no more pass than the limit has left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, or_, select, update

from config import Environment
from idp import clock, metrics, opaque, origin
from idp.extensions import db, let_go, settings
from idp.models import Bucket
from idp.throttle.limits import (
    FOR_GOOD,
    LIMITS,
    NOT_WHILE_DEVELOPING,
    Counting,
    Device,
    Subject,
    Window,
)
from idp.throttle.statements import GIVING_BACK, LONG_AGO, TAKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_SHORT_AND_PLAIN = re.compile(r"[\w.:/@~-]{1,80}", re.ASCII)

Keys = dict[str, Window]
"""The windows of a limit by the key of their bucket, for the subjects in hand."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that may go ahead. `counts`: by the name of the window, this try included."""

    at: datetime
    counts: Mapping[str, int]
    keys: Mapping[str, Window]

    def fills(self, window: Window) -> bool:
        """Whether this try was the last one that the window had left."""
        return self.counts.get(window.name, 0) >= window.capacity


@dataclass(frozen=True, slots=True)
class Refused:
    """A try that must not be looked at. `wait`: until all of `closed` are open again.

    `for_good`: series among them that are full, which no waiting opens.
    """

    wait: timedelta
    closed: tuple[Window, ...]
    for_good: tuple[Window, ...] = ()


def attempt(
    limit: str,
    *,
    user: str | None = None,
    interaction: str | None = None,
    client: str | None = None,
    device: Device = Device.UNKNOWN,
) -> Taken | Refused:
    """Take a try from every window of a limit, or from none. The address is the origin's."""
    now = clock.now()
    if settings().throttling == "off":
        return Taken(now, {}, {})
    let_go()
    keys = _keys(_windows(limit), _subjects(user, interaction, client), device)
    with db.engine.connect() as connection:
        counts = _take_all(connection, keys, now)
        if counts.keys() == keys.keys():
            _close_for_a_while(connection, keys, counts, now)
            connection.commit()
            return Taken(now, {keys[key].name: count for key, count in counts.items()}, keys)
        connection.rollback()
        refused = _refusal(connection, {key: keys[key] for key in keys.keys() - counts.keys()}, now)
    return _counted(limit, refused)


def refusal(
    limit: str,
    *,
    user: str | None = None,
    interaction: str | None = None,
    client: str | None = None,
    device: Device = Device.UNKNOWN,
) -> Refused | None:
    """How a try would be refused now, for whoever would have to wait before making it. Takes
    nothing, so the try has to be taken all the same.
    """
    if settings().throttling == "off":
        return None
    now = clock.now()
    let_go()
    keys = _keys(_windows(limit), _subjects(user, interaction, client), device)
    is_shut = or_(Bucket.count >= Bucket.capacity, Bucket.opens_at > now)
    found = select(Bucket.key).where(Bucket.key.in_(keys), Bucket.expires_at > now, is_shut)
    with db.engine.connect() as connection:
        shut = connection.scalars(found).all()
        if not shut:
            return None
        return _counted(limit, _refusal(connection, {key: keys[key] for key in shut}, now))


def _counted(limit: str, refused: Refused) -> Refused:
    for window in refused.closed:
        metrics.throttle_hits.labels(limit, window.name).inc()
    return refused


def take(limit: str, *, user: str | None = None, client: str | None = None) -> timedelta | None:
    """For what is only counted: None is go ahead, else how long to wait."""
    outcome = attempt(limit, user=user, client=client)
    return outcome.wait if isinstance(outcome, Refused) else None


def give_back(taken: Taken) -> None:
    """It succeeded: no failure, and the end of a series. In the transaction of its proof."""
    if not taken.keys:
        return
    series = [key for key, window in taken.keys.items() if window.counting is Counting.SERIES]
    counted = {"keys": list(taken.keys), "series": series, "taken_at": taken.at}
    db.session.connection().execute(GIVING_BACK, counted)


def is_closed(window: Window, *, user: str, device: Device = Device.UNKNOWN) -> bool:
    """Whether a user's window is closed now; takes nothing."""
    if settings().throttling == "off":
        return False
    now = clock.now()
    is_shut = or_(Bucket.count >= Bucket.capacity, Bucket.opens_at > now)
    found = select(Bucket.key).where(
        Bucket.key == _key(window, {Subject.USER: user}, device), Bucket.expires_at > now, is_shut
    )
    return db.session.execute(found).first() is not None


def remaining_wait(limit: str, *, user: str, device: Device = Device.UNKNOWN) -> timedelta:
    """Until a user's next try could count, as far as it is counted by user; takes nothing."""
    now = clock.now()
    windows = [one for one in _windows(limit) if one.by == (Subject.USER,)]
    keys = [_key(window, {Subject.USER: user}, device) for window in windows]
    is_shut = (Bucket.count >= Bucket.capacity) & (Bucket.expires_at > now)
    found = select(func.max(Bucket.expires_at)).where(Bucket.key.in_(keys), is_shut)
    until = db.session.scalar(found)
    return min(until - now, FOR_GOOD) if until else timedelta(0)


def clear_series(window: Window, *, user: str) -> bool:
    """Forget a user's failures in a row, on every kind of device; tells whether there were any."""
    return _forget(_user_keys([window], user))


def unlock(user: str) -> bool:
    """Forget everything that is counted against a user. Returns whether there was anything."""
    windows = {window.name: window for limit in LIMITS.values() for window in limit}
    return _forget(_user_keys(windows.values(), user))


def _user_keys(windows: Iterable[Window], user: str) -> list[str]:
    return [
        _key(window, {Subject.USER: user}, device)
        for window in windows
        if window.by == (Subject.USER,)
        for device in window.devices
    ]


def _forget(keys: list[str]) -> bool:
    gone = delete(Bucket).where(Bucket.key.in_(sorted(keys))).returning(Bucket.key)
    options = {"synchronize_session": False}
    return bool(db.session.execute(gone, execution_options=options).all())


def _subjects(
    user: str | None, interaction: str | None, client: str | None
) -> dict[Subject, str | None]:
    return {
        Subject.USER: user,
        Subject.INTERACTION: interaction,
        Subject.CLIENT: client,
        # Whoever has no address shares one counter, instead of none.
        Subject.ADDRESS: origin.network(origin.current().address) or "none",
    }


def _windows(limit: str) -> list[Window]:
    is_developing = settings().environment is Environment.DEVELOPMENT
    left_out = NOT_WHILE_DEVELOPING if is_developing else frozenset()
    return [window for window in LIMITS[limit] if window not in left_out]


def _keys(
    windows: Iterable[Window], subjects: Mapping[Subject, str | None], device: Device
) -> Keys:
    """Sorted, because rows are locked in this order."""
    keys = {
        _key(window, subjects, device): window for window in windows if device in window.devices
    }
    return dict(sorted(keys.items()))


def _key(window: Window, subjects: Mapping[Subject, str | None], device: Device) -> str:
    values = [subjects[subject] for subject in window.by]
    if None in values:
        raise ValueError(f"the window {window.name} counts by {', '.join(window.by)}")
    kind = f".{device}" if Subject.USER in window.by else ""
    subject = "@".join(map(str, values))
    if not _SHORT_AND_PLAIN.fullmatch(subject):
        subject = "~" + opaque.base64url(opaque.digest(subject))
    return f"{window.name}{kind}:{subject}"


def _take_all(connection: Connection, keys: Keys, now: datetime) -> dict[str, int]:
    """One statement for all windows. A closed one is not changed and therefore not returned."""
    tries = [
        {
            "key": key,
            "count": 1,
            "capacity": window.capacity,
            "window_started_at": now,
            "opens_at": LONG_AGO,
            "expires_at": now + window.period,
        }
        for key, window in keys.items()
    ]
    taken = connection.execute(TAKING[connection.dialect.name], tries)
    return {key: count for key, count in taken}  # noqa: C416  typed


def _close_for_a_while(
    connection: Connection, keys: Keys, counts: Mapping[str, int], now: datetime
) -> None:
    for key, window in keys.items():
        wait = window.backoff.wait(counts[key]) if window.backoff else timedelta(0)
        if wait:
            closing = update(Bucket).where(Bucket.key == key).values(opens_at=now + wait)
            connection.execute(closing)


def _refusal(connection: Connection, closed: Keys, now: datetime) -> Refused:
    is_full = (Bucket.count >= Bucket.capacity).label("is_full")
    ends_at = case((is_full, Bucket.expires_at), else_=Bucket.opens_at).label("ends_at")
    rows = connection.execute(select(Bucket.key, is_full, ends_at).where(Bucket.key.in_(closed)))
    # A row may have opened or gone between the two statements; the refusal stands all the same.
    wait, for_good = timedelta(seconds=1), []
    for row in rows:
        window = closed[row.key]
        if row.is_full and window.counting is Counting.SERIES:
            for_good.append(window)
            wait = max(wait, FOR_GOOD)
        else:
            wait = max(wait, row.ends_at - now)
    return Refused(wait, tuple(closed.values()), tuple(for_good))
