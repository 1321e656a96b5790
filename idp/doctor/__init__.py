"""Live checks of a deployment: what is wrong, what it does to people, and how to mend it.

Every check answers with findings; one that finds nothing wrong says what it looked at. None writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from idp.doctor import audit, clients, configuration, database, keys, mail, outside, people
from idp.doctor.finding import Finding, Level
from idp.extensions import transaction
from idp.sealing import KeyRingError, SealBroken

__all__ = ["CHECKS", "Check", "Finding", "Level", "examine", "examine_quickly"]


@dataclass(frozen=True, slots=True)
class Check:
    """A subject and what looks at it."""

    subject: str
    look: Callable[[], Iterator[Finding]]


CHECKS: tuple[Check, ...] = (
    Check("configuration", configuration.look),
    Check("database", database.look),
    Check("clock", database.look_at_clocks),
    Check("disk", database.look_at_disk),
    Check("key ring", keys.look_at_ring),
    Check("signing keys", keys.look_at_signing_keys),
    Check("jobs", database.look_at_jobs),
    Check("audit log", audit.look),
    Check("mail", mail.look),
    Check("seen from outside", outside.look),
    Check("people", people.look),
    Check("passkeys", people.look_at_passkeys),
    Check("clients", clients.look),
)
"""In the order in which they are worth mending."""

QUICK: tuple[Check, ...] = (
    Check("database", database.look_briefly),
    Check("clock", database.look_at_clocks),
    Check("disk", database.look_at_disk),
    Check("signing keys", keys.look_at_signing_keys),
    Check("jobs", database.look_at_jobs),
    Check("mail", mail.look_at_outbox),
    Check("people", people.look),
)
"""What costs a page nothing: no other host is asked, no table is read as a whole."""


def examine() -> list[tuple[str, Finding]]:
    """Every check's findings. A check that cannot run at all is an error of its subject."""
    return [(check.subject, found) for check in CHECKS for found in _look(check)]


def examine_quickly() -> list[tuple[str, Finding]]:
    """For a page that somebody waits for. It reads in the unit of work that is open."""
    return [(check.subject, found) for check in QUICK for found in check.look()]


def _look(check: Check) -> list[Finding]:
    try:
        # A unit of its own: one that fails leaves the next a usable connection.
        with transaction():
            return list(check.look())
    except (SQLAlchemyError, KeyRingError, SealBroken) as error:
        # The class only: the text may hold an address with a password.
        return [
            Finding.error(
                f"could not be checked ({type(error).__name__})",
                "mend the errors above first, then run the doctor again",
            )
        ]
