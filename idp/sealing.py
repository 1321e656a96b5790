"""The key ring and what it does: seal (AES-256-GCM), derive purpose keys, make keyed digests.

A sealed value begins with the id of its key; its additional data names table, column, row and
owner, so a value moved to another place does not open. The ring lives in files (0600), never in the
database.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
NONCE_SIZE = 12
ID_SIZE = 8
"""Characters at the head of a sealed value that name its key."""


class KeyRingError(Exception):
    """The ring is missing, unreadable, or lacks a key that stored data names."""


class SealBroken(Exception):
    """A sealed value was altered, moved to another row, or names an unknown key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs; bound into its authentication tag."""

    table: str
    column: str
    row: str
    owner: str = ""

    def additional_data(self) -> bytes:
        return "\x1f".join((self.table, self.column, self.row, self.owner)).encode()


@dataclass(frozen=True)
class KeyRing:
    """Master keys by id (8 hexadecimal characters). The newest is active; all of them open and
    verify.
    """

    keys: dict[str, bytes] = field(repr=False)
    active_id: str

    def seal(self, plaintext: bytes, place: Place) -> bytes:
        """AES-256-GCM under the active key: key id, nonce, ciphertext and tag."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        cipher = AESGCM(self.derive("seal", self.active_id))
        return (
            self.active_id.encode()
            + nonce
            + cipher.encrypt(nonce, plaintext, place.additional_data())
        )

    def unseal(self, sealed: bytes, place: Place) -> bytes:
        """Raises `SealBroken`."""
        key_id, nonce, body = (
            sealed[:ID_SIZE],
            sealed[ID_SIZE : ID_SIZE + NONCE_SIZE],
            sealed[ID_SIZE + NONCE_SIZE :],
        )
        try:
            cipher = AESGCM(self.derive("seal", key_id.decode("ascii")))
            return cipher.decrypt(nonce, body, place.additional_data())
        except (InvalidTag, KeyRingError, ValueError) as error:
            raise SealBroken(f"{place.table}.{place.column}") from error

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """A 256-bit key for one purpose (RFC 5869), from the active or the named master key."""
        key_id = key_id or self.active_id
        if key_id not in self.keys:
            raise KeyRingError(f"the key ring has no key {key_id!r}")
        return _derived(self.keys[key_id], purpose)

    def keyed_digest(self, purpose: str, value: bytes, key_id: str | None = None) -> bytes:
        """HMAC-SHA-256 under the purpose's key: for what is too short to be stored as a bare
        digest.
        """
        return hmac.new(self.derive(purpose, key_id), value, sha256).digest()

    def keyed_digests(self, purpose: str, value: bytes) -> list[bytes]:
        """The same under each key, the active one first: for what was made before another key
        became active, or by a node that does not use it yet.
        """
        others = [key_id for key_id in self.keys if key_id != self.active_id]
        return [self.keyed_digest(purpose, value, key_id) for key_id in (self.active_id, *others)]


@lru_cache(maxsize=256)
def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, salt=None, info=b"idp/" + purpose.encode()).derive(master)


def load(folder: Path) -> KeyRing:
    """Read the ring. Raises `KeyRingError` when there is none, or a file is open to others."""
    files = sorted(folder.glob("*.key"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    if not files:
        raise KeyRingError(f"no key ring in {folder}")
    keys = {path.stem: _read(path) for path in files}
    return KeyRing(keys, _active_id(folder, keys))


def load_or_create(folder: Path) -> KeyRing:
    """For development: the ring, made on first use by whichever process comes first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not any(folder.glob("*.key")):
            create(folder)
        return load(folder)
    finally:
        os.close(descriptor)


def create(folder: Path) -> str:
    """Add a new master key and make it the active one. Returns its id."""
    key_id = add(folder)
    activate(folder, key_id)
    return key_id


def add(folder: Path) -> str:
    """A new master key (file mode 0600) that opens, and seals nothing yet. Returns its id."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Which one is active may follow from there being only one.
    known = load(folder).active_id if any(folder.glob("*.key")) else None
    key_id = secrets.token_hex(ID_SIZE // 2)
    _write(folder / f"{key_id}.key", base64.b64encode(secrets.token_bytes(KEY_SIZE)) + b"\n")
    if known:
        activate(folder, known)
    return key_id


def activate(folder: Path, key_id: str) -> None:
    """Seal with this key from the next start on. Raises `KeyRingError` when it is not there."""
    if key_id not in {path.stem for path in folder.glob("*.key")}:
        raise KeyRingError(f"the key ring has no key {key_id!r}")
    _write(folder / "active.tmp", key_id.encode() + b"\n")
    (folder / "active.tmp").replace(folder / "active")


def _active_id(folder: Path, keys: dict[str, bytes]) -> str:
    try:
        key_id = (folder / "active").read_text("ascii").strip()
    except FileNotFoundError:
        key_id = next(reversed(keys))
    if key_id not in keys:
        raise KeyRingError(f"the active key {key_id!r} is missing in {folder}")
    return key_id


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise KeyRingError(f"{path} is readable by others; chmod 600")
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError as error:
        raise KeyRingError(f"{path} is not a key") from error
    if len(key) != KEY_SIZE or len(path.stem) != ID_SIZE:
        raise KeyRingError(f"{path} is not a key")
    return key


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
