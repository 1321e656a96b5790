"""One person: state, role, second factors and sessions, without any secret of theirs."""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import Field

from idp import opaque, user_agent
from idp.accounts import administered, directory
from idp.accounts.directory import Entry
from idp.accounts.permissions import Permission
from idp.audit import record
from idp.audit.catalogue import AdministrationRefused
from idp.authentication import session_list
from idp.extensions import db
from idp.models import User as Row
from idp.web import bearer
from idp.web.api.answering import Answer
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused


class User(Model):
    """A person, and how they stand."""

    id: str
    name: str
    email: str | None = None
    role: str | None = Field(None, description="What they may administer.")
    enabled: bool
    created_at: datetime
    disabled_at: datetime | None = None
    authenticator_apps: int
    passkeys: int
    recovery_codes: int = Field(description="Those that are left.")
    sessions: int = Field(description="Browsers that are signed in.")
    last_sign_in: datetime | None = Field(None, description="As long as its session is kept.")


class Session(Model):
    """A browser that is signed in."""

    browser: str
    address: str
    started_at: datetime
    last_seen_at: datetime


class SessionList(Model):
    """Browsers, the one seen last first."""

    items: list[Session]


@operation("GET", "/users/<user_id>", Permission.USERS_READ, answer=User)
def read_user(user_id: str) -> Answer:
    """A person.

    The `ETag` names the state of name, address, role and of being enabled.
    """
    found = existing(user_id)
    entry = directory.find(found.id)
    if entry is None:
        raise Refused(Kind.NOT_FOUND)
    return Answer(shown(entry), version=version_of(found))


@operation("GET", "/users/<user_id>/sessions", Permission.USERS_READ, answer=SessionList)
def list_user_sessions(user_id: str) -> Answer:
    """Where a person is signed in."""
    items = [
        Session(
            browser=user_agent.in_words(one.user_agent),
            address=one.address,
            started_at=one.started_at,
            last_seen_at=one.last_seen_at,
        )
        for one in session_list.of(existing(user_id).id)
    ]
    return Answer(SessionList(items=items))


def existing(user_id: str) -> Row:
    """Also a disabled one."""
    user = db.session.get(Row, user_id)
    if user is None:
        raise Refused(Kind.NOT_FOUND)
    return user


def within_reach(user_id: str) -> Row:
    """The same for a caller who may touch the account: support cannot take over an owner."""
    user = existing(user_id)
    if not administered.is_within_reach(bearer.caller().verbs, user):
        record(AdministrationRefused(user_id=user.id, permission=Permission.ROLES_WRITE))
        raise Refused(Kind.OUT_OF_REACH, "This person has a role.")
    return user


def version_of(user: Row) -> str:
    """Names a state of what administrators can change."""
    address = user.email.address if user.email else None
    disabled_at = user.disabled_at.isoformat() if user.disabled_at else None
    state = [user.id, user.name, address, user.role, disabled_at]
    return opaque.digest(json.dumps(state)).hex()[:32]


def shown(entry: Entry) -> User:
    """A person of the directory."""
    return User(
        id=entry.id,
        name=entry.name,
        email=entry.email,
        role=entry.role,
        enabled=entry.disabled_at is None,
        created_at=entry.created_at,
        disabled_at=entry.disabled_at,
        authenticator_apps=entry.apps,
        passkeys=entry.passkeys,
        recovery_codes=entry.recovery_codes,
        sessions=entry.sessions,
        last_sign_in=entry.last_sign_in,
    )
