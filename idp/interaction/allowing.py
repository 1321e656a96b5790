"""The user's yes to what an app asks for: remembered, told, and written into the interaction."""

from __future__ import annotations

from sqlalchemy import or_, update

from idp import audit, clock
from idp.audit import catalogue
from idp.extensions import db, rows_changed
from idp.grants import consent
from idp.interaction.demand import Demand
from idp.mail import messages
from idp.models import Interaction, User


def allow(interaction: Interaction, user_id: str, demand: Demand) -> None:
    """The user allowed what was asked; remembered per user, client, scopes and claims."""
    if demand.client is None or not _is_consented(interaction, user_id):
        return
    if consent.remember(user_id, demand.client.client_id, demand.scope, demand.claims):
        messages.app_connected(db.session.get_one(User, user_id), demand.client.client_name)
    audit.record(
        catalogue.ConsentGiven(
            user_id=user_id,
            client_id=demand.client.client_id,
            scope=" ".join(demand.scope),
            claims=list(demand.claims),
        )
    )


def _is_consented(interaction: Interaction, user_id: str) -> bool:
    """By this user, whom it is about from now on: another tab cannot carry it over to another."""
    about = or_(Interaction.user_id.is_(None), Interaction.user_id == user_id)
    consenting = update(Interaction).where(Interaction.id == interaction.id, about)
    values = {"consented_at": clock.now(), "user_id": user_id}
    return rows_changed(consenting.values(values)) == 1
