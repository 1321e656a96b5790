"""The key ring in its files, and the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from idp import clock, sealed_values
from idp.doctor.finding import Finding
from idp.extensions import keyring, settings
from idp.signing import keystore
from idp.signing.algorithms import OFFERED


def look_at_ring() -> Iterator[Finding]:
    """Readable by nobody else, and complete: every key that stored data names."""
    ring, folder = keyring(), settings().keys_dir
    yield from _permissions(folder)
    if missing := sealed_values.missing():
        yield Finding.error(
            f"stored passwords or secrets name keys that are not there: {', '.join(missing)}",
            f"bring their files back into {folder} from a backup of the ring",
        )
    else:
        yield Finding.ok(f"{len(ring.keys)} master keys, active {ring.active_id}")
    if wrong := sealed_values.wrong():
        yield Finding.error(
            f"keys do not open what was sealed under their names: {', '.join(wrong)}",
            f"bring the right files of these names back into {folder} from a backup of the ring",
        )


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
