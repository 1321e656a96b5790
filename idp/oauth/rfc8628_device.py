"""RFC 8628, the device authorization grant: a device without a browser shows a code, its user
allows it elsewhere.

The user is asked every time, by trusted apps too: whoever shows the code need not be the app that
it names (§5.4). A device code is bound to its client, lives minutes and is good once.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from authlib.oauth2.rfc8628 import DeviceCodeGrant as AuthlibDeviceCodeGrant
from authlib.oauth2.rfc8628.errors import (
    AuthorizationPendingError,
    ExpiredTokenError,
    SlowDownError,
)

from idp import audit, clock
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import (
    devices,
    issuing,
    refresh_tokens,
    rfc6749_scope,
    rfc8707_resource_indicators,
    user_codes,
)
from idp.oauth.authorization import Authorization
from idp.oauth.devices import PollingDevice
from idp.oauth.errors import AccessDeniedError, InvalidGrant
from idp.oauth.issuing import Issuing
from idp.oauth.parameters import Received

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
ENDPOINTS = {"device_authorization_endpoint": "/device_authorization"}
METADATA = {"grant_types_supported": [GRANT_TYPE]}
VERIFICATION_PATH = "/device"

STILL_WAITING = frozenset({AuthorizationPendingError.error, SlowDownError.error})
"""Answers that say nothing but "later": apps hear them every few seconds, so no audit row."""


def authorize(client: RegisteredClient, received: Received) -> dict[str, Any]:
    """§3.1, §3.2."""
    if GRANT_TYPE not in client.grant_types:
        raise UnauthorizedClientError("The client may not use this grant_type.")
    scope = rfc6749_scope.available(client, received.get("scope"))
    resource = rfc8707_resource_indicators.available(client, received.every("resource"))
    codes = devices.store(client.client_id, scope, resource)
    audit.record(catalogue.DeviceAsked(client_id=client.client_id, scope=" ".join(scope)))
    page = settings().issuer + VERIFICATION_PATH
    user_code = user_codes.shown(codes.user_code)
    return {
        "device_code": codes.device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'user_code': user_code})}",
        "expires_in": int(settings().tokens.device_code_lifetime.total_seconds()),
        "interval": devices.INTERVAL_SECONDS,
    }


class DeviceGrant(Issuing, AuthlibDeviceCodeGrant):
    """Authlib's walk with our rows and rules."""

    def query_device_credential(self, device_code: str) -> PollingDevice:
        """§3.4: the client has authenticated; a code of another one does not exist for it."""
        found = devices.find(device_code, self.registered)
        if found is None:
            raise InvalidGrant("device code unknown or of another client")
        return found

    def validate_device_credential(self, credential: PollingDevice) -> Authorization:
        """§3.5."""
        if credential.is_spent:
            raise InvalidGrant("device code already used", "The device code was already used.")
        if credential.is_denied:
            raise AccessDeniedError("The user declined the request.")
        if credential.expires_at <= clock.now():
            raise ExpiredTokenError("The device code has expired.")
        if credential.authorization is None:
            raise _later(credential)
        if credential.is_void:
            raise InvalidGrant("user disabled or session ended")
        self.require_admitted(credential.authorization.user_id)
        return credential.authorization

    def generate_token(
        self, user: Authorization, *, include_refresh_token: bool = True, **_: object
    ) -> issuing.Body:
        """Sign everything; nothing is written yet."""
        wanted = self.request.received.every("resource")
        body = issuing.user_tokens(
            self.registered,
            user,
            scope=user.scope,
            resource=rfc8707_resource_indicators.granted(wanted, user.resource),
            nonce=None,
            jkt=self.request.jkt,
        )
        if include_refresh_token:
            body["refresh_token"] = issuing.new_refresh_token()
        return body

    def save_token(self, token: issuing.Body) -> None:
        """Pass the gate, then write."""
        device: PollingDevice = self.request.credential
        granted: Authorization = self.request.user
        if not devices.consume(device):
            raise InvalidGrant("device code already used", "The device code was already used.")
        ends_at = refresh_tokens.begin_family(granted, device.client_id, device.digest)
        if refresh_token := token.get("refresh_token"):
            refresh_tokens.add(
                refresh_token,
                granted.family_id,
                self.registered,
                self.request.jkt,
                generation=0,
                predecessor=None,
                family_ends_at=ends_at,
            )
        audit.record(
            catalogue.TokensIssued(
                user_id=granted.user_id, client_id=device.client_id, family_id=granted.family_id
            )
        )


def _later(device: PollingDevice) -> AuthorizationPendingError | SlowDownError:
    if devices.has_waited(device):
        return AuthorizationPendingError("The user has not decided yet.")
    return SlowDownError("Poll five seconds less often than before.")
