"""People and what hangs on them: addresses, passwords, factors, sessions, proofs, tokens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Engine, Table
from sqlalchemy.orm import DeclarativeBase

from benchmarks.scale import bulk, values
from benchmarks.scale.values import chance
from idp import models
from idp.models.user import name_key

DAY = timedelta(days=1)
_NO_HASH = "$2b$12$" + "." * 53
"""Nobody signs in by it; only its length matters."""

Rows = Iterator[Sequence[object]]


def load(engine: Engine, most: int, now: datetime) -> list[str]:
    """Returns the ids of the rows."""
    began = now - 900 * DAY
    ids = [values.row_id(began + 800 * DAY * number / most) for number in range(most)]
    ids.sort()
    _fill(
        engine,
        models.User,
        ("id", "sub", "name", "name_key", "claims", "created_at", "updated_at"),
        lambda: (
            (one, secrets.token_urlsafe(32), name, name_key(name), "{}", began, began)
            for number, one in enumerate(ids)
            for name in (values.name(number),)
        ),
        most,
    )
    _fill(
        engine,
        models.EmailAddress,
        ("id", "user_id", "address", "canonical", "is_primary", "verified_at"),
        lambda: (
            (values.row_id(began), one, address, address, True, began)
            for number, one in enumerate(ids)
            for address in (values.address(number),)
        ),
        most,
    )
    _fill(
        engine,
        models.Password,
        ("id", "user_id", "scheme", "hash", "pepper_key_id", "changed_at"),
        lambda: (
            (values.row_id(began), one, "bcrypt-hmac-sha256", _NO_HASH, "00000000", began)
            for one in ids
        ),
        most,
    )
    _factors(engine, ids[::3], began)
    return ids


def _factors(engine: Engine, ids: Sequence[str], began: datetime) -> None:
    _fill(
        engine,
        models.TotpCredential,
        (
            *("id", "user_id", "name", "secret_sealed", "algorithm", "digits", "period"),
            *("last_step", "created_at", "confirmed_at"),
        ),
        lambda: (
            (values.row_id(began), one, "Phone", b"sealed", "SHA1", 6, 30, step, began, began)
            for step, one in enumerate(ids)
        ),
        len(ids),
    )


def load_what_passes(engine: Engine, ids: Sequence[str], most: int, now: datetime) -> None:
    """Sessions and proofs, half of them long over and due to be purged; expired tokens."""
    some = [ids[chance.randrange(len(ids))] for _ in range(most)]
    gone = now - 400 * DAY
    _fill(
        engine,
        models.Session,
        (
            *("id", "sid", "token_digest", "user_id", "user_agent", "address", "started_at"),
            *("last_seen_at", "chosen_at", "kept", "second_factor_waived", "expires_at"),
        ),
        lambda: (
            (
                *(values.row_id(at), secrets.token_urlsafe(32), secrets.token_bytes(32), one),
                *("Firefox", "198.51.100.7", at, at, at, False, False, at + DAY / 2),
            )
            for number, one in enumerate(some)
            for at in (now - DAY / 8 if number % 2 else gone,)
        ),
        most,
    )
    _fill(
        engine,
        models.AuthenticationEvent,
        ("id", "user_id", "method", "credential_id", "proven_at", "address"),
        lambda: (
            (values.row_id(at), one, "password", "0" * 26, at, "198.51.100.7")
            for number, one in enumerate(some)
            for at in (now - DAY / 8 if number % 2 else gone,)
        ),
        most,
    )
    _tokens(engine, some, gone, now)


def _tokens(engine: Engine, some: Sequence[str], gone: datetime, now: datetime) -> None:
    families = [
        (values.row_id(at), one, at)
        for number, one in enumerate(some)
        for at in (now - 2 * DAY if number % 2 else gone,)
    ]
    _fill(
        engine,
        models.TokenFamily,
        (
            *("id", "client_id", "user_id", "scope", "approval", "offline"),
            *("created_at", "expires_at"),
        ),
        lambda: (
            (family, "app-0", one, "openid", json.dumps({}), False, at, at + 30 * DAY)
            for family, one, at in families
        ),
        len(families),
    )
    _fill(
        engine,
        models.RefreshToken,
        ("digest", "family_id", "generation", "issued_at", "expires_at"),
        lambda: (
            (secrets.token_bytes(32), family, 0, at, at + 30 * DAY) for family, _, at in families
        ),
        len(families),
    )


def _fill(
    engine: Engine,
    model: type[DeclarativeBase],
    columns: Sequence[str],
    rows: Callable[[], Rows],
    most: int,
) -> None:
    table = cast("Table", model.__table__)
    with bulk.without_indexes(engine, table):
        bulk.copy(engine, table, columns, rows(), most)
