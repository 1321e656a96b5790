"""Which addresses mail is sent to. The account rows check them already; this is the last door."""

from __future__ import annotations


class Unsendable(ValueError):
    """An address that would be more than an address in a header or on the wire (A48)."""


_SPECIALS = frozenset('"\\<>()[],;:')


def sendable(address: str) -> str:
    """The address itself. Raises `Unsendable`."""
    local, at, domain = address.rpartition("@")
    is_plain = address.isprintable() and not any(character.isspace() for character in address)
    if not (local and at and domain) or not is_plain or "@" in local:
        raise Unsendable("not an address")
    if len(address) > 320 or not _SPECIALS.isdisjoint(address):
        raise Unsendable("not an address")
    return address
