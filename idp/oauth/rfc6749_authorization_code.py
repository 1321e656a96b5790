"""RFC 6749 §4.1, the authorization code grant.

A code is bound to client, redirect URI, challenge and session, lives a minute and is good once; its
second valid use ends everything issued from it (§4.1.2).
"""

from __future__ import annotations

from typing import Any, NoReturn

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from idp import audit, clock
from idp.audit import catalogue
from idp.grants import revoke
from idp.oauth import (
    codes,
    issuing,
    jarm_response_mode,
    refresh_tokens,
    response_types,
    rfc8707_resource_indicators,
)
from idp.oauth.approval import Approval
from idp.oauth.authorization import Authorization
from idp.oauth.codes import StoredCode
from idp.oauth.errors import InvalidGrant
from idp.oauth.issuing import Issuing
from idp.oauth.response import AuthorizationResponse
from idp.oauth.rows import AuthlibClient

METADATA = {
    "response_types_supported": [response_types.CODE],
    "grant_types_supported": ["authorization_code"],
}


class CodeGrant(Issuing, AuthorizationCodeGrant):
    """Authlib's walk with our rows and rules."""

    # --- authorization endpoint ---

    def validate_authorization_request(self) -> str:
        """The stored request was judged by `rules`; it is not judged a second time."""
        redirect_uri: str = self.request.judged.redirect_uri
        return redirect_uri

    def create_authorization_response(
        self, redirect_uri: str, grant_user: Approval
    ) -> tuple[int, AuthorizationResponse, list[Any]]:
        """§4.1.2, by the response mode asked for. Signed, if at all, before anything is written."""
        judged = self.request.judged
        code = codes.new()
        response = jarm_response_mode.written(
            judged.client, redirect_uri, [("code", code)], judged.state, judged.response_mode
        )
        codes.store(code, judged, grant_user)
        return 303, response, []

    # --- token endpoint ---

    def query_authorization_code(self, code: str, client: AuthlibClient) -> StoredCode:
        """§4.1.3: the client has authenticated; a code of another one does not exist for it."""
        found = codes.find(code, client.registered)
        if found is None:
            raise InvalidGrant("code unknown or of another client")
        return found

    def authenticate_user(self, code: StoredCode) -> Authorization:
        """§4.1.2. Asked after redirect URI and verifier passed, so only a valid reuse is one, and
        whoever asks may hear what became of the code. So is the key (RFC 9449 §10).
        """
        if code.dpop_jkt not in {None, self.request.jkt}:
            raise InvalidGrant("code bound to another key", "The code is bound to another key.")
        if code.is_spent:
            self._react_to_reuse(code)
        if code.is_void:
            raise InvalidGrant("code revoked, user disabled or session ended")
        if code.expires_at <= clock.now():
            raise InvalidGrant("code expired", "The code has expired.")
        self.require_admitted(code.authorization.user_id)
        return code.authorization

    def generate_token(
        self,
        user: Authorization,
        *,
        include_refresh_token: bool = True,
        **_: object,
    ) -> issuing.Body:
        """Sign everything; nothing is written yet."""
        wanted = self.request.received.every("resource")
        body = issuing.user_tokens(
            self.registered,
            user,
            scope=user.scope,
            resource=rfc8707_resource_indicators.granted(wanted, user.resource),
            nonce=self.request.authorization_code.nonce,
            jkt=self.request.jkt,
        )
        if include_refresh_token:
            body["refresh_token"] = issuing.new_refresh_token()
        return body

    def save_token(self, token: issuing.Body) -> None:
        """Pass the gate, then write."""
        code, client = self.request.authorization_code, self.registered
        granted: Authorization = code.authorization
        if not codes.consume(code):
            self._react_to_reuse(code)
        if code.continues_family:
            family_ends_at = refresh_tokens.end_of_family(granted.family_id)
        else:
            family_ends_at = refresh_tokens.begin_family(granted, client.client_id, code.digest)
        if refresh_token := token.get("refresh_token"):
            refresh_tokens.add(
                refresh_token,
                granted.family_id,
                client,
                self.request.jkt,
                generation=0,
                predecessor=None,
                family_ends_at=family_ends_at,
            )
        audit.record(
            catalogue.TokensIssued(
                user_id=granted.user_id, client_id=client.client_id, family_id=granted.family_id
            )
        )

    def delete_authorization_code(self, authorization_code: StoredCode) -> None:
        """Nothing to do: a spent code stays, so that a second use is recognised."""

    def _react_to_reuse(self, code: StoredCode) -> NoReturn:
        """§4.1.2: one of the two who used it has stolen it."""
        revoke.by_code(code.digest)
        audit.record(
            catalogue.CodeReused(
                user_id=code.authorization.user_id, client_id=self.registered.client_id
            )
        )
        raise InvalidGrant("code already used", "The code was already used.")
