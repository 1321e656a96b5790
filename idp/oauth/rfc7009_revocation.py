"""RFC 7009, token revocation: a client gives back what it was given.

Either token of a pair takes both along, with the whole family that they belong to. A client's token
for itself has no family; it is denied by its `jti` until it would have expired.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import Row, bindparam, select

from idp import audit, opaque
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.extensions import connection, insert, rows_changed
from idp.grants import revoke as grants
from idp.models import DeniedToken
from idp.oauth import refresh_tokens, rfc6749_client_authentication, rfc9068_jwt_access_token
from idp.oauth.parameters import Received
from idp.oauth.tables import families
from idp.oauth.tables import refresh_tokens as refresh_token_rows

ENDPOINTS = {"revocation_endpoint": "/revoke"}
METADATA = {
    "revocation_endpoint_auth_methods_supported": (
        rfc6749_client_authentication.METADATA["token_endpoint_auth_methods_supported"]
    )
}

_OF_CLIENT = families.c.client_id == bindparam("owner_id")
_FAMILY = select(families.c.id, families.c.user_id).where(
    families.c.id == bindparam("family_id"), _OF_CLIENT
)
_FAMILY_OF_TOKEN = (
    select(families.c.id, families.c.user_id)
    .join(refresh_token_rows, refresh_token_rows.c.family_id == families.c.id)
    .where(refresh_token_rows.c.digest == bindparam("wanted_digest"), _OF_CLIENT)
)


def revoke(client: RegisteredClient, received: Received) -> dict[str, Any]:
    """§2.1, §2.2: unknown, dead or another client's, the answer is the same. A hint is not needed:
    the kinds of token look different.
    """
    token = received.get("token")
    if token is None:
        raise InvalidRequestError("The token is missing.")
    if token.startswith(refresh_tokens.PREFIX):
        wanted = {"wanted_digest": opaque.digest(token), "owner_id": client.client_id}
        _end_family(client, connection().execute(_FAMILY_OF_TOKEN, wanted).first(), "refresh_token")
    else:
        _end_access_token(client, token)
    return {}


def _end_access_token(client: RegisteredClient, token: str) -> None:
    claims = rfc9068_jwt_access_token.claims_of(token)
    if claims is None or claims["client_id"] != client.client_id:
        return
    if "fam" in claims:
        wanted = {"family_id": claims["fam"], "owner_id": client.client_id}
        _end_family(client, connection().execute(_FAMILY, wanted).first(), "access_token")
        return
    denial = insert(DeniedToken).values(
        jti=claims["jti"], expires_at=datetime.fromtimestamp(claims["exp"], UTC)
    )
    if rows_changed(denial.on_conflict_do_nothing()):
        audit.record(catalogue.TokenRevoked(client_id=client.client_id, kind="access_token"))


def _end_family(client: RegisteredClient, found: Row[str, str] | None, kind: str) -> None:
    if found is not None and grants.by_family(found.id, because="revoked_by_client"):
        audit.record(
            catalogue.TokenRevoked(
                user_id=found.user_id, client_id=client.client_id, kind=kind, family_id=found.id
            )
        )
