"""Registered clients by `client_id`, kept in the process; `idp.cache` says how fresh they are."""

from __future__ import annotations

import re

from sqlalchemy import Select, select

from config import SecondFactorPolicy
from idp.cache import Cache
from idp.clients.registered import RegisteredClient, Secret
from idp.extensions import db
from idp.models import Client, ClientSecret

CACHE_NAME = "clients"

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
"""RFC 6749 appendix A.1, without the space. Nothing else is looked up, in any database."""

_cache: Cache[RegisteredClient] = Cache(CACHE_NAME, maximum_entries=10_000)


def is_well_formed(client_id: str) -> bool:
    """Whether a client could have this `client_id`."""
    return _VISIBLE.fullmatch(client_id) is not None


def find(client_id: str) -> RegisteredClient | None:
    """The client, also a disabled one: the caller asks `is_enabled`."""
    entries = _cache.entries()
    found = entries.get(client_id)
    if found is None and is_well_formed(client_id):
        # Only what exists is kept, so that made-up names do not fill the memory.
        read = _read(_with_secrets().where(Client.client_id == client_id))
        if read:
            found = entries[client_id] = read[0]
    return found


def read(client_id: str) -> RegisteredClient | None:
    """The client as it is in the database now: for whoever is about to change it."""
    if not is_well_formed(client_id):
        return None
    found = _read(_with_secrets().where(Client.client_id == client_id))
    return found[0] if found else None


def everyone() -> list[RegisteredClient]:
    """Every client, the oldest first. For administration, so past the cache."""
    return _read(_with_secrets())


def _with_secrets() -> Select[Client, ClientSecret]:
    together = select(Client, ClientSecret).outerjoin(
        ClientSecret, ClientSecret.client_id == Client.id
    )
    return together.order_by(Client.id, ClientSecret.id).execution_options(populate_existing=True)


def _read(statement: Select[Client, ClientSecret]) -> list[RegisteredClient]:
    rows: dict[str, tuple[Client, list[ClientSecret]]] = {}
    client: Client
    secret: ClientSecret | None
    for client, secret in db.session.execute(statement):
        _, secrets = rows.setdefault(client.id, (client, []))
        if secret is not None:
            secrets.append(secret)
    return [_snapshot(client, secrets) for client, secrets in rows.values()]


def _snapshot(client: Client, secrets: list[ClientSecret]) -> RegisteredClient:
    return RegisteredClient(
        client_id=client.client_id,
        client_name=client.client_name,
        application_type=client.application_type,
        profile=client.profile,
        token_endpoint_auth_method=client.token_endpoint_auth_method,
        grant_types=frozenset(client.grant_types),
        response_types=frozenset(client.response_types),
        redirect_uris=tuple(client.redirect_uris),
        post_logout_redirect_uris=tuple(client.post_logout_redirect_uris),
        scopes=frozenset(client.scope.split()),
        id_token_signed_response_alg=client.id_token_signed_response_alg,
        userinfo_signed_response_alg=client.userinfo_signed_response_alg,
        access_token_signed_response_alg=client.access_token_signed_response_alg,
        authorization_signed_response_alg=client.authorization_signed_response_alg,
        request_object_signing_alg=client.request_object_signing_alg,
        token_endpoint_auth_signing_alg=client.token_endpoint_auth_signing_alg,
        jwks=client.jwks,
        jwks_uri=client.jwks_uri,
        subject_type=client.subject_type,
        sector_identifier_uri=client.sector_identifier_uri,
        request_uris=tuple(client.request_uris),
        backchannel_logout_uri=client.backchannel_logout_uri,
        backchannel_logout_session_required=client.backchannel_logout_session_required,
        frontchannel_logout_uri=client.frontchannel_logout_uri,
        frontchannel_logout_session_required=client.frontchannel_logout_session_required,
        default_max_age=client.default_max_age,
        default_acr_values=tuple(client.default_acr_values),
        require_auth_time=client.require_auth_time,
        require_pushed_authorization_requests=client.require_pushed_authorization_requests,
        require_signed_request_object=client.require_signed_request_object,
        dpop_bound_access_tokens=client.dpop_bound_access_tokens,
        min_acr=client.min_acr,
        second_factor_policy=(
            SecondFactorPolicy(client.second_factor_policy) if client.second_factor_policy else None
        ),
        trusted=client.trusted,
        allowed_groups=tuple(client.allowed_groups),
        id_token_claims=tuple(client.id_token_claims),
        pkce_waived=client.pkce_waived,
        rotate_refresh_tokens=client.rotate_refresh_tokens,
        refresh_grace=client.refresh_grace,
        access_token_lifetime=client.access_token_lifetime,
        metadata=dict(client.metadata_),
        secrets=tuple(Secret(secret.digest, secret.expires_at) for secret in secrets),
        registration_token_digest=client.registration_token_digest,
        created_at=client.created_at,
        disabled_at=client.disabled_at,
    )
