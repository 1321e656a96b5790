"""Why an address is not the registered one, by the kind of the difference; and why the provider was
asked under a name that is not its own. Pure.
"""

from __future__ import annotations

from idp.oauth.explaining.cause import Cause

NOT_REGISTERED = "redirect_uri not registered"
DIFFERS = "redirect_uri differs"
"""At the exchange of a code, from the one of the authorization request."""

_EXACT = "Register exactly the address that the app sends, or let the app send a registered one."
_SECTION = "RFC 9700 §2.1"
_HINTS = {
    "differs by a slash at the end": (
        "The redirect_uri differs from a registered one by the slash at its end; they are compared "
        "byte for byte.",
        "Make both the same: remove or add the slash on one side.",
    ),
    "differs by http and https": (
        "The redirect_uri begins with http and a registered one with https, or the other way "
        "round.",
        "Behind a proxy the app does not know that it is reached by https: let it trust "
        "X-Forwarded-Proto, or set its public address. An address on the internet is https.",
    ),
    "differs by capital letters": (
        "The redirect_uri differs from a registered one by capital letters.",
        "Write it in the same letters on both sides; paths and hosts are compared byte for byte.",
    ),
    "differs by percent-encoding": (
        "The redirect_uri differs from a registered one by how its characters are encoded.",
        "Encode the value of the parameter once, and register it as it reads after decoding.",
    ),
    "differs by its port": (
        "The redirect_uri has another port than a registered one.",
        "Register the port that the app is reached by; behind a proxy the public one, which is "
        "none for https.",
    ),
    "differs by localhost and 127.0.0.1": (
        "The redirect_uri says localhost where a registered one says 127.0.0.1, or the other way "
        "round. They are different names.",
        "Open the app under the name that is registered, or register the other one, too.",
    ),
    "differs after the question mark": (
        "The redirect_uri differs from a registered one behind its question mark.",
        "Keep what changes in state, not in the redirect_uri.",
    ),
}


def key(kind: str, start: str = NOT_REGISTERED) -> str:
    """The name of the cause for this kind of difference."""
    return f"{start}: {kind}" if kind in _HINTS else start


ADDRESS_CAUSES: dict[str, Cause] = {
    NOT_REGISTERED: Cause(
        "The redirect_uri differs from every registered one; they are compared byte for byte.",
        _EXACT,
        _SECTION,
    ),
    DIFFERS: Cause(
        "The redirect_uri of the exchange is not the one of the authorization request.",
        "Send the same redirect_uri in both requests, byte for byte.",
        "RFC 6749 §4.1.3",
    ),
    **{
        key(kind): Cause(means, f"{fix} {_EXACT}", _SECTION)
        for kind, (means, fix) in _HINTS.items()
    },
    **{
        key(kind, DIFFERS): Cause(
            "The redirect_uri of the exchange is not the one of the authorization request.",
            f"Send the same redirect_uri in both requests, byte for byte. {fix}",
            "RFC 6749 §4.1.3",
        )
        for kind, (_, fix) in _HINTS.items()
    },
    "wrong issuer": Cause(
        "The request was sent to another address than the issuer's.",
        "Configure the issuer exactly as the discovery document has it: scheme, host, port, no "
        "path and no slash at the end. Behind a proxy, let it pass the Host header on.",
        "OIDC Discovery §4.3, RFC 8414 §3.3",
    ),
    "post_logout_redirect_uri not registered": Cause(
        "The post_logout_redirect_uri is not registered for the application, so the user stayed "
        "here after signing out.",
        "Register exactly the address that the app sends; it is compared byte for byte.",
        "RP-Initiated Logout §3",
    ),
    "logout without client": Cause(
        "Nothing in the request says which application it is of, so its post_logout_redirect_uri "
        "was not followed.",
        "Send the id_token_hint of the last sign-in, or the client_id.",
        "RP-Initiated Logout §2",
    ),
    "id_token_hint is not ours": Cause(
        "The id_token_hint was not issued by us, or to another application than the client_id "
        "names.",
        "Send the ID token of the last sign-in at this provider, unchanged.",
        "RP-Initiated Logout §4",
    ),
}
