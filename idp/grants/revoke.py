"""The end of tokens: by family, code, client and user, user, or session.

A family's row is the revocation of everything in it: its refresh tokens, and its access tokens
wherever we are asked about them. What has not been redeemed yet ends too. Safe to repeat.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, update

from idp import clock
from idp.extensions import db
from idp.models import AuthorizationCode, DeviceAuthorization, TokenFamily


def by_family(family_id: str, *, because: str) -> int:
    """Everything issued on one authorization. As all of these, returns how many families ended."""
    return _end_families(TokenFamily.id == family_id, because=because)


def by_code(code_digest: bytes) -> int:
    """RFC 6749 §4.1.2: everything issued from a code that was used twice."""
    return _end_families(TokenFamily.code_digest == code_digest, because="code_reused")


def by_client_and_user(client_id: str, user_id: str, *, because: str = "consent_withdrawn") -> int:
    """Everything one client has of one user."""
    _void_codes(AuthorizationCode.client_id == client_id, AuthorizationCode.user_id == user_id)
    _void_devices(
        DeviceAuthorization.client_id == client_id, DeviceAuthorization.user_id == user_id
    )
    return _end_families(
        TokenFamily.client_id == client_id, TokenFamily.user_id == user_id, because=because
    )


def by_user(user_id: str, *, because: str) -> int:
    """Everything every client has of one user: disabled, reset, or a factor removed."""
    _void_codes(AuthorizationCode.user_id == user_id)
    _void_devices(DeviceAuthorization.user_id == user_id)
    return _end_families(TokenFamily.user_id == user_id, because=because)


def by_client(client_id: str, *, because: str) -> int:
    """Everything one client has: disabled or deleted."""
    _void_codes(AuthorizationCode.client_id == client_id)
    _void_devices(DeviceAuthorization.client_id == client_id)
    return _end_families(TokenFamily.client_id == client_id, because=because)


def by_session(session_id: str, *, because: str = "session_ended") -> int:
    """Everything that ends with a session; what is for offline use goes on (OIDC Core §11)."""
    _void_codes(AuthorizationCode.session_id == session_id)
    return _end_families(
        TokenFamily.session_id == session_id, TokenFamily.offline.is_(False), because=because
    )


def by_client_in_session(client_id: str, session_id: str, *, because: str) -> int:
    """The same for one client of it."""
    _void_codes(
        AuthorizationCode.client_id == client_id, AuthorizationCode.session_id == session_id
    )
    _void_devices(
        DeviceAuthorization.client_id == client_id, DeviceAuthorization.session_id == session_id
    )
    return _end_families(
        TokenFamily.client_id == client_id,
        TokenFamily.session_id == session_id,
        TokenFamily.offline.is_(False),
        because=because,
    )


def _end_families(*conditions: ColumnElement[bool], because: str) -> int:
    ended = db.session.execute(
        update(TokenFamily)
        .where(*conditions, TokenFamily.revoked_at.is_(None))
        .values(revoked_at=clock.now(), revoked_because=because)
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _void_codes(*conditions: ColumnElement[bool]) -> None:
    db.session.execute(
        update(AuthorizationCode)
        .where(
            *conditions,
            AuthorizationCode.consumed_at.is_(None),
            AuthorizationCode.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _void_devices(*conditions: ColumnElement[bool]) -> None:
    """A device that was let in and has not come for its tokens is sent away."""
    db.session.execute(
        update(DeviceAuthorization)
        .where(
            *conditions,
            DeviceAuthorization.allowed_at.is_not(None),
            DeviceAuthorization.consumed_at.is_(None),
            DeviceAuthorization.denied_at.is_(None),
        )
        .values(denied_at=clock.now())
        .execution_options(synchronize_session=False)
    )
