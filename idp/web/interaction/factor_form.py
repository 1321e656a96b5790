"""What the second-factor page and the recovery-code page have in common: one code, one verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.interaction import lifecycle
from idp.web import browser, current, errors, words
from idp.web.cards import person_card
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
            return errors.interaction_exhausted(visit.interaction)
        case Rejected(reason=Reason.FROZEN):
            return show(factor_page, FAILED_FORM, frozen=True)
        case Rejected(reason=reason, hint_steps=steps):
            hint = words.clock_hint(steps) if steps else None
            return show(factor_page, FAILED_FORM, problem=wording(reason), clock_hint=hint)
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = show(factor_page, 429, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response


def show(factor_page: FactorPage, status: int = 200, **context: Any) -> Response:
    """The page, for the user who proved the password."""
    visit = current.visit()
    values: dict[str, Any] = {
        "problem": None,
        "retry_after": None,
        "frozen": False,
        "clock_hint": None,
    }
    return page(
        factor_page.template,
        status,
        **shared(visit),
        **(values | context),
        user=person_card(pinned_user(visit)),
        action=url(visit.interaction, factor_page.endpoint),
        recovery_url=url(visit.interaction, "recovery_code"),
        second_factor_url=url(visit.interaction, "second_factor"),
    )
