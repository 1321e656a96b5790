"""Signing keys: the first ones, a successor in time for each, and the end of private parts."""

from __future__ import annotations

from datetime import datetime

import structlog

from idp import audit
from idp.audit import catalogue
from idp.extensions import transaction
from idp.signing import rotation

_log = structlog.get_logger(__name__)


def run(now: datetime) -> int:
    """Do what is due. Returns how many keys were made or stripped."""
    with transaction():
        made = rotation.ensure_keys()
        if made:
            audit.record(catalogue.SigningKeysCreated(kids=made))
        due = rotation.due(now)
    rotated = sum(_rotate(alg) for alg in due)
    with transaction():
        return len(made) + rotated + rotation.erase_private_parts(now)


def _rotate(alg: str) -> bool:
    try:
        with transaction():
            kid = rotation.rotate(alg)
            event = catalogue.SigningKeyRotated(alg=alg, kid=kid, takes_over="after_publication")
            audit.record(event)
    except rotation.NotRotated as reason:
        # Another node was quicker, which is just as good.
        _log.info("signing_key_not_rotated", alg=alg, reason=str(reason))
        return False
    return True
