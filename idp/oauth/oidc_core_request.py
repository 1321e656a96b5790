"""OpenID Connect Core §3.1.2.1, the authentication request: `prompt`, `max_age`, `acr_values`,
`nonce`, hints.

`display` and `claims_locales` are accepted and have no effect. The `registration` parameter (§7) is
refused by its code.
"""

from __future__ import annotations

import re

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import language
from idp.authentication import assurance
from idp.oauth import oidc_prompt_create, response_types
from idp.oauth.asked import Asked
from idp.oauth.errors import Unsupported
from idp.signing import jwt
from idp.signing.algorithms import ALGORITHMS

PROMPTS = ("none", "login", "consent", "select_account")

METADATA = {
    "acr_values_supported": assurance.names_up_to(assurance.Assurance.TWO_FACTOR),
    "prompt_values_supported": list(PROMPTS),
    "ui_locales_supported": list(language.LANGUAGES),
}

MAXIMUM_NONCE = 512
MAXIMUM_HINT = 320
MAXIMUM_LIST = 20
FOREIGN_HINT = "The id_token_hint is not an ID token of ours for this client."
_AGE = re.compile(r"[0-9]{1,10}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z0-9-]{1,35}")


def require_registered_client(asked: Asked) -> None:
    """§3.1.2.6: nobody registers in passing; that is refused by its own code."""
    if asked.get("registration") is not None:
        raise Unsupported("registration_not_supported")


def nonce(asked: Asked) -> str | None:
    """§3.1.2.1: returned exactly, so what is too long is refused and never cut. An ID token that
    comes by the browser needs one (§3.2.2.1, §3.3.2.11).
    """
    value = asked.get("nonce")
    if value is None and "id_token" in response_types.names_of(asked):
        raise InvalidRequestError("The nonce is missing.")
    if value is not None and len(value) > MAXIMUM_NONCE:
        raise InvalidRequestError("The nonce is too long.")
    return value


def prompt(asked: Asked) -> frozenset[str]:
    """§3.1.2.1: known values, each honoured; `none` stands alone."""
    text = asked.get("prompt")
    if text is None:
        return frozenset()
    values = frozenset(text.split(" ")) - {""}
    if not values <= {*PROMPTS, oidc_prompt_create.PROMPT}:
        raise InvalidRequestError("The prompt holds an unknown value.")
    if "none" in values and len(values) > 1:
        raise InvalidRequestError("The prompt none cannot be combined.")
    return values


def max_age(asked: Asked) -> int | None:
    """§3.1.2.1: whole seconds, not negative, below 2**31."""
    text = asked.get("max_age")
    if text is None:
        return None
    if not _AGE.fullmatch(text) or int(text) >= 2**31:
        raise InvalidRequestError("The max_age is no whole number from 0 to 2147483647.")
    return int(text)


def acr_values(asked: Asked) -> tuple[str, ...]:
    """§3.1.2.1: in order of preference; names that we do not know are ignored."""
    text = asked.get("acr_values")
    if text is None:
        return ()
    return tuple(dict.fromkeys(name for name in text.split(" ") if assurance.level_of(name)))


def login_hint(asked: Asked) -> str | None:
    """§3.1.2.1: fills a form field; one that cannot is ignored, a hint never fails a request."""
    value = asked.get("login_hint")
    return value if value and len(value) <= MAXIMUM_HINT and value.isprintable() else None


def hinted_sub(asked: Asked) -> str | None:
    """§3.1.2.1: whom an ID token of ours for this client names, expired or not. Signs nobody in."""
    hint = asked.get("id_token_hint")
    if hint is None:
        return None
    try:
        claims = jwt.verify_even_if_expired(hint, typ=jwt.ID_TOKEN, algs=ALGORITHMS)
    except jwt.InvalidToken:
        raise InvalidRequestError(FOREIGN_HINT) from None
    if claims["aud"] != asked.client.client_id:
        raise InvalidRequestError(FOREIGN_HINT)
    sub: str = claims["sub"]
    return sub


def ui_locales(asked: Asked) -> tuple[str, ...]:
    """§3.1.2.1: language tags in order of preference; what is none is ignored."""
    text = asked.get("ui_locales")
    if text is None:
        return ()
    return tuple(tag for tag in text.split(" ") if _LANGUAGE_TAG.fullmatch(tag))[:MAXIMUM_LIST]
