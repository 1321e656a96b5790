"""OAuth 2.0 Form Post Response Mode, and the choice of a mode (Multiple Response Types §2.1)."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oauth import jarm_response_mode, response_types
from idp.oauth.asked import Asked
from idp.oauth.response import PLAIN, ResponseMode

METADATA = {"response_modes_supported": [mode.value for mode in PLAIN]}
_SIGNED = jarm_response_mode.METADATA["response_modes_supported"]


def response_mode(asked: Asked) -> ResponseMode:
    """§2: `form_post` needs an address to post to, and a `state` that survives a form."""
    default, requested = response_types.default_mode(asked), asked.get("response_mode")
    if requested is None:
        return default
    if requested not in METADATA["response_modes_supported"] and requested not in _SIGNED:
        raise InvalidRequestError("The response_mode is not supported.")
    mode = default.signed if requested == jarm_response_mode.SHORT else ResponseMode(requested)
    if mode.way is ResponseMode.QUERY is not default:
        raise InvalidRequestError("The response_mode query is not for tokens.")
    if mode.way is ResponseMode.FORM_POST:
        _require_postable(asked, mode)
    return mode


def _require_postable(asked: Asked, mode: ResponseMode) -> None:
    if not asked.redirect_uri.startswith(("https://", "http://")):
        raise InvalidRequestError(
            "The form_post response mode needs an http or https redirect_uri."
        )
    # HTML forms rewrite line breaks, so such a state could only be returned exactly in a JWT.
    is_bare = mode is ResponseMode.FORM_POST
    if is_bare and asked.state and any(character < " " for character in asked.state):
        raise InvalidRequestError("The state cannot be returned by form_post.")
