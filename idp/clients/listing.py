"""The list of clients for administrators: searched, narrowed, a page at a time, never counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
)

from idp.audit import catalogue, parts
from idp.extensions import db
from idp.models import AuditEvent, Client, ClientPerson, Standing, User

PAGE = 25

_USES = tuple(catalogue.type_of(event) for event in (catalogue.TokensIssued, catalogue.CodeIssued))
_IS_USE = AuditEvent.type.in_(_USES)


class Only(StrEnum):
    """What the list can be narrowed to."""

    PLAIN_HTTP = "plain-http"
    """Some redirect URI is `http://localhost`: fine on a developer's machine, and nowhere else."""
    WITHOUT_PKCE = "without-pkce"
    DISABLED = "disabled"
    ABANDONED = "abandoned"
    """It had owners, and each of them closed the account or was disabled."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line."""

    client_id: str
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """`before`: what the next, older page begins with; None at the end."""

    clients: list[Listed]
    before: str | None


def search(
    words: str = "", only: Only | None = None, *, before: str | None = None, size: int = PAGE
) -> Page:
    """The newest first. `words`: a part of the name, or the beginning of the client_id."""
    wanted = select(Client.id, Client.client_id, _last_used())
    if words:
        wanted = wanted.where(_matches(words))
    if only is not None:
        wanted = wanted.where(_IS[only])
    if before is not None:
        wanted = wanted.where(Client.id < before)
    # One more than is shown tells whether there is more.
    rows = db.session.execute(wanted.order_by(Client.id.desc()).limit(size + 1)).all()
    listed = [Listed(client_id, last_used_at) for _, client_id, last_used_at in rows[:size]]
    return Page(listed, rows[size - 1][0] if len(rows) > size else None)


def count(only: Only) -> int:
    """How many of those that are enabled, for a list of what is to be done."""
    wanted = select(func.count()).select_from(Client).where(_IS[only])
    return db.session.scalar(wanted.where(Client.disabled_at.is_(None))) or 0


def is_empty() -> bool:
    """Whether nobody has registered an app yet."""
    return db.session.scalar(select(Client.client_id).limit(1)) is None


def last_used(client_id: str) -> datetime | None:
    """When it was last given a code or tokens; None: not as long as the log remembers."""
    mine = AuditEvent.client_id == client_id
    return next((use.happened_at for use in parts.newest(1, mine, _IS_USE)), None)


def _matches(words: str) -> ColumnElement[bool]:
    return or_(
        func.lower(Client.client_name).contains(words.lower(), autoescape=True),
        Client.client_id.startswith(words, autoescape=True),
    )


def _last_used() -> ColumnElement[datetime | None]:
    """By the index of a client's events, from its end."""
    mine = AuditEvent.client_id == Client.client_id
    uses = select(AuditEvent.happened_at).where(mine, _IS_USE).order_by(AuditEvent.id.desc())
    return func.coalesce(*(part.limit(1).scalar_subquery() for part in parts.each(uses)))


_IS_OWNED = and_(
    ClientPerson.client_id == Client.client_id, ClientPerson.standing == Standing.OWNER.value
)
_IS_ACTIVE = and_(User.id == ClientPerson.user_id, User.disabled_at.is_(None))

_IS: dict[Only, ColumnElement[bool]] = {
    Only.PLAIN_HTTP: cast(Client.redirect_uris, String).contains('"http://localhost'),
    Only.WITHOUT_PKCE: Client.pkce_waived.is_(True),
    Only.DISABLED: Client.disabled_at.is_not(None),
    Only.ABANDONED: and_(exists().where(_IS_OWNED), not_(exists().where(_IS_OWNED, _IS_ACTIVE))),
}
