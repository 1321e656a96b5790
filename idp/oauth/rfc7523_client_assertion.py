"""RFC 7523 §2.2, §3: a client proves itself by a JWT that it has signed, once (`private_key_jwt`).

Narrowed: `jti` is required, good for one request, and the assertion ends within five minutes (most
libraries say one; Authlib's hour has to be shortened, see docs/clients.md). The audience may be the
issuer, the token endpoint or the endpoint that is called, alone or among others.
"""

from __future__ import annotations

from datetime import UTC, datetime

from idp import clock
from idp.clients import assertions, keys
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth.errors import InvalidClient
from idp.signing import foreign_jwt
from idp.signing.algorithms import ALGORITHMS
from idp.signing.foreign_jwt import LARGEST_SKEW, ForeignJwt, InvalidForeignJwt

METHOD = "private_key_jwt"
METADATA = {
    "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
    "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
    "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
}

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = 5 * 60
"""Seconds from now to `exp` (R71)."""
SKEW = 10
"""Seconds that a longest life may seem longer by a client's clock."""
LONGEST_JTI = 255

_TYPES = frozenset({None, "jwt", "client-authentication+jwt"})
_OF_A_REQUEST_OBJECT = frozenset({"response_type", "redirect_uri"})


def read(assertion: str | None, assertion_type: str | None) -> ForeignJwt:
    """§2.2: the assertion, as yet unproven. Raises `InvalidClient`."""
    if assertion is None or assertion_type != TYPE:
        raise InvalidClient("assertion without its type, or of another one")
    try:
        return foreign_jwt.read(assertion)
    except InvalidForeignJwt as fault:
        raise InvalidClient(f"assertion: {fault}") from None


def named_by(assertion: ForeignJwt, client_id: str | None) -> str:
    """§3, rules 1 and 2: `iss` and `sub` are the client; RFC 7521 §4.2: so is a `client_id`."""
    named = assertion.unverified.get("sub")
    if not isinstance(named, str) or assertion.unverified.get("iss") != named:
        raise InvalidClient("assertion: iss and sub are not one client")
    if client_id not in {None, named}:
        raise InvalidClient("assertion of another client than client_id")
    return named


def require_proof(client: RegisteredClient, assertion: ForeignJwt, endpoint: str) -> None:
    """§3. The signature is judged before the claims, and the `jti` spent when all else is right."""
    try:
        _require_kind(client, assertion)
        if not keys.have_signed(client, assertion):
            raise InvalidClient("assertion: no key of the client made the signature", client)
        _require_audience(client, assertion, endpoint)
        expires_at = _require_times(client, assertion)
    except InvalidForeignJwt as fault:
        raise InvalidClient(f"assertion: {fault}", client) from None
    _require_first_use(client, assertion, expires_at)


def _require_kind(client: RegisteredClient, assertion: ForeignJwt) -> None:
    """RFC 8725 §3.12: by the registered algorithm, and no JWT that was made for something else."""
    if client.token_endpoint_auth_signing_alg not in {None, assertion.alg}:
        raise InvalidClient("assertion: another alg than registered", client)
    if not client.may_sign_by(assertion.alg):
        raise InvalidClient("assertion: an alg that FAPI 2.0 does not allow", client)
    if assertion.typ not in _TYPES or _OF_A_REQUEST_OBJECT & assertion.unverified.keys():
        raise InvalidClient("assertion: a JWT for another purpose", client)


def _require_audience(client: RegisteredClient, assertion: ForeignJwt, endpoint: str) -> None:
    """§3, rule 3; OIDC Core §9 names the token endpoint, RFC 9126 §2 the issuer; FAPI 2.0 §5.3.2.1
    wants nothing but the issuer, as a string.
    """
    issuer = settings().issuer
    if client.is_fapi2 and assertion.unverified.get("aud") != issuer:
        raise InvalidClient("assertion: for another audience", client)
    ours = {issuer, f"{issuer}/token", issuer + endpoint}
    if ours.isdisjoint(foreign_jwt.audience(assertion.unverified)):
        raise InvalidClient("assertion: for another audience", client)


def _require_times(client: RegisteredClient, assertion: ForeignJwt) -> datetime:
    """§3, rules 4 to 6."""
    now = clock.now().timestamp()
    expires_at = foreign_jwt.instant(assertion.unverified, "exp")
    if expires_at is None or expires_at <= now:
        raise InvalidClient("assertion: exp missing or past", client)
    if expires_at > now + LONGEST_LIFE + SKEW:
        raise InvalidClient("assertion: exp too far ahead", client)
    for name in ("iat", "nbf"):
        if (foreign_jwt.instant(assertion.unverified, name) or 0) > now + LARGEST_SKEW:
            raise InvalidClient(f"assertion: {name} in the future", client)
    return datetime.fromtimestamp(expires_at, UTC)


def _require_first_use(
    client: RegisteredClient, assertion: ForeignJwt, expires_at: datetime
) -> None:
    """§3, rule 7."""
    jti = assertion.unverified.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise InvalidClient("assertion: jti missing or too long", client)
    if not assertions.spend(client.client_id, jti, expires_at):
        raise InvalidClient("assertion: jti used before", client)
