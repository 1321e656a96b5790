"""The form that makes an account from a mailed link, for registration and invitation alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request, url_for

from idp.accounts import arrive
from idp.accounts.arrive import AddressTaken, LinkOver
from idp.accounts.create import tidy_name
from idp.accounts.invalid import Invalid
from idp.accounts.mailed_link import Purpose
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.models import MailedLink, User
from idp.web import errors, words
from idp.web.arrival import first_sign_in, link_in_hand, waiting_sign_in
from idp.web.pages import FAILED_FORM, page

Made = User | Invalid | Busy | LinkOver | AddressTaken


@dataclass(frozen=True, slots=True)
class AccountForm:
    """`make` spends the link; `is_possible`: whether this way to an account is open at all."""

    purpose: Purpose
    endpoint: str
    page_name: str
    is_possible: Callable[[], bool]
    make: Callable[[MailedLink, str, str], Made]


def shown(form: AccountForm) -> Response:
    """Answer the GET. It spends nothing."""
    link = link_in_hand.held(form.purpose)
    if link is None or not form.is_possible():
        return link_in_hand.gone()
    return _show(form, link, name=str(link.details.get("name", "")))


def sent(form: AccountForm) -> Response:
    """Answer the POST. Only name and password are read; all else is the link's."""
    link = link_in_hand.held(form.purpose)
    if link is None:
        return link_in_hand.gone()
    name = tidy_name(request.form.get("name", ""))
    match form.make(link, name, request.form.get("password", "")):
        case User() as user:
            link_in_hand.release(form.purpose)
            return _ready(link, user)
        case Invalid(problems=problems):
            return _show(form, link, FAILED_FORM, name=name, errors=dict(problems))
        case Busy(wait=wait):
            return errors.busy(words.whole_seconds(wait))
        case LinkOver():
            return link_in_hand.gone()
        case AddressTaken():
            link_in_hand.release(form.purpose)
            return page("arrival/address_taken.html", 409, email=arrive.address_of(link))


def _ready(link: MailedLink, user: User) -> Response:
    """On to signing in: the one that waits in this browser, else a new one, with the name filled
    in. Choosing a password is no proof of it: only its verifier makes one.
    """
    waiting = waiting_sign_in.known(str(link.details.get("interaction", "")))
    return page(
        "arrival/account_ready.html",
        email=arrive.address_of(link),
        app_name=first_sign_in.app_name(waiting),
        is_privileged=user.role is not None,
        sign_in_url=first_sign_in.url(waiting, user),
    )


def _show(
    form: AccountForm,
    link: MailedLink,
    status: int = 200,
    *,
    name: str,
    errors: dict[str, str] | None = None,
) -> Response:
    return page(
        "arrival/account_form.html",
        status,
        page_name=form.page_name,
        email=arrive.address_of(link),
        name=name,
        invited_by=link.details.get("invited_by"),
        is_privileged=arrive.role_of(link) is not None,
        errors=errors or {},
        minimum_length=password.minimum_length(arrive.candidate(link)),
        link_mark=link_in_hand.mark(link),
        action=url_for(form.endpoint),
    )
