"""A change before it is saved: what would be different, which of the last requests would have
failed or asked for more, and how many people lack what is asked of them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from idp import traces
from idp.accounts import affected
from idp.authentication.assurance import Assurance
from idp.clients.as_if import as_if
from idp.clients.metadata import ProposedClient
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop, ngettext
from idp.oauth import rehearsal
from idp.oauth.rehearsal import ASKS_MORE, FAILS, Foreseen, Outcome

REPLAYED = 200
"""All that are kept of one app."""
EXAMPLES = 3

SENTENCES = {
    Outcome.REDIRECT_URI: gettext_noop("The address it was to be answered at is not registered:"),
    Outcome.RESPONSE_TYPE: gettext_noop("It may not ask for this kind of answer:"),
    Outcome.PKCE: gettext_noop("It came without PKCE, which is not waived any more."),
    Outcome.NOT_PUSHED: gettext_noop("It was not pushed, as the app's requests have to be now."),
    Outcome.NOT_SIGNED: gettext_noop("It was not signed, as the app's requests have to be now."),
    Outcome.NO_SCOPE: gettext_noop("It asked for no scope that the app may have."),
    Outcome.RESOURCE: gettext_noop("It named a resource server that is not registered."),
    Outcome.GRANT: gettext_noop("The app may not use this grant any more:"),
    Outcome.AUTH_METHOD: gettext_noop("The app proved itself in a way that is not registered:"),
    Outcome.LESS_SCOPE: gettext_noop("It would have worked, without these scopes:"),
    Outcome.TWO_FACTORS: gettext_noop("Its user would have been asked for a second factor."),
    Outcome.PASSKEY: gettext_noop("Its user would have been asked for a passkey."),
    Outcome.PERMISSION: gettext_noop("Its user would have been asked for permission."),
    Outcome.YOUNGER: gettext_noop("Its user may have been asked to sign in again, after:"),
    Outcome.WORKS_NOW: gettext_noop("It failed, and would work now."),
}


def of(before: RegisteredClient, proposed: ProposedClient) -> dict[str, Any]:
    """For `admin/clients/preview.html`."""
    after = as_if(before, proposed)
    kept = traces.latest_of(before.client_id, REPLAYED)
    foreseen = rehearsal.rehearse(kept, before, after)
    return {
        "replayed": len(kept),
        "fails": _grouped([one for one in foreseen if one.outcome in FAILS]),
        "asks_more": _grouped([one for one in foreseen if one.outcome in ASKS_MORE]),
        "others": _grouped([one for one in foreseen if one.outcome not in FAILS | ASKS_MORE]),
        "people": _people(before, after),
    }


def _grouped(foreseen: list[Foreseen]) -> list[dict[str, Any]]:
    """One entry for each outcome and value, with the latest requests as examples."""
    groups: dict[tuple[Outcome, str], list[Foreseen]] = defaultdict(list)
    for one in foreseen:
        groups[one.outcome, one.detail].append(one)
    return [
        {
            "says": _(SENTENCES[outcome]),
            "detail": detail,
            "count": len(ones),
            "examples": [
                {"reference": one.trace.reference, "happened_at": one.trace.happened_at}
                for one in ones[:EXAMPLES]
            ],
        }
        for (outcome, detail), ones in groups.items()
    ]


def _people(before: RegisteredClient, after: RegisteredClient) -> str | None:
    """ "12 of 37 users have none yet.", when more is asked of them than before."""
    floor = rehearsal.floor_of(after)
    if floor <= max(rehearsal.floor_of(before), Assurance.ONE_FACTOR):
        return None
    found = affected.by_client(after.client_id)
    if floor is Assurance.PHISHING_RESISTANT:
        asked = _("From now on %(name)s asks for a passkey.", name=after.client_name)
        missing = found.without_passkey
    else:
        asked = _("From now on %(name)s asks for a second factor.", name=after.client_name)
        missing = found.without_second_factor
    lack = ngettext(
        "%(num)s of its %(people)s users has none yet, and is asked to set one up.",
        "%(num)s of its %(people)s users have none yet, and are asked to set one up.",
        missing,
        people=found.people,
    )
    return f"{asked} {lack}"
