"""RFC 7636, proof key for code exchange. Only S256, and of every client (RFC 9700 §2.1.1).

An administrator may waive it for one confidential client with an old library; `plain` never works.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import BaseGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from idp import opaque
from idp.oauth import response_types
from idp.oauth.asked import Asked
from idp.oauth.errors import InvalidGrant

METADATA = {"code_challenge_methods_supported": ["S256"]}

UNUSABLE = "code_verifier missing, malformed or unexpected"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def code_challenge(asked: Asked) -> str | None:
    """§4.3, §4.4.1: present, well-formed and by S256; no method would mean `plain`."""
    if response_types.CODE not in response_types.names_of(asked):
        return None
    challenge, method = asked.get("code_challenge"), asked.get("code_challenge_method")
    if challenge is None and method is None and _is_waived(asked):
        return None
    if challenge is None:
        raise InvalidRequestError("The code_challenge is missing; PKCE with S256 is required.")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError("The code_challenge is malformed.")
    if method != "S256":
        raise InvalidRequestError("The code_challenge_method must be S256.")
    return challenge


def _is_waived(asked: Asked) -> bool:
    return asked.client.pkce_waived and not asked.client.is_public


def verify(challenge: str | None, verifier: str | None) -> None:
    """§4.6. A verifier without a challenge is an injected code, too (RFC 9700 §4.8)."""
    if challenge is None and verifier is None:
        return
    if challenge is None:
        raise InvalidGrant(UNUSABLE, "A code_verifier came, and no code_challenge came before it.")
    if verifier is None:
        raise InvalidGrant(UNUSABLE, "The code_verifier is missing.")
    if not _VERIFIER.fullmatch(verifier):
        raise InvalidGrant(UNUSABLE, "The code_verifier is not 43 to 128 unreserved characters.")
    if not hmac.compare_digest(challenge_of(verifier), challenge):
        raise InvalidGrant(
            "code_verifier does not match", "The code_verifier does not match the code_challenge."
        )


def challenge_of(verifier: str) -> str:
    """By S256."""
    return opaque.base64url(hashlib.sha256(verifier.encode("ascii")).digest())


class ProofKey(CodeChallenge):
    """Authlib's extension with our rules; the challenge is judged with the rest of the request."""

    def validate_code_challenge(self, _grant: object, _redirect_uri: str) -> None:
        """Judged by `code_challenge` before a grant exists."""

    def validate_code_verifier(self, grant: BaseGrant, _result: object) -> None:
        verify(
            grant.request.authorization_code.code_challenge, grant.request.form.get("code_verifier")
        )
