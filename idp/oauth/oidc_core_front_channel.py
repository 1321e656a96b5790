"""OpenID Connect Core §3.2, §3.3: ID tokens and access tokens that come by the browser.

For old clients, behind a switch of the deployment. What is issued here hangs from a token family
with its session, as everything else, so that it can be revoked; a code that comes along continues
the same family. There is no refresh token.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationEndpointMixin, BaseGrant

from idp import audit, opaque
from idp.audit import catalogue
from idp.oauth import (
    authorization,
    codes,
    issuing,
    jarm_response_mode,
    oidc_core_id_token,
    refresh_tokens,
    response_types,
    rfc6749_scope,
    rfc9068_jwt_access_token,
)
from idp.oauth.approval import Approval
from idp.oauth.asked import Asked
from idp.oauth.authorization import Authorization
from idp.oauth.request import AuthorizationRequest
from idp.oauth.response import AuthorizationResponse, Pair
from idp.oauth.subject import known_sub

METADATA = {
    "response_types_supported": list(response_types.FRONT_CHANNEL),
    "grant_types_supported": ["implicit"],
}
is_offered = response_types.is_front_channel_offered

NEEDS_OPENID = "This response_type needs the scope openid."


def scope(asked: Asked) -> tuple[str, ...]:
    """§3.2.2.1: an ID token needs `openid`. Without a code there is no offline use (§11)."""
    names = response_types.names_of(asked)
    granted = rfc6749_scope.scope(asked)
    if "id_token" in names and "openid" not in granted:
        raise InvalidScopeError(NEEDS_OPENID)
    if "code" in names:
        return granted
    return tuple(name for name in granted if name != "offline_access")


class FrontChannelGrant(AuthorizationEndpointMixin, BaseGrant):
    """Authlib finds it by the response type; the request was judged by `rules`."""

    RESPONSE_TYPES = frozenset(response_types.FRONT_CHANNEL)

    def validate_authorization_request(self) -> str:
        """Judged before, as every stored request."""
        redirect_uri: str = self.request.judged.redirect_uri
        return redirect_uri

    def create_authorization_response(
        self, redirect_uri: str, grant_user: Approval
    ) -> tuple[int, AuthorizationResponse, list[Any]]:
        """§3.2.2.5, §3.3.2.5. Everything is signed before anything is written."""
        judged: AuthorizationRequest = self.request.judged
        granted = _authorization(judged, grant_user)
        names = judged.response_type.split(" ")
        code = codes.new() if "code" in names else None
        parameters = [] if code is None else [("code", code)]
        parameters += _tokens(judged, granted, names, code)
        response = jarm_response_mode.written(
            judged.client, redirect_uri, parameters, judged.state, judged.response_mode
        )
        _write(judged, grant_user, granted, code)
        return 303, response, []


def _authorization(judged: AuthorizationRequest, approval: Approval) -> Authorization:
    return authorization.restored(
        authorization.document_of(approval, judged.resource, judged.claims.single),
        family_id=opaque.identifier(),
        user_id=approval.user_id,
        sub=known_sub(judged.client, approval.user_id),
        session_id=approval.session_id,
        scope=" ".join(approval.scope),
    )


def _tokens(
    judged: AuthorizationRequest, granted: Authorization, names: list[str], code: str | None
) -> list[Pair]:
    """§3.2.2.10, §3.3.2.11: the ID token is tied to whatever comes along with it."""
    told: dict[str, Any] = {}
    if "token" in names:
        issued = rfc9068_jwt_access_token.for_user(
            judged.client, granted, granted.scope, granted.resource
        )
        told = issuing.token_body(issued, granted.scope)
    if "id_token" in names:
        told["id_token"] = oidc_core_id_token.build(
            judged.client,
            granted,
            access_token=told.get("access_token"),
            code=code,
            nonce=judged.nonce,
            # Where there is no UserInfo to ask, the token has to tell (§5.4).
            scope=granted.scope if names == ["id_token"] else (),
        )
    return [(name, str(value)) for name, value in told.items()]


def _write(
    judged: AuthorizationRequest, approval: Approval, granted: Authorization, code: str | None
) -> None:
    client_id = judged.client.client_id
    digest = None if code is None else opaque.digest(code)
    refresh_tokens.begin_family(granted, client_id, digest)
    if code is not None:
        codes.store(code, judged, approval, family_id=granted.family_id)
    audit.record(
        catalogue.TokensIssued(
            user_id=granted.user_id, client_id=client_id, family_id=granted.family_id
        )
    )
