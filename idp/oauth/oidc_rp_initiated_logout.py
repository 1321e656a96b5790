"""OpenID Connect RP-Initiated Logout 1.0: judging a request to sign out.

Narrowed: without a valid `id_token_hint` of this very session the user is asked first, and a
`post_logout_redirect_uri` is only followed when it is registered, byte for byte, for the client
that the hint or `client_id` names. A request is never an error page: at worst it leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.oauth import tracing
from idp.oauth.parameters import Parameters, Received
from idp.signing import jwt
from idp.signing.algorithms import ALGORITHMS

ENDPOINTS = {"end_session_endpoint": "/logout"}

MAXIMUM_STATE = 2048


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What may be believed of a request. `sid`: of the session that a valid hint speaks of."""

    client: RegisteredClient | None
    sid: str | None
    redirect_uri: str | None
    """Registered; None also when the one asked for is not."""
    state: str | None
    is_sound: bool
    """Nothing in it was wrong: a hint that is not ours, another client's, or an unknown URI is."""

    def parameters(self) -> dict[str, str]:
        """What a confirmation page has to send along to be judged again."""
        named = {
            "client_id": self.client.client_id if self.client else None,
            "post_logout_redirect_uri": self.redirect_uri,
            "state": self.state,
        }
        return {name: value for name, value in named.items() if value is not None}


def accept(parameters: Parameters) -> LogoutRequest:
    """As it came from an app: judged, and what was wrong with it is told to its developer."""
    judged, received = judge(parameters), Received(parameters)
    cause = _cause(received, judged)
    if cause is None:
        tracing.answered("logout", received, judged.client)
    else:
        claimed = judged.client or registry.find(received.get("client_id") or "")
        tracing.stayed_here(received, claimed, cause)
    return judged


def _cause(received: Received, judged: LogoutRequest) -> str | None:
    """Why nobody is led back, or why a hint says nothing."""
    if received.repeated or received.unreadable():
        return "repeated" if received.repeated else "unreadable"
    hint, client_id = received.get("id_token_hint"), received.get("client_id")
    claims = _claims(hint)
    if hint is not None and (claims is None or client_id not in {None, claims["aud"]}):
        return "id_token_hint is not ours"
    if client_id is not None and judged.client is None:
        return "client unknown"
    if received.get("post_logout_redirect_uri") is None or judged.redirect_uri is not None:
        return None
    if judged.client is None:
        return "logout without client"
    is_enabled = judged.client.is_enabled
    return "post_logout_redirect_uri not registered" if is_enabled else "client disabled"


def judge(parameters: Parameters) -> LogoutRequest:
    """§2, §4. Expired hints are welcome: a session outlives the ID token that began it."""
    received = Received(parameters)
    if received.repeated or received.unreadable():
        return LogoutRequest(None, None, None, None, is_sound=False)
    hint, client_id = received.get("id_token_hint"), received.get("client_id")
    claims = _claims(hint)
    client = registry.find(claims["aud"] if claims else client_id or "")
    is_sound = (claims is not None or hint is None) and (client is not None or client_id is None)
    if claims is not None and client_id not in {None, claims["aud"]}:
        client, claims, is_sound = None, None, False
    uri = _registered(received.get("post_logout_redirect_uri"), client)
    state = received.get("state")
    return LogoutRequest(
        client=client,
        sid=claims.get("sid") if claims else None,
        redirect_uri=uri,
        state=state if state and len(state) <= MAXIMUM_STATE else None,
        is_sound=is_sound and (uri is not None) == ("post_logout_redirect_uri" in received.values),
    )


def _claims(hint: str | None) -> jwt.Claims | None:
    """§4: signed by us, for a client of ours; any other hint says nothing."""
    if hint is None:
        return None
    try:
        claims = jwt.verify_even_if_expired(hint, typ=jwt.ID_TOKEN, algs=ALGORITHMS)
    except jwt.InvalidToken:
        return None
    return claims if isinstance(claims.get("aud"), str) else None


def _registered(uri: str | None, client: RegisteredClient | None) -> str | None:
    """§3.1: compared as strings, and without a client there is nothing to compare with."""
    if uri is None or client is None or not client.is_enabled:
        return None
    return uri if uri in client.post_logout_redirect_uris else None
