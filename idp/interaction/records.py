"""What the facts are read from: the rows of an account, behind one small seam.

Whoever asks what would happen (`idp/what_if`) puts rows of his own in their place; everything that
decides stays the same.
"""

from __future__ import annotations

from typing import Protocol

from idp.accounts import email_verification, enrolment_ticket, factor_replacement
from idp.authentication import enrolled, proof_rows, recovery_code, trusted_device
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence


class Records(Protocol):
    """As much as a sign-in has to look up of its account and its browser."""

    def proofs_in(self, interaction_id: str, /) -> tuple[Evidence, ...]:
        """Every proof given during one interaction."""

    def level_of(self, user_id: str, /) -> Assurance:
        """What the factors that are set up can prove."""

    def has_codes_left_open(self, user_id: str, /) -> bool:
        """Whether recovery codes were shown and never said to be saved."""

    def is_ticket_missing(self, user_id: str, interaction_id: str | None, /) -> bool:
        """Whether this sign-in may not set up a first second factor."""

    def may_replace_factors(self, user_id: str, interaction_id: str, /) -> bool:
        """Whether this sign-in is the one in which lost second factors are replaced."""

    def is_address_unproven(self, user_id: str, /) -> bool:
        """Whether a sign-in waits for the address to be confirmed."""

    def is_browser_trusted(self, user_id: str, /) -> bool:
        """Asked once where it lets somebody off; that spends the value the browser showed."""


class Rows:
    """The database, and the browser in hand."""

    def proofs_in(self, interaction_id: str, /) -> tuple[Evidence, ...]:
        return proof_rows.in_interaction(interaction_id)

    def level_of(self, user_id: str, /) -> Assurance:
        return enrolled.level_of(user_id)

    def has_codes_left_open(self, user_id: str, /) -> bool:
        return recovery_code.is_left_open(user_id)

    def is_ticket_missing(self, user_id: str, interaction_id: str | None, /) -> bool:
        return enrolment_ticket.is_missing(user_id, interaction_id)

    def may_replace_factors(self, user_id: str, interaction_id: str, /) -> bool:
        return factor_replacement.is_open_to(user_id, interaction_id)

    def is_address_unproven(self, user_id: str, /) -> bool:
        return email_verification.is_due(user_id)

    def is_browser_trusted(self, user_id: str, /) -> bool:
        return trusted_device.use(user_id)


ROWS = Rows()
