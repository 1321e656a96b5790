"""The rest of a trial once its answer is back: the code is exchanged, the ID token is checked as an
app should check it, UserInfo is asked, and everything that was issued is revoked.

Each step is the function that the endpoint itself is. Tokens are taken apart and never shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from idp import audit, clock
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import oidc_core_id_token, rfc7009_revocation, server
from idp.oauth.machine import JwtResponse, MachineRequest
from idp.oauth.parameters import Parameters, Received
from idp.oauth.trial import Trial, redirect_uri
from idp.signing import jwt
from idp.signing.algorithms import ALGORITHMS

_OPAQUE = ("access_token", "refresh_token", "id_token", "code", "code_verifier", "client_secret")


@dataclass(frozen=True, slots=True)
class Check:
    """What an app has to check, and whether it held. `name` is a key of the page's words."""

    name: str
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT, taken apart."""

    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hop:
    """A request to one of our endpoints, and its answer. Secrets and tokens are shortened."""

    endpoint: str
    sent: tuple[tuple[str, str], ...]
    status: int
    answer: dict[str, Any]


@dataclass(slots=True)
class Run:
    """Everything that happened, for the page."""

    outcome: str = "ok"
    sub: str | None = None
    hops: list[Hop] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    id_token: Token | None = None
    access_token: Token | None = None
    dropped: list[str] = field(default_factory=list)

    def as_document(self) -> dict[str, Any]:
        """The same as JSON."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return document


def exchange(client: RegisteredClient, trial: Trial, code: str, secret: str | None) -> Run:
    """The authorization code grant to its end."""
    fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri()),
        ("code_verifier", trial.verifier),
    ]
    run = Run()
    body = _token(run, client, fields, secret)
    if body is not None:
        _look_at_id_token(run, client, trial, body)
        _ask_userinfo(run, body)
        _note_dropped(run, trial.asked.get("scope", ""), body)
        _revoke(client, body)
    return _ended(run, client)


def as_machine(client: RegisteredClient, scope: str, secret: str | None) -> Run:
    """The client credentials grant."""
    run, fields = Run(), [("grant_type", "client_credentials")]
    body = _token(run, client, fields + ([("scope", scope)] if scope else []), secret)
    if body is not None:
        run.access_token = taken_apart(body.get("access_token"))
        _note_dropped(run, scope, body)
        _revoke(client, body)
    return _ended(run, client)


def _token(
    run: Run, client: RegisteredClient, fields: list[tuple[str, str]], secret: str | None
) -> dict[str, Any] | None:
    """None: it was refused, and the run says how."""
    credential: list[tuple[str, str]] = []
    speaks_for: RegisteredClient | None = client
    authorization = None
    if client.is_public:
        credential, speaks_for = [("client_id", client.client_id)], None
    elif secret:
        authorization, speaks_for = _basic(client, secret), None
        if client.token_endpoint_auth_method == "client_secret_post":  # noqa: S105  a method
            credential = [("client_id", client.client_id), ("client_secret", secret)]
            authorization = None
    request = MachineRequest(
        [*fields, *credential], authorization, of_trial=True, speaks_for=speaks_for
    )
    answer = server.token(request)
    run.hops.append(
        Hop("/token", shortened(request.parameters), answer.status, _shortened(answer.body))
    )
    if answer.status == 200:
        return answer.body
    run.outcome = str(answer.body.get("error", answer.status))
    return None


def _look_at_id_token(
    run: Run, client: RegisteredClient, trial: Trial, body: Mapping[str, Any]
) -> None:
    run.access_token = taken_apart(body.get("access_token"))
    raw = body.get("id_token")
    run.id_token = taken_apart(raw)
    if not isinstance(raw, str) or run.id_token is None:
        return  # without the scope openid there is none
    try:
        claims = dict(jwt.verify(raw, typ=jwt.ID_TOKEN, algs=ALGORITHMS))
        run.checks.append(
            Check("signature", holds=True, detail=str(run.id_token.header.get("kid")))
        )
    except jwt.InvalidToken:
        run.checks.append(Check("signature", holds=False))
        claims = run.id_token.claims
    alg = str(run.id_token.header.get("alg"))
    expected_hash = oidc_core_id_token.half_hash(str(body.get("access_token")), alg)
    run.sub = claims.get("sub")
    run.checks += [
        Check("alg", alg == client.id_token_signed_response_alg, alg),
        Check("iss", claims.get("iss") == settings().issuer, str(claims.get("iss"))),
        Check("aud", claims.get("aud") == client.client_id, str(claims.get("aud"))),
        Check("exp", claims.get("exp", 0) > clock.now().timestamp()),
        Check("nonce", claims.get("nonce") == trial.nonce),
        Check("at_hash", claims.get("at_hash") == expected_hash),
    ]


def _ask_userinfo(run: Run, body: Mapping[str, Any]) -> None:
    if run.id_token is None:
        return
    answer = server.userinfo(MachineRequest((), f"Bearer {body['access_token']}"))
    if isinstance(answer, JwtResponse):
        signed = taken_apart(answer.token)
        told, status = (signed.claims if signed else {}), 200
    else:
        told, status = answer.body, answer.status
    run.hops.append(Hop("/userinfo", (("Authorization", "Bearer …"),), status, told))
    run.checks.append(Check("sub", told.get("sub") == run.sub, str(run.sub)))


def _note_dropped(run: Run, scope: str, body: Mapping[str, Any]) -> None:
    given = set(str(body.get("scope", "")).split())
    run.dropped = [name for name in scope.split() if name not in given]


def _revoke(client: RegisteredClient, body: Mapping[str, Any]) -> None:
    """Nobody is to use what was only a test."""
    for name in ("refresh_token", "access_token"):
        if token := body.get(name):
            rfc7009_revocation.revoke(client, Received([("token", token)]))


def _ended(run: Run, client: RegisteredClient) -> Run:
    if run.outcome == "ok" and not all(check.holds for check in run.checks):
        run.outcome = "check_failed"
    audit.record(catalogue.TrialSignInEnded(client_id=client.client_id, outcome=run.outcome))
    return run


def taken_apart(token: object) -> Token | None:
    """Header and claims; whether they hold is another question."""
    if not isinstance(token, str) or token.count(".") != 2:
        return None
    header, claims, _ = token.split(".")
    try:
        return Token(_decoded(header), _decoded(claims))
    except ValueError:
        return None


def shortened(parameters: Parameters) -> tuple[tuple[str, str], ...]:
    """What proves something is told by its length only."""
    return tuple(
        (name, f"({len(value)} characters)" if name in _OPAQUE else value)
        for name, value in parameters
    )


def _shortened(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: f"({len(str(value))} characters)" if name in _OPAQUE else value
        for name, value in answer.items()
    }


def _basic(client: RegisteredClient, secret: str) -> str:
    pair = f"{client.client_id}:{secret}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def _decoded(segment: str) -> dict[str, Any]:
    padded = segment + "=" * (-len(segment) % 4)
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(padded))
    return found
