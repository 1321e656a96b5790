"""Whether the end of the audit log is a whole chain, and whether it is sealed in time."""

from __future__ import annotations

from collections.abc import Iterator

from idp.audit import verify
from idp.doctor.finding import Finding

LOOKED_AT = 1000
MOST_UNSEALED = 10_000
"""The job seals as many in a second or two."""


def look() -> Iterator[Finding]:
    """The newest events only: `idp audit verify` reads them all."""
    found = verify.look_at_newest(LOOKED_AT)
    if found.broken is not None:
        yield Finding.error(
            f"the audit log was changed at place {found.broken.sequence}: "
            f"{found.broken.damage.value}",
            "run: flask --app wsgi idp audit verify, and compare with a backup",
        )
    else:
        yield Finding.ok(f"the newest {found.verified} sealed events are as they were written")
    if found.unsealed > MOST_UNSEALED:
        yield Finding.warning(
            f"{found.unsealed} events wait to be sealed",
            "see that the background jobs run: flask --app wsgi idp jobs",
        )
