"""Why an app could not prove who it is, and why it may not ask for what it asks for. Pure."""

from __future__ import annotations

from idp.oauth.explaining.cause import Cause

_BASIC = "Send 'Authorization: Basic' with client_id:client_secret in base64."
_ADDRESS = "Copy the client_id from the registration; mind the environment it belongs to."
_CLOCK = "Set the clock of the app's machine by NTP; times are seconds since 1970, in UTC."

CLIENT_CAUSES: dict[str, Cause] = {
    "client unknown or disabled": Cause(
        "No enabled application has this client_id.", _ADDRESS, "RFC 6749 §5.2"
    ),
    "no credential": Cause(
        "Neither a secret, nor an assertion, nor a client_id came along.",
        "Send client_id and client_secret by the Authorization header or in the body.",
        "RFC 6749 §2.3.1",
    ),
    "header misspelt": Cause(
        "The credentials came in a header of another name, which nobody reads.",
        "Name the header Authorization, letter by letter. " + _BASIC,
        "RFC 6749 §2.3.1",
    ),
    "secret missing": Cause(
        "The client_id came without a secret; this application has to prove itself.",
        "Configure the client_secret, and see whether the library finds it: an empty environment "
        "variable looks the same.",
        "RFC 6749 §2.3.1",
    ),
    "public client sends a secret": Cause(
        "A secret came, and this application is registered as one that cannot keep any.",
        "Remove the client_secret from its configuration, or register it as an app on a server.",
        "RFC 6749 §2.1",
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
    "secret is the client_id": Cause(
        "The client_id came as client_secret.",
        "Configure the secret in its own place; see whether two settings are mixed up.",
        "RFC 6749 §2.3.1",
    ),
    "several credentials": Cause(
        "Credentials came in more than one way: a header, a body and an assertion exclude each "
        "other.",
        "Let the library use one token endpoint authentication method only.",
        "RFC 6749 §2.3",
    ),
    "another client_id than the header's": Cause(
        "The client_id of the body is not the one of the Authorization header.",
        "Send the same client_id in both, or leave it out of the body.",
        "RFC 6749 §2.3.1",
    ),
    "another scheme than Basic": Cause(
        "The Authorization header is not of the scheme Basic.", _BASIC, "RFC 6749 §2.3.1"
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
    "assertion audience": Cause(
        "The client_assertion was made for another audience than this provider.",
        "Set aud to the issuer exactly as the discovery document has it: scheme, host, port, and "
        "no slash at the end.",
        "RFC 7523 §3",
    ),
    "assertion expired": Cause(
        "The client_assertion has expired by our clock.",
        "Sign a new one for each request. If it is new, the clocks differ. " + _CLOCK,
        "RFC 7523 §3",
    ),
    "assertion too long": Cause(
        "The client_assertion lives longer than five minutes by our clock.",
        "Let exp be a minute or two from now. If it is, the clocks differ. " + _CLOCK,
        "RFC 7523 §3",
    ),
    "assertion from the future": Cause(
        "The client_assertion was made in the future by our clock.", _CLOCK, "RFC 7523 §3"
    ),
    "assertion used before": Cause(
        "The client_assertion came a second time.",
        "Sign a new one, with a new jti, for each request; do not keep one.",
        "RFC 7523 §3",
    ),
    "assertion key": Cause(
        "No registered key of the application made the signature of the client_assertion.",
        "Register the public half of the key that signs, by jwks or jwks_uri, with the same kid.",
        "RFC 7523 §3",
    ),
    "grant_type not registered": Cause(
        "The application is not registered for this grant_type.",
        "Have the grant added to the registration, or use a registered one.",
        "RFC 6749 §5.2",
    ),
    "grant_type not offered": Cause(
        "This provider does not know this grant_type.",
        "Use authorization_code with PKCE for people, client_credentials for programs. Passwords "
        "are never taken by an app.",
        "RFC 6749 §5.2, RFC 9700 §2.4",
    ),
    "grant_type of confidential clients": Cause(
        "An application that cannot keep a secret may not act for itself.",
        "Register a program without users; it gets a secret or a key.",
        "RFC 6749 §4.4",
    ),
}
