"""What the second-factor page and the recovery-code page have in common: one code, one verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request

from idp import throttle
from idp.authentication import known_device, totp
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import settings
from idp.interaction import lifecycle
from idp.models import User
from idp.throttle.limits import FOR_GOOD
from idp.web import browser, current, ended_sign_ins, words
from idp.web.cards import person_card
from idp.web.current import Visit
from idp.web.interaction.passkey_offer import offer
from idp.web.interaction.routes import go_on_with, pinned_user, shared, url
from idp.web.pages import FAILED_FORM, page


@dataclass(frozen=True, slots=True)
class FactorPage:
    """Its template and the endpoint its form posts to."""

    template: str
    endpoint: str


def answer(
    factor_page: FactorPage,
    verdict: Evidence | Rejected | Throttled,
    wording: Callable[[Reason], str],
) -> Response:
    """Go on, or show the page again with what went wrong."""
    visit = current.visit()
    match verdict:
        case Evidence() as proof:
            return go_on_with(
                lifecycle.prove(
                    visit.interaction, proof, visit.demand, browser.recognised_session()
                )
            )
        case Rejected(reason=Reason.EXHAUSTED):
            lifecycle.finish(visit.interaction)
            return ended_sign_ins.exhausted(visit.interaction, _wait(pinned_user(visit)))
        case Rejected(reason=Reason.FROZEN):
            response = show(factor_page, 429, frozen=True)
            response.headers["Retry-After"] = str(words.whole_seconds(FOR_GOOD))
            return response
        case Rejected(reason=reason, hint_steps=steps):
            hint = words.clock_hint(steps) if steps else None
            return show(factor_page, FAILED_FORM, problem=wording(reason), clock_hint=hint)
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = show(factor_page, 429, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response


def _wait(user: User) -> timedelta:
    """Before the codes of another sign-in are looked at; all kinds of codes share one budget."""
    device = known_device.for_second_factor(user.id)
    return throttle.remaining_wait("recovery_code", user=user.id, device=device)


def show(factor_page: FactorPage, status: int = 200, **context: Any) -> Response:
    """The page, for the user who proved the password."""
    visit = current.visit()
    user = pinned_user(visit)
    values: dict[str, Any] = {
        "problem": None,
        "problem_field": "code",
        "retry_after": None,
        "frozen": False,
        "clock_hint": None,
    }
    return page(
        factor_page.template,
        status,
        **shared(visit),
        **(values | context),
        user=person_card(user),
        purpose=words.purpose(visit.interaction.purpose),
        asks_code=_would_do(visit) and totp.is_enrolled(user.id),
        passkey=offer(visit),
        trust_days=_trust_days(visit),
        trust_ticked="trust_device" in request.form,
        action=url(visit.interaction, factor_page.endpoint),
        recovery_url=url(visit.interaction, "recovery_code"),
        second_factor_url=url(visit.interaction, "second_factor"),
    )


def _trust_days(visit: Visit) -> int | None:
    """For how long this browser may be trusted; None: it would make no difference."""
    asked = visit.situation.asked
    if asked is None or not asked.trust_would_do:
        return None
    return max(1, settings().second_factor.trust_lifetime.days)


def _would_do(visit: Visit) -> bool:
    """Whether a code is worth asking for: not where a passkey is wanted, and there is one."""
    facts = visit.situation.facts
    return min(facts.wanted or Assurance.NONE, facts.enrolled) <= Assurance.TWO_FACTOR
