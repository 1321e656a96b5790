"""Register, replace, disable and remove clients: the one way in, whichever door was used."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from config import Environment
from idp import audit, cache, clock, opaque
from idp.audit import catalogue
from idp.clients import (
    administration,
    allowed_groups,
    registry,
    secret,
    sector_document,
    subject,
)
from idp.clients.document import as_document
from idp.clients.metadata import Invalid, ProposedClient, problems
from idp.clients.redirect_uri import Deployment
from idp.clients.registered import RegisteredClient
from idp.extensions import insert, rows_changed, settings
from idp.grants import revoke
from idp.models import Client

_VISIBLE_SECRET = re.compile(r"[\x20-\x7e]{1,1024}")
"""RFC 6749 appendix A.2."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A client as it is now, and its secret when it has just been given a new one."""

    client: RegisteredClient
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """An identity that was chosen elsewhere, for clients that move here from another provider."""

    client_id: str
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outdated:
    """Somebody else has changed the client meanwhile: as it is now."""

    client: RegisteredClient


Changed = Registered | Invalid | Outdated | None
"""None: there is no such client."""


def judge(
    proposed: ProposedClient, *, groups_beside: Collection[str] = allowed_groups.NONE_YET
) -> Invalid | None:
    """Everything that can be wrong, also what only the client's own host can tell. Writes nothing,
    so that nobody waits for that host behind a lock. `groups_beside`: made together with it.
    """
    wrong = (
        problems(proposed, deployment())
        or administration.problems(proposed)
        or allowed_groups.problems(proposed, groups_beside)
        or sector_document.problems(proposed)
    )
    return Invalid(wrong) if wrong else None


def register(proposed: ProposedClient) -> Registered | Invalid:
    """Register a new client under an identity of our making."""
    return judge(proposed) or enter(proposed)


def enter(proposed: ProposedClient) -> Registered:
    """The same for one that has just been judged."""
    client_id = opaque.identifier().lower()
    _insert(client_id, proposed)
    return _settled(client_id, proposed, given=None)


def enter_as(client_id: str, proposed: ProposedClient) -> Registered | None:
    """The same under an identity that was chosen elsewhere. None: somebody has it already."""
    if not _insert(client_id, proposed):
        return None
    return _settled(client_id, proposed, given=None)


def replace(client_id: str, proposed: ProposedClient) -> Registered | Invalid | None:
    """Put new metadata in the place of the old (RFC 7592 §2.2). None: there is no such client."""
    if invalid := judge(proposed):
        return invalid
    if wrong := administration.problems(proposed, registry.read(client_id)):
        return Invalid(wrong)
    if not _update(client_id, proposed):
        return None
    return _settled(client_id, proposed, given=None)


def change(client_id: str, version: str, proposed: ProposedClient, *, reason: str = "") -> Changed:
    """The same for somebody who has looked at it: only if it still is what they saw."""
    return judge(proposed) or exchange(client_id, version, proposed, reason=reason)


def exchange(
    client_id: str, version: str, proposed: ProposedClient, *, reason: str = ""
) -> Changed:
    """The same for one that has just been judged."""
    # The row is locked before it is read, so that of two editors the second sees the first.
    _lock(client_id)
    now = registry.read(client_id)
    if now is None:
        return None
    if version_of(now) != version:
        return Outdated(now)
    if wrong := administration.problems(proposed, now):
        return Invalid(wrong)
    _update(client_id, proposed, reason=reason)
    return _settled(client_id, proposed, given=None)


def version_of(client: RegisteredClient) -> str:
    """Names a state of the registration: another one as soon as any member is different."""
    document = json.dumps(as_document(client), sort_keys=True)
    return opaque.digest(document).hex()[:32]


def put(given: Given, proposed: ProposedClient) -> Registered | Invalid:
    """Create or replace the client of a given identity."""
    judged = judge(proposed)
    wrong = (judged.problems if judged else {}) | _identity_problems(given, proposed)
    wrong |= administration.problems(proposed, registry.read(given.client_id))
    if wrong:
        return Invalid(wrong)
    if not _insert(given.client_id, proposed):
        _update(given.client_id, proposed)
    return _settled(given.client_id, proposed, given.client_secret)


def disable(client_id: str, *, reason: str = "") -> bool:
    """Refuse the client until it is enabled again; what it was given ends. False: no change."""
    enabled = (Client.client_id == client_id, Client.disabled_at.is_(None))
    if not rows_changed(update(Client).where(*enabled).values(disabled_at=clock.now())):
        return False
    revoke.by_client(client_id, because="client_disabled")
    return _done(catalogue.ClientDisabled(client_id=client_id, reason=reason))


def enable(client_id: str, *, reason: str = "") -> bool:
    """Let a disabled client in again, with nothing but its registration. False: no change."""
    if not _is_in_reach(client_id):
        return False
    disabled = (Client.client_id == client_id, Client.disabled_at.is_not(None))
    if not rows_changed(update(Client).where(*disabled).values(disabled_at=None)):
        return False
    return _done(catalogue.ClientEnabled(client_id=client_id, reason=reason))


