"""The user whom claims are about, read from the rows of account and address."""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_, bindparam, select

from idp.accounts.custom_claims import values
from idp.accounts.groups import members
from idp.oauth.claims import Person
from idp.oauth.tables import email_addresses, users
from idp.prepared import Found, Prepared

COLUMNS = (
    users.c.id,
    users.c.name,
    users.c.claims,
    users.c.custom_claims,
    users.c.updated_at,
    email_addresses.c.address,
    email_addresses.c.verified_at,
)
PRIMARY_ADDRESS = and_(
    email_addresses.c.user_id == users.c.id, email_addresses.c.is_primary.is_(True)
)
"""The outer join that `COLUMNS` need."""

_FIND = Prepared(
    select(*COLUMNS)
    .select_from(users)
    .outerjoin(email_addresses, PRIMARY_ADDRESS)
    .where(users.c.id == bindparam("user_id"))
)


def read(user_id: str, sub: str) -> Person:
    """A user who is known to exist, as the client knows him by `sub`."""
    return of_row(_FIND.glance({"user_id": user_id}), sub)


def of_row(row: Found, sub: str) -> Person:
    """From a row with `COLUMNS`."""
    return Person(
        sub=sub,
        name=row.name,
        claims=row.claims,
        updated_at=row.updated_at,
        email=row.address,
        email_verified=row.verified_at is not None,
        memberships=partial(members.of, row.id),
        custom=partial(values.told, row.custom_claims),
    )
