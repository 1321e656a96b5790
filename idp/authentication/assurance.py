"""Levels of assurance: their `acr` names and aliases, and what evidence reaches them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from idp.authentication.evidence import PRIMARY, SECOND, Evidence, Method


class Assurance(IntEnum):
    """Ordered: a higher level satisfies a lower one."""

    NONE = 0
    ONE_FACTOR = 1
    TWO_FACTOR = 2
    PHISHING_RESISTANT = 3
    """A passkey, with user verification: bound to our origin, so that it cannot be typed elsewhere.
    """


CANONICAL = {
    Assurance.ONE_FACTOR: "urn:idp:loa:1fa",
    Assurance.TWO_FACTOR: "urn:idp:loa:2fa",
    Assurance.PHISHING_RESISTANT: "phr",
}
"""`phr` is registered by OpenID Connect EAP ACR Values; its `phrh`, in hardware, is not offered."""
ALIASES = {"1": Assurance.ONE_FACTOR, "2": Assurance.TWO_FACTOR}
LEVELS: dict[str, Assurance] = {name: level for level, name in CANONICAL.items()} | ALIASES
"""Every `acr` value that names a level."""


def names_up_to(highest: Assurance) -> list[str]:
    """The names of a level and of all below it."""
    return [name for name, level in LEVELS.items() if level <= highest]


def level_of(acr: str | None) -> Assurance:
    """The level an `acr` value names; unknown and absent values name none."""
    return LEVELS.get(acr or "", Assurance.NONE)


def reached(proofs: Iterable[Evidence]) -> Assurance:
    """What the counted proofs amount to."""
    methods = {proof.method for proof in proofs}
    if not methods & PRIMARY:
        return Assurance.NONE
    if Method.PASSKEY in methods:
        return Assurance.PHISHING_RESISTANT
    return Assurance.TWO_FACTOR if methods & SECOND else Assurance.ONE_FACTOR


def acr(level: Assurance, requested: Sequence[str]) -> str | None:
    """The first requested value that `level` satisfies, else the level's canonical name."""
    for value in requested:
        if Assurance.NONE < level_of(value) <= level:
            return value
    return CANONICAL.get(level)
