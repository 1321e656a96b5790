"""Protocol errors: one class per registered code that Authlib lacks, and the two ways to tell one.

Every text is fixed ASCII; nothing that came in is ever put into a description (RFC 6749 §4.1.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
)

from idp.signing.algorithms import ALGORITHMS

if TYPE_CHECKING:
    from idp.clients.registered import RegisteredClient
    from idp.oauth.response import AuthorizationResponse

__all__ = [
    "DESCRIPTIONS",
    "AccessDeniedError",
    "InvalidClient",
    "InvalidGrant",
    "InvalidProof",
    "InvalidRequestError",
    "InvalidRequestObject",
    "InvalidRequestUri",
    "InvalidScopeError",
    "InvalidTarget",
    "OAuth2Error",
    "PushRefused",
    "RedirectedError",
    "ShownError",
    "UnauthorizedClientError",
    "Unsupported",
    "refusal",
]

DPOP_CHALLENGE = f'DPoP algs="{" ".join(ALGORITHMS)}"'
"""RFC 9449 §7.1."""

DESCRIPTIONS = {
    "access_denied": "The user declined the request.",
    "account_selection_required": "The user has to choose an account.",
    "consent_required": "The user has to consent first.",
    "interaction_required": "The user has to complete a step first.",
    "login_required": "The user has to sign in first.",
    "unmet_authentication_requirements": "The requested authentication context cannot be reached.",
    "invalid_request_object": "The request object is not valid, or not signed by the client.",
    "invalid_request_uri": "The request_uri is not registered, or nothing can be fetched there.",
    "request_uri_not_supported": "Request objects by reference are not supported.",
    "registration_not_supported": "The registration parameter is not supported.",
    "unsupported_response_type": "The response_type is not supported.",
    "unsupported_grant_type": "The grant_type is not supported.",
    "invalid_client": "Client authentication failed.",
    "invalid_grant": (
        "The code or refresh token is invalid, expired, revoked, already used or of another client."
    ),
    "invalid_target": "The resource is malformed or not available to this client.",
    "server_error": "The server met an unexpected condition.",
}
"""Texts by code, where one text is enough for every cause."""


class Unsupported(OAuth2Error):
    """A registered error whose code says it all."""

    def __init__(self, code: str) -> None:
        super().__init__(error=code, description=DESCRIPTIONS[code])


class InvalidTarget(OAuth2Error):
    """RFC 8707 §2."""

    error = "invalid_target"
    description = DESCRIPTIONS["invalid_target"]


class InvalidRequestObject(OAuth2Error):
    """RFC 9101 §7, OIDC Core §3.1.2.6. `reason` is for the audit log."""

    def __init__(self, reason: str) -> None:
        code = "invalid_request_object"
        super().__init__(error=code, description=DESCRIPTIONS[code])
        self.reason = reason


class InvalidRequestUri(OAuth2Error):
    """RFC 9101 §7, OIDC Core §3.1.2.6. `reason` is for the audit log."""

    def __init__(self, reason: str) -> None:
        code = "invalid_request_uri"
        super().__init__(error=code, description=DESCRIPTIONS[code])
        self.reason = reason


class PushRefused(OAuth2Error):
    """RFC 9126 §2.3: what would be wrong with it at the authorization endpoint. `failed`: the
    judgement that it did not pass. `reason` is for the audit log.
    """

    def __init__(self, code: str, description: str, reason: str, failed: str) -> None:
        super().__init__(error=code, description=description)
        self.reason = reason or description
        self.failed = failed


class InvalidClient(InvalidClientError):
    """RFC 6749 §5.2, uniformly 401: whether the client exists is not told. `reason`: for logs."""

    def __init__(self, reason: str, client: RegisteredClient | None = None) -> None:
        super().__init__(description=DESCRIPTIONS["invalid_client"], status_code=401)
        self.reason = reason
        self.client = client

    def get_headers(self) -> list[tuple[str, str]]:
        return [("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"')]


class InvalidProof(OAuth2Error):
    """RFC 9449 §5, §7.1: the client may know why, since the proof is its own."""

    error = "invalid_dpop_proof"

    def __init__(self, reason: str, *, status_code: int = 400) -> None:
        super().__init__(description=f"The DPoP proof: {reason}.", status_code=status_code)
        self.reason = f"DPoP proof: {reason}"
        self.fault = reason

    def get_headers(self) -> list[tuple[str, str]]:
        if self.status_code != 401:
            return []
        described = f'error="{self.error}", error_description="{self.description}"'
        return [("WWW-Authenticate", f"{DPOP_CHALLENGE}, {described}")]


class InvalidGrant(InvalidGrantError):
    """RFC 6749 §5.2: one text for every cause, unless `told` says more to whoever holds the code
    anyway. `reason` is for the audit log.
    """

    def __init__(self, reason: str, told: str = DESCRIPTIONS["invalid_grant"]) -> None:
        super().__init__(description=told)
        self.reason = reason


def refusal(code: str) -> OAuth2Error:
    """The error with which a request ends that was judged sound."""
    return OAuth2Error(error=code, description=DESCRIPTIONS.get(code, ""))


class ShownError(Exception):
    """The client or its redirect URI is not trustworthy: a page for the user, never a redirect.

    `code` and `explanation` may be shown; `detail` is for the log. `client` is known when the fault
    lies behind its identification.
    """

    def __init__(
        self,
        code: str,
        explanation: str,
        *,
        detail: str = "",
        client: RegisteredClient | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.explanation = explanation
        self.detail = detail or explanation
        self.client = client


class RedirectedError(Exception):
    """The request is refused and the client is told, by the response mode it asked for."""

    def __init__(self, response: AuthorizationResponse, error: OAuth2Error) -> None:
        super().__init__(error.error)
        self.response = response
        self.code: str = error.error
        self.description: str = error.get_error_description()


def body_of(error: OAuth2Error) -> dict[str, Any]:
    """The JSON of an error answer (RFC 6749 §5.2)."""
    body = {"error": error.error}
    if description := error.get_error_description():
        body["error_description"] = description
    return body


def challenge_of(error: OAuth2Error) -> dict[str, str]:
    """The header that belongs to an error answer, if any (RFC 6749 §5.2, RFC 6750 §3)."""
    return {name: value for name, value in error.get_headers() if name == "WWW-Authenticate"}
