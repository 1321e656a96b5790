"""The key ring in its files, and the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from idp import clock
from idp.doctor.finding import Finding
from idp.extensions import db, keyring, settings
from idp.models import Password, RecoveryCode, TotpCredential
from idp.signing import keystore
from idp.signing.algorithms import OFFERED

_KEY_ID = 8
"""Characters at the head of a sealed value that name its key."""


def look_at_ring() -> Iterator[Finding]:
    """Readable by nobody else, and complete: every key that stored data names."""
    ring, folder = keyring(), settings().keys_dir
    yield from _permissions(folder)
    missing = sorted(_named() - set(ring.keys))
    if missing:
        yield Finding.error(
            f"stored passwords or secrets name keys that are not there: {', '.join(missing)}",
            f"bring their files back into {folder} from a backup of the ring",
        )
    else:
        yield Finding.ok(f"{len(ring.keys)} master keys, active {ring.active_id}")


def look_at_signing_keys() -> Iterator[Finding]:
    """One active key of each algorithm, not too old."""
    now, chosen = clock.now(), settings().signing_keys
    for alg in OFFERED:
        try:
            key = keystore.current().active(alg, now)
        except keystore.NoSigningKey:
            yield Finding.error(f"no key signs with {alg}", "run: flask --app wsgi idp jobs --once")
            continue
        age = now - key.activates_at
        if age > chosen.rotation_interval + chosen.publication_lead:
            yield Finding.warning(
                f"{alg} key {key.kid[:8]} has signed for {age.days} days",
                "the jobs should have rotated it; see whether they run",
            )
        else:
            yield Finding.ok(f"{alg} key {key.kid[:8]} signs since {key.activates_at:%Y-%m-%d}")


def _permissions(folder: Path) -> Iterator[Finding]:
    if folder.stat().st_mode & 0o077:
        yield Finding.warning(f"{folder} can be opened by others", f"run: chmod 700 {folder}")


def _named() -> set[str]:
    """Ids of the master keys without which something stored could not be read or checked."""
    named: set[str | None] = set(db.session.scalars(select(Password.pepper_key_id).distinct()))
    named |= set(db.session.scalars(select(RecoveryCode.digest_key_id).distinct()))
    # Sealed bytes cannot be grouped by their head in both databases alike; of factors there is
    # one per person at most times.
    sealed = db.session.scalars(
        select(TotpCredential.secret_sealed).execution_options(yield_per=1_000)
    )
    named |= {value[:_KEY_ID].decode("ascii", "replace") for value in sealed}
    return {key_id for key_id in named if key_id}
