"""Why a request was refused, for the people who build the app: by the reason that the refusal gave
itself, what it means, what to do, and where it is written.

The wire says no more than its specification wants; these words are read in the product.
"""

from __future__ import annotations

from idp.oauth.explaining.address_causes import ADDRESS_CAUSES
from idp.oauth.explaining.cause import Cause
from idp.oauth.explaining.client_causes import CLIENT_CAUSES
from idp.oauth.explaining.token_causes import TOKEN_CAUSES

CAUSES: dict[str, Cause] = {
    **ADDRESS_CAUSES,
    **CLIENT_CAUSES,
    **TOKEN_CAUSES,
    # --- the client and its address
    "client unknown": Cause(
        "No application has this client_id.",
        "Copy the client_id from the registration; mind the environment it belongs to.",
        "RFC 6749 §4.1.2.1",
    ),
    "redirect_uri missing or repeated": Cause(
        "The request has no redirect_uri, or several.",
        "Send the redirect_uri exactly once.",
        "RFC 6749 §3.1.2",
    ),
    # --- parameters
    "code_challenge": Cause(
        "This application must use PKCE, and the request has no code_challenge.",
        "Switch PKCE on in the library, with the method S256. An administrator may waive it for an "
        "old confidential client.",
        "RFC 7636 §4.4.1",
    ),
    "code_challenge by plain": Cause(
        "The code_challenge is not by S256; without a method it would be plain.",
        "Send code_challenge_method=S256; most libraries have a setting for it.",
        "RFC 7636 §4.3",
    ),
    "code_challenge malformed": Cause(
        "The code_challenge is not 43 characters of base64url.",
        "It is base64url of SHA-256 of the code_verifier, without padding, encoded once.",
        "RFC 7636 §4.2",
    ),
    "unreadable": Cause(
        "A parameter holds NUL, or bytes that are no UTF-8, or the body cannot be read.",
        "Send a form: Content-Type application/x-www-form-urlencoded, UTF-8, at most 100 fields.",
        "RFC 6749 appendix B",
    ),
    "wrong method": Cause(
        "This endpoint takes POST only.",
        "Send a POST with the parameters as a form in the body; a redirect on the way, for "
        "instance from http to https, makes a GET of it.",
        "RFC 6749 §3.2",
    ),
    "registration": Cause(
        "The metadata was refused; the difference below says which member and why.",
        "Correct the member and register again.",
        "RFC 7591 §3.2.2",
    ),
    "registration token": Cause(
        "The token for the registration is missing, unknown, spent or expired.",
        "Ask an administrator for an initial access token; to manage a registration send its "
        "registration_access_token.",
        "RFC 7591 §3, RFC 7592 §2",
    ),
    "response_mode": Cause(
        "The response_mode is not offered, or not for this request: a query never brings tokens, "
        "and a form is posted to http and https addresses only.",
        "Leave it out, or send one of response_modes_supported in the discovery document.",
        "OIDC MRT §2.1, JARM §2.3",
    ),
    "require_pushed": Cause(
        "This application has to push its requests, and this one came by the browser.",
        "Post the parameters to the pushed_authorization_request_endpoint, then open the "
        "authorization_endpoint with the client_id and the request_uri of the answer only.",
        "RFC 9126 §6",
    ),
    "require_signed": Cause(
        "This application has to sign its requests, and this one came without a request object.",
        "Sign the parameters as a JWT and send it as request.",
        "RFC 9101 §10.5",
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
PROOF = Cause(
    "The DPoP proof was refused, or is not by the key that the token is bound to.",
    "Sign a new JWT for each request, by the same key: typ dpop+jwt, the public key as jwk in the "
    "header, htm the method, htu the address without its query, iat now, a new jti; and ath "
    "wherever an access token comes along.",
    "RFC 9449 §4.3",
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
    if key.startswith("DPoP"):
        return PROOF
    return REQUEST_OBJECT if key.startswith("request object") else UNKNOWN
