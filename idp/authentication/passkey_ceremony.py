"""What browsers are asked, and what their answers are worth: WebAuthn Level 3, by its library.

Origin and RP ID come from the issuer alone. User verification is always required, and keys are
discoverable, so that no list of them follows from a typed name. Attestation is not asked for: it
would tell people's devices apart, and nothing here depends on the maker of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp import strict_json
from idp.extensions import settings
from idp.models import Passkey, User

LONGEST_CREDENTIAL_ID = 1023
"""§4, Credential ID."""
LARGEST_ANSWER = 16 * 1024
"""Characters; an answer without attestation has less than two thousand."""
TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)

_REFUSED: Final = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)
"""What the library raises over an answer that is none: its own errors, and those of what it takes
apart without looking.
"""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that an authenticator has made for us."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    aaguid: str
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """Which key an answer says it comes from. Nothing of it is proven yet."""

    credential_id: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class Proven:
    """A signature that is right."""

    sign_count: int
    backed_up: bool


def creation_options(user: User, handle: bytes, challenge: bytes, known: Sequence[Passkey]) -> str:
    """§5.4, as JSON for the browser. `known`: what its authenticators shall not make twice."""
    options = generate_registration_options(
        rp_id=_rp_id(),
        rp_name=settings().brand.name,
        user_id=handle,
        user_name=user.email.address if user.email else user.name,
        user_display_name=user.name,
        challenge=challenge,
        timeout=_timeout(),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
    )
    return options_to_json(options)


def request_options(challenge: bytes, allowed: Sequence[Passkey]) -> str:
    """§5.5, as JSON for the browser. `allowed`: of a user who is known already; else none, which
    means any.
    """
    options = generate_authentication_options(
        rp_id=_rp_id(),
        challenge=challenge,
        timeout=_timeout(),
        allow_credentials=_described(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def registered(answer: str, challenge: bytes) -> NewKey | None:
    """§7.1. None: this is no key that was made here, now, and behind a user verification."""
    try:
        credential = parse_registration_credential_json(_object(answer))
        _require_top_level(credential.response.client_data_json)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=settings().issuer,
            require_user_verification=True,
        )
    except _REFUSED:
        return None
    if not 0 < len(verified.credential_id) <= LONGEST_CREDENTIAL_ID:
        return None
    if verified.credential_id != credential.raw_id:
        return None
    return NewKey(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        tuple(transport.value for transport in credential.response.transports or ()),
        verified.aaguid,
        verified.credential_backed_up,
    )


def claimed(answer: str) -> Claimed | None:
    """Whose key it says it is. None: it is not even an answer."""
    try:
        credential = parse_authentication_credential_json(_object(answer))
    except _REFUSED:
        return None
    return Claimed(credential.raw_id, credential.response.user_handle)


def proven(answer: str, challenge: bytes, public_key: bytes) -> Proven | None:
    """§7.2, but for the counter: only of a right signature is it worth a look."""
    try:
        credential = parse_authentication_credential_json(_object(answer))
        _require_top_level(credential.response.client_data_json)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=settings().issuer,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _REFUSED:
        return None
    return Proven(verified.new_sign_count, verified.credential_backed_up)


def _object(answer: str) -> dict[str, object]:
    if len(answer) > LARGEST_ANSWER:
        raise ValueError("too long for an answer")
    parsed = strict_json.parse(answer)
    if not isinstance(parsed, dict):
        raise TypeError("no object")
    return parsed


def _require_top_level(client_data: bytes) -> None:
    """§13.4.9: our pages are never framed, so an answer from a frame is not from our page."""
    if parse_client_data_json(client_data).cross_origin:
        raise ValueError("made in a frame of another origin")


def _described(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[
                AuthenticatorTransport(name) for name in passkey.transports if name in TRANSPORTS
            ],
        )
        for passkey in passkeys
    ]


def _rp_id() -> str:
    """§5.1.2: a host, without scheme and port."""
    return urlsplit(settings().issuer).hostname or ""


def _timeout() -> int:
    """Milliseconds."""
    return int(settings().passkeys.challenge_lifetime.total_seconds() * 1000)
