"""The order in which requests are judged: two tables, first fault wins.

Each reader judges one parameter and gives its value; a fault is raised. Query, form and request
object run through the same table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.clients import redirect_uri_likeness, registry
from idp.clients.registered import RegisteredClient
from idp.oauth import (
    form_post_response_mode,
    oidc_core_claims_parameter,
    oidc_core_front_channel,
    oidc_core_request,
    pushed_requests,
    response_types,
    rfc6749_authorization_code,
    rfc6749_client_credentials,
    rfc6749_redirect_uri,
    rfc6749_refresh_token,
    rfc7636_pkce,
    rfc8628_device,
    rfc8707_resource_indicators,
    rfc9101_request_object,
    rfc9449_dpop,
)
from idp.oauth.asked import Asked
from idp.oauth.errors import OAuth2Error, ShownError, Unsupported
from idp.oauth.parameters import Received
from idp.oauth.request import AuthorizationRequest
from idp.oauth.trial import Trial

MAXIMUM_STATE = 2048
REPEATED = "A parameter was sent more than once."
UNREADABLE = "A parameter holds characters that cannot be read."

Reader = Callable[[Asked], Any]


def no_repeated_parameters(asked: Asked) -> None:
    """RFC 6749 §3.1."""
    if asked.received.repeated:
        raise InvalidRequestError(REPEATED)


def require_pushed(asked: Asked) -> None:
    """RFC 9126 §6, FAPI 2.0 §5.3.2.2."""
    if asked.client.pushes_requests and not asked.is_pushed:
        raise InvalidRequestError("This client has to push its authorization requests.")


AUTHORIZATION_REQUEST: tuple[tuple[str | None, Reader], ...] = (
    ("response_mode", form_post_response_mode.response_mode),
    (None, rfc9101_request_object.require_sound_object),
    (None, rfc9101_request_object.require_signed),
    (None, no_repeated_parameters),
    (None, require_pushed),
    ("response_type", response_types.response_type),
    (None, oidc_core_request.require_registered_client),
    ("code_challenge", rfc7636_pkce.code_challenge),
    ("nonce", oidc_core_request.nonce),
    ("prompt", oidc_core_request.prompt),
    ("max_age", oidc_core_request.max_age),
    ("claims", oidc_core_claims_parameter.claims),
    ("acr_values", oidc_core_request.acr_values),
    ("scope", oidc_core_front_channel.scope),
    ("resource", rfc8707_resource_indicators.resource),
    ("dpop_jkt", rfc9449_dpop.dpop_jkt),
    ("hinted_sub", oidc_core_request.hinted_sub),
    ("login_hint", oidc_core_request.login_hint),
    ("ui_locales", oidc_core_request.ui_locales),
)
"""Field of the request, and who judges it. The response mode comes first: it carries the errors."""

JUDGEMENTS = tuple(field or read.__name__ for field, read in AUTHORIZATION_REQUEST)
"""The names of the judgements, for those who ask why a request failed."""


def no_repeated_fields(received: Received) -> None:
    """RFC 6749 §3.2."""
    if received.repeated:
        raise InvalidRequestError(REPEATED)


def require_readable_fields(received: Received) -> None:
    """Credentials are left to client authentication, whose answer is `invalid_client`."""
    if received.unreadable() - {"client_id", "client_secret"}:
        raise InvalidRequestError(UNREADABLE)


def require_known_grant_type(received: Received) -> None:
    """RFC 6749 §4.5, §5.2."""
    grant_type = received.get("grant_type")
    if grant_type is None:
        raise InvalidRequestError("The grant_type is missing.")
    if grant_type not in GRANT_TYPES:
        raise Unsupported("unsupported_grant_type")


TOKEN_REQUEST: tuple[Callable[[Received], None], ...] = (
    no_repeated_fields,
    require_readable_fields,
    require_known_grant_type,
)
"""What is judged before the client is known; the rest is the grant's."""

GRANT_TYPES = frozenset(
    grant_type
    for module in (
        rfc6749_authorization_code,
        rfc6749_refresh_token,
        rfc6749_client_credentials,
        rfc8628_device,
    )
    for grant_type in module.METADATA["grant_types_supported"]
)


class Refused(Exception):
    """A fault of a request whose client can be told. `judged`: the fields that were sound.
    `passed` and `failed`: judgements by name.
    """

    def __init__(
        self, asked: Asked, judged: dict[str, Any], error: OAuth2Error, passed: tuple[str, ...]
    ) -> None:
        super().__init__(error.error)
        self.asked = asked
        self.error = error
        self.passed = passed
        self.failed = JUDGEMENTS[len(passed)]
        self.mode = judged.get("response_mode", response_types.default_mode(asked))


