"""Client metadata as a JSON document (RFC 7591 §2): read from one, written to one.

What we do not know is ignored, as §2 wants; what we know and do not offer is refused, so that
nobody believes to have it. A value of the wrong type is a problem, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from idp.clients.metadata import (
    DEVICE_CODE,
    GRANT_TYPES,
    IMPLICIT,
    URI_MEMBERS,
    Invalid,
    ProposedClient,
    fapi2,
)
from idp.clients.metadata.proposed import FAPI2
from idp.clients.registered import RegisteredClient

Read = Callable[[object], object]


class _WrongType(Exception):
    """The message says what the value must be."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongType("must be a string")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _WrongType("must be a list of strings")
    return tuple(value)


def _response_types(value: object) -> tuple[str, ...]:
    """The order of the names in one says nothing (RFC 6749 §3.1.1)."""
    return tuple(" ".join(sorted(text.split(" "))) for text in _texts(value))


def _number(value: object) -> int:
    # JSON has one kind of number; Python would take true for one.
    if not isinstance(value, int) or isinstance(value, bool):
        raise _WrongType("must be a whole number")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongType("must be true or false")
    return value


def _key_set(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _WrongType("must be an object")
    return {"keys": value.get("keys")}


CHECKED: dict[str, Read] = {
    "client_name": _text,
    "application_type": _text,
    "token_endpoint_auth_method": _text,
    "grant_types": _texts,
    "response_types": _response_types,
    "redirect_uris": _texts,
    "post_logout_redirect_uris": _texts,
    "scope": _text,
    "id_token_signed_response_alg": _text,
    "userinfo_signed_response_alg": _text,
    "access_token_signed_response_alg": _text,
    "authorization_signed_response_alg": _text,
    "request_object_signing_alg": _text,
    "token_endpoint_auth_signing_alg": _text,
    "jwks": _key_set,
    "jwks_uri": _text,
    "subject_type": _text,
    "sector_identifier_uri": _text,
    "request_uris": _texts,
    "backchannel_logout_uri": _text,
    "backchannel_logout_session_required": _truth,
    "frontchannel_logout_uri": _text,
    "frontchannel_logout_session_required": _truth,
    "default_max_age": _number,
    "default_acr_values": _texts,
    "require_auth_time": _truth,
    "require_pushed_authorization_requests": _truth,
    "require_signed_request_object": _truth,
    "dpop_bound_access_tokens": _truth,
}
"""Names that the flows look at: registered ones, and `access_token_signed_response_alg`, which has
no registered name.
"""

OURS: dict[str, Read] = {
    "profile": _text,
    "min_acr": _text,
    "second_factor_policy": _text,
    "trusted": _truth,
    "allowed_groups": _texts,
    "id_token_claims": _texts,
    "pkce_waived": _truth,
    "rotate_refresh_tokens": _truth,
    "refresh_grace": _number,
    "access_token_lifetime": _number,
}
"""Extension members. They loosen or tighten policy, so only an administrator sets them."""

ABOUT_RESOURCES: dict[str, Read] = {"resources": _texts, "resource": _text}
"""RFC 8707: the resource servers that its tokens may be for, and the one that it is itself, which
lets it introspect tokens of others. Ours, and only an administrator's, too."""

KEPT: dict[str, Read] = dict.fromkeys(URI_MEMBERS, _text) | {
    "contacts": _texts,
    "software_id": _text,
    "software_version": _text,
}
"""Registered names that are shown or kept."""

TRANSLATED = ("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri")
"""May come once for each language: `client_name#fr` (RFC 7591 §2.2)."""

NOT_OFFERED: dict[str, tuple[object, ...]] = {
    "id_token_encrypted_response_alg": (),
    "id_token_encrypted_response_enc": (),
    "userinfo_encrypted_response_alg": (),
    "userinfo_encrypted_response_enc": (),
    "request_object_encryption_alg": (),
    "request_object_encryption_enc": (),
    "authorization_encrypted_response_alg": (),
    "authorization_encrypted_response_enc": (),
    "introspection_signed_response_alg": (),
    "tls_client_certificate_bound_access_tokens": (False,),
}
"""Names that promise something we do not do, and the values that ask for nothing."""

_TYPES: dict[Read, Any] = {
    _text: str,
    _texts: list[str],
    _response_types: list[str],
    _number: int,
    _truth: bool,
    _key_set: dict[str, Any],
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_ABOUT = {"client_id", "client_id_issued_at", "client_secret", "client_secret_expires_at"} | {
    "disabled",
    "secrets",
}
"""What is said of a registration beside its metadata; nothing of it is asked for."""


def from_document(document: object) -> ProposedClient | Invalid:
    """What a document asks for. Its `client_id` and `client_secret` are the caller's to treat."""
    if not isinstance(document, dict):
        return Invalid({"": "must be a JSON object"})
    given = {member: value for member, value in document.items() if value is not None}
    problems = _not_offered(given)
    values: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for member, value in given.items():
        read = _reader(member)
        if read is None:
            continue
        target = values if member in CHECKED or member in OURS else kept
        try:
            target[member] = read(value)
        except _WrongType as wrong:
            problems[member] = str(wrong)
    if problems:
        return Invalid(problems)
    return ProposedClient(**_with_defaults(values), metadata=kept)


def types() -> dict[str, Any]:
    """Every member that we know, and what it holds."""
    return {
        member: _TYPES[read] for member, read in (CHECKED | OURS | ABOUT_RESOURCES | KEPT).items()
    }


def is_translation(member: str) -> bool:
    """Whether it is the same in another language (RFC 7591 §2.2)."""
    return "#" in member and _reader(member) is not None


def ignored_members(document: Mapping[str, Any]) -> list[str]:
    """What a document says in vain."""
    known = _ABOUT | NOT_OFFERED.keys()
    return sorted(member for member in document if member not in known and not _reader(member))


def as_document(client: RegisteredClient) -> dict[str, Any]:
    """The registered metadata, with defaults; what is unset is left out. It can be read again."""
    document: dict[str, Any] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "client_name": client.client_name,
        "application_type": client.application_type,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": [grant for grant in (*GRANT_TYPES, IMPLICIT) if grant in client.grant_types],
        "response_types": sorted(client.response_types),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "scope": " ".join(sorted(client.scopes, key=lambda scope: (scope != "openid", scope))),
        "subject_type": client.subject_type,
        "sector_identifier_uri": client.sector_identifier_uri,
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "userinfo_signed_response_alg": client.userinfo_signed_response_alg,
        "access_token_signed_response_alg": client.access_token_signed_response_alg,
        "authorization_signed_response_alg": client.authorization_signed_response_alg,
        "request_object_signing_alg": client.request_object_signing_alg,
        "token_endpoint_auth_signing_alg": client.token_endpoint_auth_signing_alg,
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
        "request_uris": list(client.request_uris) or None,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": client.backchannel_logout_session_required,
        "frontchannel_logout_uri": client.frontchannel_logout_uri,
        "frontchannel_logout_session_required": client.frontchannel_logout_session_required,
        "default_max_age": client.default_max_age,
        "default_acr_values": list(client.default_acr_values),
        "require_auth_time": client.require_auth_time,
        "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
        "require_signed_request_object": client.require_signed_request_object,
        "dpop_bound_access_tokens": client.dpop_bound_access_tokens,
        **{member: _listed(getattr(client, member)) for member in OURS},
        **client.metadata,
    }
    return {member: value for member, value in document.items() if value is not None}


def _listed(value: object) -> object:
    """JSON has no tuples; a list of nothing is not set."""
    return (list(value) or None) if isinstance(value, tuple) else value


def _reader(member: str) -> Read | None:
    name, _, language = member.partition("#")
    if language:
        return _text if name in TRANSLATED and _LANGUAGE.fullmatch(language) else None
    return (CHECKED | OURS | ABOUT_RESOURCES | KEPT).get(member)


def _not_offered(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        member: "is not offered"
        for member, harmless in NOT_OFFERED.items()
        if member in given and given[member] not in harmless
    }


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """What depends on other members when it is left out (RFC 7591 §2)."""
    grants = values.get("grant_types", ("authorization_code",))
    without_code: dict[str, Any] = {} if "authorization_code" in grants else {"response_types": ()}
    if not {"authorization_code", DEVICE_CODE, IMPLICIT} & set(grants):
        without_code["scope"] = ""
    uris = values.get("redirect_uris", ())
    host = uris[0].partition("//")[2].partition("/")[0] if uris else ""
    of_profile = fapi2.DEFAULTS if values.get("profile") == FAPI2 else {}
    return {"client_name": host or "Unnamed client", **without_code, **of_profile, **values}
