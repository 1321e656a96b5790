"""Which of the accounts that are signed in in a browser an interaction is about, or that somebody
has to say so. Chooses; proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from idp.authentication import password
from idp.authentication.session import LiveSession
from idp.clients.subject import Identified, sub_for
from idp.interaction.demand import Demand
from idp.models import Interaction, Kind

ASKED = frozenset({Kind.AUTHORIZE, Kind.DEVICE})
"""Requests of others: what they are answered for must not depend on who was chosen last."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`session`: of the account that answers. `is_due`: the user has to choose first."""

    session: LiveSession | None = None
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose session it is, as a subject identifier wants to know."""

    id: str
    sub: str


def choice(
    demand: Demand, in_browser: tuple[LiveSession, ...], interaction: Interaction | None
) -> Choice:
    """`in_browser`: the accounts, the one chosen last first."""
    if not in_browser:
        return Choice()
    if interaction is not None and interaction.user_id is not None:
        return Choice(_own(in_browser, interaction, interaction.user_id))
    if interaction is not None and interaction.session_set_aside:
        return Choice(is_due=interaction.account_chosen_at is None)
    return _by_request(demand, in_browser)


def _by_request(demand: Demand, in_browser: tuple[LiveSession, ...]) -> Choice:
    if demand.wants_account_choice:
        return Choice(is_due=True)
    if demand.expected_subs is not None and demand.client is not None:
        # Nobody expected: whoever is there is asked to sign in as somebody else.
        return Choice(_expected(demand, in_browser) or in_browser[0])
    if len(in_browser) == 1 or demand.kind not in ASKED:
        return Choice(in_browser[0])
    hinted = _hinted(demand, in_browser)
    return Choice(hinted, is_due=hinted is None)


def _own(
    in_browser: Iterable[LiveSession], interaction: Interaction, user_id: str
) -> LiveSession | None:
    """The pinned user's, unless it was put aside and this interaction has not begun another."""
    own = next((one for one in in_browser if one.user_id == user_id), None)
    if own is not None and interaction.session_set_aside and own.id != interaction.session_id:
        return None
    return own


def _expected(demand: Demand, in_browser: Iterable[LiveSession]) -> LiveSession | None:
    """OIDC Core §3.1.2.2: `id_token_hint` and `claims` name the user."""
    return next((one for one in in_browser if is_expected(demand, _owner(one))), None)


def is_expected(demand: Demand, user: Identified) -> bool:
    """Whether hint and `claims` allow this user, as this client knows them (OIDC Core §3.1.2.2)."""
    if demand.expected_subs is None or demand.client is None:
        return True
    return sub_for(demand.client, user) in demand.expected_subs


def _hinted(demand: Demand, in_browser: Iterable[LiveSession]) -> LiveSession | None:
    """OIDC Core §3.1.2.1: `login_hint` names an address. Only looked up where it can decide."""
    user = password.find_user(demand.login_hint) if demand.login_hint else None
    return next((one for one in in_browser if user is not None and one.user_id == user.id), None)


def _owner(session: LiveSession) -> _Owner:
    return _Owner(session.user_id, session.sub)
