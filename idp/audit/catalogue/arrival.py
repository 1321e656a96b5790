"""Arriving: registration, invitations, addresses confirmed and changed, enrolment tickets."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationAsked(Event):
    """Somebody asked for an account. With a user, the address belongs to that account already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserRegistered(Event):
    """A person made the account by a mailed link, and so confirmed its address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserInvited(Event):
    """An invitation was sent. `role`: what the account to be made may administer."""

    role: str | None
    invited_by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationAccepted(Event):
    """An invited person made the account."""

    role: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressLinkIssued(Event):
    """A link to confirm an account's own address was mailed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressVerified(Event):
    """An account's address was confirmed by a mailed link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressChangeAsked(Event):
    """The owner of an account wants another address; nothing has changed yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressChangeCancelled(Event):
    """The owner wants to keep the address after all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressChanged(Event):
    """An account has another address; links that were mailed to the old one ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChanged(Event):
    """The owner changed how the account is shown. `changed`: name, language, theme."""

    changed: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrolmentTicketIssued(Event):
    """A link was made to set up the second factor of a privileged account. `reason` as given."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrolmentTicketGranted(Event):
    """A one-time link was spent: one sign-in may set up a second factor for the account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrolmentTicketUsed(Event):
    """A second factor was set up with the ticket, which is good no more."""
