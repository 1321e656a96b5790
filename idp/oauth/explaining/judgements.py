"""The judgements that a request goes through, in their order, in words; and which of them a cause
stands for. Pure. The order of authorization requests is the table of `idp.oauth.rules`; that of the
other endpoints is told here as their modules do it.
"""

from __future__ import annotations

from collections.abc import Collection

from idp.clients.metadata import DEVICE_CODE
from idp.oauth.explaining.address_causes import DIFFERS
from idp.traces import Trace

WORDS = {
    # --- the authorization endpoint
    "client_id": "the application is known and enabled",
    "redirect_uri": "the redirect_uri is a registered one",
    "response_mode": "the response_mode is offered",
    "require_sound_object": "the request object, if there is one, is sound",
    "no_repeated_parameters": "no parameter comes twice",
    "require_signed": "it is a request object, where it has to be one",
    "require_pushed": "it is pushed, where it has to be",
    "response_type": "the response_type is registered",
    "require_registered_client": "nobody registers in passing",
    "code_challenge": "PKCE is used, by S256",
    "nonce": "the nonce is there where it has to be",
    "prompt": "the prompt is known",
    "max_age": "the max_age is a number",
    "claims": "the claims parameter is sound",
    "acr_values": "the acr_values are read",
    "scope": "some scope is allowed to the application",
    "resource": "the resource is allowed to the application",
    "dpop_jkt": "the dpop_jkt is a thumbprint",
    "hinted_sub": "the id_token_hint is ours",
    "login_hint": "the login_hint is read",
    "ui_locales": "the ui_locales are read",
    "the user": "the user completes the sign-in",
    # --- endpoints where an application speaks for itself
    "issuer": "the request came to the issuer's own address",
    "method": "the request is a POST",
    "fields": "each field comes once and can be read",
    "grant_type": "the grant_type is known",
    "credential": "credentials come by one way",
    "client": "the application is known and enabled",
    "auth_method": "it proves itself by the registered method",
    "proof": "the secret or the assertion is right",
    "key": "the DPoP proof is good, and of the right key",
    "grant_allowed": "the application is registered for the grant_type",
    "code_sent": "a code is there",
    "code": "the code was issued to this application",
    "code_redirect_uri": "the redirect_uri is that of the authorization request",
    "code_verifier": "the code_verifier fits the code_challenge",
    "code_key": "the key is the one that the code is bound to",
    "code_unused": "the code is used for the first time",
    "code_alive": "user and session are as when the code was issued",
    "code_age": "the code is young enough",
    "refresh_token_sent": "a refresh token is there",
    "refresh_token": "the refresh token was issued to this application",
    "refresh_token_key": "the key is the one that the refresh token is bound to",
    "family": "what the user allowed is still in force",
    "refresh_token_unused": "the refresh token is used for the first time",
    "refresh_token_age": "the refresh token was used recently enough",
    "device_code_sent": "a device_code is there",
    "device_code": "the device_code was issued to this application",
    "device_decided": "the user has allowed it in time",
    "token_sent": "a token is there",
    "token": "the token is a good one of ours",
    "openid": "the token has the scope openid",
    "hint": "the id_token_hint is ours and of this application",
    "leads_back": "the post_logout_redirect_uri is a registered one",
    "registration_token": "the token for the registration is good",
    "metadata": "the metadata can be registered",
}

_CLIENT = ("credential", "client", "auth_method", "proof")
_PROVEN = (*_CLIENT, "key")
_GRANTS = {
    "authorization_code": (
        *_PROVEN, "grant_allowed", "code_sent", "code", "code_redirect_uri", "code_verifier",
        "code_key", "code_unused", "code_alive", "code_age", "resource",
    ),
    "refresh_token": (
        *_PROVEN, "grant_allowed", "refresh_token_sent", "refresh_token", "refresh_token_key",
        "family", "refresh_token_unused", "refresh_token_age", "scope", "resource",
    ),
    "client_credentials": (*_PROVEN, "grant_allowed", "scope", "resource"),
    DEVICE_CODE: (
        "device_code_sent", *_PROVEN, "grant_allowed", "device_code", "device_decided", "resource",
    ),
}  # fmt: skip
_ENDPOINTS = {
    "revocation": ("fields", *_CLIENT, "token_sent"),
    "introspection": ("fields", *_CLIENT, "token_sent"),
    "device_authorization": ("fields", *_CLIENT, "grant_allowed", "scope", "resource"),
    "pushed_request": (
        "fields", *_PROVEN, "redirect_uri", "response_mode", "require_sound_object",
        "require_signed", "no_repeated_parameters", "response_type", "require_registered_client",
        "code_challenge",
        "nonce", "prompt", "max_age", "claims", "acr_values", "scope", "resource", "dpop_jkt",
        "hinted_sub",
        "login_hint", "ui_locales",
    ),
    "userinfo": ("token_sent", "token", "key", "openid", "client", "family"),
    "logout": ("fields", "hint", "leads_back"),
    "registration": ("registration_token", "metadata"),
}  # fmt: skip

