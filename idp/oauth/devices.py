"""Device authorizations as rows: a device waits, a user decides, the device code is spent once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, cast

from sqlalchemy import Row, Select, Table, bindparam, select, update

from idp import clock, opaque, origin
from idp.clients.registered import RegisteredClient
from idp.extensions import connection, insert, rows_changed, settings
from idp.models import DeviceAuthorization
from idp.oauth import authorization, user_codes
from idp.oauth.approval import Approval
from idp.oauth.authorization import Authorization
from idp.oauth.subject import sub_of
from idp.oauth.tables import sessions, users

PREFIX = "dc_"

INTERVAL_SECONDS = 5
"""Between two polls, and what every poll that came too soon adds to it (RFC 8628 §3.5)."""
LEEWAY = timedelta(seconds=1)
"""A device that waited as told may seem early: its last poll was slower on the way."""

devices = cast("Table", DeviceAuthorization.__table__)


class Progress(Enum):
    """How far a device's request has come, as its user sees it."""

    WAITING = "waiting"
    EXPIRED = "expired"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Codes:
    """What a device is given, once. Only digests of both are stored."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class AskingDevice:
    """A row as the user's page needs it. `address`: where the device asked from."""

    digest: bytes
    client_id: str
    scope: tuple[str, ...]
    resource: tuple[str, ...]
    address: str
    asked_at: datetime
    progress: Progress


@dataclass(frozen=True, slots=True)
class PollingDevice:
    """A row as the token endpoint needs it. `authorization`: None until the user allows it."""

    digest: bytes
    client_id: str
    scope: str
    expires_at: datetime
    interval: timedelta
    is_denied: bool
    is_spent: bool
    is_void: bool
    """Its user was disabled or the approving session ended since."""
    authorization: Authorization | None

    def get_client_id(self) -> str:
        """Authlib's question; `find` has already asked for the owner's only."""
        return self.client_id

    def get_scope(self) -> str:
        """As Authlib hands it back to issuing."""
        return self.scope


_ASKING = select(
    devices.c.digest,
    devices.c.client_id,
    devices.c.scope,
    devices.c.resource,
    devices.c.address,
    devices.c.created_at,
    devices.c.expires_at,
    devices.c.allowed_at,
    devices.c.denied_at,
)
_BY_USER_CODE = _ASKING.where(devices.c.user_code_digest == bindparam("wanted_digest"))
_BY_DIGEST = _ASKING.where(devices.c.digest == bindparam("wanted_digest"))

_POLLING = (
    select(
        devices.c.digest,
        devices.c.client_id,
        devices.c.scope,
        devices.c.user_id,
        devices.c.session_id,
        devices.c.approval,
        devices.c.interval,
        devices.c.expires_at,
        devices.c.denied_at,
        devices.c.consumed_at,
        users.c.sub,
        users.c.disabled_at,
        sessions.c.ended_at,
    )
    .outerjoin(users, users.c.id == devices.c.user_id)
    .outerjoin(sessions, sessions.c.id == devices.c.session_id)
    .where(
        devices.c.digest == bindparam("wanted_digest"), devices.c.client_id == bindparam("owner_id")
    )
)

_UNDECIDED = (devices.c.allowed_at.is_(None), devices.c.denied_at.is_(None))


def store(client_id: str, scope: tuple[str, ...], resource: tuple[str, ...]) -> Codes:
    """A new pair of codes. Two devices never wait under one user code."""
    now = clock.now()
    while True:
        codes = Codes(opaque.make(PREFIX), user_codes.make())
        entry = insert(DeviceAuthorization).values(
            digest=opaque.digest(codes.device_code),
            user_code_digest=user_codes.digest(codes.user_code),
            client_id=client_id,
            scope=" ".join(scope),
            resource=list(resource),
            address=origin.current().address[:64],
            interval=INTERVAL_SECONDS,
            created_at=now,
            expires_at=now + settings().tokens.device_code_lifetime,
        )
        if rows_changed(entry.on_conflict_do_nothing()):
            return codes