def judge(received: Received, trial: Trial | None = None) -> AuthorizationRequest:
    """Raises `ShownError` while client and redirect URI are not trusted, `Refused` afterwards.
    `trial`: begun in this very browser by an administrator.
    """
    return judge_trusted(trusted(received, trial), trial)


def judge_trusted(asked: Asked, trial: Trial | None = None) -> AuthorizationRequest:
    """What is left of it when client and redirect URI are trusted. Raises `Refused`."""
    judged: dict[str, Any] = {}
    passed: list[str] = []
    try:
        for name, (field, read) in zip(JUDGEMENTS, AUTHORIZATION_REQUEST, strict=True):
            value = read(asked)
            passed.append(name)
            if field is not None:
                judged[field] = value
    except OAuth2Error as error:
        raise Refused(asked, judged, error, tuple(passed)) from error
    return AuthorizationRequest(
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        state=asked.state,
        is_trial=trial is not None and trial.admits(asked.client, asked.redirect_uri),
        pushed_as=asked.pushed_as,
        **judged,
    )


def trusted(received: Received, trial: Trial | None = None) -> Asked:
    """RFC 6749 §4.1.2.1: without client, redirect URI and `state` only the user can be told."""
    _require_readable(received)
    client = _client(received)
    if (brought := pushed_requests.named_by(received, client)) is not None:
        received = brought.received
    is_signed = brought.is_signed if brought else rfc9101_request_object.is_one(received)
    unpacked = rfc9101_request_object.unpack(received, client)
    received, fault = unpacked.received, unpacked.fault
    _require_readable(received)
    if fault is not None and received.get("redirect_uri") is None:
        # It stood in the object, if anywhere, and the object is what is to be mended.
        reason = getattr(fault, "reason", "")
        raise ShownError(fault.error, fault.get_error_description(), detail=reason, client=client)
    if "state" in received.repeated:
        raise ShownError("invalid_request", REPEATED, detail="state repeated", client=client)
    uri = _redirect_uri(received, client, trial)
    # A trial stands in for the app, which would have signed and pushed it.
    is_trial = trial is not None and trial.admits(client, uri)
    return Asked(
        received,
        client,
        uri,
        _state(received, client),
        fault,
        is_signed=is_signed or is_trial,
        is_pushed=brought is not None or is_trial,
        pushed_as=brought.name if brought else None,
    )


def pushed(received: Received) -> Asked:
    """The same of a request that its client brings itself, or would bring (RFC 9126 §2.1)."""
    return replace(trusted(received), is_pushed=True)


def _require_readable(received: Received) -> None:
    if received.unreadable():
        raise ShownError("invalid_request", UNREADABLE)


def _client(received: Received) -> RegisteredClient:
    client_id = received.get("client_id")
    if client_id is None or "client_id" in received.repeated:
        raise ShownError("invalid_request", "The request names no application, or several.")
    client = registry.find(client_id)
    if client is None or not client.is_enabled:
        raise ShownError(
            "invalid_client",
            "The application is not registered here, or it is disabled.",
            detail="client unknown" if client is None else "client disabled",
            client=client,
        )
    return client


def _redirect_uri(received: Received, client: RegisteredClient, trial: Trial | None) -> str:
    uri = received.get("redirect_uri")
    if uri is None or "redirect_uri" in received.repeated:
        raise ShownError(
            "invalid_request",
            "The request has no redirect_uri, or several.",
            detail="redirect_uri missing or repeated",
            client=client,
        )
    if trial is not None and trial.admits(client, uri):
        return uri
    if not rfc6749_redirect_uri.is_registered(client, uri):
        raise ShownError(
            "invalid_request",
            f"The redirect_uri is not registered for this application: {_nearly(client, uri)}.",
            detail="redirect_uri not registered",
            client=client,
        )
    return uri


def _nearly(client: RegisteredClient, uri: str) -> str:
    """The kind of the mistake, for whoever makes the app; the registered address stays unsaid."""
    nearest = redirect_uri_likeness.nearest(client.redirect_uris, uri)
    if nearest is None:
        return "none is"
    return f"it {redirect_uri_likeness.difference(nearest, uri)}"


def _state(received: Received, client: RegisteredClient) -> str | None:
    state = received.get("state")
    if state is not None and len(state.encode()) > MAXIMUM_STATE:
        raise ShownError("invalid_request", "The state is too long.", client=client)
    return state