def remove(client_id: str, *, reason: str = "") -> bool:
    """Forget the client, its secrets and its users' consent. False: there is no such client."""
    if not _is_in_reach(client_id):
        return False
    # Its tokens have to end by name: the row they hang on may come again by an import.
    revoke.by_client(client_id, because="client_deleted")
    if not rows_changed(delete(Client).where(Client.client_id == client_id)):
        return False
    return _done(catalogue.ClientDeleted(client_id=client_id, reason=reason))


def remove_as_seen(client_id: str, version: str, *, reason: str = "") -> bool | Outdated:
    """The same for somebody who has looked at it: only if it still is what they saw."""
    _lock(client_id)
    now = registry.read(client_id)
    if now is not None and version_of(now) != version:
        return Outdated(now)
    return remove(client_id, reason=reason)


def rotate_secret(client_id: str, overlap: timedelta, *, reason: str = "") -> str | None:
    """A new secret beside the old one for a while. None: this client has no use for one."""
    client = registry.find(client_id)
    if client is None or not client.uses_secret or administration.is_out_of_reach(client):
        return None
    new = secret.rotate(client_id, overlap)
    _done(catalogue.SecretRotated(client_id=client_id, overlap=overlap, reason=reason))
    return new


def revoke_old_secret(client_id: str, *, reason: str = "") -> bool:
    """End now what a rotation left good for a while. False: there is nothing of the kind."""
    client = registry.read(client_id)
    if client is None or administration.is_out_of_reach(client):
        return False
    if not secret.revoke_old(client_id):
        return False
    return _done(catalogue.OldSecretRevoked(client_id=client_id, reason=reason))


def deployment() -> Deployment:
    """How strict the rules are here."""
    return Deployment(
        is_local=settings().environment is not Environment.PRODUCTION,
        has_front_channel=settings().protocol.front_channel_response_types,
    )


def _is_in_reach(client_id: str) -> bool:
    client = registry.read(client_id)
    return client is None or not administration.is_out_of_reach(client)


def _lock(client_id: str) -> None:
    # Takes the row's lock and changes nothing.
    rows_changed(update(Client).where(Client.client_id == client_id).values(profile=Client.profile))


def _identity_problems(given: Given, proposed: ProposedClient) -> dict[str, str]:
    found: list[tuple[str, str]] = []
    if not registry.is_well_formed(given.client_id):
        found.append(("client_id", "must have 1 to 255 printable ASCII characters and no space"))
    if given.client_secret is not None:
        if not proposed.uses_secret:
            found.append(("client_secret", "a client that proves itself without one has none"))
        elif not _VISIBLE_SECRET.fullmatch(given.client_secret):
            found.append(("client_secret", "must have 1 to 1024 printable ASCII characters"))
    return dict(found)


def _insert(client_id: str, proposed: ProposedClient) -> bool:
    values = _columns(proposed) | {"client_id": client_id}
    if not rows_changed(insert(Client).values(**values).on_conflict_do_nothing()):
        return False
    return _done(catalogue.ClientRegistered(client_id=client_id, client_name=proposed.client_name))


def _update(client_id: str, proposed: ProposedClient, reason: str = "") -> bool:
    values = _columns(proposed) | {"updated_at": clock.now()}
    before = registry.find(client_id)
    if not rows_changed(update(Client).where(Client.client_id == client_id).values(**values)):
        return False
    cache.changed(registry.CACHE_NAME)
    after = registry.find(client_id)
    if before and after and not subject.is_same(before, after):
        # A token never changes whom it names (OIDC Core §12.2), so nobody learns by moving to
        # another client's host who the users of that sector are.
        revoke.by_client(client_id, because="subject_changed")
    changed = _differences(before, after)
    return _done(catalogue.ClientReplaced(client_id=client_id, changed=changed, reason=reason))


def _differences(*clients: RegisteredClient | None) -> list[str]:
    before, after = [as_document(client) if client else {} for client in clients]
    members = before.keys() | after.keys()
    return sorted(member for member in members if before.get(member) != after.get(member))


def _columns(proposed: ProposedClient) -> dict[str, Any]:
    same = {
        field.name: getattr(proposed, field.name)
        for field in fields(proposed)
        if field.name not in {"metadata", "rotate_refresh_tokens", "scope"}
    }
    return {
        **{
            name: list(value) if isinstance(value, tuple) else value for name, value in same.items()
        },
        "scope": " ".join(dict.fromkeys(proposed.scope.split())),
        "rotate_refresh_tokens": proposed.rotates_refresh_tokens,
        "metadata_": proposed.metadata,
    }


def _settled(client_id: str, proposed: ProposedClient, given: str | None) -> Registered:
    """See to it that the client has a secret exactly when it uses one."""
    new = None
    if not proposed.uses_secret:
        secret.remove_all(client_id)
    elif given is not None:
        secret.set_given(client_id, given)
    elif not secret.has_any(client_id):
        new = secret.add_generated(client_id)
    client = registry.find(client_id)
    assert client is not None  # noqa: S101  it was written a few lines ago, by this transaction
    return Registered(client, new)


def _done(event: catalogue.Event) -> bool:
    cache.changed(registry.CACHE_NAME)
    audit.record(event)
    return True
