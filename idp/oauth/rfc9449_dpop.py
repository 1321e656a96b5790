"""RFC 9449, DPoP: whoever uses a token proves the key that it is bound to, anew for each request.

A proof is good once, for the method and the address that it names, and for five minutes by the
client's clock. Server nonces (§8) are left out: what they would prevent, a proof made in advance,
needs somebody inside the client.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import clock
from idp.clients import assertions
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth.asked import Asked
from idp.oauth.errors import InvalidProof
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import Received
from idp.oauth.rfc6750_bearer import DPOP, Presented
from idp.signing import foreign_jwt
from idp.signing.algorithms import ALGORITHMS
from idp.signing.foreign_jwt import LARGEST_SKEW, Claims, ForeignJwt, InvalidForeignJwt
from idp.signing.foreign_key import ForeignKey, read_set

METADATA = {"dpop_signing_alg_values_supported": list(ALGORITHMS)}

TYPE = "dpop+jwt"
LONGEST_LIFE = 5 * 60
"""Seconds from `iat` for which a proof is good."""
LONGEST_JTI = 255

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_PORTS = {"https": 443, "http": 80}


def dpop_jkt(asked: Asked) -> str | None:
    """§10: the key that whoever redeems the code will have to prove."""
    named = asked.get("dpop_jkt")
    if named is not None and _THUMBPRINT.fullmatch(named) is None:
        raise InvalidRequestError("The dpop_jkt is no thumbprint by SHA-256 (RFC 7638).")
    return named


def of_token_request(client: RegisteredClient, request: MachineRequest) -> str | None:
    """§5: the thumbprint of the key that the new tokens will be bound to; None: to none. Raises
    `InvalidProof`.
    """
    if request.proof is None and client.binds_access_tokens and not request.of_trial:
        raise InvalidProof("missing")
    return proven(request, "/token", client)


def with_key(
    received: Received, request: MachineRequest, path: str, client: RegisteredClient
) -> Received:
    """§10.1: a proof beside a pushed request says what `dpop_jkt` says. Raises `InvalidProof`."""
    jkt, named = proven(request, path, client), _named(received)
    if jkt is None or jkt == named:
        return received
    if named is not None:
        raise InvalidProof("of another key than dpop_jkt")
    others = [pair for pair in received.parameters if pair[0] != "dpop_jkt"]
    return Received([*others, ("dpop_jkt", jkt)])


def _named(received: Received) -> object:
    """`dpop_jkt`; that of a request object, which is judged later, wins (RFC 9101 §6.3)."""
    inside = foreign_jwt.peek(received.get("request") or "")
    return inside.get("dpop_jkt", received.get("dpop_jkt"))


def require_possession(shown: Presented, jkt: str | None, request: MachineRequest) -> None:
    """§7.1, §7.2: a bound token comes with a proof of its key, and no other comes as one. `jkt`:
    of the token. Raises `InvalidProof` or `InvalidToken`.
    """
    if jkt is None and shown.scheme != DPOP:
        return
    if jkt is None:
        raise shown.refused("DPoP: the token is bound to no key")
    if shown.scheme != DPOP:
        raise shown.refused("DPoP: a bound token shown as Bearer")
    if request.proof is None:
        raise InvalidProof("missing", status_code=401)
    try:
        of_key = proven(request, request.path, access_token=shown.token)
    except InvalidProof as fault:
        raise InvalidProof(fault.fault, status_code=401) from None
    if of_key != jkt:
        raise shown.refused("DPoP: proof of another key than the token's")


def proven(
    request: MachineRequest,
    path: str,
    client: RegisteredClient | None = None,
    *,
    access_token: str | None = None,
) -> str | None:
    """§4.3: the thumbprint of the key that the request proves; None: it tries none. `client`: who
    asks, where it is known. `access_token`: what the proof is shown together with. Raises
    `InvalidProof`.
    """
    if request.proof is None:
        return None
    try:
        proof = foreign_jwt.read(request.proof)
        if client is not None and not client.may_sign_by(proof.alg):
            raise InvalidProof("an alg that FAPI 2.0 does not allow")
        key, jkt = _key_of(proof)
        if not proof.is_signed_by([key]):
            raise InvalidProof("not signed by the key that it names")
        _require_occasion(proof.unverified, request.method, path)
        _require_token(proof.unverified, access_token)
        ends_at = _require_time(proof.unverified)
    except InvalidForeignJwt as fault:
        raise InvalidProof(str(fault)) from None
    _require_first_use(proof.unverified, jkt, ends_at)
    return jkt


def _key_of(proof: ForeignJwt) -> tuple[ForeignKey, str]:
    """§4.2: `typ` and the public key itself, in the header."""
    if proof.typ != TYPE:
        raise InvalidProof("typ is not dpop+jwt")
    if not isinstance(proof.brought_key, dict):
        raise InvalidProof("no jwk in the header")
    found = _imported(json.dumps(proof.brought_key, sort_keys=True))
    if found is None:
        raise InvalidProof("the jwk is no public key that signs")
    return found


@lru_cache(maxsize=1_000)
def _imported(jwk: str) -> tuple[ForeignKey, str] | None:
    """By its text: the same client comes again and again."""
    material = {name: value for name, value in json.loads(jwk).items() if name != "kid"}
    keys: Sequence[ForeignKey] = read_set({"keys": [material]})
    return (keys[0], keys[0].key.thumbprint()) if keys else None


def _require_occasion(claims: Claims, method: str, path: str) -> None:
    """§4.3, checks 8 and 9."""
    if claims.get("htm") != method:
        raise InvalidProof("htm is another method")
    issuer = urlsplit(settings().issuer)
    htu = claims.get("htu")
    if not isinstance(htu, str) or _place(htu) != _of(issuer, path):
        raise InvalidProof("htu is another address")


def _place(uri: str) -> tuple[str, str, int | None, str] | None:
    try:
        parts = urlsplit(uri)
        # What we compare it with has been decoded by the server.
        return _of(parts, unquote(parts.path))
    except ValueError:
        return None


def _of(parts: SplitResult, path: str) -> tuple[str, str, int | None, str]:
    """Without query and fragment, by RFC 3986 §6.2.2 and §6.2.3."""
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme), path


def _require_token(claims: Claims, access_token: str | None) -> None:
    """§4.3, check 12."""
    if access_token is None:
        return
    digest = hashlib.sha256(access_token.encode("utf-8", "surrogatepass")).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    if claims.get("ath") != expected:
        raise InvalidProof("ath is missing, or of another access token")


def _require_time(claims: Claims) -> datetime:
    """§4.3, check 11: when it was made, by a clock that may be somewhat wrong. Returns when it is
    good no more.
    """
    now, made_at = clock.now().timestamp(), foreign_jwt.instant(claims, "iat")
    if made_at is None:
        raise InvalidProof("iat is missing")
    if not now - LONGEST_LIFE < made_at <= now + LARGEST_SKEW:
        raise InvalidProof("iat is too far from now")
    return datetime.fromtimestamp(made_at + LONGEST_LIFE, UTC)


def _require_first_use(claims: Claims, jkt: str, ends_at: datetime) -> None:
    """§11.1."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise InvalidProof("jti is missing or too long")
    # No client_id holds a space, so no assertion of a client looks the same.
    if not assertions.spend(f"dpop {jkt}", jti, ends_at):
        raise InvalidProof("jti was used before")
