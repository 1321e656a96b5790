"""Making an account by a mailed link: what registration and invitation have in common.

The account is made when the link's form is posted, in the transaction that spends the link, and the
link proves the address. Nobody is signed in by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.accounts import create, mailed_link
from idp.accounts.invalid import Invalid
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.models import MailedLink, Role, User


@dataclass(frozen=True, slots=True)
class LinkOver:
    """The link was spent, replaced or ended in the meantime."""


@dataclass(frozen=True, slots=True)
class AddressTaken:
    """Somebody got the address first, by another way; the link is spent."""


def candidate(link: MailedLink, name: str = "") -> User:
    """The user whom this link would make, in no session: what a password is judged for."""
    return create.propose(address_of(link), name, role=role_of(link))


def address_of(link: MailedLink) -> str:
    """As it was written."""
    return str(link.details["address"])


def role_of(link: MailedLink) -> Role | None:
    """Only ever from the link's row (A47)."""
    role = link.details.get("role")
    return Role(role) if role else None


def make(
    link: MailedLink, name: str, chosen: str
) -> User | Invalid | Busy | LinkOver | AddressTaken:
    """Spend the link and make the account, with its first password."""
    name = create.tidy_name(name)
    found = _problems(link, name, chosen)
    if found:
        return Invalid(found)
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        return prepared
    if not mailed_link.spend(link):
        return LinkOver()
    made = create.create_user(address_of(link), name, role=role_of(link))
    if isinstance(made, Invalid):
        return AddressTaken()
    password.store(made, prepared)
    mailed_link.void(address=link.address)
    return made


def _problems(link: MailedLink, name: str, chosen: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if problem := create.name_problem(name):
        found["name"] = problem
    if problems := password.problems(chosen, candidate(link, name)):
        found["password"] = " ".join(problems)
    return found
