"""Why a request was refused, for the people who build the app: by the reason that the refusal gave
itself, what it means, what to do, and where it is written.

The wire says no more than its specification wants; these words are read in the product.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`means` and `fix` are sentences; `section` names the specification."""

    means: str
    fix: str
    section: str


_REGISTER = "Register exactly the address that the app sends, or let the app send a registered one."
_AGAIN = "Start a new sign-in; a code is exchanged once, at once, by the app that asked for it."
_SIGN_IN_AGAIN = "Send the user through a new sign-in; treat this answer as the end of the session."

CAUSES: dict[str, Cause] = {
    # --- the client and its address
    "client unknown": Cause(
        "No application has this client_id.",
        "Copy the client_id from the registration; mind the environment it belongs to.",
        "RFC 6749 §4.1.2.1",
    ),
    "client disabled": Cause(
        "The application was disabled by an administrator.",
        "Ask the administrator to enable it.",
        "RFC 6749 §4.1.2.1",
    ),
    "redirect_uri not registered": Cause(
        "The redirect_uri differs from every registered one; they are compared byte for byte.",
        _REGISTER,
        "RFC 9700 §2.1",
    ),
    "redirect_uri missing or repeated": Cause(
        "The request has no redirect_uri, or several.",
        "Send the redirect_uri exactly once.",
        "RFC 6749 §3.1.2",
    ),
    # --- client authentication
    "client unknown or disabled": Cause(
        "No enabled application has this client_id.",
        "Copy the client_id from the registration; mind the environment it belongs to.",
        "RFC 6749 §5.2",
    ),
    "no credential": Cause(
        "Neither a secret, nor an assertion, nor a client_id came along.",
        "Send client_id and client_secret by the Authorization header or in the body.",
        "RFC 6749 §2.3.1",
    ),
    "wrong secret": Cause(
        "The client_secret is not one of this application's.",
        "Copy the secret again, without spaces or line breaks, or rotate it.",
        "RFC 6749 §2.3.1",
    ),
    "secret is a hash": Cause(
        "What was sent as client_secret looks like a hash of a secret.",
        "Configure the secret itself; hashing it is our business.",
        "RFC 6749 §2.3.1",
    ),
    "secret has spaces": Cause(
        "The client_secret begins or ends with a space or a line break.",
        "Remove the white space; it often comes along when a secret is pasted or read from a file.",
        "RFC 6749 §2.3.1",
    ),
    "secret expired": Cause(
        "This client_secret was right once; it was replaced and has ended.",
        "Configure the new secret.",
        "RFC 6749 §2.3.1",
    ),
    "another scheme than Basic": Cause(
        "The Authorization header is not of the scheme Basic.",
        "Send 'Authorization: Basic' with client_id:client_secret in base64.",
        "RFC 6749 §2.3.1",
    ),
    "Basic is not base64": Cause(
        "What stands behind Basic is not base64.",
        "Encode client_id:client_secret in base64, without line breaks.",
        "RFC 7617 §2",
    ),
    "Basic without a colon": Cause(
        "The Authorization header holds no colon between client_id and client_secret.",
        "Join both by a colon before encoding.",
        "RFC 7617 §2",
    ),
    # --- codes
    "code never issued": Cause(
        "No such code was issued here, or it was so long ago that it is forgotten.",
        "See whether the code is cut, encoded twice, or of another provider.",
        "RFC 6749 §4.1.3",
    ),
    "code of another client": Cause(
        "The code was issued to another application.",
        "Exchange a code by the client_id that asked for it.",
        "RFC 6749 §4.1.3",
    ),
    "code expired": Cause("The code came too late.", _AGAIN, "RFC 6749 §4.1.2"),
    "code already used": Cause(
        "The code was exchanged before. Everything issued from it has been revoked, because one of "
        "the two may have stolen it.",
        "See whether the callback is handled twice: a reload, a retry, two workers. " + _AGAIN,
        "RFC 6749 §4.1.2",
    ),
    "code revoked, user disabled or session ended": Cause(
        "The user signed out, or was disabled, before the code was exchanged.",
        _SIGN_IN_AGAIN,
        "RFC 6749 §4.1.2",
    ),
    "redirect_uri differs": Cause(
        "The redirect_uri of the exchange is not the one of the authorization request.",
        "Send the same redirect_uri in both requests, byte for byte.",
        "RFC 6749 §4.1.3",
    ),
    "code_verifier does not match": Cause(
        "The code_verifier does not belong to the code_challenge of the request.",
        "Keep one verifier per sign-in, in the user's session; S256 is base64url of SHA-256, "
        "without padding.",
        "RFC 7636 §4.6",
    ),
    "code_verifier missing, malformed or unexpected": Cause(
        "The code_verifier is missing or malformed, or the request had no code_challenge.",
        "Send code_challenge in the first and its code_verifier (43 to 128 characters) in the "
        "second request, or neither.",
        "RFC 7636 §4.6",
    ),
    # --- refresh tokens
    "refresh token unknown or of another client": Cause(
        "No such refresh token was issued to this application.",
        "See whether it is cut or of another environment. " + _SIGN_IN_AGAIN,
        "RFC 6749 §6",
    ),
    "refresh token already used": Cause(
        "The refresh token was replaced by a newer one before. All tokens of this sign-in have "
        "been revoked, because one of the two may have stolen it.",
        "Store the new refresh token of every answer, and refresh in one place at a time.",
        "RFC 9700 §4.14.2",
    ),
    "refresh token idle too long": Cause(
        "The refresh token was not used for longer than it lives.",
        _SIGN_IN_AGAIN,
        "RFC 6749 §6",
    ),
    "family expired": Cause(
        "The sign-in behind this token has reached its end.", _SIGN_IN_AGAIN, "RFC 6749 §6"
    ),
    "family revoked, user disabled or session over": Cause(
        "The user signed out, took back the consent, or was disabled.",
        _SIGN_IN_AGAIN + " For access without a session ask for offline_access.",
        "RFC 6749 §6",
    ),
    # --- parameters
    "code_challenge": Cause(
        "This application must use PKCE, by S256.",
        "Switch PKCE on in the library, with the method S256. An administrator may waive it for an "
        "old confidential client.",
        "RFC 7636 §4.4.1",
    ),
    "response_type": Cause(
        "The response_type is missing, unknown, or not registered for this application.",
        "Send response_type=code.",
        "RFC 6749 §3.1.1",
    ),
    "scope": Cause(
        "No requested scope is allowed to this application.",
        "Ask for openid and scopes of the registration, or have more registered.",
        "RFC 6749 §3.3",
    ),
    "prompt": Cause(
        "The prompt holds an unknown value, or none beside others.",
        "Send none alone, or any of login, consent, select_account, create.",
        "OIDC Core §3.1.2.1",
    ),
    "max_age": Cause(
        "The max_age is no whole number of seconds.", "Send digits only.", "OIDC Core §3.1.2.1"
    ),
    "nonce": Cause(
        "The nonce is missing where an ID token comes by the browser, or too long.",
        "Send a new nonce of at most 512 characters with each request.",
        "OIDC Core §3.2.2.1",
    ),
    "claims": Cause(
        "The claims parameter is not the JSON that it should be.",
        "Compare it with the example of the specification; see whether it is encoded twice.",
        "OIDC Core §5.5",
    ),
    "resource": Cause(
        "The resource is malformed, or not allowed to this application.",
        "Send an absolute URI without fragment that is among the application's resources.",
        "RFC 8707 §2",
    ),
    "hinted_sub": Cause(
        "The id_token_hint was not issued by us to this application.",
        "Send the ID token of the last sign-in, unchanged.",
        "OIDC Core §3.1.2.1",
    ),
    "repeated": Cause(
        "A parameter came more than once.",
        "Send each parameter once; look for a query and a body that both hold it.",
        "RFC 6749 §3.1",
    ),
    "grant_type": Cause(
        "The grant_type is missing or unknown.",
        "Send grant_type=authorization_code, as a form in the body: "
        "Content-Type application/x-www-form-urlencoded.",
        "RFC 6749 §4.1.3",
    ),
    # --- after judgement
    "login_required": Cause(
        "prompt=none was sent and the user is not signed in, or not recently or strongly enough.",
        "Repeat the request without prompt=none.",
        "OIDC Core §3.1.2.6",
    ),
    "consent_required": Cause(
        "prompt=none was sent and the user has not allowed all of these scopes yet.",
        "Repeat the request without prompt=none.",
        "OIDC Core §3.1.2.6",
    ),
    "interaction_required": Cause(
        "prompt=none was sent and the user has to complete a step first.",
        "Repeat the request without prompt=none.",
        "OIDC Core §3.1.2.6",
    ),
    "account_selection_required": Cause(
        "prompt=none was sent and several accounts are signed in.",
        "Send an id_token_hint or login_hint, or repeat the request without prompt=none.",
        "OIDC Core §3.1.2.6",
    ),
    "access_denied": Cause(
        "The user pressed Cancel.", "Offer the sign-in again.", "RFC 6749 §4.1.2.1"
    ),
    "unmet_authentication_requirements": Cause(
        "The user cannot reach any of the essential acr values.",
        "Ask for them as voluntary, or have the user set up a second factor first.",
        "OIDC Core §5.5.1.1",
    ),
}

ASSERTION = Cause(
    "The client_assertion was refused; the difference below says where.",
    "Sign a new JWT for each request: iss and sub the client_id, aud the issuer, exp within five "
    "minutes, a new jti, by a registered key.",
    "RFC 7523 §3",
)
METHOD = Cause(
    "The application proved itself by another method than the registered one.",
    "Set the library's token endpoint authentication method to the registered one.",
    "RFC 6749 §2.3",
)
REQUEST_OBJECT = Cause(
    "The request object was refused; the difference below says where.",
    "Sign it by a registered key, for the issuer as audience, with the registered algorithm.",
    "RFC 9101 §6",
)
UNKNOWN = Cause(
    "The request was refused; the error code and the judgement that failed are below.",
    "Compare what was received with the specification of that parameter.",
    "RFC 6749 §5.2",
)


def of(key: str | None) -> Cause:
    """The explanation of a key; one in general words where there is none of its own."""
    if key is None:
        return UNKNOWN
    if key in CAUSES:
        return CAUSES[key]
    if key.startswith("assertion"):
        return ASSERTION
    if key.startswith("method "):
        return METHOD
    return REQUEST_OBJECT if key.startswith("request object") else UNKNOWN
