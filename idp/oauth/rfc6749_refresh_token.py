"""RFC 6749 §6, the refresh grant, with the families of RFC 9700 §4.14.2.

Public clients rotate; confidential ones do not by default, since their tokens are bound to client
authentication. Reuse of a rotated token ends its family. A client may be given a grace, in which
the immediate predecessor of an unused token is honoured: the answer with the successor was lost.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from idp import audit, clock
from idp.audit import catalogue
from idp.grants import revoke
from idp.oauth import issuing, refresh_tokens, rfc6749_scope, rfc8707_resource_indicators
from idp.oauth.authorization import Authorization
from idp.oauth.errors import InvalidGrant
from idp.oauth.issuing import Issuing
from idp.oauth.refresh_tokens import StoredToken

METADATA = {"grant_types_supported": ["refresh_token"]}

MAXIMUM_GRACE = timedelta(seconds=30)


class RefreshGrant(Issuing, RefreshTokenGrant):
    """Authlib's walk with our rows and rules."""

    def authenticate_refresh_token(self, refresh_token: str) -> StoredToken:
        """The client has authenticated; a token of another one does not exist for it."""
        look = refresh_tokens.find if self._rotates() else refresh_tokens.glance
        found = look(refresh_token, self.registered)
        if found is None:
            raise InvalidGrant("refresh token unknown or of another client")
        return found

    def _validate_token_scope(self, token: StoredToken) -> None:
        """Judged in `generate_token`, against what the client may still have."""

    def authenticate_user(self, refresh_token: StoredToken) -> Authorization:
        """A dead family is dead for all its tokens; of a live one, a spent token is suspicious. Of
        one that is bound to a key, nobody else's use says anything (RFC 9449 §5).
        """
        if refresh_token.dpop_jkt not in {None, self.request.jkt}:
            raise InvalidGrant("refresh token bound to another key")
        if refresh_token.is_void:
            raise InvalidGrant("family revoked, user disabled or session over")
        if refresh_token.family_expires_at <= clock.now():
            raise InvalidGrant("family expired")
        if refresh_token.is_spent:
            if not self._grace():
                self._react_to_reuse(refresh_token)
        elif refresh_token.expires_at <= clock.now():
            raise InvalidGrant("refresh token idle too long")
        self.require_admitted(refresh_token.authorization.user_id)
        return refresh_token.authorization

    def issue_token(self, user: Authorization, refresh_token: StoredToken) -> issuing.Body:
        """Narrowed for this answer; the family keeps its scope. No `nonce` (OIDC Core §12.2)."""
        client = self.registered
        allowed = tuple(name for name in refresh_token.authorization.scope if name in client.scopes)
        if not allowed:
            raise InvalidGrant("no granted scope is left to this client")
        wanted = self.request.received.every("resource")
        body = issuing.user_tokens(
            client,
            user,
            scope=rfc6749_scope.narrowed(self.request.payload.scope, allowed),
            resource=rfc8707_resource_indicators.granted(wanted, user.resource),
            nonce=None,
            jkt=self.request.jkt,
        )
        if self._rotates():
            body["refresh_token"] = issuing.new_refresh_token()
        return body

    def save_token(self, token: issuing.Body) -> None:
        """Pass the gate, then write."""
        stored: StoredToken = self.request.refresh_token
        if not self._rotates():
            refresh_tokens.keep_alive(stored)
            return
        if stored.is_spent or not refresh_tokens.consume(stored):
            self._use_grace(stored)
        refresh_tokens.add(
            token["refresh_token"],
            stored.authorization.family_id,
            self.registered,
            self.request.jkt,
            generation=stored.generation + 1,
            predecessor=stored.digest,
            family_ends_at=stored.family_expires_at,
        )

    def revoke_old_credential(self, refresh_token: StoredToken) -> None:
        """Nothing to do: a spent token stays, so that a second use is recognised."""

    def _rotates(self) -> bool:
        return self.registered.is_public or self.registered.rotate_refresh_tokens

    def _grace(self) -> timedelta:
        return min(timedelta(seconds=self.registered.refresh_grace), MAXIMUM_GRACE)

    def _use_grace(self, stored: StoredToken) -> None:
        if not self._grace() or not refresh_tokens.replace_unused_successor(stored, self._grace()):
            self._react_to_reuse(stored)

    def _react_to_reuse(self, stored: StoredToken) -> NoReturn:
        """RFC 9700 §4.14.2: one of the two who used it has stolen it."""
        revoke.by_family(stored.authorization.family_id, because="refresh_token_reused")
        audit.record(
            catalogue.RefreshTokenReused(
                user_id=stored.authorization.user_id,
                client_id=self.registered.client_id,
                family_id=stored.authorization.family_id,
            )
        )
        raise InvalidGrant("refresh token already used")
