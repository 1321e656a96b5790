"""A copy of what is kept about a person, for that person; docs/export.md describes it.

No secret is in it: of passwords, authenticators, codes and cookies it tells names and times only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from idp import audit, clock
from idp.accounts.custom_claims import values
from idp.accounts.groups import members
from idp.audit import catalogue, parts
from idp.authentication import recovery_code
from idp.extensions import db, settings
from idp.models import (
    AuditEvent,
    AuthenticationEvent,
    Client,
    ClientPerson,
    EmailAddress,
    Grant,
    KnownDevice,
    Passkey,
    Password,
    Session,
    TokenFamily,
    TotpCredential,
    TrustedDevice,
    User,
)

FORMAT = "account-export/1"

Row = dict[str, Any]


def of(user: User) -> Row:
    """Everything, as JSON can hold it."""
    audit.record(catalogue.DataExported(user_id=user.id))
    return {
        "format": FORMAT,
        "issuer": settings().issuer,
        "exported_at": _plain(clock.now()),
        "account": _account(user),
        "email_addresses": _rows(user, EmailAddress, "address", "is_primary", "verified_at"),
        "sign_in_methods": _sign_in_methods(user),
        "sessions": _rows(
            user,
            Session,
            *("started_at", "last_seen_at", "expires_at", "ended_at", "address", "user_agent"),
        ),
        "proofs": _rows(user, AuthenticationEvent, "method", "proven_at", "address", "revoked_at"),
        "known_browsers": _rows(
            user, KnownDevice, "user_agent", "created_at", "last_seen_at", "expires_at"
        ),
        "trusted_browsers": _rows(
            user,
            TrustedDevice,
            *("user_agent", "address", "created_at", "last_used_at", "expires_at", "revoked_at"),
        ),
        "connected_apps": _apps(user),
        "apps_looked_after": _rows(user, ClientPerson, "client_id", "standing", "added_at"),
        "activity": _activity(user),
    }


def _account(user: User) -> Row:
    names = ("sub", "name", "locale", "role", "second_factor_policy", "second_factor_due_at")
    kept: Row = {name: _plain(getattr(user, name)) for name in names}
    times = {name: _plain(getattr(user, name)) for name in ("created_at", "updated_at")}
    memberships = members.of(user.id)
    return (
        kept
        | times
        | {
            "claims": user.claims,
            "custom_claims": values.of(user),
            "groups": list(memberships.groups),
            "roles_in_apps": list(memberships.roles),
        }
    )


def _sign_in_methods(user: User) -> Row:
    factor = ("name", "created_at", "last_used_at")
    return {
        "password": next(iter(_rows(user, Password, "changed_at")), None),
        # One that was shown and never confirmed is no way to sign in.
        "authenticator_apps": [
            {name: row[name] for name in factor}
            for row in _rows(user, TotpCredential, *factor, "confirmed_at")
            if row["confirmed_at"]
        ],
        "passkeys": _rows(user, Passkey, *factor, "backed_up"),
        "recovery_codes_left": recovery_code.left(user),
    }


def _rows(user: User, table: type[DeclarativeBase], *names: str) -> list[Row]:
    """The named columns of the user's rows, oldest first."""
    columns: Iterable[InstrumentedAttribute[Any]] = [getattr(table, name) for name in names]
    owner: InstrumentedAttribute[str] = getattr(table, "user_id")  # noqa: B009  of any table
    key: InstrumentedAttribute[str] = getattr(table, "id")  # noqa: B009
    found = db.session.execute(select(*columns).where(owner == user.id).order_by(key))
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in found]


def _apps(user: User) -> list[Row]:
    """What was allowed and what was issued on it; of a client that has gone, only the id."""
    clients = db.session.execute(select(Client.client_id, Client.client_name))
    names = {client_id: name for client_id, name in clients}  # noqa: C416  typed
    allowed = _rows(
        user, Grant, "client_id", "scope", "claims", "created_at", "updated_at", "revoked_at"
    )
    issued = _rows(
        user, TokenFamily, "client_id", "scope", "created_at", "expires_at", "revoked_at"
    )
    ids = sorted({row["client_id"] for row in (*allowed, *issued)})
    return [
        {
            "client_id": client_id,
            "name": names.get(client_id),
            "allowed": [_without_client(row) for row in allowed if row["client_id"] == client_id],
            "issued": [_without_client(row) for row in issued if row["client_id"] == client_id],
        }
        for client_id in ids
    ]


def _without_client(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "client_id"}


def _activity(user: User) -> list[Row]:
    """The audit log about the account. Who else acted is told by what they are, not by who."""
    names = (
        *("happened_at", "type", "actor", "client_id", "address", "user_agent", "reference"),
        "details",
    )
    events = parts.both(select(AuditEvent).where(AuditEvent.user_id == user.id))
    rows = [{name: _plain(getattr(event, name)) for name in names} for event in events]
    told = [row | {"actor": _actor(str(row["actor"]), user)} for row in rows]
    return sorted(told, key=itemgetter("happened_at"))


def _actor(actor: str, user: User) -> str:
    if actor == f"user:{user.id}":
        return "you"
    return "administrator" if actor.startswith("user:") else actor


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
