"""Public keys of others (RFC 7517), imported, and which of them may have made a signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from idp.signing import public_jwk
from idp.signing.algorithms import ALGORITHMS, AsymmetricKey

MAXIMUM_KEYS = 20
"""Of one set that are looked at: a signature without a `kid` is tried with each of them."""

_MATERIAL = ("kty", "crv", "n", "e", "x", "y")


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """One key that verifies, and the algorithms it may be used with."""

    kid: str | None
    algs: frozenset[str]
    key: AsymmetricKey = field(repr=False)


def read_set(document: object) -> tuple[ForeignKey, ...]:
    """§5: the usable keys of a set. One that is not leaves the others as they are."""
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        return ()
    read = (_read(jwk) for jwk in members[:MAXIMUM_KEYS])
    return tuple(key for key in read if key is not None)


def candidates(keys: Iterable[ForeignKey], *, kid: str | None, alg: str) -> list[ForeignKey]:
    """§4.5: the key that is named, else those without a name; all of them when none is named."""
    fitting = [key for key in keys if alg in key.algs]
    if kid is None:
        return fitting
    named = [key for key in fitting if key.kid == kid]
    return named or [key for key in fitting if key.kid is None]


def _read(jwk: Any) -> ForeignKey | None:  # noqa: ANN401  whatever JSON can hold
    if public_jwk.problem(jwk) is not None or not _is_for_signatures(jwk):
        return None
    algs = _algorithms(jwk)
    if not algs:
        return None
    kid = jwk.get("kid")
    # Without the members that say what the key is for, which are judged here and nowhere else.
    material = {name: jwk[name] for name in _MATERIAL if name in jwk}
    key = ALGORITHMS[min(algs)].load_public(material)
    return ForeignKey(kid if isinstance(kid, str) else None, algs, key)


def _is_for_signatures(jwk: dict[str, Any]) -> bool:
    """§4.2, §4.3."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    )


def _algorithms(jwk: dict[str, Any]) -> frozenset[str]:
    """§4.4: what the kind of key can do, narrowed by what its owner made it for."""
    return frozenset(
        name
        for name, algorithm in ALGORITHMS.items()
        if algorithm.key_class.key_type == jwk["kty"]
        and algorithm.curve == jwk.get("crv")
        and name == jwk.get("alg", name)
    )
