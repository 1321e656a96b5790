"""Why a code, a refresh token or an access token was not accepted. Pure."""

from __future__ import annotations

from idp.oauth.explaining.cause import Cause

_AGAIN = "Start a new sign-in; a code is exchanged once, at once, by the app that asked for it."
_SIGN_IN_AGAIN = "Send the user through a new sign-in; treat this answer as the end of the session."

TOKEN_CAUSES: dict[str, Cause] = {
    "code missing": Cause(
        "The request has no code.",
        "Send the code that the redirect_uri was called with; see whether the callback got an "
        "error instead.",
        "RFC 6749 §4.1.3",
    ),
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
    "code bound to another key": Cause(
        "The code was asked for with a key (dpop_jkt, or a DPoP proof), and another one came, or "
        "none.",
        "Send a DPoP proof by the key that the sign-in was begun with.",
        "RFC 9449 §10",
    ),
    "refresh token bound to another key": Cause(
        "The refresh token is bound to a key, and another one came, or none.",
        "Keep the key as long as the refresh token, and send a DPoP proof by it.",
        "RFC 9449 §5",
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
    "code_verifier does not match": Cause(
        "The code_verifier does not belong to the code_challenge of the request.",
        "Keep one verifier per sign-in, in the user's session; S256 is base64url of SHA-256, "
        "without padding.",
        "RFC 7636 §4.6",
    ),
    "code_verifier missing": Cause(
        "The authorization request had a code_challenge, and no code_verifier came with the code.",
        "Send the code_verifier that the challenge was made of; see whether the session that keeps "
        "it is lost on the way, for instance by a cookie with SameSite=Strict.",
        "RFC 7636 §4.5",
    ),
    "code_verifier unexpected": Cause(
        "A code_verifier came, and the authorization request had no code_challenge.",
        "Send code_challenge and code_challenge_method=S256 in the authorization request.",
        "RFC 9700 §4.8",
    ),
    "code_verifier missing, malformed or unexpected": Cause(
        "The code_verifier is malformed: it has 43 to 128 letters, digits, and - . _ ~",
        "Send the verifier itself, neither hashed nor encoded again.",
        "RFC 7636 §4.1",
    ),
    # --- refresh tokens
    "refresh_token missing": Cause(
        "The request has no refresh_token.",
        "Send the one of the last answer; without offline_access or the grant there was none.",
        "RFC 6749 §6",
    ),
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
        "The refresh token was not used for longer than it lives.", _SIGN_IN_AGAIN, "RFC 6749 §6"
    ),
    "family expired": Cause(
        "The sign-in behind this token has reached its end.", _SIGN_IN_AGAIN, "RFC 6749 §6"
    ),
    "family revoked, user disabled or session over": Cause(
        "The user signed out, took back the consent, or was disabled.",
        _SIGN_IN_AGAIN + " For access without a session ask for offline_access.",
        "RFC 6749 §6",
    ),
    "no granted scope is left to this client": Cause(
        "What the user allowed is not registered for the application any more.",
        "Have the scopes registered again, or send the user through a new sign-in.",
        "RFC 6749 §6",
    ),
    # --- devices
    "device code unknown or of another client": Cause(
        "No such device_code was issued to this application.",
        "Poll with the device_code of the last answer, by the client_id that asked for it.",
        "RFC 8628 §3.4",
    ),
    "device code already used": Cause(
        "The device_code was exchanged before.", "Stop polling after a success.", "RFC 8628 §3.5"
    ),
    "expired_token": Cause(
        "The device_code has expired: the user did not decide in time.",
        "Ask for a new one and show its user_code.",
        "RFC 8628 §3.5",
    ),
    "user disabled or session ended": Cause(
        "The user signed out, or was disabled, before the device fetched its tokens.",
        "Ask for a new device_code.",
        "RFC 8628 §3.5",
    ),
    # --- access tokens
    "token missing": Cause(
        "No token came along.",
        "Send the access token as 'Authorization: Bearer' followed by a space and the token.",
        "RFC 6750 §2.1",
    ),
    "token without Bearer": Cause(
        "The Authorization header is not of the scheme Bearer.",
        "Send the access token as 'Authorization: Bearer' followed by a space and the token.",
        "RFC 6750 §2.1",
    ),
    "token sent twice": Cause(
        "The access token came in the header and in the body, or several times.",
        "Send it once, in the Authorization header.",
        "RFC 6750 §2",
    ),
    "ID token as access token": Cause(
        "An ID token came where an access token is wanted.",
        "Send the access_token of the token answer. The ID token is for the app itself.",
        "RFC 6750 §2.1",
    ),
    "refresh token as access token": Cause(
        "A refresh token came where an access token is wanted.",
        "Send the access_token of the token answer; a refresh token only goes to the token "
        "endpoint.",
        "RFC 6749 §1.5",
    ),
    "token of another issuer": Cause(
        "The token was issued by somebody else, or under another name of ours.",
        "See which environment the app is configured for; the issuer is compared byte for byte.",
        "RFC 9068 §4",
    ),
    "token for another audience": Cause(
        "The token is for another resource.",
        "Ask for the scope openid to use UserInfo; a token of another resource goes there.",
        "RFC 9068 §4",
    ),
    "access token expired": Cause(
        "The access token has expired.",
        "Get a new one by the refresh token or a new sign-in; expires_in says when.",
        "RFC 6750 §3.1",
    ),
    "token is broken": Cause(
        "The token is cut, changed, or no token of ours.",
        "Send it unchanged; see whether it is cut by a length limit, or quoted.",
        "RFC 6750 §3.1",
    ),
    "openid missing": Cause(
        "The token was issued without the scope openid, or without a user.",
        "Ask for openid in the authorization request.",
        "OIDC Core §5.3",
    ),
    "client disabled": Cause(
        "The application was disabled by an administrator.",
        "Ask the administrator to enable it.",
        "RFC 6749 §4.1.2.1",
    ),
}
