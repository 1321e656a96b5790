"""OpenID Connect Back-Channel Logout 1.0: telling a client that a session has ended.

The token is signed at delivery, so that one that waited for a client to come back is not expired.
Offered to every client; it is never encrypted.
"""

from __future__ import annotations

from idp import clock, opaque, outbound
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.outbound import OutboundError, OutboundRefused
from idp.outbox.delivery import Delivered, GiveUp, Message, Outcome, TryLater
from idp.signing import jwt

METADATA = {
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
}
"""§2.1."""

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME_SECONDS = 120
_ANSWERED = {200, 204}


def logout_token(client: RegisteredClient, sub: str, sid: str) -> str:
    """§2.4: for this client, about this user and session, and never usable as an ID token."""
    now = int(clock.now().timestamp())
    claims = {
        "iss": settings().issuer,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": opaque.make(),
        "events": {EVENT: {}},
        "sub": sub,
        "sid": sid,
    }
    return jwt.sign(TYPE, claims, client.id_token_signed_response_alg)


def deliver(message: Message) -> Outcome:
    """§2.5: a form with one field. A refusal by the client is an answer too, and final (§2.8)."""
    client = registry.find(message.recipient)
    if client is None or client.backchannel_logout_uri is None:
        return GiveUp("client gone")
    token = logout_token(client, message.payload["sub"], message.payload["sid"])
    try:
        status = outbound.post_form(client.backchannel_logout_uri, {"logout_token": token})
    except OutboundRefused as refused:
        return GiveUp(refused.reason)
    except OutboundError as failed:
        return TryLater(failed.reason)
    if status in _ANSWERED:
        return Delivered()
    return GiveUp("refused") if status == 400 else TryLater(f"status {status}")
