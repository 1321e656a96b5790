"""How a client that is made on the command line comes to the key that it proves itself by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp.cli.output import Refused
from idp.clients.metadata import ProposedClient, fapi2
from idp.clients.metadata.proposed import FAPI2
from idp.signing.algorithms import ALGORITHMS

ALGORITHM = "ES256"


def with_keys(
    proposed: ProposedClient, jwks: object, jwks_uri: str | None
) -> tuple[ProposedClient, dict[str, Any] | None]:
    """The client with its public keys, and the private half of one that was made here, which nobody
    keeps (RFC 7517). Raises `Refused`.
    """
    if jwks is not None and not isinstance(jwks, dict):
        raise Refused("jwks: must be a JSON object")
    if jwks is not None or jwks_uri is not None:
        by_key = replace(
            proposed,
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106  a method
            jwks=jwks,
            jwks_uri=jwks_uri,
        )
        return fapi2.with_defaults(by_key), None
    held = fapi2.with_defaults(proposed)
    if held.profile != FAPI2 or not held.proves_by_key:
        return held, None
    key = ALGORITHMS[ALGORITHM].generate(rsa_key_size=2048)
    public = key.as_dict(private=False) | {"alg": ALGORITHM, "use": "sig"}
    return replace(held, jwks={"keys": [public]}), key.as_dict(private=True) | {"alg": ALGORITHM}
