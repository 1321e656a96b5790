"""What `/etc/shadow` and web servers' password files hold: SHA-crypt ($5$, $6$) and MD5-crypt
($1$, $apr1$).

Written down here since Python's `crypt` has gone and not every machine's libcrypt knows them all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from idp.authentication.foreign_hash import base
from idp.authentication.foreign_hash.base import Foreign, Unusable


class _Hash(Protocol):
    def digest(self) -> bytes: ...


_New: TypeAlias = "Callable[[bytes], _Hash]"

KIND = "crypt"
_SHA = {"5": "sha256", "6": "sha512"}
_LEAST_ROUNDS, _USUAL_ROUNDS, _MOST_ROUNDS = 1000, 5000, 700_000
_MD5_ROUNDS = 1000
_LONGEST_SALT_OF_SHA, _LONGEST_SALT_OF_MD5 = 16, 8
_QUICK = 300_000
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_SHA_HASH = re.compile(r"\$([56])\$(?:rounds=([0-9]+)\$)?([^$:]*)\$([./A-Za-z0-9]+)")
_MD5_HASH = re.compile(r"\$(1|apr1)\$([^$:]*)\$([./A-Za-z0-9]{22})")
_LENGTHS = {"5": 43, "6": 86}

_PERIOD = 42
"""Rounds after which the pattern of SHA-crypt and of MD5-crypt begins again: 2 * 3 * 7."""

_SHA256_ORDER = (
    *(0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14),
    *(15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29, 31, 30),
)


def _turned(first: int) -> tuple[int, ...]:
    three, turn = (first, first + 21, first + 42), first % 3
    return three[turn:] + three[:turn]


_SHA512_ORDER = (*(place for first in range(21) for place in _turned(first)), 63)
_MD5_ORDER = (0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11)


@dataclass(frozen=True, slots=True)
class UnixCrypt:
    """`scheme`: what stands between the first two dollars."""

    scheme: str
    rounds: int
    salt: bytes

    @property
    def is_quick(self) -> bool:
        return self.rounds < _QUICK

    def digest(self, password: str) -> bytes:
        text = base.octets(password)
        if self.scheme in _SHA:
            return _sha_crypt(_SHA[self.scheme], text, self.salt, self.rounds)
        return _md5_crypt(text, self.salt, f"${self.scheme}$".encode())

    def written(self) -> str:
        return base.joined(KIND, self.scheme, self.rounds, self.salt)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    if not text.startswith(("$1$", "$apr1$", "$5$", "$6$")):
        return None
    if found := _SHA_HASH.fullmatch(text):
        scheme, rounds, salt, digest = found.groups()
        if len(digest) != _LENGTHS[scheme]:
            raise Unusable("its digest is cut off")
        count = base.whole(rounds) if rounds else _USUAL_ROUNDS
        base.bounded("the rounds of SHA-crypt", count, least=_LEAST_ROUNDS, most=_MOST_ROUNDS)
        seasoning = base.sane_salt(salt.encode()[:_LONGEST_SALT_OF_SHA])
        return Foreign(UnixCrypt(scheme, count, seasoning), digest.encode())
    if found := _MD5_HASH.fullmatch(text):
        scheme, salt, digest = found.groups()
        seasoning = base.sane_salt(salt.encode()[:_LONGEST_SALT_OF_MD5])
        return Foreign(UnixCrypt(scheme, _MD5_ROUNDS, seasoning), digest.encode())
    raise Unusable("it is not a whole hash of SHA-crypt or MD5-crypt")


def read_back(written: str) -> UnixCrypt:
    _, scheme, rounds, salt = base.split(written)
    return UnixCrypt(scheme, int(rounds), base.from_base64(salt))


def _sha_crypt(name: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    new: _New = getattr(hashlib, name)
    inner = new(password + salt + password).digest()
    start = [password, salt, _repeated(inner, len(password))]
    start += [inner if bit else password for bit in _bits(len(password))]
    digest = new(b"".join(start)).digest()
    stretched = _repeated(new(password * len(password)).digest(), len(password))
    seasoning = _repeated(new(salt * (16 + digest[0])).digest(), len(salt))
    digest = _again_and_again(new, digest, stretched, seasoning, rounds)
    return _written(digest, _SHA512_ORDER if name == "sha512" else _SHA256_ORDER)


def _md5_crypt(password: bytes, salt: bytes, magic: bytes) -> bytes:
    inner = _md5(password + salt + password).digest()
    start = [password, magic, salt, _repeated(inner, len(password))]
    start += [b"\x00" if bit else password[:1] for bit in _bits(len(password))]
    digest = _md5(b"".join(start)).digest()
    return _written(_again_and_again(_md5, digest, password, salt, _MD5_ROUNDS), _MD5_ORDER)


def _md5(data: bytes) -> _Hash:
    return hashlib.md5(data, usedforsecurity=False)


def _again_and_again(new: _New, digest: bytes, password: bytes, salt: bytes, rounds: int) -> bytes:
    """In which order password, salt and the digest before are hashed depends on the round only, by
    a pattern of 42.
    """
    pattern = [
        (salt if number % 3 else b"") + (password if number % 7 else b"")
        for number in range(_PERIOD)
    ]
    odd = [password + middle for middle in pattern]
    even = [middle + password for middle in pattern]
    for number in range(rounds):
        place = number % _PERIOD
        data = odd[place] + digest if number & 1 else digest + even[place]
        digest = new(data).digest()
    return digest


def _bits(number: int) -> Iterator[int]:
    """The lowest first."""
    while number:
        yield number & 1
        number >>= 1


def _repeated(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _written(digest: bytes, order: Sequence[int]) -> bytes:
    """Three bytes as four letters, the lowest six bits first."""
    letters: list[str] = []
    for start in range(0, len(order), 3):
        group = [digest[place] for place in order[start : start + 3]]
        value = int.from_bytes(bytes(group), "big")
        count = len(group) + 1
        letters += [_ALPHABET[value >> 6 * letter & 63] for letter in range(count)]
    return "".join(letters).encode("ascii")
