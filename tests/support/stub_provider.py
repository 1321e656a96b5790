"""A provider that says whatever a test wants: the example app must believe only what it checked."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server


@dataclass
class StubProvider:
    """`claims` and `userinfo` overrule what is issued; `metadata` what is announced."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    token_error: dict[str, str] | None = None
    token_requests: list[dict[str, str]] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    signing_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    published_key: ECKey | None = None

    def authorized(self, location: str) -> dict[str, str]:
        """The response to the authorization request in `location`, which the tokens will fit."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        self.asked = asked
        return {"code": "the-code", "state": asked["state"], "iss": self.issuer}

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._configuration)
        app.add_url_rule("/jwks", view_func=self._jwks)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        return app

    def _configuration(self) -> Response:
        return jsonify(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["ES256"],
                "authorization_response_iss_parameter_supported": True,
            }
            | self.metadata
        )

    def _jwks(self) -> Response:
        key = self.published_key or self.signing_key
        return jsonify(keys=[key.as_dict(private=False) | {"kid": "one", "alg": "ES256"}])

    def _token(self) -> Response | tuple[Response, int]:
        self.token_requests.append(request.form.to_dict())
        if self.token_error:
            return jsonify(self.token_error), 400
        return jsonify(
            access_token=f"access-{len(self.token_requests)}",
            token_type="Bearer",
            expires_in=600,
            refresh_token="refresh-1",
            id_token=self._id_token(),
        )

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "ann",
            "aud": "app",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "urn:idp:loa:1fa",
            "amr": ["pwd"],
        }
        if "code" in self.token_requests[-1]:
            claims["nonce"] = self.asked["nonce"]
        kept = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": "one"}, kept, self.signing_key)

    def _userinfo(self) -> Response:
        return jsonify({"sub": "ann", "name": "Ann <b>Bold</b>"} | self.userinfo)


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def claims_parameter(asked: dict[str, str]) -> object:
    """The `claims` of the last authorization request."""
    return json.loads(asked["claims"])


@contextmanager
def running() -> Iterator[StubProvider]:
    """On a free port, in a thread."""
    stub = StubProvider()
    server = make_server("127.0.0.1", 0, stub.app(), threaded=True)
    stub.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
