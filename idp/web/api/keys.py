"""The keys that sign tokens: where each stands, and a successor for one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from idp import audit, clock
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.signing import keystore, rotation
from idp.signing.key import SigningKey, State
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused

_ORDER = list(State)


class Key(Model):
    """The public half of a signing key. Private ones leave the database to sign only."""

    kid: str
    alg: str
    state: State
    published_at: datetime
    activates_at: datetime
    retires_at: datetime | None = None
    public_jwk: dict[str, Any]


class KeyList(Model):
    """Keys, by algorithm."""

    items: list[Key]


class Successor(Model):
    """The key that takes over."""

    kid: str = Field(description="Published now; it signs after the publication lead.")


@operation("GET", "/keys", Permission.KEYS_READ, answer=KeyList)
def list_keys() -> Answer:
    """Signing keys and their states."""
    now = clock.now()
    known = sorted(
        keystore.current().by_kid.values(),
        key=lambda key: (key.alg, _ORDER.index(key.state(now)), key.activates_at),
    )
    return Answer(KeyList(items=[_key(one, now) for one in known]))


@operation(
    "POST", "/keys/<kid>/rotate", Permission.KEYS_WRITE, body=Because, answer=Successor,
    status=201, refuses=(Kind.CONFLICT,),
)  # fmt: skip
def rotate_key(kid: str, given: Because) -> Answer:
    """Publish the successor of a key that signs."""
    key = keystore.verifying(kid)
    if key is None or key.state(clock.now()) is not State.ACTIVE:
        raise Refused(Kind.NOT_FOUND)
    try:
        made = rotation.rotate(key.alg)
    except rotation.NotRotated:
        raise Refused(Kind.CONFLICT, "Its successor waits already.") from None
    audit.record(
        catalogue.SigningKeyRotated(
            alg=key.alg, kid=made, takes_over="after_publication", reason=given.reason
        )
    )
    return Answer(Successor(kid=made))


def _key(one: SigningKey, now: datetime) -> Key:
    return Key(
        kid=one.kid,
        alg=one.alg,
        state=one.state(now),
        published_at=one.published_at,
        activates_at=one.activates_at,
        retires_at=one.retires_at,
        public_jwk=one.public_jwk,
    )