_BY_CAUSE = {
    "wrong issuer": "issuer",
    "wrong method": "method",
    "unreadable": "fields",
    "repeated": "fields",
    "grant_type not offered": "grant_type",
    "several credentials": "credential",
    "another client_id than the header's": "credential",
    "no credential": "credential",
    "header misspelt": "credential",
    "another scheme than Basic": "credential",
    "Basic is not base64": "credential",
    "Basic without a colon": "credential",
    "client unknown or disabled": "client",
    "client disabled": "client",
    "secret missing": "auth_method",
    "public client sends a secret": "auth_method",
    "grant_type not registered": "grant_allowed",
    "grant_type of confidential clients": "grant_allowed",
    "code missing": "code_sent",
    "code never issued": "code",
    "code of another client": "code",
    "code bound to another key": "code_key",
    "refresh token bound to another key": "refresh_token_key",
    "code already used": "code_unused",
    "code revoked, user disabled or session ended": "code_alive",
    "code expired": "code_age",
    "refresh_token missing": "refresh_token_sent",
    "refresh token unknown or of another client": "refresh_token",
    "family revoked, user disabled or session over": "family",
    "family expired": "family",
    "refresh token already used": "refresh_token_unused",
    "refresh token idle too long": "refresh_token_age",
    "no granted scope is left to this client": "scope",
    "device code unknown or of another client": "device_code",
    "device code already used": "device_decided",
    "expired_token": "device_decided",
    "access_denied": "device_decided",
    "user disabled or session ended": "device_decided",
    "token missing": "token_sent",
    "token without Bearer": "token_sent",
    "token sent twice": "token_sent",
    "ID token as access token": "token",
    "refresh token as access token": "token",
    "token of another issuer": "token",
    "token for another audience": "token",
    "access token expired": "token",
    "token is broken": "token",
    "openid missing": "openid",
    "id_token_hint is not ours": "hint",
    "logout without client": "hint",
    "post_logout_redirect_uri not registered": "leads_back",
    "registration token": "registration_token",
    "registration": "metadata",
}
_BY_BEGINNING = (
    ("secret ", "proof"),
    ("wrong secret", "proof"),
    ("assertion", "proof"),
    ("DPoP", "key"),
    ("method ", "auth_method"),
    ("code_verifier", "code_verifier"),
    (DIFFERS, "code_redirect_uri"),
)


def of(endpoint: str, grant_type: str | None) -> tuple[str, ...]:
    """All judgements of a request to an endpoint beside the authorization endpoint."""
    if endpoint == "token":
        return ("fields", "grant_type", *_GRANTS.get(grant_type or "", ()))
    return _ENDPOINTS.get(endpoint, ())


def failed_by(cause: str | None) -> str | None:
    """The judgement that a cause stands for; causes of parameters have the parameter's name."""
    if cause is None:
        return None
    by_beginning = (name for start, name in _BY_BEGINNING if cause.startswith(start))
    return _BY_CAUSE.get(cause) or next(by_beginning, cause)


def before(failed: str | None, judgements: Collection[str]) -> tuple[str, ...]:
    """Those that were passed; none when the failed one is not among them."""
    listed = tuple(judgements)
    return listed[: listed.index(failed)] if failed in listed else ()


def passed_by(trace: Trace) -> tuple[str, ...]:
    """Those that a request passed; of a success, where nothing else is written down, all."""
    if trace.passed or trace.is_failure:
        return trace.passed
    return of(trace.endpoint, dict(trace.received).get("grant_type"))


def words(name: str) -> str:
    """For people."""
    return WORDS.get(name, name)
