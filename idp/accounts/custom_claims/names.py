"""Which names a claim of one's own may have, and which scopes may release it. Pure.

The one gate of R66: no attribute of a user passes for something that the protocol says, or for a
claim that has its own place. It is asked when a claim is defined, and again whenever definitions
are read, so that a name which is reserved later is not told any more.
"""

from __future__ import annotations

import re

from idp.models.group import LONGEST_CLAIM_NAME

PROTOCOL = frozenset(
    {
        # RFC 7519 §4.1, OIDC Core §2 and §3.3.2.11, the logout specifications.
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce", "acr", "amr"),
        *("azp", "at_hash", "c_hash", "s_hash", "sid", "events", "toe", "txn", "sub_id", "sub_jwk"),
        *("_claim_names", "_claim_sources"),
        # RFC 8693, RFC 7800, RFC 9068, RFC 7662, RFC 9396: what tokens and introspection say.
        *("act", "may_act", "cnf", "scope", "client_id", "fam", "active", "token_type", "username"),
        "authorization_details",
        # Words of the protocol that a careless reader might take from a document of claims.
        *("access_token", "refresh_token", "id_token", "expires_in", "redirect_uri"),
        *("client_secret", "code", "state", "error"),
        # What OIDC Core §5.5 addresses in the `claims` parameter.
        *("userinfo", "essential", "value", "values"),
    }
)
"""Said by the provider alone."""

STANDARD = frozenset(
    {
        *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"),
        *("profile", "picture", "website", "email", "email_verified", "gender", "birthdate"),
        *("zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at"),
        *("verified_claims", "groups", "roles"),
    }
)
"""OIDC Core §5.1 and ours: they have a place of their own."""

OWN_SCOPES = frozenset(
    {"openid", "profile", "email", "address", "phone", "offline_access", "groups", "roles"}
)
"""What these release is settled; somebody who allowed one did not allow more."""
ADMINISTRATION = "admin:"
"""The beginning of the scopes of our own API."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:/~-]*")
_SCOPE = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,63}")
_RESERVED = PROTOCOL | STANDARD


def name_problem(name: str) -> str | None:
    """Why no claim can be called so. Letters count the same in either case: readers differ."""
    if len(name) > LONGEST_CLAIM_NAME or not _NAME.fullmatch(name):
        return f"a letter, then letters, digits and _ . : / ~ -, at most {LONGEST_CLAIM_NAME}"
    if name.casefold() in _RESERVED:
        return "is reserved: it has a meaning of its own in OpenID Connect"
    return None


def scope_problem(scope: str) -> str | None:
    """Why this scope cannot release a claim of one's own."""
    if not _SCOPE.fullmatch(scope):
        return "a letter, then letters, digits and _ . : / -, at most 64"
    if scope.casefold() in OWN_SCOPES or scope.casefold().startswith(ADMINISTRATION):
        return "is reserved: what it releases is settled; choose a scope of your own"
    return None