def with_user_code(typed: str) -> AskingDevice | None:
    """The device whose code somebody typed."""
    code = user_codes.read(typed)
    stored = user_codes.digests(code) if code else []
    asking = (_asking(_BY_USER_CODE, digest) for digest in stored)
    return next((device for device in asking if device), None)


def get(digest: bytes) -> AskingDevice | None:
    """The device that an interaction is about."""
    return _asking(_BY_DIGEST, digest)


def allow(device: AskingDevice, approval: Approval) -> bool:
    """The gate of the user's decision: nobody decides twice, and not after the end."""
    now = clock.now()
    allowed = (
        update(devices)
        .where(devices.c.digest == device.digest, *_UNDECIDED, devices.c.expires_at > now)
        .values(
            user_id=approval.user_id,
            session_id=approval.session_id,
            scope=" ".join(approval.scope),
            approval=authorization.document_of(approval, device.resource),
            allowed_at=now,
        )
    )
    return rows_changed(allowed) == 1


def deny(device: AskingDevice) -> bool:
    """The same gate for the other answer."""
    undecided = update(devices).where(devices.c.digest == device.digest, *_UNDECIDED)
    return rows_changed(undecided.values(denied_at=clock.now())) == 1


def find(device_code: str, client: RegisteredClient) -> PollingDevice | None:
    """The client's own code; a foreign one is as unknown as one that never was."""
    wanted = {"wanted_digest": opaque.digest(device_code), "owner_id": client.client_id}
    row = connection().execute(_POLLING, wanted).first()
    if row is None:
        return None
    return PollingDevice(
        digest=row.digest,
        client_id=row.client_id,
        scope=row.scope,
        expires_at=row.expires_at,
        interval=timedelta(seconds=row.interval),
        is_denied=row.denied_at is not None,
        is_spent=row.consumed_at is not None,
        is_void=any((row.disabled_at, row.ended_at)),
        authorization=_authorization(row, client) if row.approval else None,
    )


def has_waited(device: PollingDevice) -> bool:
    """Note a poll. One that came too soon makes the interval longer, for good (RFC 8628 §3.5)."""
    now = clock.now()
    own = update(devices).where(devices.c.digest == device.digest)
    latest = now - device.interval + LEEWAY
    is_due = devices.c.polled_at.is_(None) | (devices.c.polled_at <= latest)
    if rows_changed(own.where(is_due).values(polled_at=now)) == 1:
        return True
    longer = devices.c.interval + INTERVAL_SECONDS
    rows_changed(own.values(polled_at=now, interval=longer))
    return False


def consume(device: PollingDevice) -> bool:
    """The gate of issuing: of any number of racers one changes the row."""
    spent = (
        update(devices)
        .where(
            devices.c.digest == device.digest,
            devices.c.allowed_at.is_not(None),
            devices.c.denied_at.is_(None),
            devices.c.consumed_at.is_(None),
        )
        .values(consumed_at=clock.now())
    )
    return rows_changed(spent) == 1


def _asking(statement: Select[Any], digest: bytes) -> AskingDevice | None:
    row = connection().execute(statement, {"wanted_digest": digest}).first()
    if row is None:
        return None
    return AskingDevice(
        digest=row.digest,
        client_id=row.client_id,
        scope=tuple(row.scope.split()),
        resource=tuple(row.resource),
        address=row.address,
        asked_at=row.created_at,
        progress=_progress(row),
    )


def _progress(row: Row[*tuple[Any, ...]]) -> Progress:
    if row.allowed_at or row.denied_at:
        return Progress.DECIDED
    return Progress.EXPIRED if row.expires_at <= clock.now() else Progress.WAITING


def _authorization(row: Row[*tuple[Any, ...]], client: RegisteredClient) -> Authorization:
    return authorization.restored(
        row.approval,
        family_id=opaque.identifier(),
        user_id=row.user_id,
        sub=sub_of(client, user_id=row.user_id, sub=row.sub),
        session_id=row.session_id,
        scope=row.scope,
    )
